"""How sure a finished head is, by region of the face: how far off it may be, and how much of it the photos told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facerecon.comparison import face_regions
from facerecon.core.types import Fit
from facerecon.geometry.graph import vertex_areas
from facerecon.morphable.face_model import FaceModel
from facerecon.morphable.uncertainty import from_photos

OUTSIDE = "scalp"
REGIONS = ("forehead", "eyes", "nose", "cheeks", "mouth", "jaw", OUTSIDE)
"""from the top down; the last is the skin beyond the face: scalp, ears, neck"""


@dataclass(frozen=True)
class RegionCertainty:
    """How sure one region is."""

    std: float
    "mm along the normals, the median over the region's area"
    from_photos: float
    "in [0, 1]: share of what was uncertain that the photos settled; the rest is the average head"


def divided(head: FaceModel) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Divides the skin of a head: region → `(S,)` bool, and what area each vertex stands for, `(S,)` mm²."""
    face = face_regions(head)
    regions = face | {OUTSIDE: ~np.any(list(face.values()), axis=0)}
    skin = head.skin(head.mean)
    return {name: regions[name] for name in REGIONS}, vertex_areas(skin.vertices, skin.triangles)


def region_certainty(head: FaceModel, fit: Fit) -> dict[str, RegionCertainty]:
    """Tells how sure each region is; nothing where the fit does not know.

    Args:
        head: the model that was fitted.
        fit: of that model.
    """
    share = from_photos(fit)
    if share is None:
        return {}
    regions, areas = divided(head)
    std, share = (values[: len(areas)] for values in (fit.std, share))
    return {
        name: RegionCertainty(_median(std[rows], areas[rows]), float(np.average(share[rows], weights=areas[rows])))
        for name, rows in regions.items()
        if rows.any()
    }


def _median(values: np.ndarray, weights: np.ndarray) -> float:
    """Finds the value that half of the weight stays below."""
    order = np.argsort(values)
    return float(values[order][np.searchsorted(weights[order].cumsum(), weights.sum() / 2)])
