"""Finds faces that lie on their side or stand on their head, in photos whose camera did not note how it was held."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from facerecon.detection.selection import joined, rows_of
from facerecon.detection.tiling import Looking


def any_way_up(search: Callable[[int], Looking], sure: float, turned: float) -> Looking:
    """Searches a photo upright and, where no face is sure, turned by quarters too.

    Args:
        search: starts the search in the photo turned so many quarters.
        sure: a face of this score shows that the photo stands upright.
        turned: score that a face in a turned photo needs: three more looks are three more chances to be wrong.

    Returns:
        The faces of all four searches, or of the upright one alone.
    """
    faces = yield from search(0)
    if faces.scores.max(initial=0) >= sure:
        return faces
    parts = [faces]
    for turns in (1, 2, 3):
        found = yield from search(turns)
        parts.append(rows_of(found, np.flatnonzero(found.scores >= turned)))
    return joined(parts)
