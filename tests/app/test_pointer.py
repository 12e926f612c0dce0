"""The clickable picture: what is sent, how often, and how places on the screen become cells and pixels."""

import io
import json

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from facerecon.app import pointer
from facerecon.app.pointer import Picture
from facerecon.drawing.feature_maps import map_levels, palette


def decoded(picture: Picture) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(picture.content)).convert("RGBA"))


def test_a_map_keeps_every_colour_and_its_gaps(rng):
    levels = map_levels(rng.normal(size=(30, 50)), 1.0)
    levels[10] = 0
    picture = Picture.png(levels, palette())
    assert (picture.width, picture.height, picture.kind) == (50, 30, "image/png")
    shown, wanted = decoded(picture), palette()[levels]
    np.testing.assert_array_equal(shown[..., 3], wanted[..., 3])
    np.testing.assert_array_equal(shown[levels > 0], wanted[levels > 0])
    assert len(picture.content) < levels.size * 1.3 + 2000


def test_a_photo_is_a_small_jpeg(astronaut):
    picture = Picture.jpeg(astronaut)
    assert picture.kind == "image/jpeg" and len(picture.content) < astronaut.size / 8
    assert np.abs(decoded(picture)[..., :3].astype(int) - astronaut).mean() < 4


@pytest.mark.parametrize(
    ("place", "cell"), [((0, 0), (0, 0)), ((0.999999, 0.999999), (9, 4)), ((0.5, 0.5), (5, 2)), ((0.31, 0.79), (3, 3))]
)
def test_places_are_cells_of_the_grid(place, cell):
    found = pointer._pointed({"place": place}, np.array([10, 5]))
    assert (found.column, found.row) == cell


def test_nothing_may_be_pointed_at():
    assert pointer._pointed({"place": None}, np.array([10, 5])) == pointer.Pointed(None, None)


def test_moves_keep_fractions_of_a_pixel(rng):
    size = np.array([320, 200])
    for at in rng.uniform(0, 190, (7, 2)):
        told = {"handle": 3, "at": pointer._shares(at, size).tolist(), "pull": 12}
        move = pointer._move(told, size)
        np.testing.assert_allclose(move.at, at, atol=1e-9)
        assert (move.handle, move.pull) == (3, 12)


def test_strokes_are_paths_over_the_whole_picture():
    lines = [np.array([[-0.5, -0.5], [79.5, -0.5], [79.5, 39.5]]), np.array([[39.5, 19.5]])]
    stroke = pointer._stroke(pointer.Stroke(lines, "#fff", 3, closed=True), np.array([80, 40]))
    assert stroke == {"path": "M0 0L1 0 1 1zM0.5 0.5L0.5 0.5z", "colour": "#fff", "width": 3}
    assert "z" not in pointer._stroke(pointer.Stroke(lines, "#fff"), np.array([80, 40]))["path"]


def script():
    import numpy as np
    import streamlit as st

    from facerecon.app.pointer import Handle, Note, Outline, Picture, pointer

    version = st.text_input("version", "first")
    picture = Picture.jpeg(np.full((40, 80, 3), 90, np.uint8))
    found = pointer(
        "p",
        picture,
        "A grey picture.",
        grid=(8, 4),
        at=(2, 3),
        outlines=lambda spot: [Outline((spot.column, 0, 79, 39), "#fff", label=str(spot.row))],
        notes=[Note((39.5, 19.5), "<b>middle</b>")],
        handles=[Handle((10.0, 20.0), "#fff", "nose")],
        version=version,
    )
    st.write(f"{found.column} {found.row}")


@pytest.fixture
def app():
    return AppTest.from_function(script, default_timeout=30)


def sent(app) -> dict:
    return json.loads(app.get("bidi_component")[0].proto.json)


def test_the_picture_is_a_link_that_stays(app):
    app.run()
    assert not app.exception
    first = sent(app)
    assert first["url"].startswith("/mock/media/") and "base64" not in json.dumps(first)
    app.run()
    assert sent(app) == first


def test_what_is_drawn_over_it_is_in_shares_of_its_sides(app):
    app.run()
    data = sent(app)
    assert (data["width"], data["height"], data["cells"]) == (80, 40, [8, 4])
    np.testing.assert_allclose(data["place"], [2.5 / 8, 3.5 / 4])
    np.testing.assert_allclose(data["outlines"][0]["box"], [2.5 / 80, 0.5 / 40, 79.5 / 80, 39.5 / 40])
    assert data["outlines"][0]["label"] == "3"
    np.testing.assert_allclose(data["notes"][0]["at"], [0.5, 0.5])
    np.testing.assert_allclose(data["handles"][0]["at"], [10.5 / 80, 20.5 / 40])
    assert app.markdown[0].value == "2 3"


def test_texts_cannot_become_markup():
    source = (pointer.files("facerecon.app") / "pointer.js").read_text("utf-8")
    assert "innerHTML" not in source and "insertAdjacentHTML" not in source
