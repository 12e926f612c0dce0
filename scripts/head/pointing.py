"""What a landmark on a render points at, and points that are each other's mirror image."""

from __future__ import annotations

import cv2
import numpy as np

REACH = 9
"px of the doubled raster: how far to look for the part a landmark must lie on"
IRISES = np.arange(468, 478)


def snap(mask: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Finds for each point `(L, 2)` the nearest pixel of a mask within REACH: `(L, 2)` column, row; -1 where none."""
    distance, labels = cv2.distanceTransformWithLabels(
        (~mask).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    rows, cols = np.nonzero(mask)
    where = np.zeros((labels.max() + 1, 2), int)
    where[labels[rows, cols]] = np.stack([cols, rows], 1)
    pixel = np.round(points).astype(int).clip(0, np.array(mask.shape[::-1]) - 1)
    near = distance[pixel[:, 1], pixel[:, 0]] <= REACH
    return np.where(near[:, None], where[labels[pixel[:, 1], pixel[:, 0]]], -1)


def mirror_exactly(model, triangle, weights, mirror) -> tuple[np.ndarray, np.ndarray]:
    """Takes the left half's points from the right half, so that both are each other's mirror image to the last bit."""
    rows_of = {tuple(sorted(t)): i for i, t in enumerate(model.triangles.tolist())}
    triangle, weights = triangle.copy(), weights.copy()
    for here, there in enumerate(mirror):
        if there > here:
            corners = model.mirror[model.triangles[triangle[here]]].tolist()
            row = rows_of[tuple(sorted(corners))]
            triangle[there] = row
            weights[there] = [weights[here][corners.index(v)] for v in model.triangles[row].tolist()]
    return triangle, weights
