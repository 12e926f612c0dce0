"""`reconstruct` for everything that comes in: photos, scans, depth maps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from facerecon.core.errors import SettingsError
from facerecon.core.types import Photo, PointCloud, Reconstruction
from facerecon.parts import Parts, Settings
from facerecon.pipeline import reconstruct_steps as photo_steps
from facerecon.scan_pipeline import scan_steps
from facerecon.scans.depth_map import DepthMap
from facerecon.scans.scan import Scan
from facerecon.steps import Step, as_settings

Input = Photo | PointCloud | DepthMap | Scan


def reconstruct(inputs: Sequence[Input], *, parts: Parts | None = None, **settings: Any) -> Reconstruction:
    """Makes one textured head from photos, scans or depth maps of one person; see `reconstruct_steps`.

    Args:
        inputs: photos, or scans: what `read_photo`, `read_scan` and `read_depth` give.
        parts: as for `reconstruct_steps`.
        **settings: fields of `Settings`, for instance `texture_size=2048`.

    Raises:
        SettingsError: a setting does not exist; and what `reconstruct_steps` raises.
    """
    *_, last = reconstruct_steps(inputs, as_settings(settings), parts)
    return last.value


def reconstruct_steps(
    inputs: Sequence[Input], settings: Settings | None = None, parts: Parts | None = None
) -> Iterator[Step]:
    """Runs the stages and yields each value as it is born; the last is the Reconstruction.

    Args:
        inputs: photos of one person, or scans and depth maps of one head; not both.
        settings: what the visitor chose.
        parts: detector, landmarker and head of an earlier run with the same names, to save their loading.

    Raises:
        NoFaceError: a photo or a scan shows no face.
        ScanError: a scan shows several heads, or too little of one.
        SettingsError: a part or a size does not exist, there is no input, or photos and scans are mixed.
        AssetError: a weight is missing and cannot be fetched.
    """
    are_photos = [isinstance(given, Photo) for given in inputs]
    if all(are_photos):
        return photo_steps(inputs, settings, parts)
    if any(are_photos):
        raise SettingsError("Scans and photos cannot be mixed; a depth map may come with its photo.", "mixed_inputs")
    return scan_steps(inputs, settings, parts)
