"""Files of any kind become what `reconstruct` takes: photos, or scans; depth maps find their photos and cameras."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from facerecon.core.errors import ScanError, SettingsError
from facerecon.core.files import read_bytes
from facerecon.core.photos import read_photo
from facerecon.core.types import Photo
from facerecon.scans.kinds import ENDINGS, file_kind

if TYPE_CHECKING:
    from facerecon.scans.scan import Scan

MAX_BYTES = 512_000_000


@dataclass(frozen=True, eq=False)
class InputFile:
    name: str
    "for people to read"
    data: bytes
    "its content"
    path: Path | None = None
    "where it lies, so that the pictures of an OBJ beside it are found"
    given_as: str | None = None
    "one of `scans.kinds.KINDS` where a person said so; None: its content tells"

    @cached_property
    def kind(self) -> str:
        """One of `scans.kinds.KINDS`; what has the ending of a scan is none by chance."""
        found = self.given_as or file_kind(self.data)
        return "scan" if found == "unknown" and Path(self.name).suffix.lower() in ENDINGS else found

    @classmethod
    def at(cls, path: Path, given_as: str | None = None) -> InputFile:
        """Reads a file.

        Raises:
            ScanError: it is missing, empty or far too large.
        """
        return cls(path.name, read_bytes(path, path.name, MAX_BYTES, ScanError, "scan"), path, given_as)


@dataclass(frozen=True)
class ReadingOptions:
    """What a visitor knows about scans and depth maps."""

    focal: float | None = None
    "px of the depth maps; None: from intrinsics or EXIF, else guessed"
    units: str | None = None
    "of scans' and depth maps' numbers, see `scans.units`; None: guessed"
    embedded_depth: bool = False
    "whether depth inside portrait photos is used; else they are photos like others"


def gather(files: Sequence[InputFile], options: ReadingOptions | None = None) -> list[Photo] | list[Scan]:
    """Reads files that belong together.

    Depth maps and photos are pairs in their order: one photo for each map, or none at all. A camera's JSON holds for
    all depth maps. MTL files and the pictures that they name belong to the OBJ that comes with them.

    Returns:
        Photos alone, or scans alone.

    Raises:
        PhotoError: a file is no photo, or damaged.
        ScanError: a file is no scan and no depth map, or damaged.
        SettingsError: photos and scans are mixed in another way, or a unit does not exist.
    """
    options = options or ReadingOptions()
    kinds = [file.kind for file in files]
    companions = _companions(files, kinds)
    by_kind = {kind: [f for f, k in zip(files, kinds, strict=True) if k == kind] for kind in set(kinds)}
    rest = [f for k in ("photo", "photo_with_depth", "unknown") for f in by_kind.get(k, [])]
    pictures = [f for f in sorted(rest, key=files.index) if f.name not in companions]
    scans = [_scan(f, companions, options) for f in by_kind.get("scan", [])]
    maps = by_kind.get("depth", [])
    photos = [read_photo(f.data, f.name) for f in pictures]
    if maps:
        return scans + _pairs(maps, photos, by_kind.get("camera", []), options)
    if options.embedded_depth and not scans:
        return [_embedded(f, photo) for f, photo in zip(pictures, photos, strict=True)]
    if scans and photos:
        raise SettingsError("Scans and photos cannot be mixed; a depth map may come with its photo.", "mixed_inputs")
    return scans or photos


def _companions(files: Sequence[InputFile], kinds: Sequence[str]) -> dict[str, bytes]:
    """Finds the MTL files, and the pictures that they name, among files that were uploaded together."""
    materials = {f.name: f.data for f, kind in zip(files, kinds, strict=True) if kind == "material"}
    named = b"".join(materials.values())
    pictures = {f.name: f.data for f in files if materials and f.name.encode() in named}
    return {**materials, **pictures}


def _scan(file: InputFile, companions: dict[str, bytes], options: ReadingOptions) -> Scan:
    """Reads a scan."""
    from facerecon.scans.read import open_scan
    from facerecon.scans.scan import Scan

    at_path = file.path is not None and not companions
    cloud, surfaces = open_scan(file.path if at_path else file.data, file.name, None if at_path else companions)
    return Scan(cloud, file.name, _digest(file), options.units, surfaces=surfaces)


def _pairs(
    maps: Sequence[InputFile], photos: Sequence[Photo], cameras: Sequence[InputFile], options: ReadingOptions
) -> list[Scan]:
    """Reads depth maps with their photos."""
    from facerecon.scans.depth_files import read_depth
    from facerecon.scans.intrinsics import read_intrinsics
    from facerecon.scans.scan import as_scan

    if len(photos) not in (0, len(maps)):
        raise SettingsError(
            f"There are {len(maps)} depth maps and {len(photos)} photos; each map needs its photo, or none has one.",
            "unpaired_depth",
        )
    intrinsics = read_intrinsics(cameras[0].data, cameras[0].name) if cameras else None
    found = []
    for number, file in enumerate(maps):
        photo = photos[number] if photos else None
        depth = read_depth(
            file.data,
            file.name,
            photo=photo,
            focal=options.focal,
            intrinsics=intrinsics,
            units=options.units,
        )
        found.append(as_scan(depth, file.name, _digest(file)))
    return found


def _embedded(file: InputFile, photo: Photo) -> Scan:
    """Reads the depth inside a photo."""
    from facerecon.scans.embedded import embedded_depth
    from facerecon.scans.scan import as_scan

    depth = embedded_depth(file.data, photo)
    if depth is None:
        raise ScanError(f"{file.name} holds no depth that can be read.", "no_depth_inside", name=file.name)
    return as_scan(depth, file.name, photo.digest)


def _digest(file: InputFile) -> str:
    return hashlib.sha256(file.data).hexdigest()
