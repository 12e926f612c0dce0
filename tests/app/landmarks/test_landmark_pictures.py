"""What is drawn on the Landmarks page lies where the photo has it."""

import numpy as np
import pytest

from facerecon.app.landmarks import pictures
from facerecon.core.types import Camera, Landmarks, Photo, View
from facerecon.drawing.theme import region_tone, rgb
from facerecon.geometry.transforms import camera_from_head_rotation, rigid
from facerecon.landmarks.schemes import convert, scheme


@pytest.fixture
def photo(rng):
    return Photo(rng.integers(90, 120, (300, 500, 3), dtype=np.uint8), "abc", None, "noise.png")


@pytest.fixture
def marks(anny):
    """The average head's landmarks, as a camera in front of it sees them."""
    points = anny.mediapipe478.on(anny.mean, anny.triangles)
    return Landmarks(points[:, :2] * [1.1, -1.1] + [250, 110], -points[:, 2], "mediapipe478")


def changed(picture, cut):
    return (picture != cut.image).any(axis=2)


@pytest.mark.parametrize("name", ["mediapipe478", "ibug68", "five"])
def test_every_point_is_marked_in_the_colour_of_its_group(photo, marks, name):
    shown = convert(marks, name)
    cut = pictures.cut_around(photo, marks.points)
    groups = dict(scheme(name).groups)
    picture = pictures.points_picture(cut, shown, groups, every=True)
    places = np.round(cut.to_crop(shown.points)).astype(int)
    assert changed(picture, cut)[places[:, 1], places[:, 0]].all()
    last = list(groups)[-1]  # nothing is drawn over it
    x, y = places[groups[last][0]]
    np.testing.assert_array_equal(picture[y, x], rgb(region_tone(last).dark))


def test_only_the_named_part_is_marked(photo, marks):
    cut = pictures.cut_around(photo, marks.points)
    lips = {"lips_outer": scheme("mediapipe478").groups["lips_outer"]}
    touched = changed(pictures.points_picture(cut, marks, lips, every=False), cut)
    places = np.round(cut.to_crop(marks.points)).astype(int)
    assert touched[places[list(lips["lips_outer"]), 1], places[list(lips["lips_outer"]), 0]].all()
    low, high = places[list(lips["lips_outer"])].min(axis=0) - 9, places[list(lips["lips_outer"])].max(axis=0) + 9
    touched[low[1] : high[1], low[0] : high[0]] = False
    assert not touched.any()
    assert changed(pictures.surface_picture(cut, marks), cut).sum() > 5000


def test_strays_are_standard_deviations(rng):
    middle, size = rng.uniform(0, 100, (1, 40, 2)), rng.uniform(0.2, 5, 40)
    points = middle + rng.normal(size=(4000, 40, 2)) * size[:, None]
    np.testing.assert_allclose(pictures.strays(points), size, rtol=0.05)


def test_the_spread_is_drawn_where_the_points_were_found(photo, marks, rng):
    cut = pictures.cut_around(photo, marks.points)
    points = marks.points + rng.normal(size=(16, 478, 2)) * 0.3
    touched = changed(pictures.spread_picture(cut, points, scheme("mediapipe478").groups), cut)
    places = np.round(cut.to_crop(points.mean(axis=0))).astype(int)
    assert touched[places[:, 1], places[:, 0]].mean() > 0.99


@pytest.mark.parametrize("degrees", [0, 12])
def test_close_ups_are_squares_and_the_ruler_holds_both_eyes(photo, marks, degrees):
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    tilted = Landmarks((marks.points - (250, 150)) @ [[c, s], [-s, c]] + (250, 150), None, marks.scheme)
    view = View(
        Camera(500, 300, 600.0, np.array([249.5, 149.5])),
        rigid(camera_from_head_rotation(0.2, 0, 0), np.array([0, -20.0, 600])),
        np.zeros(0),
        np.zeros(478),
    )
    squares = [pictures.eye_picture(photo, tilted, side) for side in ("right", "left")]
    squares += [pictures.mouth_picture(photo, tilted), pictures.pose_picture(photo, tilted, view)]
    assert {square.shape for square in squares} == {(pictures.CLOSE, pictures.CLOSE, 3)}
    band = pictures.ruler_picture(photo, tilted, "62 mm")
    assert band.shape[1] == 1200 and 100 < band.shape[0] < 700
    teal = (np.abs(band.astype(int) - rgb(region_tone("iris").dark)).sum(axis=2) < 30).any(axis=0)
    assert teal[:600].any() and teal[600:].any()


def test_a_head_and_its_outline_lie_over_one_another(anny, photo):
    mesh = anny.mesh(anny.mean)
    pose = rigid(camera_from_head_rotation(0.3, 0, 0), np.array([0, 0, 900.0]))
    view = View(Camera(500, 300, 600.0, np.array([249.5, 149.5])), pose, np.zeros(52), np.zeros(478))
    cut = pictures.cut_around(photo, np.array([[150.0, 50], [350, 250]]), 200)
    layer = pictures.head_layer(cut, mesh, view)
    covered = layer[..., 3] > 127
    (outline,) = pictures.outline_of(cut, layer)
    points = cut.to_crop(outline)
    inside = (points > 1).all(axis=1) & (points < 198).all(axis=1)
    x, y = np.round(points[inside]).astype(int).T
    # Within two pixels of each point of the outline the head both is and is not.
    near = np.stack([covered[y + j, x + i] for i in (-1, 0, 1) for j in (-1, 0, 1)])
    assert (near.any(axis=0) & ~near.all(axis=0)).mean() > 0.95
    laid = pictures.over(cut.image, layer, opacity=1.0)
    np.testing.assert_array_equal(laid[layer[..., 3] == 0], cut.image[layer[..., 3] == 0])
    np.testing.assert_array_equal(laid[layer[..., 3] == 255], layer[..., :3][layer[..., 3] == 255])
