import numpy as np
import pytest
import torch

from facerecon.geometry import rasterize as plain
from facerecon.networks import rasterizer as module
from facerecon.networks.devices import best_device
from facerecon.networks.outline import soft_silhouette
from facerecon.networks.rasterizer import interpolate, rasterize

SIZE = 23


def soup(rng, count):
    """Triangles anywhere, some of them outside, some behind the camera."""
    points = rng.uniform(-5, SIZE + 5, (count, 1, 2)) + rng.normal(size=(count, 3, 2)) * 6
    depth = rng.uniform(1, 5, count * 3)
    depth[::11] = -1
    return points.reshape(-1, 2), depth, np.arange(count * 3).reshape(-1, 3)


def as_batch(*arrays):
    return [torch.from_numpy(np.asarray(array))[None] for array in arrays]


@pytest.mark.parametrize("chunk", [4_000_000, 300])
def test_shows_what_the_z_buffer_in_numpy_shows(rng, chunk, monkeypatch):
    monkeypatch.setattr(module, "CHUNK_PIXELS", chunk)
    points, depth, triangles = soup(rng, 60)
    known = plain.rasterize(points, depth, triangles, SIZE, SIZE + 2)
    found = rasterize(*as_batch(points, depth), torch.from_numpy(triangles), SIZE, SIZE + 2)
    np.testing.assert_array_equal(found.triangle[0], known.triangle)
    np.testing.assert_allclose(found.depth[0], known.depth, rtol=1e-5)
    np.testing.assert_allclose(found.barycentric[0], known.barycentric, atol=1e-4)


def test_neighbours_leave_no_gap_and_pictures_of_a_batch_do_not_mix(rng):
    """A plane of random triangles whose corners lie on pixels: all pixels are covered, each plane at its own depth."""
    from scipy.spatial import Delaunay

    points = np.unique(np.vstack([rng.integers(0, SIZE, (40, 2)), [[0, 0], [0, 22], [22, 0], [22, 22]]]), axis=0)
    triangles = torch.from_numpy(Delaunay(points).simplices.astype(np.int64))
    pixels = torch.from_numpy(points.astype(np.float32)).expand(3, -1, -1)
    depth = torch.tensor([1.0, 2.0, 3.0])[:, None].expand(3, len(points))
    found = rasterize(pixels, depth, triangles, SIZE, SIZE)
    assert found.covered.all()
    torch.testing.assert_close(found.depth, depth[:, :1, None].expand(3, SIZE, SIZE))
    torch.testing.assert_close(found.barycentric.sum(dim=3), torch.ones(3, SIZE, SIZE))


def test_places_and_values_differentiate_by_the_vertices(rng):
    points, depth, triangles = soup(rng, 6)
    pixels, far = as_batch(points / 3, np.abs(depth))
    triangles = torch.from_numpy(triangles)
    colours = torch.from_numpy(rng.uniform(size=(1, len(points), 2)))

    def picture(pixels, far, colours):
        found = rasterize(pixels, far, triangles, 8, 8)
        return interpolate(found, colours, triangles), found.depth[found.covered]

    given = [value.requires_grad_() for value in (pixels, far, colours)]
    assert torch.autograd.gradcheck(picture, given, eps=1e-7, atol=1e-5)


def test_interpolation_is_perspective_correct():
    """A floor that runs away from the camera: what is linear on it is read at the point that the ray meets."""
    floor = torch.tensor([[-4.0, 1, 2], [4, 1, 2], [4, 1, 20], [-4, 1, 20]], dtype=torch.float64)
    triangles = torch.tensor([[0, 1, 2], [0, 2, 3]])
    pixels = (20 * floor[:, :2] / floor[:, 2:] + 10)[None]
    found = rasterize(pixels, floor[None, :, 2], triangles, 25, 25)
    ray_depth = 20 / (torch.arange(25) - 10.0).clamp(min=1e-9).double()[:, None].expand(25, 25)
    read = interpolate(found, floor[None], triangles)[0]
    seen = found.covered[0]
    assert seen.sum() > 50
    torch.testing.assert_close(read[..., 2][seen], ray_depth[seen])


