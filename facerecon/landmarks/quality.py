"""What a photo lacks: light, sharpness, or a part of the face that something covers; by simple, stated rules."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from facerecon.core.types import Landmarks
from facerecon.landmarks.crops import cut
from facerecon.landmarks.schemes import convert

SIDE = 160
"px of the crop in which faces are judged, so that their size in the photo does not matter"
MARGIN = 1.25
_SHADE = 0.4
"weight of L beside a and b in a difference of colours: a face's shading moves L, a cover a and b as well"
_NOWHERE = np.array([50.0, 0.0, 0.0])
"Lab of a region that has no pixel"

CONCERNS = ("dark", "overexposed", "flat", "blurred", "covered_eyes", "covered_mouth")
# Measured: see tests/landmarks/test_quality.py for what these rules find and how often they err.
DARK, WHITE, BURNT, FLAT, BLURRED = 18.0, 250, 0.2, 8.0, 0.78
COVER = 4.0
LENS, BELOW, PLAIN_LENS = 0.6, 0.7, 0.15


@dataclass(frozen=True)
class Quality:
    """Measures of one face; L is CIE Lab's lightness in [0, 100]."""

    light: float
    "75th percentile of L: a few highlights light no face"
    burnt: float
    "share of the pixels in which at least two of R, G, B are WHITE or more"
    contrast: float
    "95th minus 5th percentile of L"
    blur: float
    "share of the L differences between neighbours that outlasts blurring (Crété et al. 2007); in [0, 1]"
    cover: float
    "how much farther lips and chin are from the skin below the eyes than from each other, Lab, L weighted by _SHADE"
    lens: float
    "the brighter pixels around the eyes (90th percentile of L, the darker eye) over the nose's L"
    below: float
    "L of the skin below the brighter eye over the nose's L"
    eye_contrast: float
    "standard deviation of L between the lids, the larger of both eyes, over the nose's L"


def concerns(quality: Quality) -> tuple[str, ...]:
    """Names what a photo lacks, by keys of CONCERNS; where light fails, the other measures mean nothing."""
    if quality.light < DARK:
        return ("dark",)
    if quality.burnt > BURNT:
        return ("overexposed",)
    eyes = quality.lens < LENS and quality.below < BELOW and quality.eye_contrast < PLAIN_LENS
    found = {
        "flat": quality.contrast < FLAT,
        "blurred": quality.blur > BLURRED,
        "covered_eyes": eyes,
        # Beside dark glasses every chin looks foreign.
        "covered_mouth": quality.cover > COVER and not eyes,
    }
    return tuple(key for key, holds in found.items() if holds)


def judge(image: np.ndarray, landmarks: Landmarks) -> Quality:
    """Measures one face.

    Args:
        image: `(H, W, 3)` RGB uint8, the photo.
        landmarks: of any scheme that can become the 68 points.
    """
    points = convert(landmarks, "ibug68").points
    crop = cut(image, np.concatenate([points.min(axis=0), points.max(axis=0)]), MARGIN, SIDE)
    points = (points - crop.corner + 0.5) * crop.scale - 0.5
    # Noise would pass for sharpness, and move medians of small regions.
    pixels = cv2.GaussianBlur(crop.image, (0, 0), 1.0)
    lab = cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    face = _filled(points)
    low, upper, high = np.percentile(lab[face, 0], [5, 75, 95]) if face.any() else (50.0, 50.0, 50.0)
    burnt = (crop.image[face] >= WHITE).sum(axis=1) >= 2
    return Quality(
        light=float(upper),
        burnt=float(burnt.mean()) if face.any() else 0.0,
        contrast=float(high - low),
        blur=_blur(lab[..., 0], face),
        cover=_cover(lab, points),
        **_eyes(lab, points),
    )


def _blur(lightness: np.ndarray, face: np.ndarray) -> float:
    """Measures blur without a reference: what is blurred already hardly changes when blurred again."""
    shares = [0.0]
    for axis in (0, 1):
        kernel = (1, 9) if axis == 0 else (9, 1)
        here = np.delete(face, -1, axis=axis)
        before = np.abs(np.diff(lightness, axis=axis))[here]
        after = np.abs(np.diff(cv2.blur(lightness, kernel), axis=axis))[here]
        if before.sum() > 0:
            shares.append(1 - float(np.maximum(before - after, 0).sum() / before.sum()))
    return max(shares)


def _cover(lab: np.ndarray, points: np.ndarray) -> float:
    """Compares lips, right and left chin: one colour, and not the skin's, is a mask or a hand.

    A beard leaves the lips; coloured light from one side does not stop at the mouth.
    """
    lips, around = _filled(points[48:60]), _filled(_grown(points[48:60], 1.25))
    sides = [_filled(points[rows]) & ~around for rows in ([5, 6, 7, 8, 57, 48], [11, 10, 9, 8, 57, 54])]
    covers = [_median(lab, region) for region in (lips, *sides)]
    skin = _median(lab, _below(points, "right") | _below(points, "left") | _filled(points[[21, 22, 28]]))
    apart = max(_difference(first, second) for first in covers for second in covers)
    return min(_difference(colour, skin) for colour in covers) - apart


def _eyes(lab: np.ndarray, points: np.ndarray) -> dict[str, float]:
    """Compares what dark glasses darken with the nose, which they leave free."""
    lightness, eyes = lab[..., 0], (points[36:42], points[42:48])
    nose = max(float(_median(lab, _filled(points[[29, 31, 32, 33, 34, 35]]))[0]), 5.0)
    patches = [lightness[_filled(_grown(eye, 1.7))] for eye in eyes]
    lids = [lightness[_filled(eye)] for eye in eyes]
    return {
        "lens": min(float(np.percentile(patch, 90)) if patch.size else nose for patch in patches) / nose,
        "below": max(float(_median(lab, _below(points, side))[0]) for side in ("right", "left")) / nose,
        "eye_contrast": max(float(lid.std()) if lid.size else 0.0 for lid in lids) / nose,
    }


def _below(points: np.ndarray, side: str) -> np.ndarray:
    """Marks the skin below an eye, `(SIDE, SIDE)` bool."""
    eye, lid = (points[36:42], points[[40, 41]]) if side == "right" else (points[42:48], points[[46, 47]])
    down = points[8] - points[27]
    down = down / max(float(np.linalg.norm(down)), 1e-9) * float(np.linalg.norm(eye[0] - eye[3]))
    return _filled(np.vstack([lid + 0.12 * down, lid + 0.42 * down]))


def _filled(points: np.ndarray) -> np.ndarray:
    """Marks the convex hull of points `(N, 2)` px, `(SIDE, SIDE)` bool."""
    hull = cv2.convexHull(np.round(points).astype(np.int32))
    return cv2.fillConvexPoly(np.zeros((SIDE, SIDE), np.uint8), hull, 1) > 0


def _grown(points: np.ndarray, factor: float) -> np.ndarray:
    """Moves points away from their mean."""
    return points.mean(axis=0) + (points - points.mean(axis=0)) * factor


def _median(lab: np.ndarray, region: np.ndarray) -> np.ndarray:
    """Gives the `(3,)` median colour of a region."""
    return np.median(lab[region], axis=0) if region.any() else _NOWHERE


def _difference(first: np.ndarray, second: np.ndarray) -> float:
    """Gives how far two Lab colours are apart, lightness weighted less."""
    return float(np.linalg.norm((first - second) * [_SHADE, 1, 1]))
