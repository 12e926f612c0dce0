"""`facerecon register`: the motion that brings one scan onto another, as JSON."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path


def add(commands: argparse._SubParsersAction) -> None:
    """Describes the command."""
    parser = commands.add_parser(
        "register",
        help="find the motion that brings one scan onto another, as JSON",
        description="Lengths are in the unit of the files, which must be the same for both unless --scale is given.",
    )
    parser.add_argument("source", metavar="SOURCE", type=Path, help="the scan that moves: OBJ, PLY, STL, PCD, XYZ …")
    parser.add_argument("target", metavar="TARGET", type=Path, help="the scan that stays")
    parser.add_argument("--method", metavar="N", help="which kind of ICP")
    parser.add_argument("--scale", action="store_true", help="let the source grow or shrink too")
    parser.add_argument("--out", metavar="FILE", type=Path, help="write the moved source: .ply, .obj, .stl or .xyz")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints the motion, and writes the moved source where that is asked for."""
    import numpy as np

    from facerecon.export.clouds import check_ending, write_cloud
    from facerecon.geometry.clouds import moved
    from facerecon.registration import METHODS
    from facerecon.registration.register import register
    from facerecon.scans import read_scan

    METHODS.load(arguments.method)
    if arguments.out:
        check_ending(arguments.out)
    source, target = read_scan(arguments.source), read_scan(arguments.target)
    if arguments.out:
        check_ending(arguments.out, source)
    found = register(source, target, arguments.method, with_scale=arguments.scale, rng=np.random.default_rng(0))
    if arguments.out:
        write_cloud(moved(source, found.target_from_source), arguments.out)
    last = found.history[-1]
    data = {
        "target_from_source": found.target_from_source.tolist(),
        "rms": found.rms,
        "inliers": int(found.inliers.sum()),
        "points": len(source),
        "iterations": found.iterations,
        "converged": found.converged,
        "outcome": last.outcome,
        "method": arguments.method or METHODS.default,
        "scale": float(np.cbrt(np.linalg.det(found.target_from_source[:3, :3]))),
        "error": last.error,
        "std": None if found.covariance is None else np.sqrt(np.diag(found.covariance)).tolist(),
        "unit": "that of the files",
    }
    sys.stdout.write(json.dumps(data, indent=1, allow_nan=False) + "\n")
    sys.stdout.flush()
    return 0
