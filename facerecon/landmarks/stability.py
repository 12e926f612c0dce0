"""How firm landmarks are: the same photo moved, mirrored, rescaled and recompressed, located anew, and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from facerecon.core.arrays import read_only
from facerecon.core.types import Landmarks, Photo
from facerecon.landmarks.landmarker import Landmarker
from facerecon.landmarks.schemes import scheme

KINDS = ("moved", "mirrored", "rescaled", "recompressed")
AROUND = 3.0
"""Side of the part of the photo that is varied, over the box's longer side."""
LARGEST = 720
"""px of that part: what a landmarker sees is smaller still."""


@dataclass(frozen=True, eq=False)
class Spread:
    """Where each landmark was found in variations of one photo."""

    points: np.ndarray
    "`(K, L, 2)` px of the photo"
    kinds: tuple[str, ...]
    "by variation: one of KINDS"

    @property
    def mean(self) -> np.ndarray:
        """`(L, 2)` px."""
        return self.points.mean(axis=0)

    @property
    def covariance(self) -> np.ndarray:
        """`(L, 2, 2)` px², the sample covariance of each point."""
        away = self.points - self.mean
        return np.einsum("kli,klj->lij", away, away) / max(len(away) - 1, 1)


def spread(landmarker: Landmarker, photo: Photo, box: np.ndarray, rng: np.random.Generator, rounds: int = 4) -> Spread:
    """Locates the landmarks of a face in variations of its photo.

    Args:
        landmarker: any.
        photo: the photo.
        box: `(4,)` x0 y0 x1 y1 of the face, px.
        rng: chooses how much is changed.
        rounds: variations of each kind.

    Returns:
        What was found; a variation in which the face was lost is left out.
    """
    found = list(spread_steps(landmarker, photo, box, rng, rounds))
    points = np.array([points for _, points in found]).reshape(len(found), scheme(landmarker.scheme).count, 2)
    return Spread(read_only(points, np.float64), tuple(kind for kind, _ in found))


def spread_steps(
    landmarker: Landmarker, photo: Photo, box: np.ndarray, rng: np.random.Generator, rounds: int = 4
) -> Iterator[tuple[str, np.ndarray]]:
    """Does what `spread` does, and yields each variation's kind and its points `(L, 2)`, px of the photo."""
    part, part_from_photo = _part(photo, np.asarray(box, dtype=np.float64))
    for _ in range(rounds):
        for kind in KINDS:
            image, image_from_part = _varied(part, kind, rng)
            around = _moved(_moved(_corners(box), part_from_photo), image_from_part)
            seen = Photo(image, f"{photo.digest}/{kind}", None, photo.name)
            found = landmarker.locate(seen, np.concatenate([around.min(axis=0), around.max(axis=0)]))
            if found is not None:
                yield kind, _back(found, kind, part_from_photo, image_from_part)


def _part(photo: Photo, box: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cuts the surroundings of a face out of the photo; gives them and `(2, 3)` part_from_photo."""
    side = AROUND * float((box[2:] - box[:2]).max())
    scale = min(LARGEST / side, 1.0)
    corner = (box[:2] + box[2:]) / 2 - side / 2
    extent = max(round(side * scale), 16)
    # Half-pixel rule: the part's pixel (0, 0) covers the photo from `corner` on.
    matrix = np.array([[scale, 0, -scale * corner[0] - 0.5], [0, scale, -scale * corner[1] - 0.5]])
    matrix[:, 2] += 0.5 * scale
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return cv2.warpAffine(photo.image, matrix, (extent, extent), flags=way, borderValue=(128, 128, 128)), matrix


def _varied(part: np.ndarray, kind: str, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Changes a picture in one way; gives it and `(2, 3)` image_from_part."""
    side = part.shape[0]
    if kind == "moved":
        middle = ((side - 1) / 2, (side - 1) / 2)
        matrix = cv2.getRotationMatrix2D(middle, rng.uniform(-8, 8), rng.uniform(0.93, 1.07))
        matrix[:, 2] += rng.uniform(-0.02, 0.02, 2) * side
        return cv2.warpAffine(part, matrix, (side, side), flags=cv2.INTER_LINEAR, borderValue=(128,) * 3), matrix
    if kind == "mirrored":
        left, up = rng.uniform(-0.02, 0.02, 2) * side  # another place too, or every round would give the same
        matrix = np.array([[-1.0, 0, side - 1 + left], [0, 1, up]])
        return cv2.warpAffine(part, matrix, (side, side), flags=cv2.INTER_LINEAR, borderValue=(128,) * 3), matrix
    if kind == "rescaled":
        smaller = max(round(side * rng.uniform(0.5, 0.9)), 16)
        scale = smaller / side
        matrix = np.array([[scale, 0, (scale - 1) / 2], [0, scale, (scale - 1) / 2]])
        return cv2.resize(part, (smaller, smaller), interpolation=cv2.INTER_AREA), matrix
    quality = int(rng.integers(35, 85))
    written = cv2.imencode(".jpg", cv2.cvtColor(part, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return cv2.cvtColor(cv2.imdecode(written, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB), np.eye(2, 3)


def _back(found: Landmarks, kind: str, part_from_photo: np.ndarray, image_from_part: np.ndarray) -> np.ndarray:
    """Takes landmarks of a variation back to the photo, `(L, 2)` px."""
    # In a mirrored picture the subject's left eye is found as the right one.
    points = found.points[scheme(found.scheme).mirror] if kind == "mirrored" else found.points
    points = _moved(points, cv2.invertAffineTransform(image_from_part))
    return _moved(points, cv2.invertAffineTransform(part_from_photo))


def _corners(box: np.ndarray) -> np.ndarray:
    """Gives the corners `(4, 2)` of a box."""
    x0, y0, x1, y1 = box
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], dtype=np.float64)


def _moved(points: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Applies an affine map `(2, 3)` to points `(N, 2)`."""
    return points @ matrix[:, :2].T + matrix[:, 2]
