"""Triplets taken apart: the loss by hand, its gradient by differences, what a batch teaches by counting."""

import numpy as np
import pytest

from facerecon.identity.triplets import plane, take_apart, teach


def loss(points, margin):
    anchor, positive, negative = points
    return max(0.0, ((anchor - positive) ** 2).sum() - ((anchor - negative) ** 2).sum() + margin)


def unit(rng, *shape):
    vectors = rng.normal(size=shape)
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


@pytest.mark.parametrize(("far", "zone"), [(0.3, "hard"), (0.5, "hard"), (0.6, "semi_hard"), (0.9, "easy")])
def test_zones(far, zone):
    points = np.array([[0, 0], [0.5, 0], [0, far]])
    found = take_apart(points, 0.2)
    assert found.zone == zone and found.near == pytest.approx(0.25) and found.far == pytest.approx(far**2)
    assert found.loss == pytest.approx(loss(points, 0.2)) and (found.loss == 0) == (zone == "easy")


def test_pulls_are_the_gradient_and_learning_helps(rng):
    points, margin, step = rng.normal(size=(3, 4)), 3.0, 1e-6
    found = take_apart(points, margin)
    assert found.loss > 0
    for index in np.ndindex(3, 4):
        ahead, behind = points.copy(), points.copy()
        ahead[index] += step
        behind[index] -= step
        slope = (loss(ahead, margin) - loss(behind, margin)) / (2 * step)
        assert found.pulls[index] == pytest.approx(-slope, abs=1e-6)
    assert take_apart(points + 0.05 * found.pulls, margin).loss < found.loss
    np.testing.assert_allclose(found.pulls.sum(axis=0), 0, atol=1e-12)  # where all three lie does not matter
    assert not take_apart(points, -100).pulls.any()


def test_the_plane_keeps_the_three_distances(rng):
    vectors = unit(rng, 3, 128)
    axes = plane(*vectors)
    np.testing.assert_allclose(axes @ axes.T, np.eye(2), atol=1e-12)
    flat = (vectors - vectors[0]) @ axes.T
    for i, j in ((0, 1), (0, 2), (1, 2)):
        assert np.linalg.norm(flat[i] - flat[j]) == pytest.approx(np.linalg.norm(vectors[i] - vectors[j]))
    assert flat[1, 0] > 0 and flat[1, 1] == pytest.approx(0) and flat[2, 1] > 0


def test_faces_that_are_the_same_still_span_a_plane(rng):
    anchor, other = unit(rng, 2, 128)
    for positive, negative in ((anchor, other), (other, anchor), (anchor, anchor), (other, other)):
        axes = plane(anchor, positive, negative)
        np.testing.assert_allclose(axes @ axes.T, np.eye(2), atol=1e-12)


def test_a_batch_is_counted(rng):
    vectors, persons, margin = unit(rng, 9, 6), [0, 0, 0, 0, 1, 1, 2, 3, 4], 0.3
    found = teach(vectors, persons, margin)
    assert found.pairs == 4 * 3 + 2
    squares = ((vectors[:, None] - vectors[None]) ** 2).sum(axis=2)
    semi_hard = []
    for a in range(9):
        for p in range(9):
            if a != p and persons[a] == persons[p]:
                gaps = [squares[a, n] - squares[a, p] for n in range(9) if persons[n] != persons[a]]
                semi_hard += [margin - min(good)] if (good := [g for g in gaps if 0 < g < margin]) else []
    assert found.triplets == len(semi_hard) > 0
    assert found.loss == pytest.approx(np.mean(semi_hard))


def test_faces_that_are_far_apart_teach_nothing():
    found = teach(np.eye(4)[[0, 0, 1, 2]], [0, 0, 1, 2], 0.2)
    assert (found.pairs, found.triplets, found.loss) == (2, 0, 0)
