"""A fitted head against its photo: how far off its points are in the picture, and how well its outline agrees."""

from __future__ import annotations

import numpy as np

from facerecon.core.arrays import check_shape


def reprojection_errors(found: np.ndarray, true: np.ndarray, size: float) -> np.ndarray:
    """Measures how far points are from where they should be in a photo, as a share of a size.

    Args:
        found: `(L, 2)` px, of the fitted head.
        true: `(L, 2)` px.
        size: px, for instance the distance between the outer corners of the eyes.

    Returns:
        `(L,)`.
    """
    check_shape(found, ("L", 2), "found")
    check_shape(true, found.shape, "true")
    return np.linalg.norm(found - true, axis=1) / size


def silhouette_iou(found: np.ndarray, true: np.ndarray) -> float:
    """Gives the overlap of two silhouettes over their union; 1 where both are empty.

    Args:
        found: `(H, W)` bool.
        true: `(H, W)` bool.
    """
    check_shape(found, true.shape, "found")
    union = int((found | true).sum())
    return float((found & true).sum() / union) if union else 1.0
