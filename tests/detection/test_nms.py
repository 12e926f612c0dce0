import numpy as np
import pytest

from facerecon.detection.nms import overlaps, suppress


def boxes(rng, count):
    corner = rng.uniform(0, 100, (count, 2))
    return np.concatenate([corner, corner + rng.uniform(1, 40, (count, 2))], axis=1)


def test_overlaps_equal_counting_pixels():
    rng = np.random.default_rng(0)
    first, second = boxes(rng, 6).round(), boxes(rng, 5).round()
    union, smaller = overlaps(first, second)
    y, x = np.mgrid[:160, :160]
    masks = [[(x >= a) & (x < c) & (y >= b) & (y < d) for a, b, c, d in group] for group in (first, second)]
    for i, one in enumerate(masks[0]):
        for j, other in enumerate(masks[1]):
            shared = (one & other).sum()
            assert union[i, j] == pytest.approx(shared / (one | other).sum())
            assert smaller[i, j] == pytest.approx(shared / min(one.sum(), other.sum()))


def test_what_stays_is_apart_and_what_goes_is_covered_by_something_better():
    rng = np.random.default_rng(1)
    found, scores = boxes(rng, 60), rng.uniform(0, 1, 60)
    kept = suppress(found, scores)
    union, smaller = overlaps(found, found)
    conflict = (union > 0.3) | (smaller > 0.7)
    assert not (conflict[np.ix_(kept, kept)] & ~np.eye(len(kept), dtype=bool)).any()
    for row in set(range(60)) - set(kept.tolist()):
        assert any(conflict[row, k] and scores[k] >= scores[row] for k in kept)
    assert (np.diff(scores[kept]) <= 0).all() and scores.argmax() == kept[0]


def test_order_of_input_does_not_matter():
    rng = np.random.default_rng(2)
    found, scores = boxes(rng, 40), rng.permutation(40) / 40
    shuffle = rng.permutation(40)
    assert (shuffle[suppress(found[shuffle], scores[shuffle])] == suppress(found, scores)).all()


def test_nothing_in_nothing_out():
    assert len(suppress(np.zeros((0, 4)), np.zeros(0))) == 0
    assert overlaps(np.zeros((2, 4)), np.zeros((2, 4)))[0].max() == 0  # empty boxes touch nothing
