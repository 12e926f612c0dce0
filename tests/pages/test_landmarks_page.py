"""The Landmarks page: what it shows, in which scheme, and what becomes of points that were moved."""

import json

import numpy as np
import pytest

from facerecon.app import state, texts
from facerecon.landmarks.correction import Correction
from facerecon.landmarks.schemes import convert
from facerecon.report import report
from facerecon.samples import load_sample

SAMPLE = load_sample("astronaut")


@pytest.fixture(scope="module")
def locate(parts):
    """Finds the landmarks of a photo, as every page does."""
    return lambda photo: parts.landmarker.locate(photo, parts.detector.detect(photo).boxes[0])


@pytest.fixture(scope="module")
def found(locate):
    return locate(SAMPLE)


def html(app) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def choose(app, mode, **others):
    app.button_group(key="landmark_mode").set_value(mode).run()
    for key, value in others.items():
        app.button_group(key=key).set_value(value).run()
    assert not app.exception
    return app


def handles(app) -> list[dict]:
    """The handles that the browser was given."""
    (data,) = (json.loads(one.proto.json) for one in app.get("bidi_component") if '"handles"' in one.proto.json)
    return data["handles"]


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_what_the_points_tell(start, language, found):
    app, said = start(language, "landmarks"), texts.table(language)
    drawn = html(app).replace("&#x27;", "'")
    for key in ("right_eye", "left_eye", "mouth"):
        assert said[f"landmarks.{key}"].split("{")[0] in drawn
    assert said["landmarks.focal_assumed"] in drawn and said["landmarks.focal_exif"] not in drawn
    assert drawn.count(" ± ") >= 3
    charts = [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]
    bars = [chart["data"][0] for chart in charts if chart["data"][0]["type"] == "bar"]
    assert sum(len(bar["y"]) for bar in bars) == 52
    networks = [{line["name"].split(",")[0] for line in chart["data"]} for chart in charts[len(bars) :]]
    assert networks == [{"MediaPipe", "face-api"}] * 2


def test_the_same_points_in_every_scheme(start):
    app, said = start("en", "landmarks"), texts.table("en")
    for name, count in (("ibug68", 68), ("five", 5), ("mediapipe468", 468)):
        choose(app, "look", landmark_scheme_mediapipe478=name)
        assert said["landmarks.caption"].format(shown=count, count=count) in html(app)
    choose(app, "look", landmark_scheme_mediapipe478="ibug68", landmark_part_ibug68_True="eyes")
    assert said["landmarks.caption"].format(shown=12, count=68) in html(app)


def test_a_second_network_is_compared(start):
    app, said = start("en", "landmarks"), texts.table("en")
    choose(app, "look", landmark_scheme_mediapipe478="ibug68")
    told = said["landmarks.second_caption"].split("{percent}")
    assert told[0] not in html(app).replace("&#x27;", "'")
    app.toggle(key="landmark_second").set_value(True).run()
    assert not app.exception and not app.warning
    drawn = html(app).replace("&#x27;", "'")
    percent = float(drawn.split(told[0])[1].split(" %")[0])
    assert 1 < percent < 10


def number(app, label: str) -> float:
    """Reads a number of the row of numbers by its label."""
    return float(html(app).split(f"<dt>{label}</dt><dd>")[1].split("<")[0])


def test_every_photo_can_be_chosen_and_corrected(start, locate, jpeg):
    app, said = start("en"), texts.table("en")
    for name, image in (("one.jpg", SAMPLE.image), ("two.jpg", SAMPLE.image[:, ::-1])):
        app.file_uploader[0].upload(name, jpeg(np.ascontiguousarray(image)), "image/jpeg")
    app.run()
    app.switch_page("pages/landmarks.py").run()
    session = app.session_state["facerecon"]
    second = session.photos[1]
    roll = number(app, said["registration.roll"])
    app.button_group(key=f"marked_photo_{second.digest[:12]}").set_value(1).run()
    assert not app.exception
    assert number(app, said["registration.roll"]) == pytest.approx(-roll, abs=2)  # mirrored
    choose(app, "move")
    assert said["landmarks.unmoved"] in html(app)
    moved = Correction(locate(second)).moved("ibug68", 8, convert(locate(second), "ibug68").points[8] + (0, 5))
    session.corrections[second.digest] = moved
    app.run()
    assert not app.exception
    assert said["landmarks.refitted"].split("{time}")[0].format(count=1) in html(app)


def test_how_firm_the_points_are(start):
    app, said = start("en", "landmarks"), texts.table("en")
    choose(app, "firm")
    title = said["landmarks.firm_axis"]
    (spread,) = (json.loads(c.proto.spec) for c in app.get("plotly_chart") if title in c.proto.spec)
    values = spread["data"][0]["x"]
    assert len(values) == 7 and all(0 < value < 5 for value in values)
    assert said["landmarks.firm_caption"].format(count=478) in html(app)


def test_there_are_never_too_many_handles(start, found):
    app = choose(start("en", "landmarks"), "move")
    assert len(handles(app)) == 68
    choose(app, "move", landmark_part_mediapipe478_False="lips")
    assert len(handles(app)) == 40
    choose(app, "move", landmark_scheme_mediapipe478="five")
    assert len(handles(app)) == 5
    labels = [handle["label"] for handle in handles(app)]
    assert labels == ["Eyes 1", "Eyes 2", "Nose 3", "Lips 4", "Lips 5"]


def test_a_moved_point_goes_all_the_way(start, found):
    app = choose(start("en", "landmarks"), "move")
    before = handles(app)
    place = convert(found, "ibug68").points[8] + (0, 9)
    moved = Correction(found).moved("ibug68", 8, place)
    session = app.session_state["facerecon"]
    session.corrections[SAMPLE.digest] = moved
    app.run()
    after = handles(app)
    assert after[8]["at"][1] > before[8]["at"][1] + 0.01
    assert after[40]["at"] == pytest.approx(before[40]["at"], abs=1e-3)
    # The whole page ran, so the head is built from the corrected points already.
    assert app.button(key="landmarks_use").disabled and not app.button(key="landmarks_undo").disabled
    app.switch_page("pages/registration.py").run()
    assert not app.exception
    app.switch_page("pages/landmarks.py").run()
    app.button(key="landmarks_undo").click().run()
    assert (
        not app.exception and session.corrections[SAMPLE.digest].landmarks is session.corrections[SAMPLE.digest].found
    )
    np.testing.assert_array_equal(session.corrections[SAMPLE.digest].found.points, found.points)


def test_another_photo_or_face_forgets_the_correction(start, found):
    app = start("en", "landmarks")
    session = app.session_state["facerecon"]
    session.corrections[SAMPLE.digest] = Correction(found).moved("ibug68", 8, np.array([10.0, 10.0]))
    app.button(key="pick_synthetic_1").click().run()
    assert not app.exception and session.corrections == {}


def test_the_report_holds_the_corrected_points(found, parts, monkeypatch):
    from facerecon.app import progress
    from facerecon.pipeline import reconstruct

    session = state.Session(photos=(SAMPLE,))
    monkeypatch.setattr(state, "session", lambda: session)
    assert progress.settings().landmarks == ()
    moved = Correction(found).moved("ibug68", 30, convert(found, "ibug68").points[30] + (4, 2))
    state.correct(SAMPLE, moved)
    result = reconstruct([SAMPLE], parts=parts, texture_size=512, landmarks=progress.settings().landmarks)
    told = report(result)["photos"][0]["landmarks"]
    np.testing.assert_array_equal(told, moved.landmarks.points)
    state.correct(SAMPLE, moved.reset())
    assert progress.settings().landmarks == ()
