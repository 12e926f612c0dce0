import numpy as np
import pytest
from scipy.spatial import Delaunay

from facerecon.geometry import rasterize as module
from facerecon.geometry.barycentric import barycentric
from facerecon.geometry.rasterize import depth_buffer, rasterize


def reference(points, depth, triangles, height, width, perspective):
    """Ten lines, a loop over triangles and all pixels; edges are not shared out, so use it where none hits a pixel."""
    y, x = np.mgrid[:height, :width]
    pixels = np.column_stack([x.ravel(), y.ravel()]).astype(float)
    index, nearest, where = np.full(len(pixels), -1), np.full(len(pixels), np.inf), np.zeros((len(pixels), 3))
    for t, triangle in enumerate(triangles):
        weights = barycentric(pixels, np.tile(points[triangle], (len(pixels), 1, 1)))
        if perspective:
            weights = weights / depth[triangle]
            weights /= weights.sum(axis=1, keepdims=True)
        z = weights @ depth[triangle]
        wins = (weights >= 0).all(axis=1) & (z < nearest)
        index[wins], nearest[wins], where[wins] = t, z[wins], weights[wins]
    return index.reshape(height, width), nearest.reshape(height, width), where.reshape(height, width, 3)


def soup(rng, count, size=40, spread=1.3):
    points = rng.uniform(size * (1 - spread), size * spread, (count, 1, 2)) + rng.normal(size=(count, 3, 2)) * size / 4
    return points.reshape(-1, 2), rng.uniform(1, 5, count * 3), np.arange(count * 3).reshape(-1, 3)


@pytest.mark.parametrize("perspective", [True, False])
@pytest.mark.parametrize("chunk", [4_000_000, 500])
def test_equals_the_reference_loop(perspective, chunk, monkeypatch):
    monkeypatch.setattr(module, "CHUNK_PIXELS", chunk)
    rng = np.random.default_rng(chunk)
    for count in (1, 5, 60):
        points, depth, triangles = soup(rng, count)
        raster = rasterize(points, depth, triangles, 37, 45, perspective)
        index, nearest, where = reference(points, depth, triangles, 37, 45, perspective)
        np.testing.assert_array_equal(raster.triangle, index)
        np.testing.assert_allclose(raster.depth, nearest, rtol=1e-5)
        np.testing.assert_allclose(raster.barycentric, where, atol=1e-4)
        np.testing.assert_array_equal(depth_buffer(points, depth, triangles, 37, 45, perspective), raster.depth)


def test_types_and_empty_pictures():
    raster = rasterize(np.zeros((0, 2)), np.zeros(0), np.zeros((0, 3), dtype=int), 4, 6)
    assert (raster.triangle.dtype, raster.barycentric.dtype, raster.depth.dtype) == (np.int32, np.float32, np.float32)
    assert (raster.triangle == -1).all() and np.isinf(raster.depth).all() and not raster.covered.any()
    assert raster.barycentric.shape == (4, 6, 3)


@pytest.mark.parametrize("step", [1.0, 0.5, 0.3])
def test_neighbours_neither_overlap_nor_leave_gaps(step):
    """Random planar meshes with corners on pixel centres (ties everywhere): each pixel belongs to one triangle."""
    rng = np.random.default_rng(int(step * 10))
    for _ in range(10):
        inner = np.unique(np.round(rng.uniform(0, 19.8, (40, 2)) / step) * step, axis=0)
        points = np.unique(np.concatenate([inner, [[0, 0], [20, 0], [0, 20], [20, 20]]]), axis=0)

        triangles = Delaunay(points).simplices
        triangles = triangles[:, rng.permutation(3)]
        times = np.zeros((24, 24), dtype=int)
        for triangle in triangles:
            times += rasterize(points, np.ones(len(points)), triangle[None], 24, 24).covered
        square = np.zeros((24, 24), dtype=int)
        square[:20, :20] = 1  # top and left borders belong to it, bottom and right ones do not
        np.testing.assert_array_equal(times, square)


