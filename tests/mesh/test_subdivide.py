import numpy as np
import pytest
from scipy.spatial import ConvexHull, Delaunay

from facerecon.core.types import Mesh
from facerecon.geometry.normals import triangle_normals
from facerecon.mesh.subdivide import subdivide


def octahedron():
    vertices = np.concatenate([np.eye(3), -np.eye(3)])
    triangles = ConvexHull(vertices).simplices
    inward = np.einsum("nk,nk->n", triangle_normals(vertices, triangles), vertices[triangles].mean(axis=1)) < 0
    triangles[inward] = triangles[inward, ::-1]
    return Mesh(vertices, triangles)


def flat_patch(rng, count=40):
    """A convex planar patch with uv = its own plane, and a cut (uv seam) where triangles change island."""
    plane = np.concatenate([rng.uniform(0, 1, (count, 2)), [[0, 0], [1, 0], [0, 1], [1, 1]]])
    triangles = Delaunay(plane).simplices
    tilt = np.array([[1, 0, 0.5], [0, 2, -0.3]])
    island = (plane[triangles].mean(axis=1)[:, 0] > 0.5).astype(int)
    corner = np.stack([triangles, np.broadcast_to(island[:, None], triangles.shape)], axis=2).reshape(-1, 2)
    pairs, uv_triangles = np.unique(corner, axis=0, return_inverse=True)
    uv = plane[pairs[:, 0]] * [0.4, 0.9] + pairs[:, 1:] * [0.5, 0]
    return Mesh(plane @ tilt, triangles, uv, uv_triangles.reshape(-1, 3), island, ("skin", "teeth"))


def counts(triangles):
    edges = np.unique(np.sort(triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1), axis=0)
    return len(np.unique(triangles)), len(edges), len(triangles)


def euler(triangles):
    v, e, t = counts(triangles)
    return v - e + t


def areas(points, triangles):
    a, b, c = (points[triangles[:, k]] for k in range(3))
    if points.shape[1] == 2:
        return ((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]) / 2
    return np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2


def volume(mesh):
    a, b, c = (mesh.vertices[mesh.triangles[:, k]] for k in range(3))
    return np.einsum("nk,nk->n", a, np.cross(b, c)).sum() / 6


@pytest.mark.parametrize("smooth", [True, False])
def test_counts_and_euler_characteristic(smooth):
    for mesh in (octahedron(), flat_patch(np.random.default_rng(0))):
        v, e, t = counts(mesh.triangles)
        finer, matrix = subdivide(mesh, smooth)
        assert counts(finer.triangles) == (v + e, 2 * e + 3 * t, 4 * t)
        assert euler(finer.triangles) == euler(mesh.triangles)
        assert matrix.shape == (v + e, v)
        np.testing.assert_allclose(matrix @ mesh.vertices, finer.vertices)


@pytest.mark.parametrize("smooth", [True, False])
def test_rows_are_convex_and_affine_maps_commute(smooth):
    rng = np.random.default_rng(1)
    mesh = flat_patch(rng)
    _, matrix = subdivide(mesh, smooth)
    np.testing.assert_allclose(np.asarray(matrix.sum(axis=1)).ravel(), 1)
    assert matrix.data.min() >= 0
    affine, shift = rng.normal(size=(3, 3)), rng.normal(size=3)
    moved = Mesh(mesh.vertices @ affine + shift, mesh.triangles)
    finer, _ = subdivide(mesh, smooth)
    np.testing.assert_allclose(subdivide(moved, smooth)[0].vertices, finer.vertices @ affine + shift)


def test_plain_split_keeps_the_surface():
    mesh = octahedron()
    finer, _ = subdivide(mesh, smooth=False)
    np.testing.assert_array_equal(finer.vertices[:6], mesh.vertices)
    np.testing.assert_allclose(
        areas(finer.vertices, finer.triangles).reshape(-1, 4).sum(axis=1), areas(mesh.vertices, mesh.triangles)
    )
    normals = triangle_normals(mesh.vertices, mesh.triangles)
    np.testing.assert_allclose(triangle_normals(finer.vertices, finer.triangles), normals.repeat(4, axis=0), atol=1e-12)


