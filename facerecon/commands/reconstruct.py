"""`facerecon reconstruct`: photos in, a folder with a head out."""

from __future__ import annotations

import argparse
from pathlib import Path

from facerecon.commands.detect import add_search, as_search


def add(commands: argparse._SubParsersAction) -> None:
    """Describes the command."""
    parser = commands.add_parser("reconstruct", help="make a head from photos of one person")
    parser.add_argument("photos", nargs="+", metavar="PHOTO", type=Path)
    parser.add_argument("--out", required=True, metavar="DIR", type=_folder, help="the folder to write into")
    parser.add_argument("--detector", metavar="N", help="which detector finds the face")
    parser.add_argument("--landmarker", metavar="N", help="which landmarker locates its points")
    parser.add_argument("--head", metavar="N", help="which head model is fitted")
    add_search(parser)
    parser.add_argument("--texture-size", metavar="S", type=int, default=1024, help="px")
    parser.add_argument("--landmarks", metavar="J", type=Path, help="JSON file of corrected points, by photo")
    parser.set_defaults(run=run)


def _folder(name: str) -> Path:
    """Refuses an empty name, as an unset variable of the shell gives: it would mean the current folder."""
    if not name:
        raise argparse.ArgumentTypeError("the folder's name is empty")
    return Path(name)


def run(arguments: argparse.Namespace) -> int:
    """Makes a head and writes its folder."""
    # Imported here, so that other commands and wrong use are answered at once.
    from facerecon.commands.corrections import corrected_landmarks
    from facerecon.commands.preparation import check_device_name, prepare
    from facerecon.commands.progress import stage_bar
    from facerecon.core.photos import read_photo
    from facerecon.networks.devices import check_device

    check_device_name(arguments.device)
    photos = [read_photo(path) for path in arguments.photos]
    search = as_search(arguments)
    check_device(arguments.device)
    corrected = corrected_landmarks(arguments.landmarks, photos) if arguments.landmarks else ()
    prepare(detector=arguments.detector, landmarker=arguments.landmarker)
    # These load OpenCV: only once the system's libraries are known to be there.
    from facerecon.pipeline import Settings, reconstruct_steps
    from facerecon.report import check_folder, result_files, write_folder

    check_folder(arguments.out)
    settings = Settings(
        detector=arguments.detector,
        landmarker=arguments.landmarker,
        head=arguments.head,
        device=arguments.device,
        search=search,
        texture_size=arguments.texture_size,
        landmarks=corrected,
    )
    with stage_bar() as show:
        for step in reconstruct_steps(photos, settings):
            show(step.stage, step.fraction)
        show("writing", 1.0)
        write_folder(result_files(step.value), arguments.out)
    return 0
