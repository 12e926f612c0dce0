"""How honest the stated errors are: python -m benchmarks.uncertainty [--calibrate] [--subjects N] [--data DIR].

Heads are fitted to the photos of the suites' people, and the distance of each point of the true face to the head, size
free, is compared with the standard deviation that the fit states there; ears and scalp are counted by themselves. Every
other pair of people sets the factors of `facerecon/morphable/data/uncertainty.json`, where `--calibrate` is given
(`--calibrate beyond`: that of ears and scalp alone); the table counts the others alone. `james`, a real man, sets
nothing.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from facerecon.core.errors import AssetError, NoFaceError
from facerecon.core.types import Fit, Photo
from facerecon.evaluation.coverage import Coverage
from facerecon.evaluation.refinement import see
from facerecon.evaluation.scan_to_mesh import scan_to_mesh
from facerecon.export.atomic import write_files
from facerecon.geometry.barycentric import interpolate
from facerecon.morphable import uncertainty
from facerecon.morphable.fitting import FitStep
from facerecon.morphable.size import size_gradient
from facerecon.morphable.uncertainty import LEAST, MOST, Calibration, Information, Surface
from facerecon.parts import Parts, Settings
from facerecon.pipeline import reconstruct_steps
from facerecon.suites import SUITES
from facerecon.suites.cases import Subject
from facerecon.suites.methods import neutral

FILE = Path(uncertainty.__file__).parent / "data" / uncertainty.FILE
SUITE_NAMES = ("ict", "anny", "james")
SETTING = ("ict", "anny")
"""suites whose people set the factors, each as a whole with the same weight"""
BEYOND = " beyond the face"
"""after a suite's name: ears, scalp and back of the head"""
THINNED = 4
"""one point in so many sets the factors"""


HELD = 0.001
"""how strongly n and p, which hardly differ in what they do, are held to 1"""


@dataclass(frozen=True, eq=False)
class Sample:
    """What one fit stated, and what was true."""

    suite: str
    condition: str
    held_out: bool
    "whether it sets no factor"
    errors: np.ndarray
    "`(N,)` mm, by point of the true face"
    noise: np.ndarray
    "`(N,)` mm²: variance along the normal for n = 1, p = 0"
    prior: np.ndarray
    "`(N,)` mm²: the same for n = 0, p = 1"
    cost: float
    "of the fit, a photo"
    size_error: float
    "logarithm of the true size over the fitted one"
    size_noise: float
    "its variance for n = 1, p = 0"
    size_prior: float
    "its variance for n = 0, p = 1"
    face: np.ndarray | float = 1.0
    "`(N,)` in [0, 1]: how much of the face a point is"

    def std(self, known: Calibration) -> np.ndarray:
        """`(N,)` mm: what is stated with these factors."""
        factor = np.clip(self.cost / known.cost, LEAST, MOST) ** known.sensitivity
        variance = factor * (known.noise**2 * self.noise + known.prior**2 * self.prior + known.rest**2)
        return known.growth(self.face) * np.sqrt(variance)


def last_step(photos: Sequence[Photo], parts: Parts) -> FitStep | None:
    """Runs the pipeline up to the end of the fit; None where no face is found."""
    steps, last = reconstruct_steps(photos, parts.settings, parts), None
    try:
        for step in steps:
            if isinstance(step.value, Fit):
                return last
            last = step.value if isinstance(step.value, FitStep) else last
    except NoFaceError:
        return None
    finally:
        steps.close()
    raise AssertionError("the pipeline has no fit")


def samples(name: str, folders: Sequence[Path], count: int, seed: int, parts: Parts) -> Iterator[Sample]:
    """Fits every case of a suite's people."""
    for number, subject in enumerate(SUITES.create(name, folders=folders).subjects(count, seed)):
        # Every other person of a suite has expressions: pairs keep both kinds on both sides.
        held_out = name not in SETTING or number // 2 % 2 == 1
        for case in subject.cases:
            step = last_step(case.photos, parts)
            if step is not None:
                yield from compared(step, subject, parts, name, case.condition, held_out)


def compared(
    step: FitStep, subject: Subject, parts: Parts, suite: str, condition: str, held_out: bool
) -> Iterator[Sample]:
    """Compares one fit with the truth: the face, then what lies around it."""
    head, answer = parts.head, neutral(parts.head, step.identity)
    score = scan_to_mesh(answer.target, answer.landmarks68, subject.truth)
    information, surface = Information.at(head, step, parts.settings.fit), Surface(head, step.identity)
    halves = [information.covariance(Calibration(noise, prior, 0, 1, 0, 1)) for noise, prior in ((1, 0), (0, 1))]
    stated = np.column_stack([*(surface.std(half) ** 2 for half in halves), head.face_region])
    growth, motion = size_gradient(head), score.alignment.scan_from_mesh
    sizes = [float(growth @ half @ growth) for half in halves]
    cost = step.landmarks_alone.cost["total"] / len(step.views)
    found = {suite: score.alignment}
    if subject.beyond is not None:
        found[suite + BEYOND] = see(answer.target, subject.beyond.points, motion)
    for name, at in found.items():
        noise, prior, face = interpolate(stated, answer.target.mesh.triangles, at.triangle, at.barycentric).T
        size = float(np.log(score.alignment.scale))
        yield Sample(name, condition, held_out, at.distances, noise, prior, cost, size, *sizes, face)


