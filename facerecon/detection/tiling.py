"""Views that let a detector of some sizes find faces of any size: the photo, a frame around it, overlapping tiles."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from itertools import islice

import numpy as np

from facerecon.core.types import Faces
from facerecon.detection.pyramid import Pyramid
from facerecon.detection.search import Search
from facerecon.detection.views import View

PORTRAIT = 0.1
"""Of the photo's longer side: a face of this size ends the search for smaller ones."""

Looking = Generator[list[View], list[Faces], Faces]
"""A search in one photo: gives the views to look at next, is sent what each shows (px of the photo), returns faces."""


def look(searches: Sequence[Looking], find: Callable[[np.ndarray], list[Faces]], batch: int = 1) -> list[Faces]:
    """Runs searches side by side, so that views of different photos share batches.

    Args:
        searches: one a photo.
        find: the detector: pictures `(B, S, S, 3)` → what each shows, px of the picture.
        batch: at most so many pictures are in memory at once.

    Returns:
        What each search returned.
    """
    results = [Faces.none()] * len(searches)
    asked = {index: next(search) for index, search in enumerate(searches)}
    while asked:
        views = [view for wanted in asked.values() for view in wanted]
        seen = []
        for start in range(0, len(views), batch):
            some = views[start : start + batch]
            shown = find(np.stack([view.image() for view in some]))
            seen += [view.to_photo(faces) for view, faces in zip(some, shown, strict=True)]
        answers = iter(seen)
        for index, wanted in list(asked.items()):
            try:
                asked[index] = searches[index].send(list(islice(answers, len(wanted))))
            except StopIteration as done:
                results[index] = done.value
                del asked[index]
    return results


def centred(pyramid: Pyramid, times: float, side: int, turns: int = 0) -> View:
    """Gives the view of the whole photo (`times` 1: its longer side fills it), or of a frame of `times` that side."""
    extent = times * float(pyramid.size.max())
    return View(pyramid, (pyramid.size - extent) / 2, extent, side, turns)


def tiles(pyramid: Pyramid, extent: float, side: int, overlap: float, turns: int = 0) -> list[View]:
    """Covers the photo with views of `extent` px of it, row by row."""
    columns, rows = (tile_corners(size, extent, overlap) for size in pyramid.size.tolist())
    return [View(pyramid, np.array([left, top]), extent, side, turns) for top in rows for left in columns]


def tile_corners(size: float, extent: float, overlap: float) -> list[float]:
    """Places tiles along one axis: evenly, overlapping by `overlap` or more, all inside if one fits.

    Args:
        size: length of the axis, px; a shorter axis than a tile gets one tile, centred on it.
        extent: a tile's side, px.
        overlap: of a tile's side: a face up to this size is whole in at least one tile.
    """
    if size <= extent:
        return [(size - extent) / 2]
    count = int(np.ceil((size - extent) / (extent * (1 - overlap)))) + 1
    return np.linspace(0, size - extent, count).tolist()


def tile_sides(longer: float, finest: float) -> list[float]:
    """Lists the side of the tiles of each level, px: the photo, then evenly down to `finest`, each ≥ half the last."""
    levels = max(int(np.ceil(np.log2(longer / finest))), 0)
    return [longer * (finest / longer) ** (level / max(levels, 1)) for level in range(levels + 1)]


def finest_side(search: Search, side: int, smallest: float, default: float) -> float:
    """Tells how small tiles must become, px of the photo.

    Args:
        search: which sizes are wanted.
        side: px of a view.
        smallest: px of a view: the smallest face that the detector finds.
        default: px of the photo, where no size is asked for.
    """
    # Beyond twice its size a photo shows nothing more.
    return max(search.min_face * side / smallest, side / 2) if search.min_face else default


def ends(faces: Faces, search: Search, longer: float) -> bool:
    """Tells whether what was found ends the search: a portrait, where no smaller faces were asked for."""
    return not search.min_face and bool((faces.sizes >= PORTRAIT * longer).any())
