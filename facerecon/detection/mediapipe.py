"""BlazeFace (Bazarevsky et al. 2019, arXiv:1907.05047; Google, Apache-2.0) through MediaPipe Tasks."""

from __future__ import annotations

import weakref
import zipfile
from collections.abc import Callable
from functools import cached_property, partial
from typing import Any

import numpy as np

from facerecon.assets import locate
from facerecon.core.native_output import native_output_to_log
from facerecon.core.types import Faces, Photo
from facerecon.detection.confirmation import CANDIDATE, CONFIRMED, SAME, SURE, TILE, TURNED, confirmed_faces
from facerecon.detection.pyramid import Pyramid
from facerecon.detection.search import EVERY_SIZE, Search
from facerecon.detection.selection import proposed, select
from facerecon.detection.tiling import look
from facerecon.detection.turning import any_way_up

MEMBER = "face_detector.tflite"
# Half the mouth's width over the distance between the pupils, on MediaPipe's canonical face.
HALF_MOUTH = 0.39


class BlazeFace:
    """Finds faces with MediaPipe's BlazeFace (short range).

    The task object is made once and lives until `close`.

    Args:
        device: taken as every detector takes it, but without effect: MediaPipe's wheels run this network on the CPU.
    """

    name = "mediapipe"
    family = "SSD"
    assets = ("face_landmarker",)
    threshold = CONFIRMED
    overlap = SAME

    def __init__(self, device: str = "cpu"):
        with zipfile.ZipFile(locate(self.assets[0])) as bundle:
            self._model = bundle.read(MEMBER)
        with native_output_to_log():
            self._detector = _open(self._model)
            self._find(np.zeros((1, TILE, TILE, 3), np.uint8))  # the first call speaks too, and is slow
        self._finalizer = weakref.finalize(self, _close, self._detector)

    def __enter__(self) -> BlazeFace:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Frees the native objects; a second call does nothing."""
        self._finalizer()

    @cached_property
    def parameters(self) -> int:
        """How many numbers were learned: those of all constant tensors of fractions in the tflite file."""
        from mediapipe.tasks.metadata import schema_py_generated as schema

        model = schema.Model.GetRootAs(self._model)
        graph, bytes_of = model.Subgraphs(0), {schema.TensorType.FLOAT32: 4, schema.TensorType.FLOAT16: 2}
        tensors = [graph.Tensors(index) for index in range(graph.TensorsLength())]
        learned = [tensor for tensor in tensors if tensor.Type() in bytes_of]
        return sum(model.Buffers(tensor.Buffer()).DataLength() // bytes_of[tensor.Type()] for tensor in learned)

    @classmethod
    def code(cls) -> tuple[Callable[..., object], ...]:
        """Lists the functions that lead from a picture to candidates, for who wants to read them."""
        return (cls.propose,)

    def propose(self, photo: Photo, search: Search = EVERY_SIZE) -> Faces:
        """Gives the candidates, px of the whole photo, best first: see `confirmation` for their scores."""
        steps = partial(confirmed_faces, Pyramid(photo.image, TILE), search)
        with native_output_to_log():  # MediaPipe remarks on how some pictures lie in memory
            (found,) = look([any_way_up(steps, SURE, TURNED)], self._find)
        return proposed(found, self.overlap, search)

    def detect(self, photo: Photo, search: Search = EVERY_SIZE) -> Faces:
        """Finds every face, px of the whole photo; the largest comes first.

        Faces of any size and in any quarter turn are found (see `confirmation`, `turning`); no face is an empty value.
        """
        return select(self.propose(photo, search), self.threshold, self.overlap).faces

    def _find(self, views: np.ndarray) -> list[Faces]:
        """Runs the detector on pictures `(B, S, S, 3)`, one after the other; px of each."""
        return [self._find_in(view) for view in views]

    def _find_in(self, image: np.ndarray) -> Faces:
        from mediapipe import Image, ImageFormat

        found = self._detector.detect(Image(ImageFormat.SRGB, np.ascontiguousarray(image))).detections
        if not found:
            return Faces.none()
        boxes = [
            (b.origin_x, b.origin_y, b.origin_x + b.width, b.origin_y + b.height)
            for b in (d.bounding_box for d in found)
        ]
        # MediaPipe measures from the corner of the first pixel, we from its centre.
        size = np.array([image.shape[1], image.shape[0]])
        marks = np.array([[(k.x, k.y) for k in d.keypoints] for d in found]) * size - 0.5
        scores = np.array([d.categories[0].score for d in found])
        return Faces(np.array(boxes) - 0.5, scores, _five_points(marks))


def _open(model: bytes) -> Any:
    """Makes the task object."""
    from mediapipe.tasks.python import BaseOptions, vision

    options = vision.FaceDetectorOptions(
        base_options=BaseOptions(model_asset_buffer=model),
        running_mode=vision.RunningMode.IMAGE,
        min_detection_confidence=CANDIDATE,
    )
    return vision.FaceDetector.create_from_options(options)


def _close(detector: Any) -> None:
    """Closes a task object without its farewell on the terminal."""
    with native_output_to_log():
        detector.close()


def _five_points(marks: np.ndarray) -> np.ndarray:
    """Makes our five points `(F, 5, 2)` of BlazeFace's six (eyes, nose tip, mouth's middle, ears).

    BlazeFace does not find the corners of the mouth: they are set at half an average mouth's width from its middle,
    along the line of the eyes.
    """
    half = HALF_MOUTH * (marks[:, 1] - marks[:, 0])
    return np.stack([marks[:, 0], marks[:, 1], marks[:, 2], marks[:, 3] - half, marks[:, 3] + half], axis=1)
