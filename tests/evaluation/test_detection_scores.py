import numpy as np
import pytest

from facerecon.core.types import Faces
from facerecon.evaluation.detection import IGNORED, NO_FACE, curve, match

FACE = np.array([10.0, 10, 50, 50])
FAR = np.array([200.0, 200, 260, 280])


def faces(*rows):
    """Makes detections of (box, score) pairs."""
    return Faces(np.array([box for box, _ in rows]).reshape(-1, 4), np.array([score for _, score in rows]))


def shared_over_union(a, b):
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    shared = max(width, 0) * max(height, 0)
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)


def brute_force_hits(found, boxes, overlap):
    """Counts right and wrong detections box by box, in plain Python."""
    free, right, wrong = list(range(len(boxes))), 0, 0
    for box in found.boxes[np.argsort(-found.scores, kind="stable")]:
        best = max(free, key=lambda t: shared_over_union(box, boxes[t]), default=None)
        if best is not None and shared_over_union(box, boxes[best]) >= overlap:
            free.remove(best)
            right += 1
        else:
            wrong += 1
    return right, wrong


def at_least(found, threshold):
    kept = found.scores >= threshold
    return Faces(found.boxes[kept], found.scores[kept])


def brute_force_curve(pictures, overlap):
    """Judges every threshold from scratch, and integrates the best precision at each recall or more."""
    total = sum(len(boxes) for _, boxes in pictures)
    rows = []
    for threshold in sorted({float(s) for found, _ in pictures for s in found.scores}, reverse=True):
        counts = [brute_force_hits(at_least(found, threshold), boxes, overlap) for found, boxes in pictures]
        right, wrong = (sum(column) for column in zip(*counts, strict=True))
        rows.append((threshold, right / (right + wrong), right / total))
    area, reached = 0.0, 0.0
    for _, _, recall in rows:
        area += (recall - reached) * max(p for _, p, r in rows if r >= recall)
        reached = recall
    return rows, area


def random_pictures(rng, count):
    """Makes pictures with some boxes, noisy detections of most of them, twins and inventions; many equal scores."""
    pictures = []
    for _ in range(count):
        corner = rng.uniform(0, 300, (rng.integers(0, 6), 2))
        boxes = np.hstack([corner, corner + rng.uniform(20, 90, corner.shape)])
        noisy = np.repeat(boxes, 2, axis=0) + rng.normal(0, 7, (2 * len(boxes), 4))
        other = rng.uniform(0, 300, (rng.integers(0, 4), 2))
        noisy = np.vstack([noisy, np.hstack([other, other + 40])])
        noisy = noisy[rng.random(len(noisy)) < 0.8]
        pictures.append((Faces(noisy, rng.integers(1, 12, len(noisy)) / 12), boxes))
    return pictures


@pytest.mark.parametrize("overlap", [0.3, 0.5, 0.75])
def test_the_curve_is_that_of_the_brute_force(rng, overlap):
    for count in (1, 3, 30):
        pictures = random_pictures(rng, count)
        pictures.append((faces((FACE, 0.5)), FACE[None]))  # so that there is at least one face
        rows, area = brute_force_curve(pictures, overlap)
        drawn = curve([match(found, boxes, overlap=overlap) for found, boxes in pictures])
        np.testing.assert_allclose(np.stack([drawn.thresholds, drawn.precision, drawn.recall], axis=1), rows)
        assert drawn.average_precision == pytest.approx(area)


def test_a_worked_example():
    """Two faces; right, wrong, right: precision 1, 1/2, 2/3 at recall 1/2, 1/2, 1, so the area is 1/2 + 1/2 · 2/3."""
    found = faces((FACE, 0.9), (FACE + 100, 0.8), (FAR, 0.7))
    drawn = curve([match(found, np.stack([FACE, FAR]))])
    np.testing.assert_allclose(drawn.precision, [1, 1 / 2, 2 / 3])
    np.testing.assert_allclose(drawn.recall, [1 / 2, 1 / 2, 1])
    assert drawn.average_precision == pytest.approx(5 / 6)
    assert drawn.at(0.85) == (1.0, 0.5) and drawn.at(0.7) == (pytest.approx(2 / 3), 1.0)
    assert np.isnan(drawn.at(0.95)[0]) and drawn.at(0.95)[1] == 0


