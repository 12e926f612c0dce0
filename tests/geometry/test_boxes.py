import numpy as np
import pytest

from facerecon.geometry.boxes import areas, giou, iou, overlap_of_smaller

MEASURES = (iou, giou, overlap_of_smaller)


def random_boxes(rng, count):
    corner = rng.uniform(-50, 100, (count, 2))
    return np.concatenate([corner, corner + rng.uniform(1, 60, (count, 2))], axis=1)


def area(box):
    return max(box[2] - box[0], 0) * max(box[3] - box[1], 0)


def reference(one, other):
    """IoU, GIoU and the overlap of the smaller, by the book, for one pair."""
    shared = area([*np.maximum(one[:2], other[:2]), *np.minimum(one[2:], other[2:])])
    around = area([*np.minimum(one[:2], other[:2]), *np.maximum(one[2:], other[2:])])
    union = area(one) + area(other) - shared
    return shared / union, shared / union - (around - union) / around, shared / min(area(one), area(other))


@pytest.mark.parametrize("seed", range(3))
def test_equal_to_the_reference(seed):
    rng = np.random.default_rng(seed)
    first, second = random_boxes(rng, 30), random_boxes(rng, 20)
    expected = np.array([[reference(one, other) for other in second] for one in first])
    for measure, values in zip(MEASURES, np.moveaxis(expected, 2, 0), strict=True):
        np.testing.assert_allclose(measure(first, second), values, atol=1e-12)


def test_equal_to_counting_pixels():
    rng = np.random.default_rng(0)
    first, second = random_boxes(rng, 6).round(), random_boxes(rng, 5).round()
    y, x = np.mgrid[-50:170, -50:170]
    masks = [[(x >= a) & (x < c) & (y >= b) & (y < d) for a, b, c, d in group] for group in (first, second)]
    assert areas(first).tolist() == [mask.sum() for mask in masks[0]]
    for i, one in enumerate(masks[0]):
        for j, other in enumerate(masks[1]):
            assert iou(first, second)[i, j] == pytest.approx((one & other).sum() / (one | other).sum())


def test_symmetric_bounded_and_blind_to_place_scale_and_axis_order():
    rng = np.random.default_rng(1)
    first, second = random_boxes(rng, 25), random_boxes(rng, 25)
    for measure in MEASURES:
        values = measure(first, second)
        np.testing.assert_allclose(values, measure(second, first).T)
        np.testing.assert_allclose(values, measure(first * 3 + 7, second * 3 + 7), atol=1e-12)
        np.testing.assert_allclose(values, measure(first[:, [1, 0, 3, 2]], second[:, [1, 0, 3, 2]]))
        np.testing.assert_allclose(np.diag(measure(first, first)), 1)
        assert values.max() <= 1
    assert iou(first, second).min() == 0 and -1 <= giou(first, second).min() < 0
    assert (giou(first, second) <= iou(first, second) + 1e-12).all()
    assert (iou(first, second) <= overlap_of_smaller(first, second)).all()


def test_nested_and_touching_boxes():
    big, inner, beside = np.array([[0.0, 0, 10, 10]]), np.array([[2.0, 2, 7, 7]]), np.array([[10.0, 0, 20, 10]])
    assert iou(big, inner)[0, 0] == giou(big, inner)[0, 0] == 0.25 and overlap_of_smaller(big, inner)[0, 0] == 1
    assert iou(big, beside)[0, 0] == giou(big, beside)[0, 0] == overlap_of_smaller(big, beside)[0, 0] == 0


def test_giou_falls_with_distance():
    steps = np.arange(0.0, 50, 5)
    moved = np.column_stack([steps, 0 * steps, steps + 10, 0 * steps + 10])
    assert (np.diff(giou(moved[:1], moved)[0]) < 0).all()


def test_empty_boxes_overlap_nothing_and_no_boxes_give_no_values():
    empty = np.array([[3.0, 3, 3, 8], [3, 3, 8, 3], [9, 9, 1, 1], [3, 3, 3, 3]])
    assert areas(empty).tolist() == [0] * 4
    others = np.concatenate([empty, [[0.0, 0, 10, 10]]])
    for measure in (iou, overlap_of_smaller):
        assert measure(empty, others).max() == 0
    assert np.isfinite(giou(empty, others)).all() and np.abs(giou(empty, others)).max() <= 1
    for measure in MEASURES:
        assert measure(np.zeros((0, 4)), others).shape == (0, 5) and measure(others, np.zeros((0, 4))).shape == (5, 0)
