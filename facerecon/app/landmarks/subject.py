"""One photo of a run with its landmarks, as they were found and as the visitor has moved them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from facerecon.app import state
from facerecon.app.cache import Run
from facerecon.core.types import Landmarks, Photo, View
from facerecon.landmarks.correction import Correction
from facerecon.landmarks.schemes import scheme

PARTS: Mapping[str, tuple[str, ...]] = {
    "oval": ("face_oval", "jaw"),
    "eyes": ("left_eye", "right_eye"),
    "brows": ("left_brow", "right_brow"),
    "nose": ("nose", "nose_bridge", "nose_base"),
    "lips": ("lips_outer", "lips_inner", "lips_right", "lips_left"),
    "irises": ("left_iris", "right_iris", "pupils"),
    "cheek": (),
}
"""Part of the face → the groups that it is made of, in whichever scheme; the points of no group are the cheeks'."""


@dataclass(frozen=True, eq=False)
class Subject:
    run: Run
    "a finished reconstruction"
    number: int
    "of its photo"

    @property
    def photo(self) -> Photo:
        return self.run.reconstruction.photos[self.number]

    @property
    def box(self) -> np.ndarray:
        """`(4,)` of the face that became the head, px."""
        result = self.run.reconstruction
        return result.faces[self.number].boxes[result.chosen[self.number]]

    @property
    def view(self) -> View:
        """Its camera and pose, as they were fitted."""
        return self.run.reconstruction.fit.views[self.number]

    @property
    def correction(self) -> Correction:
        """What was found, and what the visitor has moved since."""
        known = state.session().corrections.get(self.photo.digest)
        return known or Correction(self.run.reconstruction.landmarks[self.number])

    @property
    def marks(self) -> Landmarks:
        """The landmarks as they are now."""
        return self.correction.landmarks

    @property
    def digest(self) -> str:
        """Names the photo and its landmarks as they are now."""
        return self._named(self.marks)

    @property
    def found_digest(self) -> str:
        """Names the photo and its landmarks as they were found: those of another face are others."""
        return self._named(self.correction.found)

    def _named(self, marks: Landmarks) -> str:
        return f"{self.photo.digest}/{hashlib.sha256(marks.points.tobytes()).hexdigest()}"


def groups_of(name: str, part: str | None = None) -> dict[str, tuple[int, ...]]:
    """Gives the groups of a scheme, all or those of a part of the face: name → points."""
    groups = scheme(name).groups
    return {group: rows for group, rows in groups.items() if part is None or group in PARTS[part]}


def part_of(name: str, index: int) -> str:
    """Tells which part of the face a scheme's point belongs to."""
    return next((part for part in PARTS if any(index in rows for rows in groups_of(name, part).values())), "cheek")
