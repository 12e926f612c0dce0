"""The page inside the network: every part opens, and the numbers on it add up to the network's own."""

import json
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from facerecon.app import texts, weights
from facerecon.app.inside.plan import PARTS, PHOTO, RESULT, part_name
from facerecon.app.inside.views import SIZES

APP = Path(__file__).parents[2] / "app.py"
MAP = (7, 4)
"""Columns and rows of the map."""


@pytest.fixture(scope="module")
def said():
    return texts.table("en")


@pytest.fixture(scope="module")
def app():
    """One session for all tests: each opens what it needs."""
    opened = AppTest.from_file(str(APP), default_timeout=60)
    opened.session_state["language"] = "en"
    return opened.run().switch_page("pages/inside.py").run()


def test_missing_weights_are_offered_and_the_lesson_stays(start, monkeypatch):
    monkeypatch.setattr("facerecon.app.weights.is_here", lambda asset: asset.name != "retinaface")
    page = start("en", "inside")
    assert not page.exception and not page.error and not page.get("bidi_component")
    assert page.code[0].value == "python -m facerecon assets get retinaface"


def drawn(app) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def headings(app) -> list[str]:
    return [heading.value for heading in app.subheader]


def point(app, name: str, place: tuple[float, float], version: str = ""):
    """Points at a place of a picture, in shares of its sides."""
    ids = [element.proto.id for element in app.get("bidi_component")]
    (key,) = {re.search(r"inside_.*", one)[0] for one in ids if f"inside_{name}" in one}
    app.session_state[key] = {"pointed": {"version": version, "place": list(place), "turn": 1, "moves": []}}
    app.run()
    assert not app.exception and not app.error and not app.warning


def open_part(app, place: tuple[int, int]):
    point(app, "map", tuple((at + 0.5) / count for at, count in zip(place, MAP, strict=True)))


def terms(app) -> tuple[list[float], list[float]]:
    """Reads the sum that is shown: its terms, and what comes out before and after the activation."""
    rows = re.findall(r'<div class="([a-z ]*)"><b>[^<]*</b>.*?<span class="value">([^<]*)</span>', drawn(app))
    values = [("total" in kind, float(text.replace("−", "-"))) for kind, text in rows]
    return [value for total, value in values if not total], [value for total, value in values if total]


def check_sum(app):
    shown, (total, *_) = terms(app)
    # The smallest digit shown is 0.001, or 0.01 where a term is 10 or more.
    step = 0.001 if max(map(abs, [*shown, total])) < 10 else 0.01
    assert abs(sum(shown) - total) < step * (len(shown) + 1)
    (value,) = re.findall(r"row \d+, column \d+: ([−\d.]+)\.", drawn(app))
    assert abs(float(value.replace("−", "-")) - total) < step


def test_every_part_opens_and_its_number_is_a_sum(app):
    corners = [(0.0, 0.0), (0.999, 0.0), (0.0, 0.999), (0.999, 0.999), (0.31, 0.72)]
    for number, (name, part) in enumerate(PARTS.items()):
        open_part(app, part.place)
        assert headings(app)[0] == part_name(name)
        point(app, "place", corners[number % len(corners)])
        check_sum(app)


def test_every_picture_gets_plain_data(app):
    # Where a number has another library's type, Streamlit sends all as one long text, and the picture is lost.
    sent = [json.loads(element.proto.json) for element in app.get("bidi_component")]
    assert len(sent) == 10 and all(isinstance(data, dict) for data in sent)


def test_other_places_of_the_map_lead_somewhere(app, said):
    for place in (PHOTO, RESULT, (3, 2)):
        open_part(app, place)
        assert headings(app)[0] == said["inside.part_stem"]


def test_every_convolution_of_a_part_can_be_opened(app):
    open_part(app, PARTS["context4"].place)
    pills = app.button_group(key="inside_layer_context4")
    assert len(pills.options) == 5
    for option in pills.options:
        app.button_group(key="inside_layer_context4").set_value(option).run()
        assert not app.exception
        check_sum(app)


def test_another_map_gives_other_numbers(app):
    open_part(app, PARTS["stem"].place)
    before = terms(app)
    point(app, "mosaic", (0.9, 0.9))
    check_sum(app)
    assert terms(app) != before


def test_activations_and_the_patch_can_be_chosen(app):
    for name in ("relu", "sigmoid", "tanh"):
        app.button_group(key="inside_activation").set_value(name).run()
        assert not app.exception
    app.button_group(key="inside_patch").set_value("in").run()
    assert not app.exception


@pytest.mark.parametrize("size", [SIZES[0], SIZES[-1]])
def test_faces_of_all_sizes_have_their_level(app, said, size):
    app.select_slider(key="inside_face").set_value(size).run()
    assert not app.exception
    scores = [float(score) for score in re.findall(r">P[345]: ([\d.]+)<", drawn(app))]
    # The smallest face is found by no level, the largest by the coarsest.
    assert max(scores) < 0.5 if size == SIZES[0] else scores[2] == max(scores) > 0.9
    point(app, "anchors", (0.1, 0.95), str(size))
    assert said["inside.background"] in drawn(app)


def test_the_focal_loss_follows_its_sliders(app):
    totals = []
    for gamma in (0.0, 2.0, 5.0):
        app.slider(key="inside_gamma").set_value(gamma).run()
        assert not app.exception
        totals.append(re.findall(r"<dd>([\d.,]+)<small>per anchor", drawn(app)))
    cross_entropy, focal = zip(*totals, strict=True)
    assert len(set(cross_entropy)) == 1
    assert float(focal[0]) > float(focal[1]) > float(focal[2])


def test_without_the_weights_they_are_offered_and_the_rest_stays(start, monkeypatch):
    monkeypatch.setattr(weights, "is_here", lambda asset: asset.name != "retinaface")
    app = start("en", "inside")
    assert not app.exception and not app.warning
    assert app.code[0].value == "python -m facerecon assets get retinaface" and len(app.code) > 1
    assert app.button(key="fetch_retinaface")
    assert not headings(app) and not [one for one in app.get("bidi_component") if "inside_map" in one.proto.id]
