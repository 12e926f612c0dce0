"""What all detectors that are torch networks share: which views of a photo they see, in batches, and what becomes one.

A network sees square views of one fixed size, so that its answer to a photo does not depend on what else is in the
batch: first the whole photo; a frame twice its size, where nothing was found or a face reaches the border; then,
unless there is a portrait, overlapping tiles, level by level down to the smallest face wanted (an image pyramid,
Adelson et al. 1984, each level of which answers for the sizes it shows well, as in SNIP, Singh and Davis 2018).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import cache, partial

import numpy as np
import torch
from threadpoolctl import ThreadpoolController

from facerecon.core.types import Faces, Photo
from facerecon.detection.detector import Family
from facerecon.detection.pyramid import Pyramid
from facerecon.detection.search import EVERY_SIZE, Search
from facerecon.detection.selection import joined, proposed, rows_of, select
from facerecon.detection.tiling import Looking, centred, ends, finest_side, look, tile_sides, tiles
from facerecon.detection.turning import any_way_up
from facerecon.detection.views import View
from facerecon.networks.devices import check_device

FLOOR = 0.1
"""Score that a candidate needs to be a proposal."""
OVERLAP = 0.2
"""Of a tile's side: larger faces are left to the level before, where they are at least half as large in a view."""
BORDER = 0.03
"""Of a face's size: a face so near to the photo's border may go on beyond it."""


@cache
def _threads() -> ThreadpoolController:
    """Gives what limits torch's threads for the calling thread alone, and only for a while."""
    return ThreadpoolController()


class NetworkDetector(ABC):
    """A detector around a torch network: a subclass says what it is called and what it sees in a batch of views.

    Args:
        device: where the network runs: `cpu`, `cuda`, `mps` …
    """

    name: str
    family: Family
    assets: tuple[str, ...]
    threshold: float
    overlap: float
    side: int
    "px of a view"
    smallest: float
    "px of a view: the smallest face that the network finds"
    sure: float
    "a face of this score shows that the photo stands upright; one in a turned photo needs it"
    threads: int | None = 1
    "of the CPU: by a second a small network gains little, and loses much on a busy machine; None: as torch likes"

    def __init__(self, device: str = "cpu"):
        check_device(device)
        self.device = device
        self.batch = 1 if device == "cpu" else 8
        "views at once: on a CPU more gain nothing, for their maps no longer fit into its caches"
        self.network = self.load().to(device).eval().requires_grad_(False)

    def __enter__(self) -> NetworkDetector:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Frees the weights; a second call does nothing."""
        self.network.to("meta")

    @abstractmethod
    def load(self) -> torch.nn.Module:
        """Builds the network with its weights."""

    @abstractmethod
    def candidates(self, views: np.ndarray) -> list[Faces]:
        """Runs the network once.

        Args:
            views: `(B, S, S, 3)` RGB uint8.

        Returns:
            By view: every box of a score above `FLOOR`, px of the view, one face many times.
        """

    @classmethod
    def code(cls) -> tuple[Callable[..., object], ...]:
        """Lists the functions that lead from a picture to candidates, for who wants to read them."""
        return (cls.candidates,)

    @property
    def parameters(self) -> int:
        """How many numbers were learned."""
        return sum(parameter.numel() for parameter in self.network.parameters())

    def detect(self, photo: Photo, search: Search = EVERY_SIZE) -> Faces:
        """Finds faces of any size and in any quarter turn, px of the whole photo; the largest comes first."""
        return select(self.propose(photo, search), self.threshold, self.overlap).faces

    def propose(self, photo: Photo, search: Search = EVERY_SIZE) -> Faces:
        """Gives the candidates, px of the whole photo, best first."""
        return self.propose_batch([photo.image], search)[0]

    def propose_batch(self, images: Sequence[np.ndarray], search: Search = EVERY_SIZE) -> list[Faces]:
        """Gives the candidates of each of several images `(H, W, 3)`, which share batches."""

        def start(image: np.ndarray) -> Looking:
            pyramid = Pyramid(image, self.side)
            return any_way_up(partial(self._search, pyramid, search), self.sure, self.sure)

        with torch.inference_mode(), _threads().limit(limits=self.threads, user_api="openmp"):
            found = look([start(image) for image in images], self.candidates, self.batch)
        return [proposed(faces, self.overlap, search) for faces in found]

    def _search(self, pyramid: Pyramid, search: Search, turns: int) -> Looking:
        """Searches a photo, turned some quarters; small faces are searched upright only."""
        faces = joined((yield [centred(pyramid, 1, self.side, turns)]))
        known = self._sufficient(faces)
        if not len(known) or reaches_border(known, pyramid.size).any():
            faces = joined([faces, *(yield [centred(pyramid, 2, self.side, turns)])])
        longer = float(pyramid.size.max())
        finest = finest_side(search, self.side, self.smallest, self.side)
        for extent in [] if turns else tile_sides(longer, finest)[1:]:
            if ends(self._sufficient(faces), search, longer):
                break
            views = tiles(pyramid, extent, self.side, OVERLAP)
            seen = yield views
            faces = joined([faces, *map(seen_whole, views, seen)])
        return faces

    def _sufficient(self, faces: Faces) -> Faces:
        return rows_of(faces, np.flatnonzero(faces.scores >= self.threshold))


def seen_whole(view: View, faces: Faces) -> Faces:
    """Leaves out faces of a tile that a neighbour or the level before sees better: cut off at its edge, or too large.

    A face of up to `OVERLAP` of the side, whose middle is half of that or more away from an edge, is whole.
    """
    margin = OVERLAP / 2 * view.extent
    low = np.where(view.corner < 0.5, -np.inf, view.corner + margin)
    end = view.corner + view.extent
    high = np.where(end > view.pyramid.size - 0.5, np.inf, end - margin)
    middle = (faces.boxes[:, :2] + faces.boxes[:, 2:]) / 2 + 0.5
    inside = ((middle >= low) & (middle <= high)).all(axis=1)
    return rows_of(faces, np.flatnonzero(inside & (faces.sizes <= OVERLAP * view.extent)))


def reaches_border(faces: Faces, size: np.ndarray) -> np.ndarray:
    """Tells which faces come near to the border of a photo of `size (2,)` px, or go beyond it; `(F,)` bool."""
    margin = BORDER * faces.sizes[:, None]
    before, behind = faces.boxes[:, :2] + 0.5 < margin, faces.boxes[:, 2:] + 0.5 > size - margin
    return (before | behind).any(axis=1)
