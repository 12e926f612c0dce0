"""`facerecon evaluate`: how far a scan is from a head, as JSON."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from facerecon.core.types import Mesh

PERCENTS = (5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 99)


def add(commands: argparse._SubParsersAction) -> None:
    """Describes the command."""
    parser = commands.add_parser("evaluate", help="tell how far a scan is from a head, as JSON")
    parser.add_argument("mesh", metavar="MESH", type=Path, help="the head's skin: OBJ, PLY or STL, mm (neutral.ply)")
    parser.add_argument("scan", metavar="SCAN", type=Path, help="the scan: OBJ, PLY, STL …, mm")
    for name in ("mesh", "scan"):
        parser.add_argument(
            f"--{name}-landmarks",
            metavar="J",
            type=Path,
            required=True,
            help='{"landmarks68_mm": [[x, y, z] × 68]} in iBUG\'s order, or report.json',
        )
    parser.add_argument("--metrical", action="store_true", help="keep the head's own size; else it is fitted")
    parser.add_argument(
        "--report", metavar="FILE", type=Path, help="also write a report with pictures and baselines: one HTML file"
    )
    parser.add_argument("--language", choices=("en", "zh"), default="en", help="of the report; default: en")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints the distances in numbers."""
    from facerecon.core.errors import SettingsError
    from facerecon.evaluation.landmark_files import read_landmarks68
    from facerecon.evaluation.scan_to_mesh import ScanTruth
    from facerecon.scans import read_scan

    if arguments.report and not arguments.report.absolute().parent.is_dir():
        raise SettingsError(f"There is no folder for {arguments.report}.")
    landmarks = [read_landmarks68(path) for path in (arguments.mesh_landmarks, arguments.scan_landmarks)]
    mesh = _mesh(arguments.mesh)
    truth = ScanTruth(read_scan(arguments.scan), landmarks[1])
    data = evaluation(mesh, landmarks[0], truth, arguments.metrical)
    if arguments.report:
        _report(arguments, mesh, landmarks[0], truth)
    sys.stdout.write(json.dumps(data, indent=1, allow_nan=False) + "\n")
    sys.stdout.flush()
    return 0


def _report(arguments: argparse.Namespace, mesh: Mesh, landmarks68: Any, truth: Any) -> None:
    """Writes the report.

    Raises:
        SettingsError: the file cannot be written.
    """
    from facerecon.core.errors import SettingsError
    from facerecon.evaluation.landmark_files import read_origin
    from facerecon.evaluation.refinement import Target
    from facerecon.export.atomic import write_files
    from facerecon.morphable import HEADS
    from facerecon.scorecard.report import Origin, report_html
    from facerecon.scorecard.score import score_heads, with_baselines
    from facerecon.suites.methods import Answer

    told = read_origin(arguments.mesh_landmarks)
    head = HEADS.create(told.head_model if told.head_model in HEADS else None)
    answers = with_baselines(Answer(Target(mesh), landmarks68, head), head)
    origin = Origin(
        *(arguments.scan.name, arguments.mesh.name, "mm", "given", "file"),
        *(told.scale_source, told.scale_error, head.name, told.photos),
    )
    content = report_html(score_heads(answers, truth), origin, arguments.language).encode()
    try:
        write_files({arguments.report: content})
    except OSError as error:
        raise SettingsError(f"{arguments.report} cannot be written ({error.strerror or error}).") from error


def evaluation(mesh: Mesh, landmarks68: Any, truth: Any, metrical: bool) -> dict[str, Any]:
    """Scores a head against a scan, in numbers that JSON holds: millimetres and degrees."""
    import numpy as np

    from facerecon.evaluation.refinement import Target
    from facerecon.evaluation.scan_to_mesh import normal_angles, region_distances, scan_to_mesh
    from facerecon.evaluation.statistics import ErrorStatistics, percentile_curve

    target = Target(mesh)
    score = scan_to_mesh(target, landmarks68, truth, metrical)
    angles = normal_angles(target, truth, score)
    curve = percentile_curve(score.distances, np.array(PERCENTS))
    alone = region_distances(target, truth, score)
    regions = {
        name: _numbers(ErrorStatistics.of(alone[name]))
        | {"together_median_mm": _rounded(float(np.median(score.distances[mask])))}
        for name, mask in score.regions.items()
        if mask.any()
    }
    return {
        "metrical": metrical,
        **_numbers(score.statistics),
        "scale": score.alignment.scale,
        "scan_from_mesh": score.alignment.scan_from_mesh.tolist(),
        "crop_radius_mm": score.ball.radius,
        "crop_centre_mm": score.ball.centre.tolist(),
        "percentiles_mm": {str(percent): _rounded(float(mm)) for percent, mm in zip(PERCENTS, curve, strict=True)},
        "normals_median_deg": None if angles is None else _rounded(float(np.median(angles))),
        "regions": regions,
    }


def _numbers(found: Any) -> dict[str, float | int]:
    names = ("median", "mean", "std", "rms", "p90")
    return {f"{name}_mm": _rounded(getattr(found, name)) for name in names} | {"points": found.count}


def _rounded(value: float) -> float:
    return round(value, 5)


def _mesh(path: Path) -> Mesh:
    """Reads a surface.

    Raises:
        ScanError: the file cannot be read.
        SettingsError: it has no triangles.
    """
    from facerecon.core.errors import SettingsError
    from facerecon.core.types import Mesh
    from facerecon.scans import read_scan

    cloud = read_scan(path)
    if cloud.triangles is None or not len(cloud.triangles):
        raise SettingsError(f"{path.name} has no triangles: distances to a surface need one.")
    return Mesh(cloud.points, cloud.triangles)