def test_top_left_rule_on_one_square():
    points = np.array([[2, 1], [6, 1], [2, 4], [6, 4.0]])
    raster = rasterize(points, np.ones(4), np.array([[0, 1, 2], [1, 3, 2]]), 8, 8)
    rows, columns = np.nonzero(raster.covered)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (1, 3, 2, 5)
    assert raster.covered.sum() == 12


def test_depth_of_a_plane_is_exact_in_perspective():
    """Pixels of a slanted plane, back-projected by their depth, lie on the plane; so do barycentric positions."""
    normal, offset, focal = np.array([0.3, -0.2, 1.0]), 10.0, 50.0
    rng = np.random.default_rng(0)
    xy = rng.uniform(-4, 4, (30, 2))
    space = np.column_stack([xy, offset - xy @ normal[:2]])
    points = focal * space[:, :2] / space[:, 2:] + 30
    triangles = np.array([rng.choice(30, 3, replace=False) for _ in range(40)])
    raster = rasterize(points, space[:, 2], triangles, 60, 60)
    y, x = np.nonzero(raster.covered)
    assert len(y) > 800
    z = raster.depth[y, x]
    back = np.column_stack([(x - 30) / focal * z, (y - 30) / focal * z, z])
    np.testing.assert_allclose(back @ normal, offset, rtol=1e-5)
    weights = raster.barycentric[y, x]
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-6)
    corners = space[triangles[raster.triangle[y, x]]]
    np.testing.assert_allclose(np.einsum("nc,nck->nk", weights, corners), back, atol=1e-3)


def test_culling_keeps_what_faces_the_viewer():
    points, depth = np.array([[0, 0], [0, 10], [10, 0.0]]), np.ones(3)
    counter_clockwise = np.array([[0, 1, 2]])  # y down: (0,0) -> (0,10) -> (10,0) turns counter-clockwise to the eye
    assert rasterize(points, depth, counter_clockwise, 9, 9, cull=True).covered.any()
    assert not rasterize(points, depth, counter_clockwise[:, ::-1], 9, 9, cull=True).covered.any()
    assert rasterize(points, depth, counter_clockwise[:, ::-1], 9, 9).covered.any()


def test_what_is_behind_degenerate_or_far_off_is_dropped():
    points = np.array([[0, 0], [0, 10], [10, 0], [np.nan, 1], [1e9, 1e9], [1e9, 2e9], [np.inf, 0]])
    depth = np.array([1, 1, -1, 1, 1, 1, 1.0])
    triangles = np.array([[0, 1, 2], [0, 1, 3], [0, 0, 1], [4, 5, 4], [0, 1, 6]])
    assert not rasterize(points, depth, triangles, 9, 9).covered.any()
    depth[2] = 0
    assert not rasterize(points, depth, triangles, 9, 9).covered.any()
    huge = np.array([[-1e7, -1e7], [3e7, -1e7], [-1e7, 3e7]])
    assert rasterize(huge, np.ones(3), np.array([[0, 1, 2]]), 9, 9).covered.all()


def test_nearest_wins_whatever_the_order():
    square = np.array([[0, 0], [9, 0], [0, 9], [9, 9.0]])
    points, depth = np.concatenate([square, square]), np.repeat([5.0, 2.0], 4)
    triangles = np.array([[0, 1, 2], [1, 3, 2], [4, 5, 6], [5, 7, 6]])
    for order in ([0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]):
        raster = rasterize(points, depth, triangles[order], 9, 9)
        assert np.isin(np.array(order)[raster.triangle], [2, 3]).all() and (raster.depth == 2).all()


def test_corner_order_does_not_matter():
    rng = np.random.default_rng(9)
    points, depth, triangles = soup(rng, 20)
    first = rasterize(points, depth, triangles, 40, 40)
    order = [2, 0, 1]
    turned = rasterize(points, depth, triangles[:, order], 40, 40)
    np.testing.assert_array_equal(first.triangle, turned.triangle)
    np.testing.assert_allclose(first.barycentric[..., order], turned.barycentric, atol=1e-6)
