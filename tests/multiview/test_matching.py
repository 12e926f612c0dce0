import cv2
import numpy as np
import pytest

from facerecon.multiview.matching import correlation, flow, match
from facerecon.multiview.unwrapping import Unwrapped

SIZE = 192


def pattern(rng):
    noise = cv2.GaussianBlur(rng.normal(size=(SIZE, SIZE)).astype(np.float32), (0, 0), 2)
    return (128 + 40 * noise / noise.std()).clip(0, 255).astype(np.uint8)


def unwrapped(picture):
    rows, columns = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32)
    whole = np.ones((SIZE, SIZE))
    return Unwrapped(picture, whole > 0, whole.astype(np.float32), np.dstack([columns, rows, 0 * rows]))


@pytest.mark.parametrize("shift", [(3.0, -2.0), (0.4, 1.7)])
def test_flow_recovers_a_shift(rng, shift):
    first = pattern(rng)
    motion = np.float32([[1, 0, shift[0]], [0, 1, shift[1]]])
    second = cv2.warpAffine(first, motion, (SIZE, SIZE), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    there, back = flow(first, second), flow(second, first)
    found = match(unwrapped(first), unwrapped(second), there, back, 6, 0.6)
    inner = (found.points[:, :2] > 15).all(axis=1) & (found.points[:, :2] < SIZE - 15).all(axis=1)
    assert inner.sum() > 500
    starts = np.stack([found.texels % SIZE, found.texels // SIZE], axis=1)
    np.testing.assert_allclose(np.median((found.others - starts)[inner], axis=0), shift, atol=0.1)
    # The surface is the grid itself here, so its points are where the skin went.
    np.testing.assert_allclose(found.points[inner, :2], found.others[inner], atol=1e-2)
    assert (found.trust > 0).all()
    assert (found.trust <= 1 + 1e-6).all()


def test_pictures_of_different_things_do_not_match(rng):
    first, second = pattern(rng), pattern(rng)
    found = match(unwrapped(first), unwrapped(second), flow(first, second), flow(second, first), 6, 0.6)
    assert len(found.trust) < 0.15 * (SIZE / 6) ** 2


def test_what_the_other_photo_does_not_show_is_not_matched(rng):
    picture = pattern(rng)
    half = unwrapped(picture)
    seen = half.seen.copy()
    seen[:, SIZE // 2 :] = False
    other = Unwrapped(picture, seen, half.facing, half.points)
    still = np.zeros((SIZE, SIZE, 2), np.float32)
    found = match(half, other, still, still, 6, 0.6)
    assert len(found.texels)
    assert (found.texels % SIZE < SIZE // 2).all()


def test_correlation_is_one_with_itself_and_knows_no_gain(rng):
    picture = pattern(rng)
    np.testing.assert_allclose(correlation(picture, picture, 3)[20:-20, 20:-20], 1, atol=1e-3)
    darker = (0.5 * picture + 20).astype(np.uint8)
    assert np.median(correlation(picture, darker, 3)) > 0.99
    assert np.abs(correlation(picture, np.full_like(picture, 128), 3)).max() == 0