def test_smooth_subdivision_converges_and_grows_rounder():
    mesh, volumes, surfaces, bends = octahedron(), [], [], []
    for _ in range(6):
        mesh, _ = subdivide(mesh)
        volumes.append(volume(mesh))
        surfaces.append(areas(mesh.vertices, mesh.triangles).sum())
        radii = np.linalg.norm(mesh.vertices, axis=1)
        bends.append(radii.max() / radii.min())
    for values in (volumes, surfaces):
        steps = np.abs(np.diff(values))
        assert (steps[1:] < 0.5 * steps[:-1]).all()  # geometric convergence
    assert volumes[-1] > 0 and bends[-1] < 1.1
    quotient = surfaces[-1] ** 3 / (36 * np.pi * volumes[-1] ** 2)
    assert 1 <= quotient < 1.01  # 1 for a sphere, 1.65 for the octahedron


def test_orientation_is_kept():
    mesh = octahedron()
    for _ in range(3):
        mesh, _ = subdivide(mesh)
        outward = np.einsum(
            "nk,nk->n", triangle_normals(mesh.vertices, mesh.triangles), mesh.vertices[mesh.triangles[:, 0]]
        )
        assert (outward > 0).all()


def test_planar_stays_planar_with_the_same_outline():
    mesh = flat_patch(np.random.default_rng(2))
    normal = triangle_normals(mesh.vertices, mesh.triangles)[0]
    area = areas(mesh.vertices, mesh.triangles).sum()
    for _ in range(2):
        mesh, _ = subdivide(mesh)
        np.testing.assert_allclose((mesh.vertices - mesh.vertices[0]) @ normal, 0, atol=1e-12)
    # Straight sides stay straight; only the four corners are rounded by the B-spline rule.
    assert 0.8 * area < areas(mesh.vertices, mesh.triangles).sum() < area


def test_regular_vertices_by_hand():
    """A hexagon fan: the centre keeps 10/16 and takes 1/16 of each neighbour; spokes are 3/8, 3/8, 1/8, 1/8."""
    triangles = np.array([[0, 1 + k, 1 + (k + 1) % 6] for k in range(6)])
    angle = np.arange(6) * np.pi / 3
    mesh = Mesh(np.column_stack([np.r_[0, np.cos(angle)], np.r_[0, np.sin(angle)], np.r_[1.0, np.zeros(6)]]), triangles)
    finer, matrix = subdivide(mesh)
    np.testing.assert_allclose(matrix[0].toarray().ravel(), [10 / 16] + [1 / 16] * 6)
    np.testing.assert_allclose(matrix[1].toarray().ravel(), [0, 6 / 8, 1 / 8, 0, 0, 0, 1 / 8])
    spoke, rim = finer.triangles[0, 1], finer.triangles[1, 1]
    np.testing.assert_allclose(matrix[spoke].toarray().ravel(), [3 / 8, 3 / 8, 1 / 8, 0, 0, 0, 1 / 8])
    np.testing.assert_allclose(matrix[rim].toarray().ravel(), [0, 1 / 2, 1 / 2, 0, 0, 0, 0])


def test_uv_islands_keep_their_outline_and_parts_their_triangles():
    mesh = flat_patch(np.random.default_rng(3))
    finer, _ = subdivide(mesh)
    np.testing.assert_array_equal(finer.parts, mesh.parts.repeat(4))
    assert finer.part_names == mesh.part_names
    np.testing.assert_array_equal(finer.uv[: len(mesh.uv)], mesh.uv)
    signed, before = areas(finer.uv, finer.uv_triangles), areas(mesh.uv, mesh.uv_triangles)
    np.testing.assert_allclose(signed.reshape(-1, 4), before[:, None].repeat(4, axis=1) / 4, atol=1e-15)
    assert euler(finer.uv_triangles) == euler(mesh.uv_triangles)
    v, e, _ = counts(mesh.uv_triangles)
    assert len(finer.uv) == v + e  # a seam's middle is made once on each of its sides


def test_lonely_vertices_and_torn_edges_are_survived():
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [7, 7, 7.0]])
    three_at_an_edge = np.array([[0, 1, 2], [1, 0, 3], [0, 1, 4]])
    finer, matrix = subdivide(Mesh(vertices, three_at_an_edge))
    np.testing.assert_array_equal(finer.vertices[5], vertices[5])
    np.testing.assert_allclose(np.asarray(matrix.sum(axis=1)).ravel(), 1)
    assert np.isfinite(finer.vertices).all()
