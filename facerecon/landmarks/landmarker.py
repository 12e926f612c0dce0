"""What a landmarker must offer so that everything else can use it."""

from __future__ import annotations

from typing import Protocol, Self, runtime_checkable

import numpy as np

from facerecon.core.types import Landmarks, Photo


@runtime_checkable
class Landmarker(Protocol):
    """Locates the landmarks of one face at a time; one object serves many photos, one after the other.

    Its class is called with `device="cpu"`.
    """

    name: str
    "as in the table of landmarkers"
    assets: tuple[str, ...]
    "the manifest's names of the files of its weights"
    scheme: str
    "which points it finds, a name in `schemes`"

    def locate(self, photo: Photo, box: np.ndarray) -> Landmarks | None:
        """Locates the landmarks of the face in a box `(4,)` x0 y0 x1 y1, px; None where there is no face."""
        ...

    def close(self) -> None:
        """Frees what the landmarker holds outside Python; a second call does nothing."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...
