"""What a detector must offer so that everything else can use it."""

from __future__ import annotations

from typing import Protocol, Self, runtime_checkable

from facerecon.core.types import Faces, Photo


@runtime_checkable
class Detector(Protocol):
    """Finds faces in photos; one object serves many photos, one after the other."""

    name: str
    "as in the table of detectors"

    def detect(self, photo: Photo) -> Faces:
        """Finds faces: boxes in px of the whole photo, the largest first; no face is an empty Faces."""
        ...

    def close(self) -> None:
        """Frees what the detector holds outside Python; a second call does nothing."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...
