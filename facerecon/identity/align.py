"""Moves a face to where a network expects it: turned upright, at one size, its five points near fixed places."""

from __future__ import annotations

import numpy as np

from facerecon.core.arrays import check_shape
from facerecon.geometry.similarity import similarity, warp


def align(image: np.ndarray, five: np.ndarray, template: np.ndarray, side: int) -> np.ndarray:
    """Cuts a face out so that its points lie nearest to a template's, as a similarity can bring them.

    Args:
        image: `(H, W, 3)` RGB uint8.
        five: `(5, 2)` px: right eye, left eye (the subject's), nose tip, right and left mouth corner.
        template: `(5, 2)` px of the result, in the same order.
        side: px of the result.

    Returns:
        `(side, side, 3)` uint8; what lies outside the photo is black, as it was in training.
    """
    check_shape(five, (5, 2), "five")
    return warp(image, similarity(five, template), side)
