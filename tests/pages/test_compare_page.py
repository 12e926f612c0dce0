"""The page Compare: another second face, an own photo, none at all, weights that are missing, a step of learning."""

import numpy as np
import pytest

from facerecon.app import cache, texts
from facerecon.app.compare import identity, pair
from facerecon.assets import manifest
from facerecon.samples import load_sample

SAID = texts.table("en")


def html(app):
    return "\n".join(element.proto.body for element in app.get("html"))


def shown(app, key):
    return SAID[key].format_map({"threshold": "0.41"}) in html(app).replace("&#x27;", "'")


@pytest.fixture
def compare(start):
    return lambda: start("en", "compare")


def test_two_people_are_told_apart_at_once(compare):
    app = compare()
    assert shown(app, "compare.farther") and not shown(app, "compare.nearer")
    assert len(app.get("plotly_chart")) == 3
    named = [element.value for element in app.markdown]
    assert any(text.startswith(("**Larger than", "**Nothing to tell")) for text in named)
    assert {SAID["compare.learn"], SAID["compare.back"]} <= {button.label for button in app.button}


def test_a_face_is_itself(compare):
    app = compare()
    app.button(key="pick_second_astronaut").click().run()
    assert not app.exception and shown(app, "compare.nearer")
    assert SAID["compare.within"] in [element.value for element in app.markdown]


def test_an_own_photo_stays_in_its_session(compare, jpeg):
    app = compare()
    before = set(cache._shared().runs._values)
    image = np.ascontiguousarray(load_sample("synthetic_3").image[::2, ::2])
    uploader = next(one for one in app.file_uploader if one.label == SAID["compare.upload"])
    uploader.upload("own.jpg", jpeg(image), "image/jpeg")
    app.run()
    assert not app.exception and not app.warning
    session = app.session_state["facerecon"]
    assert session.second.name == "own.jpg" and "own.jpg" in html(app)
    assert session.sample == "astronaut"  # the first face is still the sample
    assert set(cache._shared().runs._values) == before


def test_without_a_second_face_the_page_goes_on(compare, jpeg):
    app = compare()
    uploader = next(one for one in app.file_uploader if one.label == SAID["compare.upload"])
    uploader.upload("wall.jpg", jpeg(np.full((300, 300, 3), 190, np.uint8)), "image/jpeg")
    app.run()
    assert not app.exception
    assert [w.value for w in app.warning] == [SAID["advice.no_face"].format(name="wall.jpg")]
    assert "wall.jpg" in html(app) and not app.get("plotly_chart")
    assert SAID["compare.triplets"] in [head.value for head in app.subheader] and app.code
    assert app.selectbox(key="triplet_positive")


def test_missing_weights_are_offered_and_the_page_goes_on(compare, monkeypatch):
    gone = [manifest()[name] for name in ("face_recognition", "face_recognition_manifest")]
    monkeypatch.setattr(identity, "missing", lambda: gone)
    app = compare()
    assert not app.exception
    assert app.code[0].value == "python -m facerecon assets get face_recognition face_recognition_manifest"
    assert app.button(key="fetch_face_recognition").label == SAID["weights.fetch"].format(size="6.5 MB")
    assert len(app.get("plotly_chart")) == 2  # heads and landmarks
    assert any("$$" in text.value for text in app.markdown)


def test_learning_lowers_the_loss_and_can_be_taken_back(compare):
    app = compare()

    def losses():
        return html(app).split(SAID["compare.loss"])[1][:40]

    before = losses()
    assert app.button(key="triplet_back").disabled
    app.button(key="triplet_learn").click().run()
    assert not app.exception and losses() != before
    app.button(key="triplet_back").click().run()
    assert losses() == before


def test_the_second_face_is_another_one(monkeypatch):
    class Current:
        second, sample = None, "synthetic_2"

    monkeypatch.setattr(pair.state, "session", lambda: Current)
    monkeypatch.setattr(pair.cache, "sample", load_sample)
    assert pair.second_photo().digest == load_sample("astronaut").digest
