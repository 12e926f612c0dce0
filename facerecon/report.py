"""What a finished reconstruction is written as: `report.json`, and the folder of files, whole or not at all."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np

import facerecon
from facerecon.anthropometry.measures import Measurement
from facerecon.certainty import region_certainty
from facerecon.core.arkit import ARKIT_NAMES
from facerecon.core.coaching import Coaching
from facerecon.core.errors import SettingsError
from facerecon.core.types import Camera, Faces, Reconstruction, ScannedHead
from facerecon.export import ply_bytes
from facerecon.export.atomic import replace_all
from facerecon.export.formats import FileOptions, format_files
from facerecon.measuring import measure_head
from facerecon.morphable import HEADS
from facerecon.morphable.face_model import FaceModel


def result_files(
    result: Reconstruction,
    formats: Sequence[str] = (),
    options: FileOptions | None = None,
    head: FaceModel | None = None,
) -> dict[str, bytes]:
    """Builds every file of a finished head: file name → content.

    Args:
        result: the head.
        formats: names of `export.FORMATS` beside GLB and OBJ, which are always there.
        options: what was chosen about them.
        head: its model where that is at hand; None: it is opened.
    """
    files: dict[str, bytes] = {}
    for name in dict.fromkeys(("obj", "glb", *formats)):
        files |= format_files(result, name, options)
    files["neutral.ply"] = ply_bytes(result.neutral)
    data = report(result, head) | {"files": {name: len(content) for name, content in files.items()}}
    text = json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False)
    return {**files, "report.json": (text + "\n").encode()}


def report(result: Reconstruction, head: FaceModel | None = None) -> dict[str, Any]:
    """Builds the content of `report.json`: millimetres in the head frame, pixels of the upright photo.

    `measurements` is there only for heads with a shape of their own, `uncertainty` and `coach` only for those fitted to
    photos, `scans` only for those made from scans or depth; `result_files` adds `files`, in bytes.

    Args:
        result: the head.
        head: its model where that is at hand; None: it is opened.
    """
    data = {
        "version": facerecon.__version__,
        "head_model": result.head_model,
        "identity": result.fit.identity.tolist(),
        "neutral_landmarks68_mm": result.neutral_landmarks68.tolist(),
        "scale": {"source": result.fit.scale.source, "relative_error": float(result.fit.scale.relative_error)},
        "timings_ms": {stage: round(float(value), 3) for stage, value in result.timings_ms.items()},
        "warnings": list(result.warnings),
        "photos": [_photo(result, index) for index in range(len(result.photos))],
    }
    if len(result.fit.identity):
        head = head or HEADS.create(result.head_model)
        data["measurements"] = measured_as_data(measure_head(head, result.fit))
        if result.fit.std is not None:
            data["uncertainty"] = _uncertainty(result, head)
    if result.coaching is not None:
        data["coach"] = _coach(result.coaching)
    return data if result.scan is None else {**data, "scans": _scans(result.scan)}


def measured_as_data(found: Mapping[str, Measurement]) -> dict[str, dict[str, float]]:
    """Tells what `measuring.measure_head` measures: distances in mm, angles in degrees, each with a tolerance."""
    data = {}
    for name, one in found.items():
        unit = "mm" if one.unit == "mm" else "degrees"
        data[name] = {unit: round(one.value, 2), f"tolerance_{unit}": round(one.tolerance, 2)}
    return data


def _uncertainty(result: Reconstruction, head: FaceModel) -> dict[str, Any]:
    """Tells how sure the shape is: by region, and for each vertex of `neutral.ply` its standard deviation, mm.

    Distances along the normals from the true surface, position, turn and size free; `scale` tells how sure the size is.
    """
    regions = region_certainty(head, result.fit)
    return {
        "regions": {
            name: {"std_mm": round(one.std, 3), "from_photos": round(one.from_photos, 3)}
            for name, one in regions.items()
        },
        "std_mm": np.round(result.fit.std[: len(result.neutral.vertices)], 2).tolist(),
    }


def _coach(coaching: Coaching) -> dict[str, Any]:
    """Tells how the photos fare, and which one to add: turns in degrees, > 0 to the subject's left; best first."""
    return {
        "yaws": np.degrees(coaching.yaws).round(1).tolist(),
        "checks": {one.name: {"good": one.good, "value": round(one.value, 3)} for one in coaching.checks},
        "next": [
            {"name": one.name, "yaw": round(float(np.degrees(one.yaw)), 1), "reduction": round(one.reduction, 4)}
            for one in coaching.candidates
        ],
    }


