"""`facerecon detect`: the faces of a photo, as JSON."""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facerecon.core.errors import NoFaceError

if TYPE_CHECKING:
    from facerecon.core.types import Photo
    from facerecon.detection.search import Search


def add(commands: argparse._SubParsersAction) -> None:
    """Describes the command."""
    parser = commands.add_parser("detect", help="find the faces in a photo, as JSON")
    parser.add_argument("photo", metavar="PHOTO", type=Path)
    parser.add_argument(
        "--detector", metavar="N", help="which detector; “all” for each whose weights are small or here"
    )
    add_search(parser)
    parser.set_defaults(run=run)


def add_search(parser: argparse.ArgumentParser) -> None:
    """Describes which faces are looked for, and on which device."""
    parser.add_argument("--min-face", metavar="PX", type=float, default=0, help="smallest face, px of the photo")
    parser.add_argument("--max-face", metavar="PX", type=float, default=math.inf, help="largest face, px of the photo")
    parser.add_argument("--device", metavar="D", default="cpu", help="cpu, cuda or mps")


def run(arguments: argparse.Namespace) -> int:
    """Prints the faces of a photo as JSON; a photo without any is told by the exit status as well."""
    from facerecon.commands.preparation import check_device_name, detectors_at_hand, prepare
    from facerecon.core.photos import read_photo
    from facerecon.detection import DETECTORS
    from facerecon.networks.devices import check_device

    check_device_name(arguments.device)
    photo = read_photo(arguments.photo)
    search = as_search(arguments)
    check_device(arguments.device)
    several = arguments.detector == "all"
    if not several:
        prepare(detector=arguments.detector)
    wanted = detectors_at_hand() if several else {arguments.detector or DETECTORS.default: None}
    found = {
        name: {"missing": missing} if missing else _detected(name, photo, arguments.device, search)
        for name, missing in wanted.items()
    }
    data = {"name": photo.name, "digest": photo.digest, "width": photo.image.shape[1], "height": photo.image.shape[0]}
    only = next(iter(wanted))
    data |= {"detectors": found} if several else {"detector": only, **found[only]}
    sys.stdout.write(json.dumps(data, indent=1, allow_nan=False) + "\n")
    sys.stdout.flush()
    if not any(entry["faces"]["scores"] for entry in found.values() if "faces" in entry):
        raise NoFaceError(f"No face was found in {photo.name}.", name=photo.name)
    return 0


def as_search(arguments: argparse.Namespace) -> Search:
    """Gives the sizes that were asked for.

    Raises:
        SettingsError: they contradict each other, see `Search`.
    """
    from facerecon.detection.search import Search

    return Search(arguments.min_face, arguments.max_face)


def _detected(name: str, photo: Photo, device: str, search: Search) -> dict[str, Any]:
    """Runs one detector and describes what it found."""
    from facerecon.detection import DETECTORS
    from facerecon.report import faces_as_data

    with DETECTORS.create(name, device=device) as detector:
        start = time.perf_counter()
        faces = detector.detect(photo, search)
        milliseconds = (time.perf_counter() - start) * 1000
    return {"faces": faces_as_data(faces), "milliseconds": round(milliseconds, 3)}
