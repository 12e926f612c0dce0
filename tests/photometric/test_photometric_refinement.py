"""A head whose shape, light and reflectance are known, and whose landmarks err together, comes nearer to the truth."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from facerecon.core.types import Photo
from facerecon.evaluation.vertices import vertex_errors
from facerecon.networks.devices import best_device
from facerecon.photometric.evidence import Noise, Weigher
from facerecon.photometric.refine import PhotometricSettings, photometric_steps
from facerecon.photometric.residuals import Seen

KNOWN = PhotometricSettings(size=192, noise=Noise(0.05, 30.0, 0.005, 0.005, 8.0, 0.01))
"the scene's own: smooth reflectance, and nothing else that light does not explain"


def refined(scene, start, order=None, **more):
    order = order or range(len(scene.photos))

    def pick(values):
        return [values[number] for number in order]

    start = replace(start, views=tuple(pick(start.views)), observations=tuple(pick(start.observations)))
    return [
        *photometric_steps(
            scene.head, pick(scene.photos), pick(scene.landmarks), start, scene.cameras, focal_known=scene.known,
            fit=scene.fit, **{"settings": KNOWN} | more,
        )
    ]  # fmt: skip


def error(scene, identity):
    skin = slice(0, scene.head.skin_vertices)
    weights = (scene.head.face_region[skin] > 0.5).astype(float)
    found = scene.head.shape(identity)[skin]
    return float(np.average(vertex_errors(found, scene.vertices[skin], weights, scale=True), weights=weights))


@pytest.fixture(scope="module")
def one_start(one_photo):
    return one_photo.start()


@pytest.fixture(scope="module")
def three_start(three_photos):
    return three_photos.start()


@pytest.fixture(scope="module")
def three_steps(three_photos, three_start):
    return refined(three_photos, three_start)


def test_one_photo_brings_the_head_nearer(one_photo, one_start):
    steps = refined(one_photo, one_start, device="cpu")
    assert error(one_photo, steps[-1].identity) < 0.85 * error(one_photo, one_start.identity)
    assert steps[-1].cost["photometric"] < 0.8 * steps[0].cost["photometric"]


def test_three_photos_under_three_lamps_bring_it_nearer(three_photos, three_start, three_steps):
    assert error(three_photos, three_steps[-1].identity) < 0.85 * error(three_photos, three_start.identity)
    assert [step.iteration - three_start.iteration for step in three_steps] == [1, 2, 3, 4]
    assert three_steps[0].identity is not three_steps[1].identity
    np.testing.assert_array_equal(three_steps[0].identity, three_start.identity)


def test_light_and_reflectance_are_found(three_photos, three_steps):
    last = three_steps[-1]
    for found, true in zip(last.lights, three_photos.lights, strict=True):
        assert found @ true > 0.9 * np.linalg.norm(found) * np.linalg.norm(true)
    known = np.log(three_photos.reflectance[last.rows])
    assert np.corrcoef(last.reflectance, known)[0, 1] > 0.7


def test_the_order_of_photos_does_not_matter(three_photos, three_start, three_steps):
    turned = refined(three_photos, three_start, [2, 0, 1])
    np.testing.assert_allclose(turned[-1].identity, three_steps[-1].identity, atol=1e-6)
    np.testing.assert_allclose(turned[-1].lights, three_steps[-1].lights[[2, 0, 1]], atol=1e-6)


def test_what_is_told_from_elsewhere_holds_the_head(one_photo, one_start):
    """With knowledge that is sure of the start, nothing moves."""
    size = len(one_start.identity) + 7 + 52

    class Sure:
        matrix = 1e9 * np.eye(size)
        gradient = np.zeros(size)

    steps = refined(one_photo, one_start, told=Sure())
    assert np.abs(steps[-1].identity - one_start.identity).max() < 1e-4


def test_costs_add_up_and_can_be_told_apart(three_steps, three_start):
    for step in three_steps:
        parts = [value for name, value in step.cost.items() if name != "total"]
        assert step.cost["total"] == pytest.approx(sum(parts))
        assert "photometric" not in step.landmarks_alone.cost
    assert three_steps[0].landmarks_alone.cost["landmarks"] == pytest.approx(three_start.cost["landmarks"], rel=0.01)


def test_a_photo_without_skin_tells_nothing(one_photo, one_start, anny, open_head):
    """The face lies outside the photo, or its head has no shape: there is no step."""
    shifted = one_start.views[0].camera_from_head.copy()
    shifted[0, 3] += 250
    view = replace(one_start.views[0], camera_from_head=shifted)
    assert not refined(one_photo, replace(one_start, views=(view,)))
    arguments = [one_photo.photos, one_photo.landmarks, one_start, one_photo.cameras]
    assert not [*photometric_steps(open_head("canonical"), *arguments, focal_known=[True])]


def test_a_photo_of_one_colour_moves_nothing_far(one_photo, one_start):
    """Even light explains it: the shape is free to be anything, and stays."""
    photo = one_photo.photos[0]
    plain = Photo(np.full_like(photo.image, 140), "plain", None, "plain")
    steps = [
        *photometric_steps(
            one_photo.head, [plain], one_photo.landmarks, one_start, one_photo.cameras, focal_known=[True],
            fit=one_photo.fit,
        )
    ]  # fmt: skip
    assert np.abs(steps[-1].identity - one_start.identity).max() < 0.2


def test_light_is_eliminated_as_if_it_were_solved_along():
    """Schur's complement gives the same step of the head as all parameters together."""
    generator = torch.Generator().manual_seed(0)

    def drawn(*shape):
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    rows, size = 40, 5
    seen = Seen(
        torch.arange(rows), 0.05 * drawn(rows), torch.nn.functional.normalize(drawn(rows, 3), dim=1),
        drawn(rows, 2), drawn(rows, 7), drawn(rows, 3), 0.1 * drawn(rows, 3, size),
    )  # fmt: skip
    light = torch.tensor([3.5, 0.3, 0.5, -0.2, 0.1, 0, 0.2, 0, 0.1], dtype=torch.float64)
    points = 20 * drawn(rows, 3)
    weigher = Weigher(torch.cdist(points, points), Noise(robust=1e6))
    evidence = weigher.gather([seen], light[None])
    residuals, by_head, by_light = seen.linearised(light)
    away = residuals - residuals.median()
    scale = max(1.4826 * float(away.abs().median()) / weigher.noise.total, 1)
    inverse = torch.linalg.inv(scale**2 * weigher._covariance(seen.rows, torch.zeros(rows), away))
    jacobian = torch.cat([by_head, by_light], dim=1)
    prior, offset = weigher._light_prior(light[None], seen.even[None])
    matrix = jacobian.T @ inverse @ jacobian + 1e-3 * torch.eye(jacobian.shape[1])
    matrix[-9:, -9:] += torch.diag(prior) - 1e-3 * torch.eye(9)
    gradient = jacobian.T @ inverse @ residuals
    gradient[-9:] += prior * offset
    together = -torch.linalg.solve(matrix, gradient)
    alone = -np.linalg.solve(evidence.matrix + 1e-3 * np.eye(len(evidence.matrix)), evidence.gradient)
    np.testing.assert_allclose(alone, together[:-9], rtol=1e-6)
    change = -(evidence.answer[:, 0] + evidence.answer[:, 1:] @ torch.tensor(alone))
    torch.testing.assert_close(change, together[-9:])


@pytest.mark.gpu
def test_a_graphics_card_refines_alike(one_photo, one_start):
    if best_device() == "cpu":
        pytest.skip("no graphics card here")
    settings = replace(KNOWN, rounds=2)
    here = refined(one_photo, one_start, settings=settings)
    there = refined(one_photo, one_start, settings=settings, device=best_device())
    np.testing.assert_allclose(there[-1].identity, here[-1].identity, atol=0.02)
