"""What detectors found: boxes that lie over a picture in a page and answer the pointer, and how detectors compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from facerecon.core.arrays import check_shape
from facerecon.core.types import Faces
from facerecon.drawing.theme import DETECTORS as TONES
from facerecon.drawing.theme import STAGES, Tone
from facerecon.geometry.boxes import iou

ROOM = 0.05
"""Share of a frame's height that a score needs above its box; with less, it stands inside."""

DOT = 0.07
"""Width of a point, as a share of its box's; the style sheet bounds it."""


@dataclass(frozen=True, eq=False)
class Finds:
    """What one detector says about a picture."""

    label: str
    "its name, for people"
    tone: Tone
    "its colour"
    faces: Faces
    "kept, px of the picture"
    suppressed: Faces
    "not kept, since a better one covers them"
    suppressor: np.ndarray
    "`(S,)` by suppressed box: the row of `faces` that covers it"

    def __post_init__(self):
        check_shape(self.suppressor, (len(self.suppressed),), "suppressor")


def detector_tone(name: str) -> Tone:
    """Gives a detector's colour; one that has none of its own gets that of the stage."""
    return TONES.get(name, STAGES["detection"])


def boxes_html(
    frame: np.ndarray, finds: Sequence[Finds], chosen: Sequence[int | None] = (), suppressed: bool = True
) -> str:
    """Writes boxes, scores and points as HTML that is laid over a picture, or a part of it, and fits it at every size.

    Places are shares of the frame, strokes and letters are in the screen's pixels. A suppressed box that is pointed at
    shows the box that suppressed it, and why: `0.81 < 0.97 · IoU 0.72`.

    Args:
        frame: `(4,)` x0 y0 x1 y1 of the edges of what is shown, px of the picture; see `whole`.
        finds: by detector.
        chosen: by detector: which of its faces is the one that is used; the others are drawn fainter. None: all alike.
        suppressed: whether suppressed boxes are drawn.
    """
    groups = []
    for number, found in enumerate(finds):
        marked = chosen[number] if number < len(chosen) else None
        # The smaller ones come later, above the larger: so the pointer reaches each.
        parts = [_kept(frame, found, row, marked) for row in np.argsort(-found.faces.sizes, kind="stable")]
        if suppressed:
            parts += [_suppressed(frame, found, row) for row in np.argsort(-found.suppressed.sizes, kind="stable")]
        groups.append(f'<div style="--tone:{found.tone.dark}">{"".join(parts)}</div>')
    kind = "boxes many" if len(finds) > 1 else "boxes"
    return f'<div class="{kind}">{"".join(groups)}</div>'


def whole(image: np.ndarray) -> np.ndarray:
    """Gives the frame `(4,)` of a whole picture: from half a pixel before its first centre to half after its last."""
    return np.array([0, 0, image.shape[1], image.shape[0]]) - 0.5


def _kept(frame: np.ndarray, found: Finds, row: int, marked: int | None) -> str:
    """Writes a box that was kept, with its score and its points."""
    box = found.faces.boxes[row]
    faint = " faint" if marked not in (None, row) else ""
    low = " low" if box[1] - frame[1] < ROOM * (frame[3] - frame[1]) else ""
    score = f"{found.faces.scores[row]:.2f}"
    tag = f"<b>{score}</b><span>{escape(found.label)} {score}</span>"
    points = [] if found.faces.keypoints is None else found.faces.keypoints[row]
    size = DOT * float(np.ptp(box[[0, 2]]) / np.ptp(frame[[0, 2]])) * 100
    dots = "".join(f'<i style="{_spot(frame, point)};width:{size:.2f}%"></i>' for point in points)
    return f'<div class="box{faint}{low}" style="{_place(frame, box)}">{tag}</div>{dots}'


def _suppressed(frame: np.ndarray, found: Finds, row: int) -> str:
    """Writes a suppressed box, and after it the one that suppressed it, which shows while the first is pointed at."""
    winner = found.suppressor[row]
    box, better = found.suppressed.boxes[row], found.faces.boxes[winner]
    overlap = iou(box[None], better[None])[0, 0]
    scores = f"{found.suppressed.scores[row]:.2f} &lt; {found.faces.scores[winner]:.2f}"
    return (
        f'<div class="suppressed" style="{_place(frame, box)}">'
        f"<span>{escape(found.label)} {scores} · IoU {overlap:.2f}</span></div>"
        f'<div class="suppressor" style="{_place(frame, better)}"></div>'
    )


def _place(frame: np.ndarray, box: np.ndarray) -> str:
    """Gives a box, px of the picture, as CSS."""
    (x0, y0), (x1, y1) = _shares(frame, box.reshape(2, 2))
    return f"left:{x0:.2f}%;top:{y0:.2f}%;width:{x1 - x0:.2f}%;height:{y1 - y0:.2f}%"


def _spot(frame: np.ndarray, point: np.ndarray) -> str:
    """Gives a point, px of the picture, as CSS."""
    x, y = _shares(frame, point)
    return f"left:{x:.2f}%;top:{y:.2f}%"


def _shares(frame: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Says where in the frame points lie, in percent of its sides."""
    return (points - frame[:2]) / (frame[2:] - frame[:2]) * 100
