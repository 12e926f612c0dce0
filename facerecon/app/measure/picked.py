"""Two points of the visitor's choice: how far apart they are, straight and along the skin."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from facerecon.app import cache, layout, state
from facerecon.app.cache import Run
from facerecon.app.measure import named, views
from facerecon.app.measure.views import Frame
from facerecon.app.numbers import two_digits
from facerecon.app.pointer import Handle, Move, Picture, Stroke, pointer
from facerecon.app.state import Placed
from facerecon.app.texts import t
from facerecon.drawing.theme import ACCENT, STAGES
from facerecon.geometry.geodesics import Geodesics, Spot
from facerecon.measuring import Way, skin_surface, spots_at, way_between

FRAMES = named.FRAMES["face"]
FIRST = ("ex_l", "gn")
"""The named points that are chosen at first."""
PATH, CHORD, END = STAGES["model"].dark, "#ffffff", ACCENT.dark


def show(run: Run) -> None:
    """Shows the head from two sides with two points that can be moved, and how far apart they are."""
    st.subheader(t("measure.points"), anchor=False)
    layout.caption("measure.points_lead")
    _play(run)


@st.fragment
def _play(run: Run) -> None:
    spots = _spots(run)
    way = _way(run, spots)
    for column, frame in zip(st.columns(2), FRAMES, strict=True):
        with column:
            _show_picture(run, frame, spots, way)
    _buttons(run)
    error = run.reconstruction.fit.scale.relative_error
    layout.numbers(
        [
            (t("measure.straight"), f"{way.straight:.0f} ± {two_digits(error * way.straight)}", "mm"),
            (t("measure.along"), f"{way.along:.0f} ± {two_digits(error * way.along)}", "mm"),
            (t("measure.detour"), f"+{100 * (way.along / max(way.straight, 1e-9) - 1):.1f}", "%"),
        ]
    )
    layout.caption("measure.points_note")


def _buttons(run: Run) -> None:
    """Offers to take moves back, the last one or all."""
    untouched = not state.session().spots.get(run.key)
    with st.container(horizontal=True, gap="small"):
        for name, icon in (("undo", "undo"), ("reset", "restart_alt")):
            st.button(
                t(f"measure.points_{name}"),
                icon=f":material/{icon}:",
                key=f"measure_points_{name}",
                on_click=state.take_back_spots,
                args=(run.key, name == "reset"),
                disabled=untouched,
            )


def _surface(run: Run) -> Geodesics:
    head = cache.workshop().parts.head
    return cache.mesh((run.key, "geodesics"), lambda: skin_surface(head, run.reconstruction.fit))


def _spots(run: Run) -> tuple[Spot, Spot]:
    """Gives the two points: as they were moved, else the first ones."""
    done = state.session().spots.get(run.key)
    return done[-1].spots if done else cache.picture((run.key, "first_spots"), lambda: _first(run))


def _first(run: Run) -> tuple[Spot, ...]:
    places = named.points(run)
    return spots_at(_surface(run), np.array([places[name] for name in FIRST]))


def _way(run: Run, spots: tuple[Spot, Spot]) -> Way:
    return cache.picture((run.key, "way", spots), lambda: way_between(_surface(run), *spots))


def _show_picture(run: Run, frame: Frame, spots: tuple[Spot, Spot], way: Way) -> None:
    """Shows one side of the head with the path, and those of the points that can be seen from there."""
    ends = way.path[[0, -1]]
    pixels, _ = frame.project(ends)
    seen = np.flatnonzero(views.visible(run, frame, ends)).tolist()
    handles = [Handle(tuple(pixels[k].tolist()), END, t("measure.point", number=k + 1)) for k in seen]
    strokes = [Stroke([pixels], CHORD, 1.2), *_pieces(run, frame, way.path)]
    photo = cache.picture((run.key, "clay_jpeg", frame), lambda: Picture.jpeg(views.picture(run, frame)))
    more = {"strokes": strokes, "handles": handles, "on_move": _mover(run, frame, seen), "version": run.key}
    pointer(f"measure_{frame.view}", photo, t(f"measure.alt_points_{frame.view}"), clickable=False, **more)


def _pieces(run: Run, frame: Frame, path: np.ndarray) -> list[Stroke]:
    """Cuts a path, densely sampled, into what can be seen from a side."""
    steps = np.linspace(0, 1, 8, endpoint=False)[:, None]
    dense = np.vstack([*(a + steps * (b - a) for a, b in zip(path[:-1], path[1:], strict=True)), path[-1:]])
    pixels, _ = frame.project(dense)
    shown = views.visible(run, frame, dense)
    cuts = np.flatnonzero(np.diff(shown.astype(int))) + 1
    runs = zip(np.split(pixels, cuts), np.split(shown, cuts), strict=True)
    lines = [line for line, seen in runs if seen[0] and len(line) > 1]
    return [Stroke(lines, "#101216", 6), Stroke(lines, PATH, 3.5)] if lines else []


def _mover(run: Run, frame: Frame, seen: Sequence[int]) -> Callable[[Sequence[Move]], None]:
    """Gives what takes in moves; a point that is pulled off the head stays where it was."""

    def put(moves: Sequence[Move]) -> None:
        for one in moves:
            spot = views.spot_at(run, frame, one.at)
            if spot is not None and one.handle < len(seen):
                first, second = _spots(run)
                spots = (spot, second) if seen[one.handle] == 0 else (first, spot)
                state.place_spots(run.key, Placed(spots, (frame.view, one.pull)))

    return put
