"""The suite `james`: one man's scan with the two photos it was made from, and renders of the scan.

From menpo3d 0.8.6 (BSD-3-Clause, Imperial College London). A private person: for measuring alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from facerecon.core.photos import read_photo
from facerecon.core.types import Mesh, Texture
from facerecon.drawing.shading import FLAT
from facerecon.evaluation.protocol import face_axes
from facerecon.evaluation.scan_to_mesh import ScanTruth
from facerecon.geometry.transforms import apply, rigid
from facerecon.scans import read_scan
from facerecon.suites.cases import Case, Seen, Subject
from facerecon.suites.data import find_data
from facerecon.suites.studio import Sitter, take

FOLDER = "james"
SIDES = ("left", "right")
YAWS = (0, -15, 15, -30, 30)
"""degrees, of the renders"""
TEXTURE = 2048
_IBUG = (*range(17), *range(29, 34), *range(43, 48), *range(34, 43), *range(17, 29), *range(48, 68))
"""The file's point for each of iBUG's: it has chin, eye, eye, brow, nose, brow, mouth."""


class JamesSuite:
    """One man, whose scan and photos we have; he is the only subject, whatever count is asked for.

    Args:
        folders: where the data may lie, before those in the environment.
    """

    name = "james"
    about = "one man: a scan, the two photos it was made from, and renders of the scan"

    def __init__(self, folders: Sequence[Path] = ()):
        self.folder = find_data(FOLDER, folders, "a scan of menpo3d 0.8.6, BSD-3-Clause, with its cameras")

    def subjects(self, count: int, seed: int) -> Iterator[Subject]:
        scan = read_scan(self.folder / "james.obj")
        file = json.loads((self.folder / "james.ljson").read_text("utf-8"))
        marks = np.array(file["groups"]["LJSON"]["landmarks"]["points"], dtype=np.float64)[list(_IBUG)]
        cases = (*self._photos(marks), *_renders(self.folder, marks, np.random.default_rng((seed, 3))))
        yield Subject("james", ScanTruth(scan, marks), None, cases)

    def _photos(self, marks: np.ndarray) -> Iterator[Case]:
        """Reads both photos: each alone, and both together."""
        cameras = json.loads((self.folder / "james_cameras.json").read_text("utf-8"))
        photos = [read_photo(self.folder / f"james_{side}.jpg") for side in SIDES]
        seen = []
        for side in SIDES:
            # The cameras see one picture of both photos side by side, the right one behind the left.
            projected = np.column_stack([marks, np.ones(68)]) @ np.array(cameras[side]["P"]).T
            seen.append(Seen(projected[:, :2] / projected[:, 2:] - [cameras[side]["offset_x"], 0], None))
        for number, side in enumerate(SIDES):
            yield Case(f"photo {side}", (photos[number],), (seen[number],))
        yield Case("both photos", tuple(photos), tuple(seen))


def _renders(folder: Path, marks: np.ndarray, rng: np.random.Generator) -> Iterator[Case]:
    """Renders the scan with the texture and the light of its photos."""
    axes = face_axes(marks)
    head_from_scan = rigid(axes, -axes @ marks[[36, 45]].mean(axis=0))
    mesh, texture = _textured(folder, head_from_scan)
    sitter = Sitter(mesh, texture, apply(head_from_scan, marks), FLAT)
    for yaw in YAWS:
        photo, seen = take(sitter, np.radians(yaw), rng, f"james_{yaw:+d}.jpg")
        # The scan ends behind the face: its outline is none.
        yield Case(f"render ±{abs(yaw)}°" if yaw else "render 0°", (photo,), (Seen(seen.points68, None),))


def _textured(folder: Path, head_from_scan: np.ndarray) -> tuple[Mesh, Texture]:
    """Reads the scan once more, with its texture, and vertices doubled where that has seams."""
    import trimesh  # takes a while to import

    file = trimesh.load(folder / "james.obj", process=False)
    image = cv2.resize(read_photo(folder / "james.jpg").image, (TEXTURE, TEXTURE), interpolation=cv2.INTER_AREA)
    uv = np.column_stack([file.visual.uv[:, 0], 1 - file.visual.uv[:, 1]])
    mesh = Mesh(apply(head_from_scan, file.vertices), file.faces, uv, file.faces)
    return mesh, Texture(image, np.zeros(image.shape[:2], np.uint8))
