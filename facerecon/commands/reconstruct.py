"""`facerecon reconstruct`: photos, scans or depth maps in, a folder with a head out."""

from __future__ import annotations

import argparse
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facerecon.commands.detect import add_search, as_search

if TYPE_CHECKING:
    from facerecon.core.material import Material  # brings numpy

DESCRIPTION = """Makes a head. What a FILE is, its content tells: a photo (JPEG, PNG, HEIC ...), a scan (OBJ, PLY, STL,
PCD, or points as text: XYZ, PTS, CSV) or a depth map (16-bit PNG or TIFF, EXR, NPY, NPZ). Several photos, scans or
depth maps of one person become one head. A depth map may come with its photo: depth.png photo.jpg."""

SURFACE = {
    "roughness": "a mirror … matt",
    "specular": "how much it mirrors",
    "clearcoat": "how much of it is wet",
    "tint": "redder than photographed",
}


def add(commands: argparse._SubParsersAction) -> None:
    """Describes the command."""
    parser = commands.add_parser(
        "reconstruct", help="make a head from photos, scans or depth maps of one person", description=DESCRIPTION
    )
    parser.add_argument("--out", required=True, metavar="DIR", type=_folder, help="the folder to write into")
    add_inputs(parser)
    parser.add_argument(
        "--detail", action="store_true", help="give the skin a normal map, from the first photo's shading"
    )
    parser.add_argument("--texture-size", metavar="S", type=int, default=1024, help="px")
    parser.add_argument("--albedo", action="store_true", help="take the photo's light out of the texture")
    _add_files(parser)
    parser.set_defaults(run=run)


def add_inputs(parser: argparse.ArgumentParser) -> None:
    """Describes what a head is made from, and by which parts."""
    parser.add_argument("files", nargs="*", metavar="FILE", type=Path, help="photo, scan or depth map")
    parser.add_argument("--detector", metavar="N", help="which detector finds the face")
    parser.add_argument("--landmarker", metavar="N", help="which landmarker locates its points")
    parser.add_argument("--head", metavar="N", help="which head model is fitted")
    parser.add_argument("--start", metavar="N", help="what the fit begins from: mean (default), or learned")
    parser.add_argument("--no-dense", action="store_true", help="compare several photos at their landmarks alone")
    parser.add_argument(
        "--no-photometric", action="store_true", help="do not let the skin's brightness tell of the shape"
    )
    add_search(parser)
    parser.add_argument("--landmarks", metavar="J", type=Path, help="JSON file of corrected points, by photo")
    group = parser.add_argument_group("scans and depth")
    group.add_argument(
        "--depth", metavar="FILE", type=Path, action="append", default=[], help="a depth map; may be repeated"
    )
    group.add_argument("--focal", metavar="PX", type=float, help="focal length in pixels of the depth map")
    group.add_argument("--intrinsics", metavar="J", type=Path, help="JSON with fx, fy, cx, cy of the depth map")
    group.add_argument("--units", metavar="U", help="of the numbers: mm, cm, dm, m, inch, foot, or millimetres")
    group.add_argument("--embedded-depth", action="store_true", help="use the depth inside portrait photos")


def _add_files(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("files", "head.glb, head.obj, neutral.ply and report.json are always written")
    group.add_argument("--formats", metavar="F,F", type=_names, default=(), help="further ones: ply, stl, usdz")
    group.add_argument("--skeleton", action="store_true", help="GLB: with joints for the head and both eyes")
    group.add_argument("--neutral-base", action="store_true", help="GLB, USDZ: at rest, the expression in the weights")
    group.add_argument("--quantised", action="store_true", help="GLB: little more than half as large, for most viewers")
    for name, said in SURFACE.items():
        group.add_argument(f"--{name}", metavar="X", type=float, help=f"of the skin, 0 to 1: {said}")
    group.add_argument("--print-height", metavar="MM", type=float, help="STL: height of the print; else life-size")


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip().lower().removeprefix(".") for name in text.split(",") if name.strip())


def _folder(name: str) -> Path:
    """Refuses an empty name, as an unset variable of the shell gives: it would mean the current folder."""
    if not name:
        raise argparse.ArgumentTypeError("the folder's name is empty")
    return Path(name)


def run(arguments: argparse.Namespace) -> int:
    """Makes a head and writes its folder."""
    # Imported here, so that other commands and wrong use are answered at once.
    from facerecon.commands.progress import stage_bar

    material = _material(arguments)
    inputs, chosen_parts = read_inputs(arguments)
    # These load OpenCV: only once the system's libraries are known to be there.
    from facerecon.export.formats import FileOptions, check_formats
    from facerecon.parts import Parts, Settings
    from facerecon.reconstruction import reconstruct_steps
    from facerecon.report import check_folder, result_files, write_folder

    chosen = {name: getattr(arguments, name) for name in ("skeleton", "neutral_base", "quantised")}
    options = FileOptions(**chosen, height_mm=arguments.print_height)
    check_formats(arguments.formats, options)
    check_folder(arguments.out)
    settings = Settings(
        **chosen_parts,
        detail=arguments.detail,
        texture_size=arguments.texture_size,
        albedo=arguments.albedo,
        material=material,
    )
    parts = Parts(settings)
    with contextlib.closing(parts), stage_bar() as show:
        for step in reconstruct_steps(inputs, settings, parts):
            show(step.stage, step.fraction)
        show("writing", 1.0)
        write_folder(result_files(step.value, arguments.formats, options, parts.head), arguments.out)
    return 0


def read_inputs(arguments: argparse.Namespace) -> tuple[list, dict[str, Any]]:
    """Reads what `add_inputs` describes: the photos, or the scans, and the `Settings` that name the parts."""
    from facerecon.commands.corrections import corrected_landmarks
    from facerecon.commands.preparation import check_device_name, prepare
    from facerecon.networks.devices import check_device

    check_device_name(arguments.device)
    inputs = _read(arguments)
    search = as_search(arguments)
    check_device(arguments.device)
    corrected = corrected_landmarks(arguments.landmarks, inputs) if arguments.landmarks else ()
    names = {part: getattr(arguments, part) for part in ("detector", "landmarker", "head")}
    prepare(**names)
    others = {
        "device": arguments.device,
        "search": search,
        "start": arguments.start,
        "dense": not arguments.no_dense,
        "photometric": not arguments.no_photometric,
        "landmarks": corrected,
    }
    return inputs, names | others


def _material(arguments: argparse.Namespace) -> Material:
    from facerecon.core.material import Material

    chosen = {name: getattr(arguments, name) for name in SURFACE}
    return Material(**{name: value for name, value in chosen.items() if value is not None})


def _read(arguments: argparse.Namespace) -> list:
    """Reads the photos, or the scans."""
    from facerecon.core.errors import SettingsError
    from facerecon.core.system import require_system_libraries
    from facerecon.inputs import InputFile, ReadingOptions, gather

    files = [InputFile.at(path) for path in arguments.files]
    files += [InputFile.at(path, "depth") for path in arguments.depth]
    files += [InputFile.at(path, "camera") for path in filter(None, [arguments.intrinsics])]
    if not files:
        raise SettingsError("a FILE is needed (see --help)")
    if arguments.embedded_depth or any(file.kind in ("scan", "depth") for file in files):
        require_system_libraries()  # reading these loads OpenCV
    return gather(files, ReadingOptions(arguments.focal, arguments.units, arguments.embedded_depth))
