"""What a detector must offer so that everything else can use it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol, Self, runtime_checkable

from facerecon.core.types import Faces, Photo
from facerecon.detection.search import EVERY_SIZE, Search

Family = Literal["SSD", "RetinaNet", "FCOS", "YOLO"]


@runtime_checkable
class Detector(Protocol):
    """Finds faces in photos; one object serves many photos and threads. Its class is called with `device="cpu"`."""

    name: str
    "as in the table of detectors"
    family: Family
    "the line of networks it comes from"
    assets: tuple[str, ...]
    "the manifest's names of the files of its weights"
    threshold: float
    "score that a face needs if nothing else is asked for"
    overlap: float
    "intersection over union above which two boxes are one face"

    @property
    def parameters(self) -> int | None:
        """How many numbers were learned, or None where that cannot be told."""
        ...

    def propose(self, photo: Photo, search: Search = EVERY_SIZE) -> Faces:
        """Gives every candidate above a low score, px of the whole photo, best first, one face many times."""
        ...

    def detect(self, photo: Photo, search: Search = EVERY_SIZE) -> Faces:
        """Finds faces: `select` of the proposals, the largest first; no face is an empty Faces."""
        ...

    @classmethod
    def code(cls) -> tuple[Callable[..., object], ...]:
        """Lists the functions that lead from a picture to candidates, for who wants to read them."""
        ...

    def close(self) -> None:
        """Frees what the detector holds outside Python; a second call does nothing."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...
