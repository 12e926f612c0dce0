"""`facerecon detect`: the faces of a photo, as JSON."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facerecon.core.errors import NoFaceError

if TYPE_CHECKING:
    from facerecon.core.types import Photo


def add(commands: argparse._SubParsersAction) -> None:
    """Describes the command."""
    parser = commands.add_parser("detect", help="find the faces in a photo, as JSON")
    parser.add_argument("photo", metavar="PHOTO", type=Path)
    parser.add_argument("--detector", metavar="N", help="which detector; “all” for each of them")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints the faces of a photo as JSON; a photo without any is told by the exit status as well."""
    from facerecon.commands.preparation import prepare
    from facerecon.core.photos import read_photo

    photo = read_photo(arguments.photo)
    prepare()
    from facerecon.detection import DETECTORS

    wanted = list(DETECTORS) if arguments.detector == "all" else [arguments.detector or DETECTORS.default]
    found = {name: _detected(DETECTORS.create(name), photo) for name in wanted}
    data = {"name": photo.name, "digest": photo.digest, "width": photo.image.shape[1], "height": photo.image.shape[0]}
    several = arguments.detector == "all"
    data |= {"detectors": found} if several else {"detector": wanted[0], **found[wanted[0]]}
    sys.stdout.write(json.dumps(data, indent=1, allow_nan=False) + "\n")
    sys.stdout.flush()
    if not any(entry["faces"]["scores"] for entry in found.values()):
        raise NoFaceError(f"No face was found in {photo.name}.", name=photo.name)
    return 0


def _detected(detector: Any, photo: Photo) -> dict[str, Any]:
    """Runs one detector and describes what it found."""
    from facerecon.report import faces_as_data

    with detector:
        start = time.perf_counter()
        faces = detector.detect(photo)
        milliseconds = (time.perf_counter() - start) * 1000
    return {"faces": faces_as_data(faces), "milliseconds": round(milliseconds, 3)}
