"""The triplet loss, live: three faces in the plane through their embeddings, to drag and to let learn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from facerecon.app import cache, layout, state
from facerecon.app.compare import identity
from facerecon.app.compare.identity import Seen
from facerecon.app.compare.pair import Pair
from facerecon.app.inputs import sample_picture
from facerecon.app.pointer import Handle, Move, Note, Picture, pointer
from facerecon.app.texts import t
from facerecon.drawing.embedding_map import SIDE, TONES, Frame, embedding_map
from facerecon.identity.triplets import Triplet, plane, take_apart, teach
from facerecon.networks.metric_losses import MARGIN
from facerecon.samples import SAMPLES

ROLES = ("anchor", "positive", "negative")
RATE = 0.08
"""Step of learning."""
MARGINS = (0.05, 1.0)
UP = 0.1
"""Of the plane, from the anchor to the middle of the picture: the negative lies above."""
BELOW = 12
"""px from a point down to its name."""


@st.fragment
def play(run: cache.Run, pair: Pair | None) -> None:
    """Shows the triplet; only this part of the page runs again when a point moves, and no network does."""
    anchor, copies, others = identity.of_run(run), identity.of_copies(run), _others(pair)
    left, right = st.columns([7, 5], gap="large")
    with right:
        positive, negative = _choose(anchor, copies, others)
        margin = st.slider(t("compare.margin"), *MARGINS, MARGIN, 0.05, key="triplet_margin", persist_state="session")
    three = (anchor, copies[positive], others[negative])
    rest = [face for face in (*copies.values(), *others.values()) if face not in three]
    with left:
        found = _show_map(f"{run.key}/{positive}/{negative}", three, rest, margin)
    with right:
        _show_numbers(found, margin)
    _show_batch(anchor, copies, others, margin)


def _others(pair: Pair | None) -> dict[str, Seen]:
    """Gives the faces of other people: the second, unless it is the first's, and samples that are neither."""
    current = state.session()
    other = pair is not None and not identity.compared(pair).same
    found = {t("compare.second"): identity.of_run(pair.second)} if other else {}
    shown = {photo.digest for run in (pair.runs if pair else ()) for photo in run.reconstruction.photos}
    for name in SAMPLES:
        if name != current.sample and cache.sample(name).digest not in shown:
            found[t(f"sample.{name}")] = Seen(identity.of_sample(name), sample_picture(name))
    return found


def _choose(anchor: Seen, copies: dict[str, Seen], others: dict[str, Seen]) -> tuple[str, str]:
    """Lets the visitor choose positive and negative; at first the hardest: the farthest copy, the nearest other."""

    def away(faces: dict[str, Seen]) -> list[str]:
        return sorted(faces, key=lambda name: -float(faces[name].embedding.vector @ anchor.embedding.vector))

    kinds = list(copies)
    positive = st.selectbox(
        t("compare.positive"),
        kinds,
        kinds.index(away(copies)[-1]),
        format_func=lambda name: t(f"compare.copy_{name}"),
        key="triplet_positive",
        persist_state="session",
    )
    names = list(others)
    negative = st.pills(
        t("compare.negative"), names, default=away(others)[0], required=True, key=f"triplet_{'/'.join(names)}"
    )
    return positive, negative


def _show_map(key: str, three: Sequence[Seen], rest: Sequence[Seen], margin: float) -> Triplet:
    """Shows the plane through three embeddings, in which they can be moved; gives what the loss says of them."""
    vectors = np.array([face.embedding.vector for face in three])
    axes = plane(*vectors)
    begin = (vectors - vectors[0]) @ axes.T
    frame = Frame((0.0, UP))
    points = state.session().triplets.get(key, begin)
    found = take_apart(points, margin)
    learned = points + RATE * found.pulls
    others = [((face.embedding.vector - vectors[0]) @ axes.T, face.picture) for face in rest]
    drawn = embedding_map(frame, points, [face.picture for face in three], margin, learned, others, layout.is_dark())
    names = [t(f"compare.role_{role}") for role in ROLES]
    places = [tuple(place) for place in frame.to_picture(points).tolist()]
    colours = [tone.on(layout.is_dark()) for tone in TONES]

    def put(moves: Sequence[Move]) -> None:
        moved = points.copy()
        for one in moves:
            moved[one.handle] = frame.to_plane(np.array([one.at]))[0]
        state.session().triplets[key] = moved

    pointer(
        "triplet",
        Picture(drawn.encode(), "image/svg+xml", SIDE, SIDE),
        t("compare.map_label"),
        clickable=False,
        handles=[Handle(*one) for one in zip(places, colours, names, strict=True)],
        on_move=put,
        notes=[Note((x, y + BELOW), name, True) for (x, y), name in zip(places, names, strict=True)],
        version=key,
    )
    layout.caption("compare.map_note")
    with st.container(horizontal=True, gap="small"):
        steps = {"on_click": state.session().triplets.__setitem__, "args": (key, learned)}
        st.button(t("compare.learn"), icon=":material/school:", key="triplet_learn", disabled=not found.loss, **steps)
        back = {"on_click": state.session().triplets.pop, "args": (key, None)}
        moved = key in state.session().triplets
        st.button(t("compare.back"), icon=":material/restart_alt:", key="triplet_back", disabled=not moved, **back)
    return found


def _show_numbers(found: Triplet, margin: float) -> None:
    """Shows what the loss adds up, and says in which zone the negative lies."""
    layout.numbers(
        [
            (t("compare.near"), f"{found.near:.3f}", ""),
            (t("compare.far"), f"{found.far:.3f}", ""),
            (t("compare.alpha"), f"{margin:.2f}", ""),
            (t("compare.loss"), f"{found.loss:.3f}", ""),
        ]
    )
    st.markdown(t(f"compare.zone_{found.zone}"))


def _show_batch(anchor: Seen, copies: dict[str, Seen], others: dict[str, Seen], margin: float) -> None:
    """Shows what all these faces would teach the network, in all its dimensions."""
    mine = [anchor, *copies.values()]
    vectors = np.array([face.embedding.vector for face in (*mine, *others.values())])
    found = teach(vectors, [0] * len(mine) + list(range(1, len(others) + 1)), margin)
    about = {"faces": len(vectors), "dimensions": vectors.shape[1], "pairs": found.pairs, "found": found.triplets}
    layout.caption("compare.batch", **about, loss=f"{found.loss:.3f}")
