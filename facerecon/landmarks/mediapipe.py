"""MediaPipe's FaceLandmarker (Google, Apache-2.0): 478 points with depth and 52 expression scores."""

from __future__ import annotations

import weakref
from dataclasses import replace
from typing import Any

import numpy as np

from facerecon.assets import locate as locate_asset
from facerecon.core.arkit import ARKIT_NAMES
from facerecon.core.arrays import check_shape
from facerecon.core.native_output import native_output_to_log
from facerecon.core.types import Landmarks, Photo
from facerecon.geometry.boxes import iou
from facerecon.landmarks.crops import Crop, cut
from facerecon.landmarks.turns import QuarterTurns

SIDE = 640
"""px of the crop that the landmarker sees: the face is then some 250 to 400 px wide."""
MARGINS = (2.0, 1.5, 3.0)
"""Crop over box, in the order in which they are tried."""
CLOSER = 1.8
"""Crop over the extent of the points that were found, to centre them."""
SETTLED = (1.6, 2.0)
"""The same, for the looks whose mean is the answer."""
CONFIDENCE = 0.3
MOST_FACES = 4
MINIMAL_OVERLAP = 0.2


class FaceMesh:
    """Locates MediaPipe's 478 landmarks of the face in a box.

    The task object is made once, costs 0.1 s and some 30 MB, and lives until `close`.

    Args:
        device: taken for the sake of the others; MediaPipe's wheel runs on the CPU alone.
    """

    name = "mediapipe"
    assets = ("face_landmarker",)
    scheme = "mediapipe478"

    def __init__(self, device: str = "cpu"):
        bundle = locate_asset(self.assets[0]).read_bytes()
        with native_output_to_log():
            self._landmarker = _open(bundle)
            self._turns = QuarterTurns(bundle)
            # The first calls speak too, and are slow.
            self._turns.ranked(np.zeros((SIDE, SIDE, 3), np.uint8), np.array([0.0, 0, SIDE, SIDE]))
            self._detect(np.zeros((SIDE, SIDE, 3), np.uint8))
        # Also closes at the interpreter's end, where the library's own destructor would fail aloud.
        self._finalizer = weakref.finalize(self, _close, self._landmarker, self._turns)

    def __enter__(self) -> FaceMesh:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Frees the native objects; a second call does nothing."""
        self._finalizer()

    def locate(self, photo: Photo, box: np.ndarray) -> Landmarks | None:
        """Locates the landmarks of the face in a box.

        The crop is turned by quarters until its face stands upright, for on a face that stands on its head the
        network imagines an upright one. What is found is looked at again from near, so that the answer hardly depends
        on whose box it was. The points are px of the photo as it is.

        Args:
            photo: the photo.
            box: `(4,)` x0 y0 x1 y1, px.

        Returns:
            The landmarks, or None where no face is in the box.
        """
        box = np.asarray(box, dtype=np.float64)
        check_shape(box, (4,), "box")
        if not (np.isfinite(box).all() and (box[2:] > box[:2]).all()):
            raise ValueError(f"box must be x0 < x1, y0 < y1, got {box.tolist()}")
        with native_output_to_log():  # MediaPipe remarks on how some pictures lie in memory
            for turns in self._turns.ranked(photo.image, box):
                for margin in MARGINS:
                    found = self._best(cut(photo.image, box, margin, SIDE, turns), box)
                    if found is not None:
                        return self._settled(photo.image, found, turns)
        return None

    def _settled(self, image: np.ndarray, found: Landmarks, turns: int) -> Landmarks:
        """Looks again at a face in crops around its own points, and gives the mean of what is found there."""
        centred = self._again(image, found, CLOSER, turns) or found
        looks = [self._again(image, centred, margin, turns) for margin in SETTLED]
        return _mean([look for look in looks if look is not None] or [centred])

    def _again(self, image: np.ndarray, found: Landmarks, margin: float, turns: int) -> Landmarks | None:
        box = np.concatenate([found.points.min(axis=0), found.points.max(axis=0)])
        return self._best(cut(image, box, margin, SIDE, turns), box)

    def _best(self, crop: Crop, box: np.ndarray) -> Landmarks | None:
        """Chooses among the faces in a crop the one that overlaps the box most."""
        result = self._detect(crop.image)
        best, best_overlap = None, MINIMAL_OVERLAP
        for marks, scores in zip(result.face_landmarks, result.face_blendshapes, strict=True):
            normalised = np.array([(mark.x, mark.y, mark.z) for mark in marks])
            # MediaPipe measures from the corner of the first pixel, we from its centre.
            points = crop.to_photo(normalised[:, :2] * SIDE - 0.5)
            extent = np.concatenate([points.min(axis=0), points.max(axis=0)])
            overlap = iou(extent[None], box[None])[0, 0]
            if overlap > best_overlap:
                depth = normalised[:, 2] * SIDE / crop.scale
                best = Landmarks(points, depth, self.scheme, _blendshapes(scores), self.name)
                best_overlap = overlap
        return best

    def _detect(self, image: np.ndarray) -> Any:
        """Runs the landmarker on one RGB picture."""
        from mediapipe import Image, ImageFormat

        return self._landmarker.detect(Image(ImageFormat.SRGB, np.ascontiguousarray(image)))


def _open(bundle: bytes) -> Any:
    """Makes the task object; from bytes, for a path in any script does not reach native code on every system."""
    from mediapipe.tasks.python import BaseOptions, vision

    options = vision.FaceLandmarkerOptions(
        base_options=BaseOptions(model_asset_buffer=bundle),
        running_mode=vision.RunningMode.IMAGE,
        num_faces=MOST_FACES,
        min_face_detection_confidence=CONFIDENCE,
        min_face_presence_confidence=CONFIDENCE,
        output_face_blendshapes=True,
    )
    return vision.FaceLandmarker.create_from_options(options)


def _close(*tasks: Any) -> None:
    """Closes task objects without their farewell on the terminal."""
    with native_output_to_log():
        for task in tasks:
            task.close()


def _mean(looks: list[Landmarks]) -> Landmarks:
    """Averages several looks at one face."""
    names = ("points", "depth", "blendshapes")
    return replace(looks[0], **{name: np.mean([getattr(look, name) for look in looks], axis=0) for name in names})


def _blendshapes(scores: list[Any]) -> np.ndarray:
    """Sorts the scores `(52,)` into our order; MediaPipe has no `tongueOut` (0 here), and `_neutral` is dropped."""
    by_name = {score.category_name: score.score for score in scores}
    return np.array([by_name.get(name, 0.0) for name in ARKIT_NAMES]).clip(0, 1)
