"""Tells which way up the face in a box stands, by quarter turns."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import numpy as np

from facerecon.landmarks.crops import cut

MEMBER = "face_detector.tflite"
SIDE = 256
MARGINS = (1.6, 3.0)
"""Crop over box: BlazeFace is asked twice, for a single answer wavers by 0.1."""
SURE = 0.88
"""Mean score of a face that leans less than 45°; a quarter turn lowers it by 0.1, a half turn by 0.25."""
PREFERENCE = 0.02
"""For upright, where two turns are as good."""


class QuarterTurns:
    """Ranks the four ways a face may stand by how sure BlazeFace is of it.

    Args:
        bundle: the bytes of `face_landmarker.task`, a zip that holds the detector.
    """

    def __init__(self, bundle: bytes):
        from mediapipe.tasks.python import BaseOptions, vision

        with zipfile.ZipFile(io.BytesIO(bundle)) as members:
            model = members.read(MEMBER)
        options = vision.FaceDetectorOptions(
            base_options=BaseOptions(model_asset_buffer=model),
            running_mode=vision.RunningMode.IMAGE,
            min_detection_confidence=0.1,
        )
        self._detector: Any = vision.FaceDetector.create_from_options(options)

    def close(self) -> None:
        """Frees the native object."""
        self._detector.close()

    def ranked(self, image: np.ndarray, box: np.ndarray) -> list[int]:
        """Lists the quarter turns counter-clockwise that would set the face upright, the likeliest first.

        Args:
            image: `(H, W, 3)` RGB uint8.
            box: `(4,)` x0 y0 x1 y1, px.
        """
        upright = self._score(image, box, 0)
        if upright >= SURE:
            return [0, 1, 3, 2]
        scores = {0: upright + PREFERENCE} | {turns: self._score(image, box, turns) for turns in (1, 3, 2)}
        return sorted(scores, key=lambda turns: -scores[turns])

    def _score(self, image: np.ndarray, box: np.ndarray, turns: int) -> float:
        """Takes the mean score of the face in the middle over the margins."""
        return sum(self._middle(cut(image, box, margin, SIDE, turns).image, margin) for margin in MARGINS) / len(
            MARGINS
        )

    def _middle(self, image: np.ndarray, margin: float) -> float:
        """Takes the best score of a face whose centre lies in the middle of a picture."""
        from mediapipe import Image, ImageFormat

        best = 0.0
        for face in self._detector.detect(Image(ImageFormat.SRGB, image)).detections:
            box = face.bounding_box
            away = (abs(box.origin_x + box.width / 2 - SIDE / 2), abs(box.origin_y + box.height / 2 - SIDE / 2))
            if max(away) < 0.4 * SIDE / margin:
                best = max(best, face.categories[0].score)
        return best
