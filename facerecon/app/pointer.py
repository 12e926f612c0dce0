"""A picture to point at: gives the cell or pixel that was clicked, and tells which handles were moved.

Streamlit's own pictures tell nothing about clicks. This one also draws outlines and short texts over the picture in the
browser, so that an answer to a click need not send any pixels; a picture is fetched once, under a link that names its
content.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import streamlit as st
from PIL import Image
from streamlit import runtime

from facerecon.app.texts import t

STATE = "pointed"
"""Name of the component's one state: `{version, place, turn, moves}`, places as shares of the picture's sides."""
HTML = '<div class="pointer"><svg class="strokes" viewBox="0 0 1 1" preserveAspectRatio="none"></svg></div>'


@dataclass(frozen=True, eq=False)
class Picture:
    """An encoded picture."""

    content: bytes
    kind: str
    "media type"
    width: int
    "px"
    height: int
    "px"

    @classmethod
    def jpeg(cls, image: np.ndarray, quality: int = 88) -> Picture:
        """Encodes `(H, W, 3)` RGB uint8: photos."""
        return cls._of(Image.fromarray(image), "jpeg", quality=quality)

    @classmethod
    def png(cls, levels: np.ndarray, palette: np.ndarray) -> Picture:
        """Encodes `(H, W)` uint8 rows of a palette `(256, 4)` without loss, opacity included: maps of few colours."""
        image = Image.fromarray(levels)
        image.putpalette(palette.tobytes(), "RGBA")
        return cls._of(image, "png", transparency=palette[:, 3].tobytes(), compress_level=3)

    @classmethod
    def _of(cls, image: Image.Image, kind: str, **options: object) -> Picture:
        file = io.BytesIO()
        image.save(file, kind, **options)
        return cls(file.getvalue(), f"image/{kind}", *image.size)


@dataclass(frozen=True)
class Outline:
    """A rectangle over the picture."""

    box: tuple[float, float, float, float]
    "x0 y0 x1 y1, px"
    colour: str
    "CSS"
    dashed: bool = False
    spotlight: bool = False
    "whether all around it is dimmed"
    label: str = ""


@dataclass(frozen=True)
class Note:
    """A short text over the picture, centred below its point."""

    at: tuple[float, float]
    "x y, px"
    text: str
    strong: bool = False


@dataclass(frozen=True, eq=False)
class Stroke:
    """Lines and dots over the picture, all alike."""

    lines: Sequence[np.ndarray]
    "each `(P, 2)` px; a line of one point is a dot"
    colour: str
    "CSS"
    width: float = 2.0
    "px on the screen"
    closed: bool = False
    "whether each line's end is joined to its beginning"


@dataclass(frozen=True)
class Handle:
    """A point that can be dragged, or moved by the arrow keys."""

    at: tuple[float, float]
    "x y, px"
    colour: str
    "CSS"
    label: str
    "what it is"


@dataclass(frozen=True)
class Move:
    """What a visitor did to a handle."""

    handle: int
    "its number"
    at: tuple[float, float]
    "x y, px: where it is now"
    pull: int
    "the same for all moves of one pull of the pointer"


@dataclass(frozen=True)
class Pointed:
    """What a visitor pointed at."""

    column: int | None
    "of the cell; None: nothing was pointed at, and nothing was given"
    row: int | None


def pointer(
    key: str,
    picture: Picture,
    label: str,
    *,
    grid: tuple[int, int] | None = None,
    at: tuple[int, int] | None = None,
    clickable: bool = True,
    sharp: bool = False,
    outlines: Callable[[Pointed], Sequence[Outline]] | None = None,
    notes: Sequence[Note] = (),
    strokes: Sequence[Stroke] = (),
    handles: Sequence[Handle] = (),
    on_move: Callable[[Sequence[Move]], None] | None = None,
    version: str = "",
    least_width: int = 0,
) -> Pointed:
    """Shows a picture and gives where it was clicked last; arrow keys move by a cell.

    The place is kept as a share of the picture's sides: where another picture of the same thing takes its place under
    the same key, with more or fewer cells, the same spot stays marked.

    Args:
        key: of the component.
        picture: to show.
        label: what it shows, for those who hear the page.
        grid: columns and rows of cells; default: every pixel is a cell.
        at: column and row that are marked at first; None: nothing is.
        clickable: whether places can be picked at all.
        sharp: whether pixels stay squares when the picture is enlarged.
        outlines: gives what is drawn over it, for what is pointed at.
        notes: written over it.
        strokes: drawn over it, under the handles.
        handles: points that can be moved; where they are is for the caller to say, who may move others along.
        on_move: is told of moved handles, before the page runs again.
        version: of what is shown; another one puts the place back to `at`, and lets go of what is held.
        least_width: px; where the page is narrower, the picture scrolls sideways.
    """
    size = np.array([picture.width, picture.height])
    cells = np.array(grid or size)
    place = None if at is None else ((np.array(at) + 0.5) / cells).tolist()
    fresh = {"version": version, "place": place, "turn": 0, "moves": []}
    told = _told(key)
    known = told if told and told["version"] == version else fresh
    pointed = _pointed(known, cells)
    drawn = outlines(pointed) if outlines else ()
    data = {
        **{name: known[name] for name in ("version", "place")},
        "turn": told["turn"] if told else 0,
        "url": _url(picture, key),
        "width": picture.width,
        "height": picture.height,
        "cells": cells.tolist(),
        "label": label,
        "hint": t("pointer.hint") if clickable else "",
        "clickable": clickable,
        "sharp": sharp,
        **_overlays(size, drawn, notes, strokes, handles),
        "leastWidth": least_width,
    }

    def tell() -> None:
        now = _told(key)
        if on_move and now["version"] == version:  # else they are moves of what was shown before
            on_move([_move(one, size) for one in now["moves"]])

    _component()(key=key, data=data, default={STATE: fresh}, on_pointed_change=tell)
    return pointed


def _overlays(
    size: np.ndarray,
    outlines: Sequence[Outline],
    notes: Sequence[Note],
    strokes: Sequence[Stroke],
    handles: Sequence[Handle],
) -> dict[str, list[dict[str, Any]]]:
    """Writes what lies over a picture of a size, px, in shares of its sides."""
    return {
        "outlines": [asdict(o) | {"box": _shares(np.reshape(o.box, (2, 2)), size).ravel().tolist()} for o in outlines],
        "notes": [asdict(one) | {"at": _shares(np.array(one.at), size).tolist()} for one in notes],
        "strokes": [_stroke(one, size) for one in strokes],
        "handles": [asdict(one) | {"at": _shares(np.array(one.at), size).tolist()} for one in handles],
    }


def _stroke(stroke: Stroke, size: np.ndarray) -> dict[str, Any]:
    """Writes a stroke as the path of an SVG that is one wide and one high."""
    end = "z" if stroke.closed else ""
    path = []
    for line in stroke.lines:
        first, *others = (f"{x:.4g} {y:.4g}" for x, y in _shares(line, size))
        path.append(f"M{first}L{' '.join(others) or first}{end}")
    return {"path": "".join(path), "colour": stroke.colour, "width": stroke.width}


def _told(key: str) -> dict[str, Any] | None:
    """Gives what the browser said last, if anything."""
    return (st.session_state.get(key) or {}).get(STATE)


def _shares(points: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Turns px into shares of the picture's sides; the first pixel's centre is px 0."""
    return (points + 0.5) / size


def _move(told: dict[str, Any], size: np.ndarray) -> Move:
    """Turns shares of the picture's sides back into px."""
    x, y = (np.array(told["at"], float) * size - 0.5).tolist()
    return Move(int(told["handle"]), (x, y), int(told["pull"]))


def _pointed(state: dict[str, Any], cells: np.ndarray) -> Pointed:
    if state["place"] is None:
        return Pointed(None, None)
    column, row = np.clip(np.floor(np.array(state["place"], float) * cells), 0, cells - 1).astype(int).tolist()
    return Pointed(column, row)


def _url(picture: Picture, key: str) -> str:
    """Hands a picture to Streamlit's own store of media, as `st.image` does, and gives its link."""
    digest = hashlib.sha256(key.encode()).hexdigest()[:16]
    return runtime.get_instance().media_file_mgr.add(picture.content, picture.kind, f"pointer-{digest}")


@cache
def _component() -> Callable[..., Any]:
    """Registers the component, once."""
    folder = files("facerecon.app")
    parts = {kind: folder.joinpath(f"pointer.{kind}").read_text("utf-8") for kind in ("css", "js")}
    return st.components.v2.component("facerecon.pointer", html=HTML, **parts)
