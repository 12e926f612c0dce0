import numpy as np
import pytest
import shapes

from facerecon.geometry.edge_table import edge_table
from facerecon.geometry.topology import border_loops, corner_fans, enclosed_volume, euler_characteristic, pieces


def test_euler_counts_handles_and_holes():
    ball, ring = shapes.sphere()[1], shapes.torus()[1]
    assert euler_characteristic(ball) == 2 and euler_characteristic(ring) == 0
    assert euler_characteristic(shapes.dome()[1]) == 1
    assert euler_characteristic(ball[1:]) == 1  # a hole
    assert euler_characteristic(np.concatenate([ball, ring + ball.max() + 1])) == 2


def test_every_edge_knows_both_sides():
    triangles = shapes.dome(7)[1]
    table = edge_table(triangles)
    for side in range(2):
        there = table.triangles[:, side] >= 0
        corners = triangles[table.triangles[there, side]]
        told = np.column_stack([table.ends[there], table.opposite[there, side]])
        np.testing.assert_array_equal(np.sort(corners, axis=1), np.sort(told, axis=1))
    assert table.border.sum() == 4 * 6
    ends = np.sort(np.stack([triangles, np.roll(triangles, -1, axis=1)], axis=2), axis=2)
    np.testing.assert_array_equal(table.ends[table.of_triangle], ends)


def test_pieces_and_borders():
    ball, dome = shapes.sphere()[1], shapes.dome(5)[1]
    both = np.concatenate([ball, dome + ball.max() + 1])
    assert np.bincount(pieces(both)).tolist() == [len(ball), len(dome)]
    (loop,) = border_loops(both)
    assert sorted(loop - ball.max() - 1) == [n for n in range(25) if n // 5 in (0, 4) or n % 5 in (0, 4)]
    half = {(int(a), int(b)) for t in both for a, b in zip(t, np.roll(t, -1), strict=True)}
    assert all((int(a), int(b)) in half for a, b in zip(loop, np.roll(loop, -1), strict=True))


def test_a_clean_surface_has_one_fan_a_vertex_and_a_pinched_one_more():
    ball = shapes.sphere(2)[1]
    assert len(np.unique(corner_fans(ball))) == ball.max() + 1
    pinched = np.concatenate([ball, np.where(ball == 0, 0, ball + ball.max())])
    assert len(np.unique(corner_fans(pinched))) == len(np.unique(pinched)) + 1


def test_volumes():
    vertices, triangles = shapes.cube(3, 2.0)
    assert enclosed_volume(vertices, triangles) == pytest.approx(8)
    assert enclosed_volume(vertices + 7, triangles[:, ::-1]) == pytest.approx(-8)
    lid = (vertices[triangles][:, :, 2] == 2).all(axis=1)
    assert enclosed_volume(vertices + 5, triangles[~lid]) == pytest.approx(8)  # a flat hole takes nothing away
