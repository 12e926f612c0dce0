"""`facerecon measure`: what a head measures, how far two points are apart, planned changes."""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facerecon.commands.reconstruct import add_inputs, read_inputs
from facerecon.core.errors import SettingsError

if TYPE_CHECKING:
    from facerecon.core.types import Reconstruction
    from facerecon.parts import Parts

DESCRIPTION = """Makes a head as reconstruct does and measures it without expression: named distances and angles
(Farkas 1994) with one standard deviation each, how unlike its mirror image the face is, and what is asked for."""


def add(commands: argparse._SubParsersAction) -> None:
    """Describes the command."""
    parser = commands.add_parser(
        "measure", help="measure the head of photos or scans, as tables", description=DESCRIPTION
    )
    add_inputs(parser)
    group = parser.add_argument_group("measuring")
    group.add_argument("--json", metavar="FILE", type=Path, help="writes the numbers into this file")
    group.add_argument(
        "--points",
        nargs=2,
        metavar=("A", "B"),
        action="append",
        default=[],
        help="how far apart, straight and along the skin; names such as gn or ex_l, or numbers of MediaPipe's 478 "
        "points; may be repeated",
    )
    group.add_argument(
        "--reshape",
        nargs="+",
        metavar="NAME=MM",
        action="extend",
        default=[],
        type=_change,
        help="planned changes, for instance nose_width=-2",
    )
    group.add_argument("--out", metavar="FILE", type=Path, help="where the changed head is written to, a GLB")
    parser.set_defaults(run=run)


def _change(text: str) -> tuple[str, float]:
    """Reads a planned change."""
    name, _, amount = text.partition("=")
    try:
        value = float(amount)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"“{text}” is not NAME=MM") from error
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"“{text}” is no length")
    return name, value


def run(arguments: argparse.Namespace) -> int:
    """Measures, prints the tables, and writes the files that are asked for."""
    _check(arguments)
    inputs, chosen = read_inputs(arguments)
    from facerecon.commands.progress import stage_bar
    from facerecon.export import glb_bytes
    from facerecon.export.atomic import write_files
    from facerecon.measuring import planned, reshaped
    from facerecon.parts import Parts, Settings
    from facerecon.reconstruction import reconstruct_steps

    settings, amounts = Settings(**chosen), dict(arguments.reshape)
    parts = Parts(settings)
    _check_head(arguments, parts)
    with contextlib.closing(parts), stage_bar() as show:
        for step in reconstruct_steps(inputs, settings, parts):
            show(step.stage, step.fraction)
        data = measured(step.value, parts, arguments.points, amounts)
        files = {}
        if arguments.out:
            moved = planned(parts.head, step.value.fit, amounts)
            finer = parts.refinement(settings.subdivisions).matrix
            files[arguments.out] = glb_bytes(reshaped(step.value, finer, moved))
        if arguments.json:
            files[arguments.json] = (json.dumps(data, indent=1, allow_nan=False) + "\n").encode()
        write_files(files)
    sys.stdout.write(tables(data))
    sys.stdout.flush()
    return 0


def _check(arguments: argparse.Namespace) -> None:
    """Refuses what cannot be done, before the work begins.

    Raises:
        SettingsError: a change does not exist or is too large, or a file cannot be written.
    """
    from facerecon.anthropometry.reshape import CHANGES
    from facerecon.report import check_folder

    for name, amount in arguments.reshape:
        if name not in CHANGES:
            raise SettingsError(f"There is no change called “{name}”; known are: {', '.join(CHANGES)}.")
        if abs(amount) > CHANGES[name].most:
            raise SettingsError(f"{name} can be changed by {CHANGES[name].most:g} mm at most, not by {amount:g}.")
    if bool(arguments.reshape) != bool(arguments.out):
        raise SettingsError("--reshape and --out go together: the changed head is written as a GLB.")
    if arguments.out and arguments.out.suffix.lower() != ".glb":
        raise SettingsError(f"The changed head is written as a GLB; {arguments.out.name} has another ending.")
    for path in filter(None, (arguments.json, arguments.out)):
        folder = path.absolute().parent
        if not folder.is_dir():
            raise SettingsError(f"There is no folder {folder} to write {path.name} into.")
        check_folder(folder, (path.name,))


def _check_head(arguments: argparse.Namespace, parts: Parts) -> None:
    """Refuses a head that has no shape of its own, and points that it does not have.

    Raises:
        SettingsError: so it is.
    """
    from facerecon.measuring import SCHEME, head_points

    head = parts.head
    if not len(head.identity_basis):
        raise SettingsError(f"The head {head.name} has no shape of its own: there is nothing to measure on it.")
    known, count = head_points(head, head.mean), len(head.landmarks(SCHEME).triangle)
    for name in (name for pair in arguments.points for name in pair):
        if name not in known and not (name.isdecimal() and int(name) < count):
            raise SettingsError(f"There is no point “{name}”; known are: {', '.join(known)}, and 0 to {count - 1}.")


