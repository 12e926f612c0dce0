import numpy as np
import pytest

from facerecon.core.types import FILLED, MIRRORED, SEEN, Mesh
from facerecon.drawing import maps
from facerecon.drawing.theme import PROVENANCE, rgb


def test_provenance_has_a_colour_each():
    provenance = np.array([[SEEN, MIRRORED], [FILLED, SEEN]], np.uint8)
    picture = maps.provenance_picture(provenance)
    for value in (SEEN, MIRRORED, FILLED):
        assert (picture[provenance == value] == rgb(PROVENANCE[value].dark)).all()
    image = np.full((2, 2, 3), 100, np.uint8)
    tinted = maps.provenance_picture(provenance, image, opacity=0.5).astype(float)
    np.testing.assert_allclose(tinted, (picture + 100.0) / 2, atol=0.51)


def test_uv_picture_draws_the_part():
    uv = np.array([[0.25, 0.25], [0.75, 0.25], [0.75, 0.75], [0.0, 0.9], [0.1, 0.9], [0.1, 1.0]])
    triangles = np.array([[0, 1, 2], [3, 4, 5]])
    mesh = Mesh(np.zeros((6, 3)), triangles, uv, triangles, np.array([0, 1]), ("skin", "teeth"))
    skin, teeth = maps.uv_picture(mesh, 100), maps.uv_picture(mesh, 100, part=1)
    changed = (skin != maps.NEUTRAL).any(axis=2)
    assert changed[24:26, 30:70].any(axis=0).all() and not changed[80:].any()
    assert not (teeth[:80] != maps.NEUTRAL).any() and (teeth[80:] != maps.NEUTRAL).any()
    image = np.full((50, 50, 3), 7, np.uint8)
    assert (maps.uv_picture(mesh, 100, image)[90:, 90:] == 7).all()
    with pytest.raises(ValueError, match="uv"):
        maps.uv_picture(Mesh(np.zeros((3, 3)), triangles[:1]))


def test_checker_tells_directions():
    board = maps.checker(256, 8).astype(int)
    assert board[4, 250, 0] - board[4, 230, 0] != 0  # a border of squares lies between
    light = board[::32, ::32][::2, ::2]
    assert (np.diff(light[..., 0], axis=1) > 0).all() and (np.diff(light[..., 1], axis=0) > 0).all()
    assert board[10, 10].sum() > 1.5 * board[10, 42].sum()


def test_depth_near_is_bright():
    depth = np.full((4, 100), np.inf)
    depth[1:3] = np.linspace(400, 500, 100)
    picture = maps.depth_picture(depth)
    assert (picture[[0, 3]] == maps.NEUTRAL).all()
    bright = picture[1] @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(bright) <= 1).all() and bright[0] > 3 * bright[-1]
    assert (maps.depth_picture(np.full((2, 2), np.inf)) == maps.NEUTRAL).all()


def test_normal_maps_point_right_up_and_out():
    normals = np.zeros((1, 4, 3))
    normals[0, 0], normals[0, 1], normals[0, 2] = (1, 0, 0), (0, -1, 0), (0, 0, -1)
    picture = maps.normals_picture(normals)[0]
    np.testing.assert_array_equal(picture[:3], [[255, 128, 128], [128, 255, 128], [128, 128, 255]])
    assert (picture[3] == maps.NEUTRAL).all()


@pytest.mark.parametrize("diverging", [False, True])
def test_values_beyond_the_limits_change_nothing(diverging):
    values = np.array([-10.0, 0, 0.5, 1, 10, np.nan, np.inf])
    colours = maps.value_colours(values, (0, 1), diverging)
    np.testing.assert_array_equal(colours[0], colours[1])
    np.testing.assert_array_equal(colours[3], colours[4])
    np.testing.assert_array_equal(colours[4], colours[6])
    assert (colours[5] == 128).all()
    assert len(np.unique(colours[:4], axis=0)) == 3


def test_no_deviation_is_nearly_white():
    middle = maps.value_colours(np.array([0.0]), (-2, 2), diverging=True)[0]
    assert middle.min() > 225


def test_the_ramp_is_the_scale():
    np.testing.assert_array_equal(maps.ramp((64, 5))[2], maps.value_colours(np.linspace(3, 9, 64), (3, 9)))
