import numpy as np

from facerecon.geometry.normals import triangle_normals, vertex_normals
from facerecon.geometry.transforms import rotation_from_vector

CUBE = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], dtype=float)


def cube_triangles(rng):
    """The cube's squares, each cut along a random diagonal, counter-clockwise from outside."""
    triangles = []
    for axis in range(3):
        for side in (0, 1):
            normal = np.eye(3)[axis] * (2 * side - 1)
            square = np.flatnonzero(CUBE[:, axis] == side)
            u, v = np.eye(3)[(axis + 1) % 3], np.eye(3)[(axis + 2) % 3]
            angle = np.arctan2((CUBE[square] - 0.5) @ v, (CUBE[square] - 0.5) @ u)
            loop = square[np.argsort(angle)] if side else square[np.argsort(-angle)]
            loop = np.roll(loop, rng.integers(4))
            triangles += [[loop[0], loop[1], loop[2]], [loop[0], loop[2], loop[3]]]
            a, b, c = CUBE[triangles[-1]]
            assert np.cross(b - a, c - a) @ normal > 0
    return np.array(triangles)


def test_triangle_normals_are_unit_perpendicular_and_turn_along():
    rng = np.random.default_rng(0)
    vertices, triangles = rng.normal(size=(30, 3)), np.array([rng.choice(30, 3, replace=False) for _ in range(50)])
    normals = triangle_normals(vertices, triangles)
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1)
    for k in range(3):
        edges = vertices[triangles[:, k]] - vertices[triangles[:, k - 1]]
        np.testing.assert_allclose(np.einsum("nk,nk->n", edges, normals), 0, atol=1e-12)
    turn = rotation_from_vector(np.array([0.3, -1.2, 0.5]))
    np.testing.assert_allclose(triangle_normals(vertices @ turn.T, triangles), normals @ turn.T, atol=1e-12)
    np.testing.assert_allclose(triangle_normals(vertices, triangles[:, ::-1]), -normals)


def test_cube_corners_point_along_diagonals_however_the_squares_are_cut():
    rng = np.random.default_rng(1)
    for _ in range(20):
        normals = vertex_normals(CUBE, cube_triangles(rng))
        np.testing.assert_allclose(normals, (CUBE - 0.5) / np.linalg.norm(CUBE - 0.5, axis=1, keepdims=True))


def test_counter_clockwise_is_towards_the_viewer():
    normals = triangle_normals(np.array([[0, 0, 0], [1, 0, 0], [0, 1.0, 0]]), np.array([[0, 1, 2]]))
    np.testing.assert_array_equal(normals, [[0, 0, 1]])


def test_degenerate_triangles_and_lonely_vertices_are_zero_not_nan():
    vertices = np.array([[0, 0, 0], [1, 0, 0], [2, 0, 0], [0, 1, 0], [9, 9, 9.0]])
    triangles = np.array([[0, 1, 2], [0, 1, 3], [1, 1, 3]])
    np.testing.assert_array_equal(triangle_normals(vertices, triangles)[[0, 2]], 0)
    normals = vertex_normals(vertices, triangles)
    np.testing.assert_allclose(normals[[0, 1, 3]], np.tile([0, 0, 1.0], (3, 1)))
    np.testing.assert_array_equal(normals[[2, 4]], 0)
