"""One scan, from the file to a clean head in millimetres whose place is roughly known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial import cKDTree

from facerecon.checks import choose_face
from facerecon.core.errors import NoFaceError, ScanError
from facerecon.core.types import Faces, Landmarks, Photo, PointCloud
from facerecon.drawing.scan_view import ScanScene
from facerecon.geometry.clouds import moved
from facerecon.geometry.projection import project
from facerecon.geometry.transforms import CAMERA_FROM_FRONTAL, apply, invert, rigid
from facerecon.landmarks.schemes import convert
from facerecon.parts import Parts, Settings
from facerecon.registration.normals import with_normals
from facerecon.scan_landmarks import ScanFace, lay_on_head, locate_on_scan
from facerecon.scans.clean import Cleaned, clean
from facerecon.scans.points import crop, thinned, without_duplicates
from facerecon.scans.scan import Scan
from facerecon.scans.units import as_millimetres, likeliest_unit

LOOKED_AT = 250_000
"points of a scan in which the face is searched for"
MIDDLE, REACH = np.array([0.0, -15.0, -75.0]), 165.0
"mm, head frame: the sphere that is kept"
FEWEST = 500
"points on a head, below which nothing can be fitted"
TOO_LARGE = 1.7
"times the average face, or its inverse: then a unit that was given cannot be right"
OTHER_FACE = 0.5
"of the larger one's size: a smaller face is a picture on a shirt"
ENOUGH = 0.5
"share of the photo's landmarks that must have depth"
FEWEST_LANDMARKS = 20
"with depth, to find a pose"
OFF = 30.0
"mm from the mean head's: a landmark is none"
_SIDE = 480
_REACH_PX = 0.03
"of the face's extent in a photo: how near to a landmark depth must be known"


@dataclass(frozen=True, eq=False)
class ScanHead:
    scan: Scan
    "what came in"
    cloud: PointCloud
    "mm, in the scan's frame, cropped and cleaned, with normals"
    cleaned: Cleaned
    "what was taken off, and holes"
    head_from_cloud: np.ndarray
    "`(4, 4)` rigid: where the head roughly lies"
    landmarks68: np.ndarray
    "`(68, 3)` mm, in the scan's frame, NaN where unknown"
    millimetres: float
    "of the scan's unit"
    unit: str
    "its name, given or guessed; `?`: none suits, so that the head was made an average one"
    notes: tuple[str, ...]
    "text keys under `warning.`"
    faces: Faces | None = None
    "in the scan's photo"
    chosen: int = 0
    "which of them"
    landmarks: Landmarks | None = None
    "in the scan's photo"


@dataclass(frozen=True, eq=False)
class _Found:
    """A face on a scan, in its own frame and unit."""

    landmarks68: np.ndarray
    head_from_scan: np.ndarray
    faces: Faces | None = None
    chosen: int = 0
    landmarks: Landmarks | None = None


def find_head(scan: Scan, parts: Parts, settings: Settings) -> Iterator[tuple[str, ScanFace | Landmarks | ScanHead]]:
    """Finds the face on a scan, then its unit, crops it to the head and cleans it.

    Yields:
        `landmarks` with what was found, in the scan's photo or on a picture of it; `cleaning` with the head.

    Raises:
        NoFaceError: there is no face.
        ScanError: there are several, the unit cannot be right, or too little of a head is there.
    """
    few = thinned(without_duplicates(scan.cloud), LOOKED_AT)
    found = None
    if scan.photo is not None:
        found = _in_photo(scan, few, parts, settings)
        yield "landmarks", found.landmarks
    if found is None or np.isfinite(found.landmarks68).all(axis=1).mean() < ENOUGH:
        turn = np.eye(4)
        if scan.source != "scan":  # a camera's y points down; the search begins upright
            turn[:3, :3] = CAMERA_FROM_FRONTAL
        upright = moved(few, turn)
        face = locate_on_scan(upright, parts)
        if scan.photo is None:
            _check_alone(upright, face, parts)
        on_scan = {
            "landmarks68": apply(invert(turn), face.landmarks68),
            "head_from_scan": face.head_from_scan @ turn,
        }
        found = _Found(**on_scan) if found is None else replace(found, **on_scan)
        yield "landmarks", face
    yield "cleaning", _head(scan, found)


def head_from_landmarks(scan: Scan, landmarks68: np.ndarray, head_from_scan: np.ndarray) -> ScanHead:
    """Makes the same of a scan whose landmarks somebody else has found.

    Args:
        scan: what came in.
        landmarks68: `(68, 3)` in its own frame and unit.
        head_from_scan: `(4, 4)` similarity to the mean head, mm.

    Raises:
        ScanError: the unit cannot be right, or too little of a head is there.
    """
    return _head(scan, _Found(landmarks68, head_from_scan))


def _in_photo(scan: Scan, cloud: PointCloud, parts: Parts, settings: Settings) -> _Found:
    """Finds the face in the photo and lifts its landmarks onto the cloud."""
    faces = parts.detector.detect(scan.photo, settings.search)
    chosen = choose_face(scan.photo, faces, None)
    landmarks = parts.landmarker.locate(scan.photo, faces.boxes[chosen])
    if landmarks is None:
        name = scan.photo.name
        raise NoFaceError(f"In “{name}” there is a face, but its landmarks cannot be found.", name=name)
    pixels = convert(landmarks, "ibug68").points
    away, row = cKDTree(project(scan.camera, cloud.points)).query(pixels)
    near = away < _REACH_PX * np.ptp(pixels, axis=0).max()
    points = np.where(near[:, None], cloud.points[row], np.nan)
    if near.sum() < FEWEST_LANDMARKS:
        return _Found(np.full((68, 3), np.nan), np.eye(4), faces, chosen, landmarks)
    return _Found(*_on_head(points, parts), faces, chosen, landmarks)


def _on_head(points: np.ndarray, parts: Parts) -> tuple[np.ndarray, np.ndarray]:
    """Lays landmarks `(68, 3)` onto the mean head's; those that were traced to the background become NaN.

    Returns:
        The landmarks, and the similarity to the mean head.
    """
    head = parts.head
    spread = head.landmark_spread("ibug68")
    mean = head.landmarks("ibug68").on(head.mean, head.triangles)
    known = np.isfinite(points).all(axis=1) & np.isfinite(spread)
    pose, *_ = lay_on_head(points[known], mean[known], 1 / spread[known] ** 2)
    near = np.linalg.norm(apply(pose, points) - mean, axis=1) < OFF
    return np.where(near[:, None], points, np.nan), pose


def _check_alone(cloud: PointCloud, face: ScanFace, parts: Parts) -> None:
    """Looks at the whole scan as the face is seen from its front.

    Raises:
        ScanError: there is another face.
    """
    linear = face.head_from_scan[:3, :3]
    rotation = CAMERA_FROM_FRONTAL @ linear / np.cbrt(np.linalg.det(linear))
    scene = ScanScene(cloud)
    faces = parts.detector.detect(Photo(scene.view(rotation, *scene.middle, _SIDE).image, "", None, "scan"))
    count = int((faces.sizes > OTHER_FACE * faces.sizes.max(initial=0)).sum())
    if count > 1:
        raise ScanError(f"The scan shows {count} faces; cut one of them out.", "several_heads", count=count)


def _head(scan: Scan, found: _Found) -> ScanHead:
    """Brings a scan into millimetres, crops it to the head and cleans it."""
    average = float(np.cbrt(np.linalg.det(found.head_from_scan[:3, :3])))
    millimetres, unit, notes = _unit(scan, average)
    pose = found.head_from_scan @ np.diag([1 / millimetres] * 3 + [1.0])
    middle = apply(invert(pose), MIDDLE[None])[0]
    # Where the unit is known, the head keeps its size: it is brought to the mean head without a scale.
    linear = pose[:3, :3] * (millimetres / average)
    placed = rigid(linear, MIDDLE - linear @ middle)
    scaled = PointCloud(scan.cloud.points * millimetres, scan.cloud.normals, scan.cloud.colours, scan.cloud.triangles)
    cleaned = clean(crop(scaled, middle, REACH * max(millimetres / average, average / millimetres)))
    if len(cleaned.cloud) < FEWEST:
        raise ScanError(
            f"{scan.name} has only {len(cleaned.cloud)} points on the head; {FEWEST} are needed.",
            "scan_sparse",
            name=scan.name,
            limit=FEWEST,
        )
    cloud = with_normals(cleaned.cloud)
    landmarks = found.landmarks68 * millimetres
    return ScanHead(
        scan, cloud, cleaned, placed, landmarks, millimetres, unit, notes, found.faces, found.chosen, found.landmarks
    )


def _unit(scan: Scan, average: float) -> tuple[float, str, tuple[str, ...]]:
    """Decides how many millimetres a scan's unit has, by what was given or by the size of the face.

    Args:
        scan: what came in.
        average: millimetres that the unit would have if the face were of average size.
    """
    if scan.source == "model_average":
        return average, "?", ()
    if scan.unit is not None:
        given = as_millimetres(scan.unit)
        size = given / average
        if not 1 / TOO_LARGE < size < TOO_LARGE:
            raise ScanError(
                f"With the unit {scan.unit} the head of {scan.name} would be {size:.2g} times as large as people's; "
                "its true unit is needed.",
                "scan_wrong_unit",
                name=scan.name,
                unit=scan.unit,
            )
        return given, scan.unit, ()
    name = likeliest_unit(average)
    if name is None:
        return average, "?", ("unit_unknown",)
    return as_millimetres(name), name, ("unit_guessed",)
