"""What the page measures, each thing once: the scores of all heads, and their heat maps."""

from __future__ import annotations

import numpy as np

from facerecon.app import cache
from facerecon.app.evaluate import picker
from facerecon.app.evaluate.subject import Subject
from facerecon.app.thumbnails import data_uri
from facerecon.evaluation.scan_to_mesh import ScanTruth
from facerecon.scorecard.landmarks import whole_landmarks
from facerecon.scorecard.pictures import SIDES, HeatMap, flat_picture, heat_map
from facerecon.scorecard.score import Scorecard, score_heads, with_baselines
from facerecon.suites.methods import neutral

SIDE = 400
"""px of a flat picture."""


def key_of(one: Subject) -> str:
    """Names a subject with its landmarks as they are."""
    return f"{one.key}/{sorted(picker.scored_marks(one).items())}"


def scored(one: Subject) -> Scorecard:
    """Scores the subject's head and those that know no photo.

    Raises:
        ScanError: too few landmarks lie on the scan.
        SettingsError: the landmarks do not lie on the face.
    """

    def make() -> Scorecard:
        head = cache.workshop().parts.head
        moved = picker.points_of(one, picker.scored_marks(one))
        marks = whole_landmarks(one.head.landmarks68, moved, head)
        answers = with_baselines(neutral(head, one.fit.identity, one.fit), head)
        return score_heads(answers, ScanTruth(one.head.cloud, marks))

    return cache.card((key_of(one), "card"), make)


def heat(one: Subject, name: str, metrical: bool) -> HeatMap:
    """Gives the heat map of one of the heads."""
    card = scored(one)

    def make() -> HeatMap:
        return heat_map(card.answers[name].target, card.judged[name, metrical], card.truth.points)

    return cache.mesh((key_of(one), "heat", name, metrical), make)


def flat(one: Subject, name: str, metrical: bool) -> list[str]:
    """Gives the flat pictures of one of the heads, from all sides, as links."""
    card = scored(one)

    def make() -> list[str]:
        found, judged = heat(one, name, metrical), card.judged[name, metrical]
        return [data_uri(flat_picture(found, judged, card.truth.ball, degrees, SIDE)) for degrees in SIDES]

    return cache.picture((key_of(one), "flat", name, metrical), make)


def shares(one: Subject, name: str, metrical: bool, limits: np.ndarray) -> np.ndarray:
    """Gives which share of the scan lies within each limit `(K,)` mm of a head, `(K,)`."""
    away = np.sort(scored(one).judged[name, metrical].score.distances)
    return np.searchsorted(away, limits, side="right") / len(away)
