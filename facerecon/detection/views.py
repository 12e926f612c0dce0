"""What a detector is shown: square pictures of parts of a photo, the right way round for it; and the way back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facerecon.core.types import Faces
from facerecon.detection.pyramid import Pyramid, resized, window


@dataclass(frozen=True, eq=False)
class View:
    """A square of a photo as a detector is shown it; the picture is cut when asked for: many views are light."""

    pyramid: Pyramid
    corner: np.ndarray
    "`(2,)` px of the photo: the square's left and top edge, measured from the photo's edges"
    extent: float
    "px of the photo: the square's side"
    side: int
    "px of the picture"
    turns: int = 0
    "quarter turns of the picture, counter-clockwise"
    mirrored: bool = False
    "left and right of the (turned) picture change places"

    def image(self) -> np.ndarray:
        """Cuts the picture `(S, S, 3)`; grey where the square lies beyond the photo."""
        copy, _, first, size = self._place()
        picture = np.rot90(resized(window(copy, *first, *size), self.side, self.side), self.turns)
        return picture[:, ::-1] if self.mirrored else picture

    def to_photo(self, faces: Faces) -> Faces:
        """Takes faces from px of the picture to px of the photo (half-pixel rule)."""
        if self.mirrored:
            faces = mirrored_back(faces, self.side)
        faces = turned_back(faces, self.turns, self.side)
        _, scale, first, size = self._place()
        step, corner = size / self.side / scale, first / scale
        boxes = (faces.boxes + 0.5) * np.tile(step, 2) + np.tile(corner, 2) - 0.5
        points = None if faces.keypoints is None else (faces.keypoints + 0.5) * step + corner - 0.5
        return Faces(boxes, faces.scores, points)

    def _place(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Gives the copy to cut from, its scale `(2,)`, and the square's first px and size on it, whole numbers."""
        copy, scale = self.pyramid.copy(self.side / self.extent)
        # Where a strip is one px thick it can no longer shrink: across it too, the scale is that along it.
        scale = np.where(np.array(copy.shape[1::-1]) == 1, scale.min(), scale)
        first = np.floor(self.corner * scale + 0.5).astype(int)
        return copy, scale, first, np.maximum(np.rint(self.extent * scale), 1).astype(int)


def mirrored_back(faces: Faces, side: int) -> Faces:
    """Takes faces back from a mirrored square picture; the subject's left and right points change places."""
    last = side - 1
    boxes = faces.boxes[:, [2, 1, 0, 3]] * [-1, 1, -1, 1] + [last, 0, last, 0]
    points = faces.keypoints
    return Faces(boxes, faces.scores, None if points is None else points[:, [1, 0, 2, 4, 3]] * [-1, 1] + [last, 0])


def turned_back(faces: Faces, turns: int, side: int) -> Faces:
    """Takes faces back from `np.rot90(picture, turns)` of a square picture."""
    corners, points = faces.boxes.reshape(-1, 2, 2), faces.keypoints
    for _ in range(turns):
        # One np.rot90 took (x, y) to (y, last - x).
        corners, points = (
            None if a is None else np.stack([side - 1 - a[..., 1], a[..., 0]], axis=-1) for a in (corners, points)
        )
    boxes = np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)
    return Faces(boxes, faces.scores, points)
