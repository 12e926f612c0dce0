import numpy as np
import pytest

from facerecon.geometry.tangents import vertex_tangents

SQUARE = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], float)
TRIANGLES = np.array([[0, 1, 2], [0, 2, 3]])
UV = np.array([[0, 1], [1, 1], [1, 0], [0, 0]], float)  # upright: the top of the picture is at y = 1
OUT = np.tile([0.0, 0, 1], (4, 1))


def test_an_upright_picture_runs_to_the_right():
    np.testing.assert_allclose(vertex_tangents(SQUARE, TRIANGLES, UV, OUT), np.tile([1, 0, 0, 1], (4, 1)), atol=1e-12)


def test_a_mirrored_picture_runs_to_the_left_and_its_top_stays():
    found = vertex_tangents(SQUARE, TRIANGLES, UV * (-1, 1) + (1, 0), OUT)
    np.testing.assert_allclose(found, np.tile([-1, 0, 0, -1], (4, 1)), atol=1e-12)
    top = np.cross(OUT, found[:, :3]) * found[:, 3:]
    np.testing.assert_allclose(top, np.tile([0, 1, 0], (4, 1)), atol=1e-12)


@pytest.mark.parametrize("angle", [0.4, 2.0, -1.3])
def test_a_turned_picture_turns_them(angle):
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    found = vertex_tangents(SQUARE, TRIANGLES, UV @ turn.T, OUT)
    # v points down, so that a turn in uv is the same turn seen in the mirror.
    np.testing.assert_allclose(found[:, :2], np.tile([np.cos(angle), np.sin(angle)], (4, 1)), atol=1e-12)


def test_without_a_picture_it_is_still_a_direction():
    found = vertex_tangents(SQUARE, TRIANGLES, np.zeros((4, 2)), OUT)
    np.testing.assert_allclose(np.linalg.norm(found[:, :3], axis=1), 1)
    np.testing.assert_allclose((found[:, :3] * OUT).sum(axis=1), 0, atol=1e-12)
