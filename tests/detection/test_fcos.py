import numpy as np
import pytest

from facerecon.detection.anchors import BACKGROUND
from facerecon.detection.fcos import LEVELS, Level, assign, centreness, decode, distances, encode, locations
from facerecon.geometry.boxes import areas

EVERY = Level(8, 0, np.inf)


def random_boxes(rng, count=30):
    """Makes boxes in a picture of 384 × 512."""
    size = np.exp(rng.uniform(np.log(10), np.log(300), (count, 2)))
    corner = rng.uniform(0, 1, (count, 2)) * ([512, 384] - size)
    return np.concatenate([corner, corner + size], axis=1)


@pytest.mark.parametrize("stride", [4, 8, 16])
def test_locations_stand_in_the_middle_of_their_squares(stride):
    height, width = 3 * stride, 5 * stride - 1  # the last column's square begins in the picture
    points = locations(height, width, stride)
    assert points.shape == (15, 2)
    y, x = np.mgrid[: 3 * stride, : 5 * stride]
    squares = (y // stride) * 5 + x // stride
    for row, point in enumerate(points):
        inside = squares == row
        np.testing.assert_allclose(point, [x[inside].mean(), y[inside].mean()])


def test_every_location_of_a_box_answers_that_box(rng):
    boxes = random_boxes(rng)
    for level in (EVERY, *LEVELS[:3]):
        target = encode(boxes, 384, 512, level)
        found = target.assigned != BACKGROUND
        assert found.any()
        points = locations(384, 512, level.stride)[found]
        np.testing.assert_allclose(decode(points, target.distances[found]), boxes[target.assigned[found]])
        assert (target.distances[found] > 0).all() and not target.distances[~found].any()
        assert not target.centreness[~found].any()


def test_centreness_is_one_in_the_middle_and_zero_at_the_rim():
    box = np.array([[10.0, 20, 50, 100]])
    points = np.array([[30, 60], [10, 60], [30, 20], [50, 100], [20, 60], [20, 40], [0, 0], [30, 200]])
    expected = [1, 0, 0, 0, np.sqrt(10 / 30), np.sqrt(10 / 30 * 20 / 60), 0, 0]
    np.testing.assert_allclose(centreness(distances(points, box)[:, 0]), expected)


def test_centreness_falls_along_every_ray(rng):
    box = random_boxes(rng, 1)
    middle, half = (box[0, :2] + box[0, 2:]) / 2, (box[0, 2:] - box[0, :2]) / 2
    for direction in rng.uniform(-1, 1, (20, 2)):
        ray = middle + np.linspace(0, 1, 30)[:, None] * direction * half
        values = centreness(distances(ray, box)[:, 0])
        assert values[0] == pytest.approx(1) and (np.diff(values) < 0).all()


def test_background_is_what_no_box_holds_and_the_smallest_box_wins(rng):
    boxes = random_boxes(rng)
    points = locations(384, 512, 8)
    assigned = assign(points, boxes, EVERY)
    for point, row in zip(points, assigned, strict=True):
        holds = ((point > boxes[:, :2]) & (point < boxes[:, 2:])).all(axis=1)
        if row == BACKGROUND:
            assert not holds.any()
        else:
            assert holds[row] and areas(boxes)[row] == areas(boxes)[holds].min()
    shuffle = rng.permutation(len(boxes))
    again = assign(points, boxes[shuffle], EVERY)
    assert (np.append(shuffle, BACKGROUND)[again] == assigned).all()


def test_each_level_answers_its_own_sizes(rng):
    boxes, point = random_boxes(rng, 60), np.array([[200.3, 150.7]])
    for level in LEVELS:
        target = encode(boxes, 384, 512, level)
        reach = target.distances[target.assigned != BACKGROUND].max(axis=1)
        assert (reach >= level.least).all() and (reach <= level.most).all()
    # Seen from one point a box has one largest distance, which belongs to one level.
    holds = (distances(point, boxes)[0] > 0).all(axis=1)
    answers = [sum(assign(point, box[None], level)[0] == 0 for level in LEVELS) for box in boxes]
    assert holds.sum() > 3 and answers == holds.astype(int).tolist()


def test_centre_sampling_keeps_the_middle(rng):
    boxes = random_boxes(rng, 1)
    points = locations(384, 512, 8)
    whole, middle = assign(points, boxes, EVERY), assign(points, boxes, EVERY, radius=1.5)
    near = np.abs(points - (boxes[0, :2] + boxes[0, 2:]) / 2).max(axis=1) < 12
    assert ((middle == 0) == ((whole == 0) & near)).all()
    assert 0 < (middle == 0).sum() <= 9
    # A box is its own limit where it is smaller than the sample.
    assert (assign(points, boxes, EVERY, radius=1e3) == whole).all()


def test_no_boxes():
    target = encode(np.zeros((0, 4)), 64, 64, EVERY)
    assert (target.assigned == BACKGROUND).all() and target.distances.shape == (64, 4)
