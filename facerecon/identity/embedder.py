"""What an embedder must offer, and what all that are torch networks share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Protocol, Self, runtime_checkable

import numpy as np
import torch

from facerecon.core.arrays import check_shape
from facerecon.core.types import Photo
from facerecon.identity.align import align
from facerecon.identity.embedding import Embedding
from facerecon.networks.devices import check_device
from facerecon.networks.pixels import as_pixels

BATCH = 16
"""Faces at once."""


@runtime_checkable
class Embedder(Protocol):
    """Maps faces to embeddings. Its class is called with `device="cpu"`."""

    name: str
    "as in the table of embedders"
    assets: tuple[str, ...]
    "the manifest's names of the files of its weights"
    threshold: float
    "distance below which two faces count as one person's"
    threshold_source: str
    "where that number is from: a reference, not a sentence"

    def embed(self, photo: Photo, five: np.ndarray) -> Embedding:
        """Embeds the face whose five points `(5, 2)`, px, are given (scheme `five`, or a detector's keypoints)."""
        ...

    def embed_batch(self, photos: Sequence[Photo], fives: Sequence[np.ndarray]) -> list[Embedding]:
        """Embeds one face a photo, as `embed` would; a photo with several faces is given several times."""
        ...

    def close(self) -> None:
        """Frees the weights; a second call does nothing."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...


class NetworkEmbedder(ABC):
    """An embedder around a torch network: a subclass tells what the network is and what it wants to see.

    Args:
        device: where the network runs: `cpu`, `cuda`, `mps` …
    """

    name: str
    assets: tuple[str, ...]
    threshold: float
    threshold_source: str
    side: int
    "px of an aligned face"
    template: np.ndarray
    "`(5, 2)` px of an aligned face: where its points shall lie"

    def __init__(self, device: str = "cpu"):
        check_device(device)
        self.device = device
        self.network = self.load().to(device).eval().requires_grad_(False)

    def __enter__(self) -> NetworkEmbedder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Frees the weights; a second call does nothing."""
        self.network.to("meta")

    @abstractmethod
    def load(self) -> torch.nn.Module:
        """Builds the network with its weights: pixels `(B, 3, side, side)` in [0, 255] → `(B, D)`."""

    def embed(self, photo: Photo, five: np.ndarray) -> Embedding:
        """Embeds the face whose five points `(5, 2)`, px, are given."""
        return self.embed_batch([photo], [five])[0]

    def embed_batch(self, photos: Sequence[Photo], fives: Sequence[np.ndarray]) -> list[Embedding]:
        """Embeds one face a photo: aligned, in batches, each vector at length 1."""
        for five in fives:
            check_shape(np.asarray(five), (5, 2), "five")
        faces = [self.aligned(photo, five) for photo, five in zip(photos, fives, strict=True)]
        vectors = [
            v for start in range(0, len(faces), BATCH) for v in self._run(np.stack(faces[start : start + BATCH]))
        ]
        return [Embedding(vector, self.name) for vector in vectors]

    def aligned(self, photo: Photo, five: np.ndarray) -> np.ndarray:
        """Gives what the network will see of a face, `(side, side, 3)` uint8."""
        return align(photo.image, np.asarray(five, dtype=np.float64), self.template, self.side)

    @torch.inference_mode()
    def _run(self, faces: np.ndarray) -> np.ndarray:
        """Maps `(B, side, side, 3)` uint8 to unit vectors `(B, D)`."""
        return torch.nn.functional.normalize(self.network(as_pixels(faces, self.device))).cpu().double().numpy()
