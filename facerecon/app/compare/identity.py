"""What the embedding says of two faces: the distance, its threshold, and where it lies among known pairs."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import numpy as np
import streamlit as st

from facerecon.app import cache, layout, weights
from facerecon.app.compare.pair import Pair
from facerecon.app.numbers import two_digits
from facerecon.app.texts import t
from facerecon.app.thumbnails import data_uri
from facerecon.assets import Asset
from facerecon.comparison import embed_largest
from facerecon.core.types import Photo
from facerecon.drawing.comparison import FIRST, SECOND, distance_scale
from facerecon.drawing.theme import QUIET
from facerecon.evaluation.known_pairs import IdentityPairs, identity_pairs
from facerecon.identity import EMBEDDERS
from facerecon.identity.changes import changed
from facerecon.identity.embedding import Comparison, Embedding, compare
from facerecon.landmarks.schemes import convert

NAME = EMBEDDERS.default


@dataclass(frozen=True, eq=False)
class Seen:
    """A face as the network sees it."""

    embedding: Embedding
    picture: str
    "a link"


def missing() -> list[Asset]:
    """Lists the files of the network that are not on this computer."""
    return weights.missing(EMBEDDERS.load(NAME).assets)


def offer_weights() -> None:
    """Says how to get the network, and gets it when asked to."""
    weights.offer(missing(), t(f"embedder.{NAME}"))


def of_run(run: cache.Run) -> Seen:
    """Embeds the face that a run is about, in its first photo."""
    photo, marks = run.reconstruction.photos[0], run.reconstruction.landmarks[0]
    five = convert(marks, "five").points
    return cache.picture((run.key, "embedding", NAME), lambda: _seen(photo, five))


def of_copies(run: cache.Run) -> dict[str, Seen]:
    """Embeds changed copies of the face that a run is about: kind → copy."""
    photo, marks = run.reconstruction.photos[0], run.reconstruction.landmarks[0]
    five = convert(marks, "five").points

    def make() -> dict[str, Seen]:
        copies = changed(photo, five, np.random.default_rng(0))
        return {name: _seen(copy, points) for name, copy, points in copies}

    return cache.picture((run.key, "copies", NAME), make)


def of_sample(name: str) -> Embedding:
    """Embeds the largest face of a bundled photo."""

    def make() -> Embedding:
        shop = cache.workshop()
        with shop.lock:
            return embed_largest(cache.sample(name), shop.parts, cache.embedder(NAME))

    return cache.picture((name, "embedding", NAME), make)


def _seen(photo: Photo, five: np.ndarray) -> Seen:
    embedder = cache.embedder(NAME)
    return Seen(embedder.embed(photo, five), data_uri(embedder.aligned(photo, five)))


def compared(pair: Pair) -> Comparison:
    """Compares the embeddings of both faces."""
    first, second = (of_run(run).embedding for run in pair.runs)
    return compare(first, second, EMBEDDERS.load(NAME).threshold)


def show_verdict(found: Comparison) -> None:
    """Says on which side of the threshold a pair lies, and how many known pairs do so too."""
    side = "nearer" if found.same else "farther"
    st.html(
        f'<p class="verdict {side}"><strong>{two_digits(found.distance)}</strong>'
        f"<span>{escape(t(f'compare.{side}', threshold=f'{found.threshold:.2f}'))}</span></p>"
    )
    pairs = identity_pairs(NAME)
    if pairs:
        wrong = pairs.different <= found.distance if found.same else pairs.same >= found.distance
        layout.caption(f"compare.{side}_note", count=int(wrong.sum()), of=len(wrong))


def show_scale(found: Comparison) -> None:
    """Draws the pair on the scale of known pairs; where nobody has measured any, only the numbers are left."""
    pairs = identity_pairs(NAME)
    if not pairs:
        return
    st.subheader(t("compare.scale"), anchor=False)
    layout.chart(
        distance_scale(
            _rows(pairs),
            found.distance,
            found.threshold,
            x_title=t("compare.scale_axis"),
            here=t("compare.here", distance=f"{found.distance:.2f}"),
            limit=t("compare.threshold", threshold=f"{found.threshold:.2f}"),
            dark=layout.is_dark(),
        ),
        "compare_scale",
    )
    source = EMBEDDERS.load(NAME).threshold_source
    about = {"people": pairs.people, "faces": pairs.faces, "shots": pairs.shots, "source": source}
    layout.caption("compare.scale_note", **about)


def _rows(pairs: IdentityPairs) -> dict[str, tuple[np.ndarray, object]]:
    return {
        t("compare.changed"): (pairs.changed, QUIET),
        t("compare.same"): (pairs.same, FIRST),
        t("compare.different"): (pairs.different, SECOND),
    }
