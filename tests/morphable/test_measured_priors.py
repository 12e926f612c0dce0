"""The scripts that measured the prior and the landmarks' errors find again what was put in."""

import numpy as np
import pytest

from facerecon.core.arkit import ARKIT_NAMES
from facerecon.core.types import Camera
from facerecon.geometry.transforms import apply, camera_from_head_rotation, rigid, rotation_from_vector
from facerecon.morphable.landmark_errors import terms
from scripts.head.identity_prior import components, without_pose_and_size
from scripts.head.landmark_errors import FLIP, mirrored, people, scored, statistics, truth_of


def test_pose_and_size_are_taken_out(anny, rng):
    weights = rng.uniform(0.1, 1, len(anny.mean))
    around = anny.mean - np.average(anny.mean, axis=0, weights=weights)
    shape = rng.normal(size=(2, *anny.mean.shape))
    shape, *_ = without_pose_and_size(shape, anny.mean, weights)
    turn = np.array([0.01, -0.02, 0.03])
    moved = shape + [[[1.0, -2, 3]]] + np.cross(turn, around) + np.array([0.05, -0.02])[:, None, None] * around
    left, turns, growth = without_pose_and_size(moved, anny.mean, weights)
    np.testing.assert_allclose(left, shape, atol=1e-9)
    np.testing.assert_allclose(turns, [turn, turn], atol=1e-12)
    np.testing.assert_allclose(growth, [0.05, -0.02], atol=1e-12)


def test_components_keep_the_covariance(rng):
    modes = rng.normal(size=(5, 7, 3))
    kept, mixing = components(modes, np.full(7, 1 / 7), 5)
    first, second = (fields.reshape(5, -1) for fields in (modes, kept))
    np.testing.assert_allclose(first.T @ first, second.T @ second, atol=1e-9)
    np.testing.assert_allclose(mixing @ mixing.T, np.eye(5), atol=1e-12)
    sizes = np.linalg.norm(second, axis=1)
    assert (np.diff(sizes) < 0).all()


def test_shipped_people_have_the_spread_that_the_prior_says():
    """ICT's coefficients are independent, so identities are too, but for what size has to do with shape."""
    together = people()["people"] @ people()["people"].T
    np.testing.assert_allclose(np.diagonal(together), 1, atol=1e-3)
    shapes = np.delete(np.delete(together, 59, axis=0), 59, axis=1)[:59, :59]
    np.testing.assert_allclose(shapes, np.eye(59), atol=1e-3)


def test_one_of_icts_people_lies_where_the_photo_has_it(rng):
    """A point goes the long way through ICT's coordinates, or the short one that the fit knows: to the same pixel."""
    known, person = people(), rng.normal(size=100)
    camera_from_ict = rigid(camera_from_head_rotation(0.4, 0.1, -0.2), np.array([5.0, 8, 700]))
    camera = Camera(480, 600, 900.0, np.array([239.5, 299.5]))
    row = {"kind": "ict", "identity": person, "expression": np.zeros(52), "camera_from_head": camera_from_ict}
    pose = truth_of(row | {"camera": camera}).camera_from_head
    point = np.array([[10.0, -30, 12]])
    turned = point @ rotation_from_vector(known["turns"] @ person).T
    in_ict = apply(np.linalg.inv(known["ours_from_ict"]), turned + known["origin"] + known["shifts"] @ person)
    long, short = apply(camera_from_ict, in_ict)[0], apply(pose, point)[0]
    np.testing.assert_allclose(long[:2] / long[2], short[:2] / short[2], atol=1e-9)
    np.testing.assert_allclose(pose[:3, :3] @ pose[:3, :3].T, np.eye(3), atol=1e-9)


@pytest.fixture
def photos(rng):
    """Errors of 68 points by a law that is known, in 400 photos."""
    poses = [rigid(camera_from_head_rotation(*rng.uniform(-0.6, 0.6, 2), 0), np.zeros(3)) for _ in range(400)]
    known = np.array([terms(pose) for pose in poses])
    identity, mean, lean = rng.normal(size=(400, 80)), rng.normal(size=(7, 68, 2)), 0.3 * rng.normal(size=(80, 68, 2))
    lean[[*range(5, 59), *range(59, 80)]] = 0
    error = np.tensordot(known, mean, axes=1) + np.tensordot(identity, lean, axes=1)
    error = error + 0.2 * rng.normal(size=error.shape)
    flat = {"expression": np.zeros((400, 52)), "scores": np.zeros((400, 52))}
    return {"terms": known, "error": error, "identity": identity, **flat}, mean, lean


def test_the_law_of_errors_is_found(photos):
    measured, mean, lean = photos
    found = statistics(measured, 59)
    off = np.tensordot(measured["terms"], found["polynomial"] - mean, axes=1)
    assert np.sqrt((off**2).mean()) < 0.1
    assert np.abs(found["by_identity"][0, :5] - lean[:5]).mean() < 0.2 * np.abs(lean[:5]).mean()
    assert (found["by_identity"][:, 59] == 0).all()  # errors are those of heads of one size
    total = (found["directions"].astype(float) ** 2).sum(axis=0) + found["rest"] ** 2
    assert 0.15 < np.sqrt(total.mean()) < 0.3


def test_mirror_images_of_mirror_images_are_the_photos(photos):
    there = mirrored(photos[0], "ibug68", FLIP)
    back = mirrored({key: values[400:] for key, values in there.items()}, "ibug68", FLIP)
    for key, values in photos[0].items():
        np.testing.assert_allclose(back[key][400:], values, atol=1e-12)


def test_scores_of_a_liar_are_put_right(rng):
    true, scores = np.zeros((2000, 52)), np.zeros((2000, 52))
    smile, rare = ARKIT_NAMES.index("mouthSmileLeft"), ARKIT_NAMES.index("mouthFunnel")
    true[:, smile] = rng.uniform(0, 1, 2000)
    scores[:, smile] = 0.5 * true[:, smile] + 0.3
    scores[:10, rare] = 0.9
    offset, factor, spread = scored({"scores": scores, "expression": true})
    assert 1.4 < factor[smile] < 2 and -0.6 < offset[smile] < -0.3
    assert factor[rare] == pytest.approx(1, abs=0.25) and spread.min() >= 0.12
