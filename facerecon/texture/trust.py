"""How far to believe each vertex's picture in a photo: slanted, hidden, at an edge, or not skin at all."""

from __future__ import annotations

import numpy as np
from scipy.sparse import diags

from facerecon.geometry.graph import edge_distances
from facerecon.texture.capture import Capture
from facerecon.texture.layout import Layout
from facerecon.texture.light import Light, estimate_light
from facerecon.texture.quality import clear_of_glare
from facerecon.texture.ramp import ramp
from facerecon.texture.skin import SkinColour, learn_skin

_FACING = (0.12, 0.45)
_BORDER_MM = (1.0, 14.0)
_OUTLINE_MM = (1.0, 7.0)
_OCCLUDED_MM = (1.0, 7.0)
_OCCLUDER_GAP_MM = 5.0
_NOT_SKIN_MM = 14.0
_SMOOTHING_STEPS = 40
_MOSTLY_SKIN = (0.35, 0.75)
_REGION = (0.4, 0.95)
_CHIN_MM = (-118.0, -106.0)
"below the chin a collar may begin: there colour decides, whatever the region says"
_BELOW_EYES_MM, _ABOVE_CHIN_MM = (14.0, 4.0), (-105.0, -90.0)
_BESIDE_OUTLINE_MM, _SLANTED, _STRANGE, _STRANGE_MM = 16.0, 0.75, 0.3, 6.0
_FEWEST, _LIT = 100, 0.3
"vertices that tell of the light; openness below which there is shade from the head itself"
_OUTSIDE = 0.02
"openness below which a vertex lies in a cavity, whose rim (a lip, a lid) is a clean edge and needs no margin"


def learn_from(
    capture: Capture, region: np.ndarray, layout: Layout, colours: np.ndarray | None = None
) -> SkinColour | None:
    """Learns a photo's skin colours from the well-seen cheeks, nose and chin; None where it shows too little.

    `colours`, `(V, 3)`, are looked at instead of the photo's own where they are given.

    The forehead is left out: a fringe may cover all of it.
    """
    y = layout.reference[:, 1]
    bare = ramp(y, *_BELOW_EYES_MM) * ramp(y, *_ABOVE_CHIN_MM) * (layout.openness > 0.4)
    weights = region**2 * _clear(capture) * layout.areas * bare
    return learn_skin(capture.colours if colours is None else colours, weights) if (weights > 0).sum() >= 20 else None


def light_of(capture: Capture, region: np.ndarray, skin: SkinColour | None, layout: Layout) -> Light | None:
    """Estimates the light of a photo from what is surely skin; None where too little of it is seen."""
    if skin is None:
        return None
    open_ = layout.openness > _LIT
    weights = region * _clear(capture) * layout.areas * skin.likelihood(capture.colours) * open_
    weights *= clear_of_glare(capture.colours, skin.typical)
    return estimate_light(capture.colours, capture.normals, weights) if (weights > 0).sum() >= _FEWEST else None


def _clear(capture: Capture) -> np.ndarray:
    """Gives `(V,)`: how well a vertex is seen, by the geometry at the vertex alone."""
    return (
        ramp(capture.facing, *_FACING)
        * capture.free
        * ramp(capture.border, *_BORDER_MM)
        * ramp(capture.inside, *_OUTLINE_MM)
        * capture.foreground
    )


def judge(capture: Capture, region: np.ndarray, skin: SkinColour | None, layout: Layout) -> np.ndarray:
    """Weighs each vertex's picture.

    In the face region whatever is there belongs to the face; elsewhere only skin counts, and it fades out towards what
    is not skin. Next to a surface that hides what lies behind it, a margin allows for a fit that is not exact.

    Args:
        capture: the photo.
        region: `(V,)` in [0, 1], 1 on the face.
        skin: the person's colours in that photo, or None: not known, so only the region counts.
        layout: of the texture.

    Returns:
        `(V,)` in [0, 1].
    """
    seen = _clear(capture)
    open_ = layout.openness > _OUTSIDE
    covered = (capture.gap > _OCCLUDER_GAP_MM) | capture.hidden(capture.pixels, capture.vertices[:, 2])
    behind = covered & (capture.facing > _FACING[0]) & open_
    distance = edge_distances(layout.reference, layout.triangles, behind, _OCCLUDED_MM[1])
    seen = seen * ramp(distance, *_OCCLUDED_MM)
    if skin is None:
        return seen * region
    region = ramp(region, *_REGION) * ramp(layout.reference[:, 1], *_CHIN_MM)
    likelihood = skin.likelihood(capture.colours)
    foreign = (likelihood < 0.5) & (region < 0.5) & (capture.facing > 0)
    distance = edge_distances(layout.reference, layout.triangles, foreign, _NOT_SKIN_MM)
    around = _smoothed(likelihood * _clear(capture), layout)
    elsewhere = likelihood * ramp(distance, 0, _NOT_SKIN_MM) * ramp(around, *_MOSTLY_SKIN)
    # A head that is fitted a little too wide shows what is behind the face along its outline.
    slanted = (capture.inside < _BESIDE_OUTLINE_MM) & (capture.facing > 0) & (capture.facing < _SLANTED)
    strange = slanted & (likelihood < _STRANGE) & open_
    beside = edge_distances(layout.reference, layout.triangles, strange, _STRANGE_MM)
    region = region * ramp(beside, 0, _STRANGE_MM)
    return seen * np.maximum(region, elsewhere * (1 - layout.ears))


def _smoothed(values: np.ndarray, layout: Layout) -> np.ndarray:
    """Averages `(V,)` values over about a centimetre: a lobe of skin between hair is not worth painting."""
    degree = layout.laplacian.diagonal()
    step = diags(1 / np.where(degree > 0, 2 * degree, 1)) @ layout.laplacian
    for _ in range(_SMOOTHING_STEPS):
        values = values - step @ values
    return values
