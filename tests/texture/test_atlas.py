import numpy as np
import pytest
from synthetic_head import egg

from facerecon.geometry.sampling import sample_uv
from facerecon.texture.atlas import GUTTER_PX, build_atlas


def two_islands():
    """A square of two triangles and a lone triangle, in uv and as a mesh whose x, y are its uv."""
    uv = np.array([[0.1, 0.1], [0.5, 0.1], [0.1, 0.5], [0.5, 0.5], [0.6, 0.6], [0.9, 0.65], [0.65, 0.9]])
    triangles = np.array([[0, 2, 1], [1, 2, 3], [4, 6, 5]])
    return uv, triangles


@pytest.mark.parametrize("size", [64, 257])
def test_texels_lie_where_the_uv_says(size):
    uv, triangles = two_islands()
    atlas = build_atlas(uv, triangles, triangles, len(uv), size)
    np.testing.assert_allclose(np.asarray(atlas.from_vertices.sum(axis=1)).ravel(), 1, atol=1e-5)
    assert atlas.from_vertices.data.min() >= 0
    centres = np.column_stack([atlas.texels % size, atlas.texels // size]) + 0.5
    np.testing.assert_allclose(atlas.from_vertices @ uv.astype(np.float32) * size, centres, atol=1e-3)
    area = 0.4 * 0.4 + 0.5 * abs(0.3 * 0.3 - 0.05 * 0.05)
    assert len(atlas.texels) / size**2 == pytest.approx(area, rel=3 / size)


def test_every_texel_takes_the_nearest_covered_one():
    uv, triangles = two_islands()
    atlas = build_atlas(uv, triangles, triangles, len(uv), 64)
    rows, columns = np.divmod(atlas.texels, 64)
    everywhere = np.stack(np.mgrid[:64, :64], axis=-1).reshape(-1, 2)
    away = np.hypot(*(everywhere[:, None] - np.column_stack([rows, columns])[None]).transpose(2, 0, 1))
    chosen = away[np.arange(len(everywhere)), atlas.nearest.ravel()]
    assert (chosen <= away.min(axis=1) * 1.05 + 0.1).all()  # the transform is a 5 x 5 chamfer
    np.testing.assert_array_equal(atlas.nearest.ravel()[atlas.texels], np.arange(len(atlas.texels)))
    gutter = max(GUTTER_PX * 64 / 1024, 2)
    truly = away.min(axis=1).reshape(64, 64)
    assert atlas.near[truly < gutter * 0.95].all() and not atlas.near[truly > gutter * 1.06].any()


def test_bilinear_sampling_never_reads_past_the_gutter():
    """A function linear in uv, baked and read back at random surface points, edges included, has no bleeding."""
    uv, triangles = two_islands()
    size = 128
    atlas = build_atlas(uv, triangles, triangles, len(uv), size)
    values = uv @ np.array([[100.0, 50, 0], [0, 100, 200]])
    image = atlas.spread((atlas.from_vertices @ values.astype(np.float32)).astype(np.float32))
    rng = np.random.default_rng(0)
    which, weights = rng.integers(0, 3, 2000), rng.dirichlet(np.full(3, 0.3), 2000)
    points = np.einsum("nc,nck->nk", weights, uv[triangles[which]])
    truth = np.einsum("nc,nck->nk", weights, values[triangles[which]])
    assert np.abs(sample_uv(image, points) - truth).max() < 2 * 200 / size


def test_seams_share_vertices():
    mesh = egg(12, 24)
    atlas = build_atlas(mesh.uv, mesh.uv_triangles, mesh.triangles, len(mesh.vertices), 128)
    points = atlas.spread((atlas.from_vertices @ mesh.vertices.astype(np.float32)).astype(np.float32))
    middle = np.linspace(0.2, 0.8, 50)
    left, right = (sample_uv(points, np.column_stack([np.full(50, u), middle])) for u in (0.051, 0.949))
    assert np.linalg.norm(left - right, axis=1).max() < 3  # both sides of the cut at the back, 1 texel = 4 mm


def test_an_empty_layout_is_refused():
    with pytest.raises(ValueError, match="covers no texel"):
        build_atlas(np.zeros((3, 2)), np.array([[0, 1, 2]]), np.array([[0, 1, 2]]), 3, 64)
