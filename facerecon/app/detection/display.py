"""The Detection page's pictures and numbers: boxes over the photo, the face from near, candidates, all side by side."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st

from facerecon.app import cache, layout, pictures
from facerecon.app.detection import bench
from facerecon.app.measured import measured
from facerecon.app.numbers import duration, millions, size, two_digits
from facerecon.app.texts import t
from facerecon.app.thumbnails import data_uri
from facerecon.core.types import Photo
from facerecon.detection import DETECTORS
from facerecon.drawing.crops import crop
from facerecon.drawing.detections import Finds, boxes_html, detector_tone, whole
from facerecon.drawing.figures import Series, by_class

CUT = 224
"""px of the picture of a face that was cut out."""


def show_photo(photo: Photo, small: Photo, found: Mapping[str, Finds], box: np.ndarray | None, dashed: bool) -> None:
    """Shows a picture that was looked at, with the boxes over it.

    Args:
        photo: in its own size.
        small: the copy that was looked at.
        found: by detector, px of `small`.
        box: of the face that is made a head, px of `small`.
        dashed: whether suppressed boxes are shown.
    """
    shape = photo.image.shape[:2]
    image = cache.picture((small.digest, "seen"), lambda: pictures.seen_picture(small, shape))
    chosen = [bench.same_face(one.faces, box) for one in found.values()]
    frame = whole(small.image)
    layout.overlaid("photo", image, frame, boxes_html(frame, list(found.values()), chosen, dashed), _alt("detection"))
    missed = found and not any(len(one.faces) for one in found.values())
    height, width = small.image.shape[:2]
    layout.caption("detection.missed" if missed else "detection.caption", width=width, height=height)
    if len(found) > 1:
        layout.legend((one.tone.dark, one.label) for one in found.values())


def _alt(stage: str) -> str:
    return t(f"strip.alt_{stage}")


def show_near(small: Photo, found: Mapping[str, Finds], box: np.ndarray | None, dashed: bool) -> None:
    """Shows the face from near, where one box can be told from the next; without a face, nothing."""
    box = next((one.faces.boxes[row] for one, row in _faces(found, box)), None)
    if box is None:
        return
    image, frame = cache.picture((small.digest, "near", *box.tolist()), lambda: pictures.near_picture(small, box))
    layout.overlaid("near", image, frame, boxes_html(frame, list(found.values()), suppressed=dashed), _alt("detection"))
    if dashed and any(len(one.suppressed) for one in found.values()):
        layout.caption("detection.dashed")


def show_cuts(small: Photo, found: Mapping[str, Finds], box: np.ndarray | None) -> None:
    """Shows the face as each detector cuts it out."""
    entries = []
    for one, row in _faces(found, box):
        own = one.faces.boxes[row]
        key = (small.digest, "cut", *own.tolist())
        link = cache.picture(key, lambda own=own: data_uri(crop(small.image, own, CUT, margin=0).image))
        alt = t("detection.cut", name=one.label)
        entries.append((one.tone.dark, link, alt, f"{one.label} {one.faces.scores[row]:.2f}"))
    layout.small_pictures(entries)


def _faces(found: Mapping[str, Finds], box: np.ndarray | None) -> list[tuple[Finds, int]]:
    """Lists each detector's row of the face in a box, else of its largest; those that found none are left out."""
    return [(one, bench.same_face(one.faces, box) or 0) for one in found.values() if len(one.faces)]


def show_numbers(one: Finds, seen: bench.Look) -> None:
    """Shows what became of the candidates of one detector."""
    side = (two_digits(float(one.faces.sizes[0])), "px") if len(one.faces) else ("–", "")
    layout.numbers(
        [
            (t("detection.proposals"), str(len(seen.proposals)), ""),
            (t("detection.above"), str(len(one.faces) + len(one.suppressed)), ""),
            (t("detection.faces"), str(len(one.faces)), ""),
            (t("detection.side"), *side),
            (t("detection.found_in"), *duration(seen.milliseconds)),
        ]
    )


def show_table(small: Photo, found: Mapping[str, Finds]) -> None:
    """Shows what all detectors are and, where they have run, what they answered.

    Args:
        small: what was looked at.
        found: what is shown at this moment; the other detectors stand at their own thresholds.
    """
    columns = ("detector", "family", "faces", "score", "found_in", "parameters", "weights", "licence")
    rows = []
    for name in DETECTORS:
        kind, files, seen = bench.kind(name), bench.files(name), bench.known_look(small, name)
        answers = ["–"] * 4
        if seen:
            faces = (found.get(name) or bench.finds(name, seen, kind.threshold, kind.overlap)).faces
            best = f"{faces.scores.max():.2f}" if len(faces) else "–"
            learned = cache.detector(name).parameters
            answers = [str(len(faces)), best, " ".join(duration(seen.milliseconds)), millions(learned)]
        weights = " ".join(size(sum(file.size for file in files)))
        cells = [bench.label(name), kind.family, *answers, weights, files[0].licence]
        rows.append((detector_tone(name).on(layout.is_dark()), cells))
    layout.table([t(f"detection.{column}") for column in columns], rows)
    layout.caption("detection.compared")


def show_measured() -> None:
    """Shows how sure each detector is of faces of each size, and how fast, on pictures whose every box is known."""
    told = measured("detection")
    rows = {name: row for name, row in told["detectors"].items() if name in DETECTORS}
    classes = [(one["from_px"], one["to_px"]) for one in next(iter(rows.values()))["by_size"]]
    figure = by_class(
        [
            Series(
                f"{bench.label(name)}, {' '.join(duration(row['ms']))}",
                [one["average_precision"] for one in row["by_size"]],
                detector_tone(name),
            )
            for name, row in rows.items()
        ],
        [f"{low:.0f}–{high:.0f}" for low, high in classes],
        x_title=t("detection.size_axis"),
        y_title=t("detection.precision_axis"),
        dark=layout.is_dark(),
    )
    st.subheader(t("detection.measured"), anchor=False)
    layout.chart(figure, "measured")
    counts = {name: f"{told[name]:,}" for name in ("faces", "pictures", "negatives")}
    layout.caption("detection.measured_how", **counts, cores=told["machine"]["cores"], date=told["date"])
