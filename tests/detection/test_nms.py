import numpy as np
import pytest

from facerecon.detection.nms import soft_suppress, suppress, suppress_batch
from facerecon.geometry.boxes import iou, overlap_of_smaller


def boxes(rng, count):
    corner = rng.uniform(0, 100, (count, 2))
    return np.concatenate([corner, corner + rng.uniform(1, 40, (count, 2))], axis=1)


def reference(found, scores, overlap, smaller=1.0):
    """Greedy suppression as in any textbook, box by box."""
    kept, suppressor = [], np.full(len(found), -1)
    for row in sorted(range(len(found)), key=lambda row: -scores[row]):
        for better in kept:
            one, other = found[better][None], found[row][None]
            if iou(one, other)[0, 0] > overlap or overlap_of_smaller(one, other)[0, 0] > smaller:
                suppressor[row] = better
                break
        else:
            kept.append(row)
    return kept, suppressor


def soft_reference(found, scores, factor, floor):
    """Soft suppression after figure 2 of Bodla et al., box by box."""
    scores, left, kept = scores.copy(), list(range(len(found))), []
    while left:
        best = max(left, key=lambda row: scores[row])
        left.remove(best)
        if scores[best] >= floor:
            kept.append(best)
            for row in left:
                scores[row] *= factor(iou(found[best][None], found[row][None])[0, 0])
    return kept, scores[kept]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("overlap", "smaller"), [(0.3, 1.0), (0.5, 0.7), (0.0, 1.0), (1.0, 1.0)])
def test_greedy_equals_the_reference(seed, overlap, smaller):
    rng = np.random.default_rng(seed)
    found, scores = boxes(rng, 60), rng.integers(0, 20, 60) / 20  # with ties
    result = suppress(found, scores, overlap, smaller)
    kept, suppressor = reference(found, scores, overlap, smaller)
    assert result.kept.tolist() == kept and result.suppressor.tolist() == suppressor.tolist()


@pytest.mark.parametrize("seed", range(5))
def test_what_stays_is_apart_and_what_goes_is_covered_by_something_better(seed):
    rng = np.random.default_rng(seed)
    found, scores = boxes(rng, 60), rng.uniform(0, 1, 60)
    result = suppress(found, scores)
    kept, covered = result.kept, iou(found, found)
    assert (covered[np.ix_(kept, kept)][~np.eye(len(kept), dtype=bool)] <= 0.3).all()
    gone = np.flatnonzero(result.suppressor >= 0)
    assert sorted([*kept, *gone]) == list(range(60)) and set(result.suppressor[gone]) <= set(kept)
    assert (covered[gone, result.suppressor[gone]] > 0.3).all()
    assert (scores[result.suppressor[gone]] >= scores[gone]).all()
    assert (np.diff(scores[kept]) <= 0).all() and scores.argmax() == kept[0]


def test_order_scale_and_place_do_not_matter_and_twice_is_once():
    rng = np.random.default_rng(2)
    found, scores = boxes(rng, 40), rng.permutation(40) / 40
    kept = suppress(found, scores).kept
    shuffle = rng.permutation(40)
    assert (shuffle[suppress(found[shuffle], scores[shuffle]).kept] == kept).all()
    assert (suppress(found * 4 + 1000, scores).kept == kept).all()
    assert (suppress(found, scores**3).kept == kept).all()
    assert (suppress(found[kept], scores[kept]).kept == np.arange(len(kept))).all()


@pytest.mark.parametrize("seed", range(3))
def test_batch_equals_one_image_at_a_time(seed):
    rng = np.random.default_rng(seed)
    found, scores, image = boxes(rng, 80), rng.uniform(0, 1, 80), rng.choice([0, 3, 7], 80)
    result = suppress_batch(found, scores, image, 0.4, 0.8)
    assert (np.diff(scores[result.kept]) <= 0).all()
    for one in (0, 3, 7):
        rows = np.flatnonzero(image == one)
        alone = suppress(found[rows], scores[rows], 0.4, 0.8)
        assert result.kept[image[result.kept] == one].tolist() == rows[alone.kept].tolist()
        gone = alone.suppressor >= 0
        assert (result.suppressor[rows][gone] == rows[alone.suppressor[gone]]).all()


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("decay", ["linear", "gaussian"])
def test_soft_equals_the_reference(seed, decay):
    rng = np.random.default_rng(seed)
    found, scores = boxes(rng, 60), rng.uniform(0, 1, 60)
    factor = {"linear": lambda u: 1 - u if u > 0.3 else 1, "gaussian": lambda u: np.exp(-u * u / 0.5)}[decay]
    rows, lowered = soft_suppress(found, scores, decay, floor=0.05)
    kept, expected = soft_reference(found, scores, factor, 0.05)
    assert rows.tolist() == kept
    np.testing.assert_allclose(lowered, expected)
    assert (np.diff(lowered) <= 0).all() and (lowered <= scores[rows]).all() and lowered[0] == scores.max()


def test_nothing_one_identical_touching_and_empty_boxes():
    nothing, one = np.zeros((0, 4)), np.array([[0.0, 0, 10, 10]])
    for found, scores, kept in (
        (nothing, [], []),
        (one, [0.5], [0]),
        (one.repeat(3, axis=0), [0.5, 0.9, 0.9], [1]),  # of equals the first
        (np.array([[0.0, 0, 10, 10], [10, 0, 20, 10]]), [0.5, 0.6], [1, 0]),  # a shared edge has no area
        (np.array([[5.0, 5, 5, 9], [5, 5, 5, 9], [9, 9, 2, 2]]), [0.5, 0.6, 0.1], [1, 0, 2]),
    ):
        scores = np.array(scores)
        assert suppress(found, scores, 0.0).kept.tolist() == kept
        assert suppress_batch(found, scores, np.zeros(len(found), int), 0.0).kept.tolist() == kept
        assert soft_suppress(found, scores, "linear", overlap=0.0)[0].tolist() == kept
    assert (suppress(one.repeat(3, axis=0), np.array([0.5, 0.9, 0.9])).suppressor == [1, -1, 1]).all()
    assert len(suppress(one.repeat(3, axis=0), np.ones(3), 1.0).kept) == 3  # nothing overlaps by more than 1
