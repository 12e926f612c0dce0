import numpy as np
import pytest
import shapes

from facerecon.geometry.normals import triangle_normals
from facerecon.geometry.smoothing import bilateral_steps, fairing_steps, restore_volume, taubin_steps
from facerecon.geometry.topology import enclosed_volume


def last(steps):
    *_, value = steps
    return value


@pytest.fixture
def noisy(rng):
    vertices, triangles = shapes.sphere(4)
    return vertices * (1 + rng.normal(0, 0.02, (len(vertices), 1))), triangles


def roughness(vertices):
    return np.linalg.norm(vertices, axis=1).std()


@pytest.mark.parametrize(
    ("steps", "kept"),
    [
        (lambda *mesh: taubin_steps(*mesh, 20), 0.01),
        (lambda *mesh: fairing_steps(*mesh, 4, 0.1), 1e-6),
        (lambda *mesh: bilateral_steps(*mesh, 5), 0.01),
    ],
)
def test_noise_goes_and_the_volume_stays(noisy, steps, kept):
    vertices, triangles = noisy
    smooth = last(steps(vertices, triangles))
    assert roughness(smooth) < 0.5 * roughness(vertices)
    assert enclosed_volume(smooth, triangles) == pytest.approx(enclosed_volume(vertices, triangles), rel=kept)


def test_a_plain_laplacian_shrinks_and_taubin_does_not():
    vertices, triangles = shapes.sphere(3)
    before = enclosed_volume(vertices, triangles)
    plain = last(fairing_steps(vertices, triangles, 10, 0.15, keep_volume=False))
    assert enclosed_volume(plain, triangles) < 0.6 * before
    assert enclosed_volume(last(taubin_steps(vertices, triangles, 50)), triangles) == pytest.approx(before, rel=0.03)


def test_bilateral_keeps_edges_that_others_round(rng):
    vertices, triangles = shapes.cube(12)
    rough = vertices + rng.normal(0, 0.006, vertices.shape)

    def wrong(points):
        """How far the normals are from those of the cube, degrees."""
        cosine = (triangle_normals(points, triangles) * triangle_normals(vertices, triangles)).sum(axis=1)
        return np.degrees(np.arccos(np.clip(cosine, -1, 1))).mean()

    sharp = wrong(last(bilateral_steps(rough, triangles, 8)))
    assert sharp < 0.4 * wrong(rough)
    assert sharp < 0.6 * wrong(last(taubin_steps(rough, triangles, 10)))


def test_borders_stay_and_a_plane_is_smooth_already():
    vertices, triangles = shapes.dome(12)
    edge = np.abs(vertices[:, :2]).max(axis=1) == 1
    for steps in (taubin_steps(vertices, triangles, 3), fairing_steps(vertices, triangles, 3, 0.2)):
        np.testing.assert_array_equal(last(steps)[edge], vertices[edge])
    flat = vertices * [1, 1, 0]
    np.testing.assert_allclose(last(fairing_steps(flat, triangles, 3, 0.3)), flat, atol=1e-9)


def test_volume_can_be_restored():
    vertices, triangles = shapes.sphere(3)
    shrunk = restore_volume(0.9 * vertices, triangles, enclosed_volume(vertices, triangles))
    assert enclosed_volume(shrunk, triangles) == pytest.approx(enclosed_volume(vertices, triangles), rel=1e-9)
    np.testing.assert_allclose(np.linalg.norm(shrunk, axis=1), 1, atol=1e-2)
