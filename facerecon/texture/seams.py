"""How visible the borders are between what was seen, mirrored and filled."""

from __future__ import annotations

import cv2
import numpy as np

from facerecon.core.arrays import check_shape

_SIZE = 512
"""px at which neighbours are compared: 1 px is about a millimetre of the face, as one sees it from near"""


def seam_contrast(image: np.ndarray, provenance: np.ndarray, covered: np.ndarray) -> tuple[float, float]:
    """Compares neighbours across borders with neighbours elsewhere, CIE76 colour difference (1 is just visible).

    Args:
        image: `(S, S, 3)` RGB uint8.
        provenance: `(S, S)` uint8.
        covered: `(S, S)` bool: where the texture shows skin.

    Returns:
        Mean difference across borders and beside them: where no seam is, both are alike. 0 without borders.
    """
    size = check_shape(provenance, ("S", "S"), "provenance")["S"]
    side = min(size, _SIZE)
    small = cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB)
    kind, inside = (
        cv2.resize(one.astype(np.uint8), (side, side), interpolation=cv2.INTER_NEAREST) for one in (provenance, covered)
    )
    # Beside an island's edge the provenance is that of nobody's skin.
    inside = cv2.erode(inside, np.ones((5, 5)), borderValue=0) > 0
    across, border, valid = [], [], []
    for axis in (0, 1):
        first, second = (slice(None),) * axis + (slice(-1),), (slice(None),) * axis + (slice(1, None),)
        across.append(np.linalg.norm(lab[first] - lab[second], axis=2))
        border.append(kind[first] != kind[second])
        valid.append(inside[first] & inside[second])
    near = [cv2.dilate(one.astype(np.uint8), np.ones((9, 9))) > 0 for one in border]
    on = np.concatenate([a[b & v] for a, b, v in zip(across, border, valid, strict=True)])
    beside = np.concatenate([a[n & ~b & v] for a, n, b, v in zip(across, near, border, valid, strict=True)])
    return (float(on.mean()), float(beside.mean())) if len(on) and len(beside) else (0.0, 0.0)
