"""face-api's 68 points (iBUG order), looked for in views of the face until they stay where they are."""

from __future__ import annotations

import numpy as np
import torch

from facerecon.assets import locate as locate_asset
from facerecon.core.arrays import check_shape
from facerecon.core.types import Landmarks, Photo
from facerecon.geometry.similarity import invert, move, square_in, warp
from facerecon.landmarks.schemes import scheme
from facerecon.networks.devices import check_device
from facerecon.networks.landmark68 import SIDE, Landmark68
from facerecon.networks.pixels import as_pixels
from facerecon.networks.weights.face_api import read_face_api

ZOOM = 1.3
"""Side of a view over the larger extent of the box or points: where the points depend on it least."""
LOOKS = 3
"""How often the view is laid around the points that the view before showed."""
SHIFTS = 0.08 * np.array([[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1]])
"""Of a view's side: from where the last look is taken, and the mirrored views too."""
SURE, RESTLESS = 0.2, 0.35
"""How far points may go along with a shifted view, as a share of its shift, to be believed at once, and at all.

Measured: 0.03 to 0.16 on 31 faces that stand upright, 0.25 and more on those that do not, 0.8 and more on no face.
"""
TURNS = np.array([0, 1, 3, 2]) * np.pi / 2
"""In this order a face is taken to stand."""


class FaceApi68:
    """Locates the 68 points of the face in a box.

    The network has no word for “no face”: it imagines one anywhere. But what it imagines lies at the same place in
    every view, so it goes along when the view is shifted, while the points of a face stay.

    Args:
        device: where the network runs: `cpu`, `cuda`, `mps` …
    """

    name = "face-api-68"
    assets = ("face_landmark_68", "face_landmark_68_manifest")
    scheme = "ibug68"

    def __init__(self, device: str = "cpu"):
        check_device(device)
        self.device = device
        arrays = read_face_api(*map(locate_asset, self.assets))
        self.network = Landmark68.from_face_api(arrays).to(device).requires_grad_(False)

    def __enter__(self) -> FaceApi68:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Frees the weights; a second call does nothing."""
        self.network.to("meta")

    def locate(self, photo: Photo, box: np.ndarray) -> Landmarks | None:
        """Locates the landmarks of the face in a box, whichever way up it stands.

        Args:
            photo: the photo.
            box: `(4,)` x0 y0 x1 y1, px.

        Returns:
            The landmarks without depth, or None where no face is in the box.
        """
        box = np.asarray(box, dtype=np.float64)
        check_shape(box, (4,), "box")
        if not (np.isfinite(box).all() and (box[2:] > box[:2]).all()):
            raise ValueError(f"box must be x0 < x1, y0 < y1, got {box.tolist()}")
        best, least = None, RESTLESS
        for turn in TURNS:
            points, restlessness = self._standing(photo.image, np.array([box[:2], box[2:]]), turn)
            if restlessness < least:
                best, least = Landmarks(points, None, self.scheme, None, self.name), restlessness
            if least < SURE:
                break
        return best

    def _standing(self, image: np.ndarray, points: np.ndarray, angle: float) -> tuple[np.ndarray, float]:
        """Looks around points `(N, 2)` for a face that stands at some angle, and then again around what it finds."""
        for _ in range(LOOKS):
            points = self._look(image, [_around(points, angle)])[0]
            angle = _lean(points)
        return self._settled(image, _around(points, angle))

    def _settled(self, image: np.ndarray, view: np.ndarray) -> tuple[np.ndarray, float]:
        """Looks from shifted views, and gives the mean points `(68, 2)` px and how far they went along with a view."""
        shifted = [np.column_stack([view[:, :2], move(view, SIDE * shift)]) for shift in SHIFTS]
        found = self._look(image, shifted)
        away = np.linalg.norm(found - found.mean(axis=0), axis=2)
        step = np.linalg.norm(SIDE * SHIFTS[1:] @ view[:, :2].T, axis=1).mean()
        return found.mean(axis=0), float(np.sqrt((away[1:] ** 2).mean()) / step)

    @torch.inference_mode()
    def _look(self, image: np.ndarray, views: list[np.ndarray]) -> np.ndarray:
        """Finds the points `(V, 68, 2)`, px of the photo, in views (photo_from_view) and their mirror images."""
        seen = np.stack([warp(image, invert(view), SIDE) for view in views])
        pixels = as_pixels(seen, self.device)
        fractions = self.network(torch.cat([pixels, pixels.flip(3)])).cpu().double().numpy()
        # The network measures from the corner of the first pixel, we from its centre.
        straight, mirrored = np.split(fractions * SIDE - 0.5, 2)
        back = mirrored[:, scheme(self.scheme).mirror] * [-1, 1] + [SIDE - 1, 0]
        return np.stack([move(view, points) for view, points in zip(views, (straight + back) / 2, strict=True)])


def _around(points: np.ndarray, angle: float) -> np.ndarray:
    """Lays a view around points `(N, 2)`, turned by an angle; photo_from_view `(2, 3)`."""
    turn = square_in(np.zeros(2), 1, angle, 1)  # a square of one pixel at the origin: nothing but the turn
    level = move(invert(turn), points)
    low, high = level.min(axis=0), level.max(axis=0)
    return square_in(move(turn, (low + high) / 2), ZOOM * float((high - low).max()), angle, SIDE)


def _lean(points: np.ndarray) -> float:
    """Tells how far the line of the eyes is turned, radians clockwise on screen."""
    eyes = [points[list(scheme("ibug68").groups[f"{side}_eye"])].mean(axis=0) for side in ("right", "left")]
    x, y = eyes[1] - eyes[0]
    return float(np.arctan2(y, x))
