"""The thirds of the face, and the hairline above them, which is no point of any head model.

The face's height is divided at brow (`g`), base of the nose (`sn`) and chin (`gn`); where hair begins on the midline
(trichion, `tr`) ends the upper third (Farkas 1994). A place on the forehead is told by its height: the length of the
way up the midline from `g`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facerecon.anthropometry.measures import Points
from facerecon.core.arrays import check_shape, read_only

USUAL = 55.0
"""mm: the height of a hairline where none is seen, about that of adults (Farkas 1994)."""
LOWEST, HIGHEST = 25.0, 110.0
"""mm: between these a person may set a hairline."""
FRINGE = 35.0
"""mm: hair that begins lower hangs from above; 2.5 standard deviations from what is usual."""
ERRORS = {"hand": 3.0, "guessed": 6.0, "usual": 8.0}
"""mm, one standard deviation, by where a hairline comes from: set by a person, told by colours, that of most people."""
LEAST_CONTRAST = 18.0
"""CIE Lab distance of hair from skin."""
LEAST_SAMPLES = 8
THIRDS = {"upper": ("tr", "g"), "middle": ("g", "sn"), "lower": ("sn", "gn")}
"""Name → its ends, from the top down."""


@dataclass(frozen=True, eq=False)
class Midline:
    """The line on the skin from the brow over forehead and crown."""

    rows: np.ndarray
    "`(N,)` vertices above the brow, upwards"
    heights: np.ndarray
    "`(N,)` mm from the brow point along the line, rising"

    def __post_init__(self):
        object.__setattr__(self, "rows", read_only(self.rows, np.int64))
        object.__setattr__(self, "heights", read_only(self.heights, np.float64))

    def at(self, values: np.ndarray, heights: np.ndarray) -> np.ndarray:
        """Interpolates values by vertex `(V, C)` at `(M,)` heights, mm: `(M, C)`."""
        return np.stack([np.interp(heights, self.heights, column) for column in values[self.rows].T], axis=1)


def midline(vertices: np.ndarray, mirror: np.ndarray, brow: np.ndarray) -> Midline:
    """Finds the midline above the brow, of a head's skin.

    Args:
        vertices: `(V, 3)` mm, of the skin.
        mirror: `(V,)` the vertex on the other side; those on the midline are their own.
        brow: `(3,)` mm, the point `g`.
    """
    count = check_shape(vertices, ("V", 3), "vertices")["V"]
    rows = np.flatnonzero(mirror == np.arange(count))
    # Seen from within the head, the way from the brow to the crown goes up by angle; below there are nose and throat.
    centre = brow - [0.0, 0.0, np.ptp(vertices[:, 2]) / 2]
    angle = np.arctan2(vertices[rows, 1] - centre[1], vertices[rows, 2] - centre[2])
    upper = (angle > 0) & (angle < np.pi * 0.75) & (vertices[rows, 1] > brow[1])
    rows = rows[upper][np.argsort(angle[upper])]
    line = np.vstack([brow, vertices[rows]])
    heights = np.concatenate([[0], np.linalg.norm(np.diff(line, axis=0), axis=1).cumsum()])
    return Midline(rows, heights[1:])


def border(heights: np.ndarray, colours: np.ndarray, seen: np.ndarray) -> float | None:
    """Finds where skin ends and hair begins: the change that leaves the least variance on both sides (Hinkley 1970).

    Args:
        heights: `(N,)` mm, rising.
        colours: `(N, 3)` CIE Lab.
        seen: `(N,)` bool, whether a photo shows the place; what lies above the first that none shows is not looked at.

    Returns:
        The height, mm; None where too little is seen, both sides look alike, or a fringe hides the skin.
    """
    check_shape(colours, (len(heights), 3), "colours")
    count = len(seen) if seen.all() else int(np.argmin(seen))
    places = [k for k in range(LEAST_SAMPLES, count - LEAST_SAMPLES) if heights[k] <= HIGHEST]
    if not places:
        return None
    known = colours[:count]
    costs = [sum(((side - side.mean(axis=0)) ** 2).sum() for side in (known[:k], known[k:])) for k in places]
    best = places[int(np.argmin(costs))]
    brow, skin, hair = (np.median(some, axis=0) for some in (known[:LEAST_SAMPLES], known[:best], known[best:]))
    # Where a fringe hangs low, what lies below the change is hair already.
    found = np.linalg.norm(hair - skin) >= LEAST_CONTRAST > np.linalg.norm(skin - brow)
    height = float(heights[best - 1] + heights[best]) / 2
    return height if found and height >= FRINGE else None


def thirds(points: Points) -> dict[str, tuple[float, float]]:
    """Measures the thirds of a face whose points include `tr`: name → mm, share of their sum."""
    lengths = {name: float(np.linalg.norm(points[b] - points[a])) for name, (a, b) in THIRDS.items()}
    return {name: (length, length / sum(lengths.values())) for name, length in lengths.items()}
