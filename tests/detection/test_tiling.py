"""The search over sizes, with a detector of known limits: discs, and only of 0.13 to 0.7 of its picture."""

import cv2
import numpy as np
import pytest

from facerecon.core.types import Faces
from facerecon.detection import tiling
from facerecon.detection.selection import rows_of
from facerecon.detection.tiling import TILE, find_all, tile_corners, tile_sides
from facerecon.detection.turning import find_any_way_up, turned_back

COLOUR = (250, 40, 40)


def find_discs(image):
    """Finds red discs of the sizes that BlazeFace would find; five points mark the disc's extremes and middle."""
    assert image.shape == (TILE, TILE, 3)
    mask = (image[..., 0].astype(int) - image[..., 1] > 120).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask)
    rows = []
    for x, y, width, height, area in stats[1:]:
        if not 0.13 <= max(width, height) / TILE <= 0.7 or min(width, height) < 0.8 * max(width, height):
            continue
        if area < 0.7 * width * height:
            continue
        rows.append((x - 0.5, y - 0.5, x + width - 0.5, y + height - 0.5))
    if not rows:
        return Faces.none()
    found = np.array(rows, dtype=float)
    left, top, right, bottom = found.T
    middle = np.stack([(left + right) / 2, (top + bottom) / 2], axis=1)
    points = [np.stack(pair, axis=1) for pair in ((left, middle[:, 1]), (right, middle[:, 1]))]
    points += [middle, np.stack([left, bottom], axis=1), np.stack([right, bottom], axis=1)]
    return Faces(found, np.full(len(found), 0.9), np.stack(points, axis=1))


def picture(shape, *discs):
    image = np.full((*shape, 3), 90, np.uint8)
    for x, y, diameter in discs:
        cv2.circle(image, (x, y), diameter // 2, COLOUR, -1, cv2.LINE_AA)
    return image


def expected(*discs):
    return np.array([(x - d / 2, y - d / 2, x + d / 2, y + d / 2) for x, y, d in discs])


def assert_found(faces, *discs):
    assert len(faces) == len(discs), faces.boxes
    assert (np.diff(faces.sizes) <= 0).all()
    for disc in expected(*discs):
        assert np.abs(faces.boxes - disc).max(axis=1).min() < max(2.5, 0.04 * (disc[2] - disc[0]))


@pytest.mark.parametrize("diameter", [40, 57, 80, 113, 160, 250, 400, 640, 1000, 1600, 2300])
def test_every_size_is_found_once(diameter):
    disc = (1711, 1303, diameter)
    assert_found(find_all(picture((2600, 3400), disc), find_discs), disc)


def test_small_ones_everywhere_are_each_found_once():
    rng = np.random.default_rng(0)
    cells = [(column, row) for column in range(8) for row in range(6)]
    discs = [
        (200 * column + int(rng.integers(60, 140)), 200 * row + int(rng.integers(60, 140)), int(rng.integers(40, 100)))
        for column, row in cells
    ]
    assert_found(find_all(picture((1200, 1600), *discs), find_discs), *discs)


def test_disc_that_reaches_beyond_the_picture():
    disc = (300, 200, 560)
    faces = find_all(picture((400, 600), disc), lambda image: find_discs(image))
    assert len(faces) <= 1  # cut off it is no disc; nothing else may be made up
    centred = (250, 250, 470)
    assert_found(find_all(picture((500, 500), centred), find_discs), centred)


def test_points_follow_their_box():
    faces = find_all(picture((700, 900), (400, 300, 120)), find_discs)
    left, right, middle = faces.keypoints[0, :3]
    assert np.abs(middle - [400, 300]).max() < 1.5
    assert left[0] < middle[0] < right[0]  # mirrored views were mirrored back
    assert np.abs((left + right) / 2 - middle).max() < 1


def test_portrait_needs_few_looks():
    looks = []

    def counted(image):
        looks.append(1)
        return find_discs(image)

    find_all(picture((3000, 4000), (2000, 1500, 900)), counted)
    assert len(looks) < 40
    everything = len(looks)
    find_all(picture((3000, 4000)), counted)
    assert len(looks) - everything > 300


def test_candidate_that_is_nothing_from_near_is_refused():
    def fooled(image):  # sees something in the middle of every picture that holds no whole disc
        found = find_discs(image)
        if len(found):
            return found
        weak = np.array([[100.0, 100, 156, 156]])
        return Faces(weak, np.array([0.45]), np.full((1, 5, 2), 128.0))

    disc = (300, 260, 90)
    assert_found(find_all(picture((500, 600), disc), fooled), disc)


@pytest.mark.parametrize("size", [1, 100, 256, 257, 300, 600, 1001, 5000])
def test_tiles_cover_the_axis_and_overlap(size):
    corners = tile_corners(size)
    covered = np.zeros(max(size, 1), int)
    for corner in corners:
        covered[max(corner, 0) : corner + TILE] += 1
    assert covered.min() >= 1
    steps = np.diff(corners)
    assert (steps <= np.ceil(TILE * (1 - tiling.OVERLAP))).all()
    if size >= TILE:
        assert corners[0] == 0 and corners[-1] == size - TILE


def test_levels_follow_one_another_closely():
    for longer in (32, 200, 512, 1000, 4000, 20_000):
        sides = tile_sides(longer)
        assert sides[:2] == [2 * longer, longer] and sides == sorted(sides, reverse=True)
        # A face too small for one level (0.13) is not too large for the next one's overlap (1/3).
        assert all(fine / coarse > 0.13 / tiling.OVERLAP for coarse, fine in zip(sides, sides[1:], strict=False))


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_turned_back_undoes_rot90(turns):
    rng = np.random.default_rng(turns)
    image = np.zeros((37, 53), int)
    x, y = rng.integers(0, 53, 5), rng.integers(0, 37, 5)
    image[y, x] = np.arange(1, 6)
    turned = np.rot90(image, turns)
    rows, columns = np.array([np.argwhere(turned == k)[0] if (turned == k).any() else (-1, -1) for k in range(1, 6)]).T
    known = rows >= 0
    points = np.stack([columns, rows], axis=1).astype(float)
    box = np.concatenate([points[known].min(axis=0), points[known].max(axis=0)])
    back = turned_back(Faces(box[None], np.ones(1), points[None]), turns, image.shape)
    assert np.allclose(back.keypoints[0][known], np.stack([x, y], axis=1)[known])
    inside = back.keypoints[0][known]
    assert np.allclose(back.boxes[0], [*inside.min(axis=0), *inside.max(axis=0)])


def test_photo_that_lies_on_its_side():
    def upright_only(image):  # a detector that knows a face only with its mark (green) above it
        found = find_discs(image)
        good = []
        for row, (left, top, right, bottom) in enumerate(found.boxes):
            x, y = round((left + right) / 2), round(top - 0.25 * (bottom - top))
            if y >= 0 and image[y, x, 1] > 150:
                good.append(row)
        return rows_of(found, np.array(good, dtype=int))

    image = picture((400, 500), (200, 220, 100))
    cv2.rectangle(image, (150, 125), (250, 160), (40, 250, 40), -1)
    for turns in range(4):
        turned = np.ascontiguousarray(np.rot90(image, turns))
        faces = find_any_way_up(turned, upright_only)
        rows, columns = np.nonzero(turned[..., 0].astype(int) - turned[..., 1] > 120)
        assert len(faces) == 1
        assert np.abs(faces.boxes[0] - [columns.min(), rows.min(), columns.max(), rows.max()]).max() < 3