def square(low, high):
    corners = [[low, low], [high, low], [high, high], [low, high]]
    return torch.tensor([corners], dtype=torch.float64), torch.tensor([[0, 2, 1], [0, 3, 2]])


def covered(pixels, triangles, softness=0.7):
    found = rasterize(pixels, torch.ones(pixels.shape[:2], dtype=pixels.dtype), triangles, 30, 30)
    return soft_silhouette(found, pixels, triangles, softness)


def test_a_soft_silhouette_grows_by_its_outline():
    """A square with sides of 14.3 px covers its area; growing by a pixel each way adds its circumference."""
    pixels, triangles = square(7.2, 21.5)
    pixels = (pixels + torch.tensor([0.0, 0.37])).requires_grad_()  # no pixel is equally far from two sides
    area = covered(pixels, triangles).sum()
    # Lines at the distance d are 2 π d longer outside and 8 d shorter inside; ∫ d sigmoid(−d / σ) = σ² π² / 12.
    assert abs(area - 14.3**2 - (2 * np.pi + 8) * 0.7**2 * np.pi**2 / 12) < 1.0
    (gradient,) = torch.autograd.grad(area, pixels)
    outwards = torch.sign(pixels.detach() - 14)
    assert abs((gradient * outwards).sum() - 4 * 14.3) < 0.03 * 4 * 14.3
    assert gradient.sum(dim=1).abs().max() < 1.0  # a shift uncovers what it covers


def test_a_soft_silhouette_differentiates_by_the_vertices():
    pixels, triangles = square(7.23, 21.54)
    pixels = (pixels + torch.tensor([[0.0, 0.31], [0.2, 0.0], [0.0, 0.43], [-0.1, 0.0]])).requires_grad_()
    assert torch.autograd.gradcheck(lambda p: covered(p, triangles), [pixels], eps=1e-7, atol=1e-5)


def test_lines_inside_and_empty_pictures_have_no_outline():
    pixels, triangles = square(7.2, 21.5)
    near, small = pixels * 0.3 + 10, triangles + 4  # a smaller square before the larger one
    both = torch.cat([pixels, near], dim=1)
    depth = torch.tensor([[2.0] * 4 + [1.0] * 4], dtype=torch.float64)
    found = rasterize(both, depth, torch.cat([triangles, small]), 30, 30)
    torch.testing.assert_close(
        soft_silhouette(found, both, torch.cat([triangles, small]), 0.7), covered(pixels, triangles)
    )
    away = covered(pixels + 100, triangles)
    assert away.shape == (1, 30, 30) and (away == 0).all()


def test_the_rasterizer_stays_on_its_device(rng):
    device = best_device()
    points, depth, triangles = soup(rng, 20)
    pixels, far = (value.float().to(device) for value in as_batch(points, depth))
    found = rasterize(pixels, far, torch.from_numpy(triangles).to(device), SIZE, SIZE)
    assert {value.device.type for value in (found.triangle, found.barycentric, found.depth)} == {device}


@pytest.mark.gpu
def test_a_graphics_card_shows_the_same(rng):
    device = best_device()
    if device == "cpu":
        pytest.skip("no graphics card here")
    points, depth, triangles = soup(rng, 60)
    given = [*(value.float() for value in as_batch(points, depth)), torch.from_numpy(triangles)]
    here = rasterize(*given, SIZE, SIZE)
    there = rasterize(*(value.to(device) for value in given), SIZE, SIZE)
    assert (here.triangle == there.triangle.cpu()).float().mean() > 0.99
    same = here.triangle == there.triangle.cpu()
    torch.testing.assert_close(here.barycentric[same], there.barycentric.cpu()[same], atol=1e-3, rtol=1e-3)
