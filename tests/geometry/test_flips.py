import numpy as np
import shapes
from scipy.spatial import Delaunay

from facerecon.geometry.edge_table import edge_table
from facerecon.geometry.flips import even_valences
from facerecon.geometry.normals import triangle_normals
from facerecon.geometry.topology import euler_characteristic

NONE = np.zeros((0, 2), dtype=np.int64)


def unevenness(triangles):
    table = edge_table(triangles)
    wanted = np.full(triangles.max() + 1, 6)
    wanted[table.ends[table.border]] = 4
    return ((np.bincount(table.ends.ravel()) - wanted) ** 2).sum()


def test_valences_get_even_and_the_surface_stays(rng):
    points = np.column_stack([rng.uniform(0, 1, (300, 2)), np.zeros(300)])
    triangles = Delaunay(points[:, :2]).simplices
    triangles = np.where((triangle_normals(points, triangles)[:, 2] < 0)[:, None], triangles[:, ::-1], triangles)
    better, _ = even_valences(points, triangles, NONE)
    assert unevenness(better) < 0.6 * unevenness(triangles)
    assert (triangle_normals(points, better)[:, 2] > 0.99).all() and euler_characteristic(better) == 1
    border = [edge_table(t).ends[edge_table(t).border] for t in (triangles, better)]
    np.testing.assert_array_equal(*border)


def test_what_must_stay_stays(rng):
    vertices, triangles = shapes.sphere(2)
    shaken = vertices + rng.normal(0, 0.02, vertices.shape)
    ends = edge_table(triangles).ends
    np.testing.assert_array_equal(np.sort(even_valences(shaken, triangles, ends)[0]), np.sort(triangles))


def test_sharp_edges_are_not_flipped_over():
    vertices, triangles = shapes.cube(4)
    after, _ = even_valences(vertices, triangles, NONE)
    normals = triangle_normals(vertices, after)
    assert np.isclose(np.abs(normals).max(axis=1), 1).all()  # every triangle lies in a face of the cube still
