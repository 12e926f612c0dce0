"""What the coach's promise is worth: python -m benchmarks.capture_coach [--subjects N] [--data DIR].

People of the suites `anny` and `ict` have one frontal photo; each of their other photos is really added, and what the
coach had promised is compared with what the fit then states, and with how far the true face really is.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.uncertainty import last_step
from facerecon.capture_coach import YAWS, face_spread, with_one_more
from facerecon.core.errors import AssetError
from facerecon.core.types import Landmarks, Photo
from facerecon.evaluation.scan_to_mesh import scan_to_mesh
from facerecon.geometry.transforms import head_pose
from facerecon.morphable.fitting import FitStep
from facerecon.morphable.uncertainty import Information, calibration
from facerecon.parts import Parts, Settings
from facerecon.suites import SUITES
from facerecon.suites.cases import Subject
from facerecon.suites.methods import neutral

TURNS = {"±20°": ("left", "right"), "±40°": ("far_left", "far_right")}


@dataclass(frozen=True)
class Added:
    """One photo that was really added."""

    suite: str
    turn: str
    promised: float
    "share by which the standard deviation was to fall"
    stated: float
    "share by which it fell"
    before: float
    "mm: root mean square distance of the true face, one photo"
    after: float
    "mm: the same, two photos"


def stated_spread(step: FitStep, parts: Parts) -> float:
    """Gives the face's standard deviation, mm, for a usual misfit."""
    covariance = Information.at(parts.head, step, parts.settings.fit).covariance(calibration())
    return face_spread(parts.head, step.identity, calibration())(covariance)


def true_error(step: FitStep, subject: Subject, parts: Parts) -> float:
    """Measures how far the true face is, size free: root mean square, mm."""
    answer = neutral(parts.head, step.identity)
    return scan_to_mesh(answer.target, answer.landmarks68, subject.truth).statistics.rms


def added(name: str, folders: Sequence[Path], count: int, seed: int, parts: Parts) -> Iterator[Added]:
    """Adds photos to the frontal ones of a suite's people."""
    for subject in SUITES.create(name, folders=folders).subjects(count, seed):
        photos = [(case.condition, case.photos[0]) for case in subject.cases if len(case.photos) == 1]
        front = next(photo for condition, photo in photos if condition == "0°")
        first = last_step([front], parts)
        if first is not None:
            yield from _others(name, subject, front, first, [one for one in photos if one[0] in TURNS], parts)


def _others(
    name: str, subject: Subject, front: Photo, first: FitStep, others: Sequence[tuple[str, Photo]], parts: Parts
) -> Iterator[Added]:
    before, error = stated_spread(first, parts), true_error(first, subject, parts)
    for turn, photo in others:
        both = last_step([front, photo], parts)
        if both is None:
            continue
        promised = promise(first, float(np.sign(_yaw(both))) * abs(YAWS[TURNS[turn][0]]), parts)
        yield Added(
            name, turn, promised, 1 - stated_spread(both, parts) / before, error, true_error(both, subject, parts)
        )


def _yaw(step: FitStep) -> float:
    return head_pose(step.views[-1].camera_from_head)[0]


def promise(step: FitStep, yaw: float, parts: Parts) -> float:
    """Gives what the coach says a photo at a yaw would take away."""
    head, fit = parts.head, parts.settings.fit
    information, spread = Information.at(head, step, fit), face_spread(head, step.identity, calibration())
    made = Landmarks(np.zeros((478, 2)), None, "mediapipe478", np.zeros(52), "mediapipe")
    more = with_one_more(information, head, made, step, yaw, fit)
    return 1 - spread(more.covariance(calibration())) / spread(information.covariance(calibration()))


def table(found: Sequence[Added]) -> str:
    """Formats means by suite and turn as Markdown."""
    lines = [
        "| suite | photo added | n | promised | stated then | true error, mm | fell by | fell at all |",
        f"|---|---|{'---:|' * 6}",
    ]
    for suite in dict.fromkeys(one.suite for one in found):
        for turn in TURNS:
            rows = [one for one in found if (one.suite, one.turn) == (suite, turn)]
            before, after = (np.sqrt(np.mean(np.square([getattr(r, k) for r in rows]))) for k in ("before", "after"))
            promised, stated = (100 * np.mean([getattr(r, k) for r in rows]) for k in ("promised", "stated"))
            better = 100 * np.mean([r.after < r.before for r in rows])
            cells = f"{len(rows)} | {promised:.1f} % | {stated:.1f} % | {before:.2f} → {after:.2f}"
            lines.append(f"| `{suite}` | {turn} | {cells} | {100 * (1 - after / before):.1f} % | {better:.0f} % |")
    return "\n".join(lines)


def main() -> None:
    """Measures and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subjects", type=int, default=12, help="of each suite")
    parser.add_argument("--seed", type=int, default=300)
    parser.add_argument("--data", type=Path, action="append", default=[], help="where ict lies")
    arguments = parser.parse_args()
    parts, found = Parts(Settings()), []
    for name in ("anny", "ict"):
        try:
            found += added(name, arguments.data, arguments.subjects, arguments.seed, parts)
        except AssetError as error:
            print(f"{name} is left out: {error}")
    parts.close()
    print(table(found))


if __name__ == "__main__":
    main()