def test_a_second_find_is_wrong_and_the_better_score_chooses_first():
    found = faces((FACE + 4, 0.6), (FACE, 0.5), (FAR, 0.9))
    told = match(found, np.stack([FACE, FAR]))
    np.testing.assert_array_equal(told.scores, [0.9, 0.6, 0.5])
    np.testing.assert_array_equal(told.truth, [1, 0, NO_FACE])
    np.testing.assert_allclose(told.overlaps, [1, 36**2 / (2 * 40**2 - 36**2), 0])


def test_a_taken_face_leaves_its_neighbour_to_the_next():
    left, right = np.array([0.0, 0, 40, 40]), np.array([10.0, 0, 50, 40])
    told = match(faces((left, 0.9), (left, 0.8)), np.stack([left, right]))
    np.testing.assert_array_equal(told.truth, [0, 1])


def test_ignored_faces_neither_help_nor_harm():
    plain = curve([match(faces((FACE, 0.9), (FAR + 300, 0.4)), FACE[None])])
    told = match(faces((FACE, 0.9), (FAR, 0.8), (FAR + 2, 0.7), (FAR + 300, 0.4)), FACE[None], ignored=FAR[None])
    np.testing.assert_array_equal(told.truth, [0, IGNORED, IGNORED, NO_FACE])
    np.testing.assert_array_equal(curve([told]).precision, plain.precision)
    # A face that counts comes first, even where an ignored one lies over it.
    assert match(faces((FACE, 0.9)), FACE[None], ignored=FACE[None]).truth[0] == 0


def test_size_classes_divide_faces_and_mistakes(rng):
    pictures = [match(found, boxes) for found, boxes in random_pictures(rng, 40)]
    classes = [curve(pictures, sizes) for sizes in ((0, 40), (40, 60), (60, np.inf))]
    whole = curve(pictures)
    assert sum(one.faces for one in classes) == whole.faces
    right = [one.recall[-1] * one.faces for one in classes]
    assert sum(right) == pytest.approx(whole.recall[-1] * whole.faces)
    detections = [hits / one.precision[-1] for hits, one in zip(right, classes, strict=True)]
    assert sum(detections) == pytest.approx(whole.recall[-1] * whole.faces / whole.precision[-1])


def test_a_loose_box_belongs_to_the_class_of_its_face():
    """A box of 44 px on a face of 40 px."""
    told = match(faces((FACE + [-2, -2, 2, 2], 0.9)), FACE[None])
    assert curve([told], (36, 42)).average_precision == 1
    assert len(curve([told], (42, 99)).thresholds) == 0


def test_only_the_order_of_scores_matters_to_the_area(rng):
    pictures = random_pictures(rng, 20)
    areas = [
        curve([match(Faces(f.boxes, change(f.scores)), b) for f, b in pictures]).average_precision
        for change in (np.copy, np.square, lambda s: 0.5 + s / 3)
    ]
    assert areas[1:] == pytest.approx(areas[:1] * 2)


def test_nothing_at_all():
    empty = curve([match(Faces.none(), np.zeros((0, 4)))])
    assert empty.faces == 0 and np.isnan(empty.average_precision) and np.isnan(curve([]).average_precision)
    missed = curve([match(Faces.none(), FACE[None])])
    assert missed.average_precision == 0 and missed.at(0.5)[1] == 0
    only_wrong = curve([match(faces((FAR, 0.9)), FACE[None])])
    assert only_wrong.average_precision == 0 and only_wrong.at(0.5) == (0, 0)
