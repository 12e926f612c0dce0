"""Measures how Tiny-YOLO's boxes must change to bound whole faces: `python -m scripts.tiny_yolo_boxes [PICTURES]`.

Compares them with the true boxes of made pictures (not those of the benchmark) and prints SHIFT and SCALE for
`facerecon/detection/tiny_yolo.py`: medians over the faces that were found. Repeat until it
prints what stands there already.
"""

from __future__ import annotations

import sys

import numpy as np

from benchmarks.faces import Picture, picture
from facerecon.core.types import Photo
from facerecon.detection.tiny_yolo import SCALE, SHIFT, TinyYolo
from facerecon.geometry.boxes import iou

SEED = 1
FOUND = 0.3
"intersection over union from which on a box is that of a face"


def main(count: int) -> None:
    """Measures on so many pictures and prints."""
    detector = TinyYolo()
    pairs = np.concatenate([found(detector, picture(number, SEED)) for number in range(count)])
    truth, boxes = pairs[:, 0], pairs[:, 1]
    size = boxes[:, 2:] - boxes[:, :2]
    moved = np.median((truth[:, :2] + truth[:, 2:] - boxes[:, :2] - boxes[:, 2:]) / 2 / size, axis=0)
    grown = np.median((truth[:, 2:] - truth[:, :2]) / size, axis=0)
    # The boxes are tightened already: one change after the other. A mirrored face is as likely: no shift sideways.
    shift, scale = (SHIFT + SCALE * moved) * [0, 1], SCALE * grown
    print(f"{len(pairs)} faces; SHIFT = {np.round(shift, 3)}, SCALE = {np.round(scale, 3)}")
    overlaps = np.array([iou(a[None], b[None])[0, 0] for a, b in zip(truth, boxes, strict=True)])
    print(
        f"Intersection over union: median {np.median(overlaps):.2f}, one in ten below {np.quantile(overlaps, 0.1):.2f}"
    )


def found(detector: TinyYolo, labelled: Picture) -> np.ndarray:
    """Gives true box and found box `(N, 2, 4)` of the faces that were found."""
    boxes = detector.detect(Photo(labelled.image, "", None, "")).boxes
    truth, mine = np.nonzero(iou(labelled.boxes, boxes) > FOUND)
    return np.stack([labelled.boxes[truth], boxes[mine]], axis=1)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