def measured(
    result: Reconstruction, parts: Parts, pairs: list[list[str]], amounts: Mapping[str, float]
) -> dict[str, Any]:
    """Gives everything that is measured on a head: what `--json` writes."""
    from facerecon.measuring import head_asymmetry, measure_head
    from facerecon.report import measured_as_data

    head, fit = parts.head, result.fit
    unlike = head_asymmetry(head, fit)
    face = head.face_region[: head.skin_vertices] > 0.5
    return {
        "head_model": head.name,
        "scale": {"source": fit.scale.source, "relative_error": float(fit.scale.relative_error)},
        "warnings": list(result.warnings),
        "measurements": measured_as_data(measure_head(head, fit)),
        "asymmetry": {"rms_mm": round(unlike.score, 3), "most_mm": round(float(unlike.distance[face].max()), 3)},
        "distances": _distances(result, parts, pairs),
        "changes": _changes(result, parts, amounts),
    }


def _distances(result: Reconstruction, parts: Parts, pairs: list[list[str]]) -> list[dict[str, Any]]:
    """Measures between pairs of points; the tolerance is that of the scale."""
    import numpy as np

    from facerecon.measuring import SCHEME, head_points, skin_surface, spots_at, way_between

    if not pairs:
        return []
    head, vertices = parts.head, parts.head.shape(result.fit.identity)
    named, marks = head_points(head, vertices), head.landmarks(SCHEME).on(vertices, head.triangles)
    surface, error, found = skin_surface(head, result.fit), result.fit.scale.relative_error, []
    for pair in pairs:
        places = np.array([named[name] if name in named else marks[int(name)] for name in pair])
        way = way_between(surface, *spots_at(surface, places))
        lengths = {"straight": way.straight, "along": way.along}
        told = {f"{name}_mm": round(length, 2) for name, length in lengths.items()}
        tolerances = {f"tolerance_{name}_mm": round(error * length, 2) for name, length in lengths.items()}
        found.append({"from": pair[0], "to": pair[1], **told, **tolerances})
    return found


def _changes(result: Reconstruction, parts: Parts, amounts: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """Tells what planned changes alter, and how well the head knows that."""
    from facerecon.anthropometry.reshape import CHANGES
    from facerecon.measuring import change_errors, head_points, planned

    if not amounts:
        return {}
    head, vertices = parts.head, parts.head.shape(result.fit.identity)
    before = head_points(head, vertices)
    after, errors = head_points(head, vertices + planned(head, result.fit, amounts)), change_errors(head, result.fit)
    return {
        name: {
            "asked_mm": amount,
            "before_mm": round(CHANGES[name].measure(before), 2),
            "after_mm": round(CHANGES[name].measure(after), 2),
            "tolerance_mm": round(errors[name], 2),
        }
        for name, amount in amounts.items()
    }


def tables(data: Mapping[str, Any]) -> str:
    """Formats what `measured` gives as Markdown."""
    from facerecon.anthropometry.measures import DIMENSIONS

    lines = ["| measure | points | value | ± |", "|---|---|---:|---:|"]
    for name, one in data["measurements"].items():
        unit, sign = ("mm", " mm") if "mm" in one else ("degrees", "°")
        points = " ".join(DIMENSIONS[name].points)
        lines.append(f"| {name} | {points} | {one[unit]:.1f}{sign} | {one[f'tolerance_{unit}']:.1f} |")
    if data["distances"]:
        lines += ["", "| from | to | straight | ± | along the skin | ± |", f"|---|---|{'---:|' * 4}"]
    for one in data["distances"]:
        cells = [f"{one[f'{name}_mm']:.1f} mm | {one[f'tolerance_{name}_mm']:.1f}" for name in ("straight", "along")]
        lines.append(f"| {one['from']} | {one['to']} | {' | '.join(cells)} |")
    if data["changes"]:
        lines += ["", "| change | asked | before | after | known to ± |", f"|---|{'---:|' * 4}"]
    for name, one in data["changes"].items():
        cells = (
            f"{one['asked_mm']:+.1f} mm | {one['before_mm']:.1f} | {one['after_mm']:.1f} | {one['tolerance_mm']:.1f}"
        )
        lines.append(f"| {name} | {cells} |")
    scale, unlike = data["scale"], data["asymmetry"]
    lines += [
        "",
        f"Millimetres from: {scale['source']}, ± {100 * scale['relative_error']:.1f} %.",
        f"The face and its mirror image: {unlike['rms_mm']:.2f} mm apart (rms), {unlike['most_mm']:.1f} mm at most.",
    ]
    return "\n".join(lines) + "\n"
