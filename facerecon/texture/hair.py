"""The person's hair: its colour, and how far it reaches over the head, from what photos show around the hairline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facerecon.texture.capture import Capture
from facerecon.texture.extend import extend
from facerecon.texture.layout import Layout
from facerecon.texture.ramp import ramp
from facerecon.texture.skin import SkinColour, lab

_FACING = 0.2
_INSIDE_MM = 4.0
_PRESENT = (1.3, 2.2)
"distance of the scalp's colour from skin, in standard deviations: what is still a bald head, what is surely hair"
_FEWEST = 10
_SPREAD = 10.0
"CIE Lab distance from the hair's own colour that counts as one standard deviation"
_EITHER = (0.4, 0.6)
_REACH_MM = 25.0
_FOREHEAD_MM, _NO_SKIN = 30.0, 2.5
"above the brows"
_NONE = np.zeros((0, 3))
_LOWEST_MM = -15.0
"below the temples there are brows and beards, which belong to the face"


@dataclass(frozen=True, eq=False)
class Hair:
    colour: np.ndarray
    "`(3,)` RGB in [0, 255]"
    share: np.ndarray
    "`(V,)` in [0, 1]: how hairy the head is; 0 everywhere on a bald one"


def find_hair(captures: list[Capture], skin: SkinColour, layout: Layout) -> Hair:
    """Looks at the scalp in the photos.

    Hair stands above the skull, so what appears over the skull's picture, a margin inside its outline, is hair, a hat,
    or the scalp itself. Where neither scalp nor fringe is seen, the head counts as bald.
    """
    bald = Hair(skin.typical, np.zeros(len(layout.areas)))
    seen = [_seen(one, layout) for one in captures]
    colour, presence = _typical(captures, seen, skin, layout.scalp > 0.5)
    if colour is None:
        # A photo cut at the forehead may still show a fringe.
        colour, presence = _typical(captures, seen, skin, layout.reference[:, 1] > _FOREHEAD_MM, _NO_SKIN)
    if presence == 0:
        return bald
    confidence, hairy = np.zeros(len(layout.areas)), np.zeros(len(layout.areas))
    for one, where in zip(captures, seen, strict=True):
        weight = where * (layout.reference[:, 1] > _LOWEST_MM) * np.clip(one.facing, 0, 1)
        confidence += weight
        hairy += weight * _hairiness(one.colours, colour, skin)
    hairy = hairy / np.where(confidence > 0, confidence, 1)
    # What is extended is the difference from the usual hairline: where that is not seen it stays as sharp as it is.
    usual = layout.scalp
    share = usual + extend(layout, (hairy - usual)[:, None], confidence, np.zeros(1), _REACH_MM)[:, 0]
    return Hair(colour, presence * np.clip(share, 0, 1) * (1 - layout.ears))


def _typical(
    captures: list[Capture], seen: list[np.ndarray], skin: SkinColour, region: np.ndarray, least: float = 0.0
) -> tuple[np.ndarray | None, float]:
    """Finds the middle of the colours of a region, and how surely it is not skin; None where too little is seen.

    Colours nearer to skin than `least` standard deviations are left out.
    """
    colours = np.concatenate([*(one.colours[where & region] for one, where in zip(captures, seen, strict=True)), _NONE])
    colours = colours[skin.distance(colours) >= least]
    if len(colours) < _FEWEST:
        return None, 0.0
    colour = np.median(colours, axis=0)
    # Single strands may look like skin; the middle of them all is told from it more surely.
    return colour, float(ramp(skin.distance(colour[None])[0], *_PRESENT))


def _seen(capture: Capture, layout: Layout) -> np.ndarray:
    """Tells which vertices a photo shows surely, `(V,)` bool."""
    margin = (capture.inside > _INSIDE_MM) & (capture.border > _INSIDE_MM) & (capture.foreground > 0.5)
    return capture.free & (capture.facing > _FACING) & margin & (layout.areas > 0)


def _hairiness(colours: np.ndarray, hair: np.ndarray, skin: SkinColour) -> np.ndarray:
    """Tells for `(N, 3)` RGB whether each is nearer to the hair's or to the skin's colour: `(N,)` in [0, 1]."""
    from_hair = np.linalg.norm(lab(colours) - lab(hair[None]), axis=1) / _SPREAD
    from_skin = skin.distance(colours)
    return ramp(from_skin / np.maximum(from_skin + from_hair, 1e-9), *_EITHER)
