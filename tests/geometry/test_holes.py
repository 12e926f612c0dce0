import numpy as np
import pytest
import shapes

from facerecon.geometry.holes import fill_loop
from facerecon.geometry.topology import border_loops, enclosed_volume, euler_characteristic


def test_a_ball_is_closed_again():
    vertices, triangles = shapes.sphere(3)
    rest = triangles[(vertices[triangles][:, :, 2] < 0.8).all(axis=1)]
    (loop,) = border_loops(rest)
    lid = fill_loop(vertices, loop)
    whole = np.concatenate([rest, lid])
    assert len(lid) == len(loop) - 2
    assert euler_characteristic(whole) == 2 and not border_loops(whole)
    assert enclosed_volume(vertices, whole) == pytest.approx(enclosed_volume(vertices, rest), rel=0.03)


def test_the_area_is_the_least():
    """A bent loop: of its two lids the one along the shorter chord is taken; a flat one has the polygon's area."""
    square = np.array([[0, 0, 0], [1, 0, 0.5], [1, 1, 0], [0, 1, 0.5]]) * [1, 1.5, 1]
    lids = [np.array([[0, 3, 1], [1, 3, 2]]), np.array([[0, 3, 2], [0, 2, 1]])]
    areas = [sum(np.linalg.norm(np.cross(*(square[t[1:]] - square[t[0]]))) for t in lid) for lid in lids]
    found = fill_loop(square, np.arange(4))
    assert sum(np.linalg.norm(np.cross(*(square[t[1:]] - square[t[0]]))) for t in found) == pytest.approx(min(areas))
    angle = np.linspace(0, 2 * np.pi, 25)[:-1]
    star = np.column_stack([np.cos(angle), np.sin(angle), 0 * angle]) * (1 + 0.4 * np.cos(6 * angle))[:, None]
    lid = fill_loop(star, np.arange(24))
    a, b, c = (star[lid[:, k]] for k in range(3))
    shoelace = np.sum(star[:, 0] * np.roll(star[:, 1], -1) - star[:, 1] * np.roll(star[:, 0], -1)) / 2
    assert (np.cross(b - a, c - a)[:, 2] <= 1e-12).all()
    assert -np.cross(b - a, c - a)[:, 2].sum() / 2 == pytest.approx(shoelace)


def test_two_points_are_no_hole():
    with pytest.raises(ValueError, match="three edges"):
        fill_loop(np.eye(3), np.array([0, 1]))
