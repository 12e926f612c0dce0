"""What the tests of detection share: a real face put anywhere, and a detector of known limits that finds red discs."""

import cv2
import numpy as np
import pytest
import skimage.data

from facerecon.core.types import Faces

FACE = np.array([174.0, 73.0, 276.0, 175.0])
"""px: the box of the astronaut's face, measured by hand to some 10 px."""
COLOUR = (250, 40, 40)


@pytest.fixture(scope="session")
def scene(astronaut):
    """Puts the astronaut, scaled so that the face is `size` px wide, into a large picture; gives it and the box."""

    def make(size, left, top, shape=(3000, 4000)):
        rocket = skimage.data.rocket()
        image = np.tile(rocket, (shape[0] // rocket.shape[0] + 1, shape[1] // rocket.shape[1] + 1, 1))
        image = image[: shape[0], : shape[1]].copy()
        scale = size / (FACE[2] - FACE[0])
        small = cv2.resize(astronaut, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        image[top : top + small.shape[0], left : left + small.shape[1]] = small
        return image, (FACE + 0.5) * scale - 0.5 + [left, top, left, top]

    return make


def find_discs(image, smallest=0.13, largest=0.7):
    """Finds whole red discs of some shares of the picture's side; five points mark the extremes and the middle."""
    mask = (image[..., 0].astype(int) - image[..., 1] > 120).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask)
    rows = []
    for x, y, width, height, area in stats[1:]:
        if not smallest <= max(width, height) / len(image) <= largest:
            continue
        if min(width, height) < 0.8 * max(width, height) or area < 0.7 * width * height:
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


def find_crowned_discs(image):
    """Finds red discs with a green mark above them: a detector that knows faces only upright."""
    found = find_discs(image)
    rows = []
    for row, (left, top, right, bottom) in enumerate(found.boxes):
        x, y = round((left + right) / 2), round(top - 0.25 * (bottom - top))
        if y >= 0 and image[y, x, 1] > 150:
            rows.append(row)
    rows = np.array(rows, dtype=int)
    return Faces(found.boxes[rows], found.scores[rows], found.keypoints[rows])


class Discs:
    """Pictures with discs, and what must be found in them."""

    find = staticmethod(find_discs)
    find_crowned = staticmethod(find_crowned_discs)

    @staticmethod
    def picture(shape, *discs):
        """Draws discs (x, y, diameter)."""
        image = np.full((*shape, 3), 90, np.uint8)
        for x, y, diameter in discs:
            cv2.circle(image, (x, y), diameter // 2, COLOUR, -1, cv2.LINE_AA)
        return image

    @staticmethod
    def crowned():
        """Draws one disc with a mark above it."""
        image = Discs.picture((400, 500), (200, 220, 100))
        return cv2.rectangle(image, (150, 125), (250, 160), (40, 250, 40), -1)

    @staticmethod
    def crowd(shape, cell, sizes, rng):
        """Draws one disc into each cell; gives the picture and the discs."""
        discs = []
        for top in range(0, shape[0], cell):
            for left in range(0, shape[1], cell):
                x, y = rng.integers(round(0.3 * cell), round(0.7 * cell), 2)
                discs.append((left + int(x), top + int(y), int(rng.integers(*sizes))))
        return Discs.picture(shape, *discs), discs

    @staticmethod
    def check(faces, *discs):
        """Checks that each disc was found once, and nothing else."""
        assert len(faces) == len(discs), faces.boxes
        assert (np.diff(faces.sizes) <= 0).all()
        for x, y, d in discs:
            away = np.abs(faces.boxes - [x - d / 2, y - d / 2, x + d / 2, y + d / 2]).max(axis=1).min()
            assert away < max(2.5, 0.04 * d)


@pytest.fixture(scope="session")
def discs():
    return Discs