def calibrated(found: Sequence[Sample]) -> Calibration:
    """Finds the factors under which what happened is likeliest, then one more for both coverages (Nelder and Mead)."""
    usual = float(np.exp(np.mean([np.mean([np.log(s.cost) for s in found if s.suite == n]) for n in SETTING])))

    def known(x: np.ndarray, size: float = 1.0) -> Calibration:
        return Calibration(*np.exp(x[:3]), usual, max(float(x[3]), 0.0), size)

    def unlikely(x: np.ndarray) -> float:
        stated = [(s, s.std(known(x))[::THINNED]) for s in found if s.suite in SETTING]
        each = [(s.suite, float((np.log(v) + (s.errors[::THINNED] / v) ** 2 / 2).mean())) for s, v in stated]
        likely = np.mean([np.mean([value for name, value in each if name == suite]) for suite in SETTING])
        return float(likely + HELD * (x[0] ** 2 + x[1] ** 2 + min(x[3], 0) ** 2))

    first = minimize(unlikely, [0.7, 0.2, -0.5, 1.0], method="Nelder-Mead", options={"maxiter": 400, "fatol": 1e-5}).x

    def dishonest(factor: float) -> float:
        shifted = known(first + [factor, factor, factor, 0])
        return sum(coverage([s for s in found if s.suite == name], shifted).miss ** 2 for name in SETTING)

    factors = np.linspace(-0.5, 0.5, 101)
    best = first + np.array([1, 1, 1, 0]) * min(factors, key=dishonest)
    return replace(known(best, oversized(found, known(best))), beyond=beyond(found, known(best)))


def beyond(found: Sequence[Sample], known: Calibration) -> float:
    """Finds the factor under which ears and scalp are covered as they should be."""

    def dishonest(factor: float) -> float:
        tried = replace(known, beyond=factor)
        return sum(coverage([s for s in found if s.suite == name + BEYOND], tried).miss ** 2 for name in SETTING)

    return float(min(np.linspace(0.5, 4, 176), key=dishonest))


def oversized(found: Sequence[Sample], known: Calibration) -> float:
    """Finds how far sizes are off over what is stated, root mean square."""

    def squared(one: Sample) -> float:
        return one.size_error**2 / (known.noise**2 * one.size_noise + known.prior**2 * one.size_prior)

    return float(np.sqrt(np.mean([np.mean([squared(s) for s in found if s.suite == name]) for name in SETTING])))


def coverage(found: Sequence[Sample], known: Calibration) -> Coverage:
    """Counts the points of all samples."""
    return Coverage.of(np.concatenate([s.errors for s in found]), np.concatenate([s.std(known) for s in found]))


def table(found: Sequence[Sample], known: Calibration) -> str:
    """Formats the coverage by suite and condition, of people who set nothing, as Markdown."""
    lines = ["| suite | photos | fits | 68 % hold | 95 % hold | stated mm | true mm |", f"|---|---{'|---:' * 5}|"]
    for suite in dict.fromkeys(s.suite for s in found):
        mine = [s for s in found if s.suite == suite and s.held_out]
        for condition in (*dict.fromkeys(s.condition for s in mine), "all"):
            chosen = [s for s in mine if condition in (s.condition, "all")]
            got = coverage(chosen, known)
            cells = f"{100 * got.at68:.0f} % | {100 * got.at95:.0f} % | {got.stated:.2f} | {got.true:.2f}"
            lines.append(f"| `{suite}` | {condition} | {len(chosen)} | {cells} |")
    return "\n".join(lines)


def main() -> None:
    """Measures, calibrates where asked to, and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--calibrate",
        nargs="?",
        const="all",
        choices=("all", "beyond"),
        help="sets the factors anew, or that of ears and scalp alone, and writes them",
    )
    parser.add_argument("--subjects", type=int, default=24, help="of each suite")
    parser.add_argument("--seed", type=int, default=100)
    parser.add_argument("--data", type=Path, action="append", default=[], help="where ict and james lie")
    arguments = parser.parse_args()
    parts, found = Parts(Settings()), []
    for name in SUITE_NAMES:
        try:
            found += samples(name, arguments.data, arguments.subjects, arguments.seed, parts)
        except AssetError as error:
            print(f"{name} is left out: {error}")  # noqa: T201
    parts.close()
    known = uncertainty.calibration()
    if arguments.calibrate:
        setting = [s for s in found if not s.held_out]
        alone = arguments.calibrate == "beyond"
        known = replace(known, beyond=beyond(setting, known)) if alone else calibrated(setting)
        numbers = {name: float(f"{value:.4g}") for name, value in asdict(known).items()}
        write_files({FILE: (json.dumps(numbers, indent=1) + "\n").encode()})
    print(table(found, known))  # noqa: T201


if __name__ == "__main__":
    main()
