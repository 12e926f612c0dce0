import numpy as np
import pytest
from scipy.sparse import diags
from scipy.sparse.linalg import spsolve
from scipy.spatial import Delaunay

from facerecon.geometry.graph import edge_distances, edges, laplacian, vertex_areas


def grid(size, rng=None):
    axis = np.linspace(0, 1, size)
    plane = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    inner = (plane > 0).all(axis=1) & (plane < 1).all(axis=1)
    if rng is not None:
        plane = plane + inner[:, None] * rng.uniform(-0.3, 0.3, plane.shape) / size
    return np.column_stack([plane, np.zeros(len(plane))]), Delaunay(plane).simplices.astype(np.int64), inner


def test_edges_are_those_of_the_triangles():
    rng = np.random.default_rng(0)
    _, triangles, _ = grid(6, rng)
    expected = sorted({tuple(sorted((int(t[k]), int(t[k - 1])))) for t in triangles for k in range(3)})
    assert [tuple(e) for e in edges(triangles)] == expected
    assert edges(np.zeros((0, 3), dtype=int)).shape == (0, 2)


def test_areas_add_up():
    vertices, triangles, _ = grid(9, np.random.default_rng(1))
    assert vertex_areas(vertices, triangles).sum() == pytest.approx(1)
    assert vertex_areas(np.vstack([vertices, [[5, 5, 5]]]), triangles)[-1] == 0


def test_laplacian_is_symmetric_positive_and_blind_to_constants():
    vertices, triangles, _ = grid(8, np.random.default_rng(2))
    vertices[:, 2] = np.sin(4 * vertices[:, 0])
    matrix = laplacian(vertices, triangles).toarray()
    np.testing.assert_allclose(matrix, matrix.T)
    np.testing.assert_allclose(matrix.sum(axis=1), 0, atol=1e-12)
    assert np.linalg.eigvalsh(matrix).min() > -1e-12
    assert (matrix - np.diag(np.diag(matrix)) <= 0).all()
    np.testing.assert_allclose(laplacian(vertices * 7, triangles).toarray(), matrix, atol=1e-9)


def test_energy_of_linear_functions_is_exact():
    """The Dirichlet energy of 3x - 2y on the unit square is 13; a regular grid has no clamped cotangent but zeros."""
    vertices, triangles, _ = grid(30)
    function = vertices @ [3, -2, 0]
    assert function @ laplacian(vertices, triangles) @ function == pytest.approx(13, rel=0.06)


def test_harmonic_extension_obeys_the_maximum_principle():
    rng = np.random.default_rng(3)
    vertices, triangles, inner = grid(12, rng)
    values = rng.uniform(0, 1, len(vertices))
    known = diags(np.where(inner, 0, 1e9))
    solved = spsolve((laplacian(vertices, triangles) + known).tocsc(), known @ values)
    assert solved.min() >= values[~inner].min() - 1e-6 and solved.max() <= values[~inner].max() + 1e-6
    np.testing.assert_allclose(solved[~inner], values[~inner], atol=1e-5)


def test_distances_bound_the_truth_from_above():
    rng = np.random.default_rng(4)
    vertices, triangles, _ = grid(25, rng)
    sources = np.zeros(len(vertices), dtype=bool)
    sources[rng.choice(len(vertices), 3, replace=False)] = True
    found = edge_distances(vertices, triangles, sources, np.inf)
    truth = np.linalg.norm(vertices[:, None] - vertices[sources], axis=2).min(axis=1)
    assert (found >= truth - 1e-12).all() and (found <= 1.3 * truth + 0.02).all()
    limited = edge_distances(vertices, triangles, sources, 0.2)
    near = found <= 0.2
    np.testing.assert_array_equal(limited[near], found[near])
    assert np.isinf(limited[~near]).all()
    assert np.isinf(edge_distances(vertices, triangles, np.zeros(len(vertices), dtype=bool), 1)).all()
