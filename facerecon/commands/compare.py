"""`facerecon compare`: how far the faces of two photos are apart, as JSON."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path


def add(commands: argparse._SubParsersAction) -> None:
    """Describes the command."""
    parser = commands.add_parser("compare", help="tell how far the largest faces of two photos are apart, as JSON")
    parser.add_argument("photos", nargs=2, metavar="PHOTO", type=Path)
    parser.add_argument("--embedder", metavar="N", help="which network tells faces apart")
    parser.add_argument("--detector", metavar="N", help="which detector finds the face")
    parser.add_argument("--device", metavar="D", default="cpu", help="cpu, cuda or mps")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints the distance of two faces, and on which side of the threshold it lies."""
    from facerecon.commands.preparation import check_device_name, fetch, prepare
    from facerecon.core.photos import read_photo
    from facerecon.networks.devices import check_device

    check_device_name(arguments.device)
    photos = [read_photo(path) for path in arguments.photos]
    check_device(arguments.device)
    prepare(detector=arguments.detector, landmarker=None)
    from facerecon.comparison import embed_largest
    from facerecon.identity import EMBEDDERS
    from facerecon.identity.embedding import compare
    from facerecon.parts import Parts, Settings

    fetch(EMBEDDERS.load(arguments.embedder).assets)
    parts = Parts(Settings(detector=arguments.detector, device=arguments.device))
    try:
        with EMBEDDERS.create(arguments.embedder, device=arguments.device) as embedder:
            first, second = (embed_largest(photo, parts, embedder) for photo in photos)
    finally:
        parts.close()
    found = compare(first, second, embedder.threshold)
    data = {
        "distance": found.distance,
        "threshold": found.threshold,
        "same": found.same,
        "embedding": found.embedder,
        "photos": [{"name": photo.name, "digest": photo.digest} for photo in photos],
    }
    sys.stdout.write(json.dumps(data, indent=1, allow_nan=False) + "\n")
    sys.stdout.flush()
    return 0
