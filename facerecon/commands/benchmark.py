"""`facerecon benchmark`: how near fitted heads come to the truth, as tables and JSON."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facerecon.core.errors import AssetError, SettingsError

if TYPE_CHECKING:
    from facerecon.parts import Parts

NAMES = ("ict", "james", "anny", "consistency")
SUBJECTS = 40


def add(commands: argparse._SubParsersAction) -> None:
    """Describes the command."""
    parser = commands.add_parser("benchmark", help="tell how near fitted heads come to the truth, as tables")
    known = ", ".join(NAMES)
    parser.add_argument("suite", metavar="SUITE", nargs="?", help=f"one of {known}; default: all that can run")
    parser.add_argument("--json", metavar="FILE", type=Path, help="writes the numbers into this file")
    parser.add_argument("--data", metavar="DIR", type=Path, action="append", default=[], help="where ict and james lie")
    parser.add_argument("--subjects", metavar="N", type=int, default=SUBJECTS, help="how many people are rendered")
    parser.add_argument("--seed", metavar="N", type=int, default=0)
    parser.add_argument("--head", metavar="N", help="which head model is fitted")
    parser.add_argument(
        "--no-photometric", action="store_true", help="do not let the skin's brightness tell of the shape"
    )
    parser.add_argument("--start", metavar="N", help="what the fit begins from: mean (default), or learned")
    parser.add_argument("--no-dense", action="store_true", help="compare several photos at their landmarks alone")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Runs the suites, prints each table when it is done, and writes the numbers."""
    from facerecon.commands.preparation import prepare
    from facerecon.report import check_folder

    if arguments.suite not in (None, *NAMES):
        raise SettingsError(f"There is no suite called “{arguments.suite}”; known are: {', '.join(NAMES)}.")
    if arguments.subjects < 1 or arguments.seed < 0:
        raise SettingsError("There must be one subject at least, and the seed must not be negative.")
    if arguments.json:
        check_folder(arguments.json.absolute().parent, (arguments.json.name,))
    prepare(detector=None, landmarker=None, head=arguments.head)
    from facerecon.parts import Parts, Settings

    asked = {"dense": not arguments.no_dense, "photometric": not arguments.no_photometric}
    parts = Parts(Settings(head=arguments.head, start=arguments.start, **asked))
    result = {"subjects": arguments.subjects, "seed": arguments.seed, "head": parts.head.name, "suites": {}}
    try:
        for name, table, numbers in _tables(arguments, parts):
            result["suites"][name] = numbers
            sys.stdout.write(table + "\n")
            sys.stdout.flush()
    finally:
        parts.close()
    if arguments.json:
        _write(arguments.json, result)
    return 0


def _tables(arguments: argparse.Namespace, parts: Parts) -> Iterator[tuple[str, str, Any]]:
    """Runs one suite after another: name, table, numbers."""
    for name in NAMES if arguments.suite is None else (arguments.suite,):
        try:
            yield name, *_suite(name, arguments, parts)
        except AssetError as error:
            if arguments.suite is not None:
                raise
            sys.stderr.write(f"facerecon: the suite {name} is left out: {error}\n")


def _suite(name: str, arguments: argparse.Namespace, parts: Parts) -> tuple[str, Any]:
    """Runs one suite: its table, and its numbers."""
    from facerecon.commands.progress import bar
    from facerecon.suites import SUITES, consistency
    from facerecon.suites.methods import OURS, baselines, ours
    from facerecon.suites.scoring import scored
    from facerecon.suites.tables import summary, tables

    if name == consistency.NAME:
        found = consistency.measure(parts, arguments.subjects, arguments.seed, arguments.data)
        return consistency.table(found), found
    suite = SUITES.create(name, folders=arguments.data)
    methods, records = {OURS: ours(parts)}, []
    with bar(total=arguments.subjects, desc=name) as advance:
        for record in scored(suite, arguments.subjects, arguments.seed, baselines(parts.head), methods):
            records.append(record)
            advance(len({one.subject for one in records}) - 1)
    found = summary(records)
    raw = [{"subject": r.subject, "condition": r.condition, "method": r.method, "numbers": r.numbers} for r in records]
    return tables(name, suite.about, found), {"about": suite.about, "summary": found, "records": raw}


def _write(path: Path, result: dict[str, Any]) -> None:
    """Writes the numbers, whole or not at all."""
    from facerecon.export.atomic import write_files

    write_files({path: (json.dumps(result, indent=1, allow_nan=False) + "\n").encode()})