def faces_as_data(faces: Faces) -> dict[str, Any]:
    """Gives faces as lists: boxes x0 y0 x1 y1 in px, scores, and five points each where there are any."""
    data = {"boxes": faces.boxes.tolist(), "scores": faces.scores.tolist()}
    return data if faces.keypoints is None else {**data, "keypoints": faces.keypoints.tolist()}


def _photo(result: Reconstruction, index: int) -> dict[str, Any]:
    """Describes one photo."""
    photo, view = result.photos[index], result.fit.views[index]
    # A head without expressions, as the rigid one, has no weights to tell.
    weights = dict(zip(ARKIT_NAMES, view.expression.tolist(), strict=True)) if len(view.expression) else {}
    return {
        "name": photo.name,
        "digest": photo.digest,
        "faces": faces_as_data(result.faces[index]),
        "chosen_face": int(result.chosen[index]),
        "landmarks": result.landmarks[index].points.tolist(),
        "camera": _camera(view.camera),
        "camera_from_head": view.camera_from_head.tolist(),
        "expression": weights,
        "residual_px": float(np.median(view.residuals)),
    }


def _scans(scan: ScannedHead) -> dict[str, Any]:
    """Describes the scans that went in, and how near the bent head lies to them."""
    seen = scan.distances[np.isfinite(scan.distances)]
    files = zip(scan.names, scan.digests, scan.units, scan.head_from_scan, strict=True)
    return {
        "files": [
            {"name": name, "digest": digest, "unit": unit, "head_from_scan": matrix.tolist()}
            for name, digest, unit, matrix in files
        ],
        "points": len(scan.cloud),
        "scanned_share": float(np.isfinite(scan.distances).mean()),
        "residual_mm": float(np.median(seen)) if len(seen) else None,
    }


def _camera(camera: Camera) -> dict[str, Any]:
    """Describes a camera, px."""
    return {
        "width": int(camera.width),
        "height": int(camera.height),
        "focal": float(camera.focal),
        "centre": camera.centre.tolist(),
    }


def check_folder(folder: Path, names: tuple[str, ...] = ()) -> None:
    """Checks, before the work begins, that a folder can be made or written to.

    Raises:
        SettingsError: it cannot.
    """
    existing = next((path for path in (folder, *folder.absolute().parents) if os.path.lexists(path)), Path())
    if not existing.is_dir():
        raise SettingsError(f"{existing} is not a folder, so nothing can be written to {folder}.", folder=str(folder))
    if not os.access(existing, os.W_OK | os.X_OK):
        raise SettingsError(f"The folder {existing} cannot be written to.", folder=str(folder))
    for name in names:
        if (folder / name).is_dir():
            raise SettingsError(f"{folder / name} is a folder where a file is to be written.", folder=str(folder))


def write_folder(files: Mapping[str, bytes], folder: Path) -> None:
    """Writes files into a folder, whole or not at all: a failure leaves everything as it was.

    A new folder appears at once, with all its files. In a folder that exists, files of these names are replaced and
    others are left alone; `report.json`, the last of the names, comes last.

    Args:
        files: file name → content.
        folder: made with its parents where it does not exist.

    Raises:
        SettingsError: it cannot be written to.
    """
    check_folder(folder, tuple(files))
    try:
        with contextlib.ExitStack() as undo:
            _make_parents(folder.absolute().parent, undo)
            exists = folder.is_dir()
            passing = (folder if exists else folder.absolute().parent) / f".{uuid4().hex}.tmp"
            undo.callback(shutil.rmtree, passing, ignore_errors=True)
            passing.mkdir()
            for name, content in files.items():
                (passing / name).write_bytes(content)
            if exists:
                replace_all({passing / name: folder / name for name in files})
                passing.rmdir()
            else:
                passing.rename(folder)
            undo.pop_all()
    except OSError as error:
        reason = error.strerror or error
        raise SettingsError(f"Nothing could be written to {folder} ({reason}).", folder=str(folder)) from error


def _make_parents(folder: Path, undo: contextlib.ExitStack) -> None:
    """Makes a folder and its parents; those that are new and empty vanish again when the work fails."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(exist_ok=True)
        undo.callback(_remove_empty, path)


def _remove_empty(folder: Path) -> None:
    """Removes a folder that holds nothing."""
    with contextlib.suppress(OSError):
        folder.rmdir()
