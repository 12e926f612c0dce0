"""The Registration page: clouds brought together step by step, the duel with its verdicts, and scans of one's own."""

import json

import numpy as np
import pytest

from facerecon.app import texts
from facerecon.app.registration import controls


def html(app) -> str:
    return "\n".join(element.proto.body for element in app.get("html")).replace("&#x27;", "'")


def number(app, label: str) -> str:
    return html(app).split(f"<dt>{label}</dt><dd>")[1].split("<")[0]


def link(app) -> dict:
    """What the browser is told of the film."""
    (told,) = (json.loads(one.proto.json) for one in app.get("bidi_component") if '"digest"' in one.proto.json)
    return told


def frames(app) -> list[bytes]:
    """The 3D views that the browser is sent."""
    return [one.proto.SerializeToString() for one in app.get("bidi_component") if '"_html"' in one.proto.json]


def curves(app) -> list[dict]:
    (chart,) = (json.loads(one.proto.spec) for one in app.get("plotly_chart"))
    return [trace for trace in chart["data"] if "lines" in trace["mode"]]


@pytest.fixture
def open_part(start):
    def opened(part, language="en"):
        app = start(language)
        app.session_state["registration_part"] = part
        app.switch_page("pages/registration.py").run()
        assert not app.exception and not app.warning
        return app

    return opened


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_method_is_watched(open_part, language):
    app, said = open_part("clouds", language), texts.table(language)
    assert said["clouds.about_point-to-plane"] in html(app)
    seen, true = curves(app)
    assert [seen["name"], true["name"]] == [said["clouds.curve_seen"], said["clouds.curve_true"]]
    assert link(app)["step"] == int(number(app, said["clouds.steps"]))
    assert float(number(app, said["clouds.turn_left"])) < 1  # shown at its end
    assert said["clouds.unit_head"] in html(app)
    assert any("$$" in text.value for text in app.markdown)
    assert "class PointToPlane" in app.code[1].value


def test_another_method_keeps_the_frame_and_its_camera(open_part):
    app = open_part("clouds")
    frame, film = frames(app), link(app)
    app.button_group(key="cloud_method").set_value("symmetric").run()
    assert not app.exception
    assert frames(app) == frame and len(frame) == 1
    assert link(app)["digest"] != film["digest"] and link(app)["url"] != film["url"]
    assert "class Symmetric" in app.code[1].value


def test_a_jump_shows_that_step(open_part):
    app, said = open_part("clouds"), texts.table("en")
    app.session_state["link_jump_watch"] = {"digest": link(app)["digest"], "step": 0, "turn": 1}
    app.run()
    assert not app.exception
    assert (link(app)["step"], link(app)["turn"]) == (0, 1)
    assert (number(app, said["clouds.turn_left"]), number(app, said["clouds.shift_left"])) == ("35", "30")
    # A jump in another film is none.
    app.session_state["link_jump_watch"] = {"digest": "another", "step": 0, "turn": 2}
    app.run()
    assert link(app)["step"] == int(number(app, said["clouds.steps"]))


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_the_duel_says_what_broke(open_part, language):
    app, said = open_part("duel", language), texts.table(language)
    drawn = html(app)
    assert said["clouds.wrong"].format(name=said["contender.point-to-plane"]) in drawn
    assert said["clouds.right"].format(name=said["contender.pyramid"]) in drawn
    assert said["verdict.right_despite"].split("{")[0] in drawn
    assert len(curves(app)) == 2


def test_the_duel_answers_to_what_is_put_in_the_way(open_part):
    app, said = open_part("duel"), texts.table("en")
    frame, film = frames(app), link(app)
    for name, value in (("overlap", 100), ("outliers", 0)):
        app.slider(key=f"disturb_{name}").set_value(value)
    app.run()
    assert not app.exception
    for name in ("point-to-plane", "pyramid"):
        assert said["clouds.right"].format(name=said[f"contender.{name}"]) in html(app)
    assert frames(app) == frame and link(app)["digest"] != film["digest"]
    app.slider(key="disturb_rotation").set_value(140).run()
    assert not app.exception
    assert said["verdict.trapped"].split("{degrees}")[0] in html(app)


def test_one_method_can_meet_itself(open_part):
    app = open_part("duel")
    app.selectbox(key="duel_right").set_value("point-to-plane").run()
    assert not app.exception and len(curves(app)) == 2


def test_a_scan_takes_the_heads_place(open_part):
    app, said = open_part("clouds"), texts.table("en")
    film = link(app)
    rng = np.random.default_rng(0)
    ball = rng.normal(size=(4000, 3))
    points = 0.09 * ball / np.linalg.norm(ball, axis=1, keepdims=True) * [1, 1.4, 0.8]  # an egg, in metres
    (uploader,) = (one for one in app.file_uploader if one.key.startswith("scan_"))
    uploader.upload("egg.xyz", "\n".join(" ".join(map(str, row)) for row in points).encode(), "text/plain").run()
    assert not app.exception and not app.warning
    assert said["clouds.unit_scan"].format(name="egg.xyz", mm="1000") in html(app)
    assert link(app)["digest"] != film["digest"]
    app.button(key="scan_drop").click().run()
    assert not app.exception and link(app)["digest"] == film["digest"]


def test_what_is_no_scan_is_told_and_nothing_is_lost(open_part):
    app, said = open_part("clouds"), texts.table("en")
    film = link(app)
    (uploader,) = (one for one in app.file_uploader if one.key.startswith("scan_"))
    uploader.upload("line.xyz", b"\n".join(b"%d 0 0" % k for k in range(50)), "text/plain").run()
    assert not app.exception and len(app.warning) == 1
    assert link(app)["digest"] == film["digest"] and said["clouds.unit_head"] in html(app)


def test_the_photo_has_its_replay(start):
    app, said = start("en", "registration"), texts.table("en")
    assert app.button_group(key="registration_part").value == controls.PHOTO
    assert said["registration.residual"] in html(app)
