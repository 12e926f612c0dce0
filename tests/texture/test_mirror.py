import numpy as np
from synthetic_head import egg

from facerecon.texture.mirror import mirror_matrix


def test_symmetric_meshes_map_vertex_to_vertex():
    mesh = egg(16, 32)
    matrix = mirror_matrix(mesh.vertices, mesh.triangles)
    np.testing.assert_allclose(matrix @ mesh.vertices, mesh.vertices * [-1, 1, 1], atol=1e-6)
    np.testing.assert_allclose((matrix @ matrix).toarray(), np.eye(len(mesh.vertices)), atol=1e-9)


def test_other_vertices_find_surface_points():
    """A symmetric surface with vertices that have no partner: one side is refined by moving along the surface."""
    rng = np.random.default_rng(0)
    grid = np.stack(np.meshgrid(np.linspace(-1, 1, 9), np.linspace(-1, 1, 9)), axis=-1).reshape(-1, 2)
    inner = (np.abs(grid) < 0.99).all(axis=1) & (grid[:, 0] > 0.01)
    grid = grid + inner[:, None] * rng.uniform(-0.05, 0.05, grid.shape)
    i = np.arange(81).reshape(9, 9)
    a, b, c, d = (x.ravel() for x in (i[:-1, :-1], i[:-1, 1:], i[1:, :-1], i[1:, 1:]))
    triangles = np.concatenate([np.column_stack([a, b, c]), np.column_stack([b, d, c])])
    vertices = np.column_stack([grid, np.full(81, 0.5)]) * 50  # flat: mirrored points lie on it exactly
    matrix = mirror_matrix(vertices, triangles)
    np.testing.assert_allclose(np.asarray(matrix.sum(axis=1)).ravel(), 1)
    assert matrix.data.min() >= 0
    np.testing.assert_allclose(matrix @ vertices, vertices * [-1, 1, 1], atol=1e-9)


def test_vertices_off_the_surface_stay_themselves():
    mesh = egg(8, 16)
    vertices = np.vstack([mesh.vertices, [[3.0, 2, 1]]])
    matrix = mirror_matrix(vertices, mesh.triangles)
    np.testing.assert_array_equal(matrix[-1].toarray().ravel(), np.eye(len(vertices))[-1])
