"""Scores several heads on one scan, each in two ways: its size free, and as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from facerecon.evaluation.scan_to_mesh import ScanScore, ScanTruth, normal_angles, region_distances, scan_to_mesh
from facerecon.evaluation.statistics import ErrorStatistics
from facerecon.morphable.face_model import FaceModel
from facerecon.suites.methods import CANONICAL, MEAN, Answer, baselines

OURS, NO_PHOTO, RIGID = "head", "mean", "canonical"
"""Whose scores a card holds: the head in question, the mean head, MediaPipe's canonical mesh."""


@dataclass(frozen=True, eq=False)
class Judged:
    """One head on the scan, in one of the two ways."""

    score: ScanScore
    "where it lies, and how far each point of the scan is from it"
    regions: Mapping[str, np.ndarray]
    "region → `(K,)` mm, each region aligned by itself"
    angle: float | None
    "degrees between the normals of scan and head, median; None: the scan has none"

    @property
    def statistics(self) -> ErrorStatistics:
        """The whole face in numbers, mm."""
        return self.score.statistics

    @property
    def region_medians(self) -> dict[str, float]:
        """Region → median, mm; without those that were not scanned."""
        return {name: float(np.median(away)) for name, away in self.regions.items() if len(away)}


@dataclass(frozen=True, eq=False)
class Scorecard:
    """All heads on one scan."""

    truth: ScanTruth
    answers: Mapping[str, Answer]
    "`head`, `mean`, `canonical` → the head"
    judged: Mapping[tuple[str, bool], Judged]
    "name and whether it kept its size → how it fared"

    def ratio(self, metrical: bool) -> float:
        """Gives the head's median over that of the mean head: below 1, the photo has told something."""
        ours, mean = (self.judged[name, metrical].statistics.median for name in (OURS, NO_PHOTO))
        return ours / max(mean, 1e-12)


def with_baselines(answer: Answer, head: FaceModel) -> dict[str, Answer]:
    """Puts the two heads that know no photo beside one that claims to be a person's.

    Args:
        answer: the head in question.
        head: whose mean is the baseline.
    """
    known = baselines(head)
    return {OURS: answer, NO_PHOTO: known[MEAN], RIGID: known[CANONICAL]}


def score_steps(answers: Mapping[str, Answer], truth: ScanTruth) -> Iterator[Scorecard]:
    """Scores one head after another; the last card is whole.

    Args:
        answers: name → head; `head` and `mean` must be among them.
        truth: the scan with its landmarks.
    """
    judged: dict[tuple[str, bool], Judged] = {}
    for name, answer in answers.items():
        for metrical in (False, True):
            score = scan_to_mesh(answer.target, answer.landmarks68, truth, metrical)
            angles = normal_angles(answer.target, truth, score)
            angle = None if angles is None else float(np.median(angles))
            judged[name, metrical] = Judged(score, region_distances(answer.target, truth, score), angle)
            yield Scorecard(truth, answers, dict(judged))


def score_heads(answers: Mapping[str, Answer], truth: ScanTruth) -> Scorecard:
    """Exhausts `score_steps` and gives the whole card."""
    *_, card = score_steps(answers, truth)
    return card
