"""Sums records up: numbers by condition and method with intervals over subjects, and Markdown tables of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from facerecon.evaluation.protocol import REGIONS
from facerecon.evaluation.statistics import bootstrap_interval, mean_ratio
from facerecon.suites.methods import MEAN
from facerecon.suites.scoring import Record

SEED = 0
ALL = "all"
"""the condition that means every case"""
DETAILS = {
    "median": "median",
    "mean": "mean",
    "std": "std",
    "p90": "p90",
    "metrical_median": "metrical median",
    "metrical_mean": "metrical mean",
    "normals": "normals °",
    "vertices": "vertices",
    "reprojection": "reproj. %",
    "iou": "outline IoU",
    "fit_ms": "fit ms",
}
"""name of a number → head of its column; mm where nothing else is said"""


def summary(records: Sequence[Record]) -> dict[str, Any]:
    """Sums a suite up: condition → method → numbers; each subject counts once, whatever cases it has."""
    conditions = [*dict.fromkeys(record.condition for record in records), ALL]
    methods = list(dict.fromkeys(record.method for record in records))
    return {condition: {method: _summed(records, condition, method) for method in methods} for condition in conditions}


def _summed(records: Sequence[Record], condition: str, method: str) -> dict[str, Any]:
    """Sums one cell up: means over subjects, and how the median compares with the mean head's on the same subjects."""
    mine = _by_subject(records, condition, method)
    cases = [r for r in records if r.method == method and condition in (r.condition, ALL)]
    found = sum(record.numbers is not None for record in cases)
    if not mine:
        return {"subjects": 0, "cases": len(cases), "found": found}
    names = dict.fromkeys(name for numbers in mine.values() for name in numbers)
    means = {name: float(np.mean([n[name] for n in mine.values() if name in n])) for name in names}
    mean_head = _by_subject(records, condition, MEAN)
    pairs = np.array([[numbers["median"], mean_head[subject]["median"]] for subject, numbers in mine.items()])
    rng = np.random.default_rng(SEED)
    return {
        "subjects": len(mine),
        "cases": len(cases),
        "found": found,
        **means,
        "median_interval": bootstrap_interval(pairs[:, 0], rng),
        "ratio": float(pairs[:, 0].mean() / pairs[:, 1].mean()),
        "ratio_interval": bootstrap_interval(pairs, rng, mean_ratio),
        "worse": float((pairs[:, 0] > pairs[:, 1]).mean()),
    }


def _by_subject(records: Sequence[Record], condition: str, method: str) -> dict[str, dict[str, float]]:
    """Averages the cases of each subject: subject → numbers."""
    rows: dict[str, list[dict[str, float]]] = {}
    for record in records:
        if record.method == method and condition in (record.condition, ALL) and record.numbers is not None:
            rows.setdefault(record.subject, []).append(dict(record.numbers))
    return {
        subject: {name: float(np.mean([n[name] for n in numbers if name in n])) for name in numbers[0]}
        for subject, numbers in rows.items()
    }


def tables(name: str, about: str, found: dict[str, Any]) -> str:
    """Formats a suite's summary as Markdown."""
    everything = found[ALL]
    subjects = max(cell["subjects"] for cell in everything.values())
    return "\n".join(
        [
            f"### `{name}`: {about}",
            "",
            f"{subjects} subject{'s' * (subjects != 1)}. Scan-to-mesh median, mm, size free: mean of the subjects' "
            "medians [95 % bootstrap interval over subjects] · over the mean head's [95 %] · share of subjects worse "
            "than the mean head.",
            "",
            *_grid(found),
            "",
            "All conditions together; mm; regions are medians after an alignment of their own.",
            "",
            *_details(everything),
            "",
        ]
    )


def _grid(found: dict[str, Any]) -> list[str]:
    conditions = list(found)
    lines = [f"| | {' | '.join(conditions)} |", f"|---{'|---' * len(conditions)}|"]
    for method in found[ALL]:
        lines.append(f"| {method} | {' | '.join(_cell(found[c][method], method) for c in conditions)} |")
    return lines


def _cell(numbers: dict[str, Any], method: str) -> str:
    """Writes one cell of the grid."""
    if not numbers["subjects"]:
        return "–"
    text = f"{numbers['median']:.2f}"
    several = numbers["subjects"] > 1
    if several:
        text += " [{:.2f}, {:.2f}]".format(*numbers["median_interval"])
    if method != MEAN:
        text += f" · {numbers['ratio']:.2f}×"
        if several:
            text += " [{:.2f}, {:.2f}] · {:.0f} %".format(*numbers["ratio_interval"], 100 * numbers["worse"])
    if numbers["found"] < numbers["cases"]:
        text += f" (found {numbers['found']} of {numbers['cases']})"
    return text


def _details(everything: dict[str, Any]) -> list[str]:
    """Writes the second table: a row a method, a column a number that any method has."""
    heads = DETAILS | {region: region for region in REGIONS}
    names = [name for name in heads if any(name in numbers for numbers in everything.values())]
    lines = [f"| | {' | '.join(heads[name] for name in names)} |", f"|---{'|---:' * len(names)}|"]
    for method, numbers in everything.items():
        cells = (_number(name, numbers.get(name)) for name in names)
        lines.append(f"| {method} | {' | '.join(cells)} |")
    return lines


def _number(name: str, value: float | None) -> str:
    digits = {"normals": 1, "fit_ms": 0, "iou": 3}.get(name, 2)
    return "–" if value is None else f"{value:.{digits}f}"
