"""Finds where MediaPipe's 478 landmarks lie on the ICT head: `python -m scripts.head.ict`.

As `correspond.py` does for our own head, in one pass over renders of random people of the model, painted by vertex;
how they err there, `ict_errors.py` measures afterwards. The face's region is carried over from our own head, laid on
the ICT head by 68 landmarks. Needs ICT-FaceKit (`facerecon.morphable.ict_files`); writes `ict_points.npz`, which holds
no shape of anybody's.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from facerecon.core.types import Camera, Landmarks, Mesh
from facerecon.geometry.nearest import nearest_on_surface
from facerecon.geometry.procrustes import procrustes
from facerecon.geometry.projection import project_head
from facerecon.geometry.rasterize import rasterize
from facerecon.geometry.transforms import apply
from facerecon.landmarks.mediapipe import FaceMesh
from facerecon.landmarks.schemes import scheme
from facerecon.morphable import HEADS, face_model
from facerecon.morphable import ict as adapter
from facerecon.morphable.ict_files import read_shapes
from facerecon.suites.data import find_data
from facerecon.suites.expressions import draw_expression
from facerecon.suites.paint import EYE, INSIDE, SKIN, TEETH, Canvas, painted
from facerecon.suites.studio import FRAME, Sitter, take
from scripts.head.pointing import IRISES, snap

DATA = Path(str(face_model.DATA))
SEED = 53
OUTSIDE = 11248
"vertices of face, head and neck; the skin's others line the sockets of mouth and eyes"
STRAIGHT = np.radians(24)
"up to which yaw renders tell where landmarks lie"
KINDS = {"skin": SKIN, "eye_left": EYE, "eye_right": EYE, "teeth": TEETH, "tongue": INSIDE}
LANDMARKS68 = "landmarks68"


@dataclass(frozen=True, eq=False)
class Shot:
    """One render with its landmarks."""

    found: Landmarks
    camera: Camera
    pose: np.ndarray
    identity: np.ndarray
    expression: np.ndarray
    yaw: float


class Blank(adapter.IctHead):
    """The ICT head before anything is known of its landmarks: its makers' 68 hold it."""

    def __init__(self, corners: np.ndarray):
        self._corners = corners
        super().__init__()

    @property
    def _data(self) -> dict[str, np.ndarray]:
        return {"face_region": np.zeros(sum(stop - start for start, stop in adapter.VERTICES.values()))}

    def _pinned(self, field: np.ndarray) -> np.ndarray:
        return field - field[..., self._corners, :].mean(axis=-2, keepdims=True)


def shots(head: Blank, marks: np.ndarray, count: int) -> Iterator[Shot]:
    """Renders random people, calm or with an expression, and finds their landmarks."""
    kinds = np.zeros(len(head.mean), int)
    for index, name in enumerate(head.part_names):
        kinds[head.triangles[head.parts == index]] = KINDS[name]
    kinds[OUTSIDE : head.skin_vertices] = INSIDE
    names = head.expression_names
    closed = [names.index(f"eyeBlink{side}") for side in ("Left", "Right")]
    with FaceMesh() as landmarker:
        for number in range(count):
            rng = np.random.default_rng((SEED, number))
            identity = rng.normal(size=len(head.identity_basis)) * 0.9
            expression = draw_expression(names, rng) * (rng.random() < 0.5)
            expression[closed] = np.minimum(expression[closed], 0.3)
            neutral, vertices = head.shape(identity), head.shape(identity, expression)
            colours = painted(Canvas(neutral, kinds, neutral[marks]), rng)
            yaw = rng.uniform(-1, 1) * (STRAIGHT if number % 2 else np.radians(55))
            camera, pose, image = photograph(Mesh(vertices, head.triangles), colours, vertices[marks], yaw, rng)
            width, height = FRAME
            points, _ = project_head(camera, pose, vertices[marks])
            box = np.r_[points.min(axis=0), points.max(axis=0)] + np.array([-0.06, -0.1, 0.06, 0.03]) * height
            found = landmarker.locate(image, box.clip(0, [width, height] * 2))
            if found is not None:
                yield Shot(found, camera, pose, identity, expression, yaw)


def photograph(mesh: Mesh, colours: np.ndarray, marks: np.ndarray, yaw: float, rng: np.random.Generator):
    """Takes a photo as the suites do, and tells the camera: the same random numbers are drawn twice."""
    from facerecon.suites.studio import aim

    camera, pose = aim(marks, yaw, np.random.default_rng(state := int(rng.integers(1 << 32))))
    photo, _ = take(Sitter(mesh, colours, marks), yaw, np.random.default_rng(state), "render")
    return camera, pose, photo


def pointed_at(head: Blank, shot: Shot) -> np.ndarray:
    """Finds where on the mean head each landmark of a render points, `(478, 3)` mm; NaN: nowhere."""
    width, height = FRAME
    points, depth = project_head(shot.camera, shot.pose, head.shape(shot.identity, shot.expression))
    raster = rasterize((points + 0.5) * 2 - 0.5, depth, head.triangles, 2 * height, 2 * width)
    triangle = raster.triangle
    outer = (head.triangles < OUTSIDE).all(axis=1)
    eyes = np.isin(head.parts, [head.part_names.index(f"eye_{side}") for side in ("left", "right")])
    pixels = (shot.found.points + 0.5) * 2 - 0.5
    skin, ball = (snap((triangle >= 0) & allowed[triangle], pixels) for allowed in (outer, eyes))
    pixel = np.where(np.isin(np.arange(478), IRISES)[:, None], ball, skin)
    good = pixel[:, 0] >= 0
    hit = tuple(pixel[good][:, ::-1].T)
    seen = np.full((478, 3), np.nan)
    seen[good] = (head.mean[head.triangles[triangle[hit]]] * raster.barycentric[hit][:, :, None]).sum(axis=1)
    return seen


def settle(head: Blank, seen: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Averages robustly over both sides and puts the points onto the surface: triangle, weights, spread."""
    mirror = scheme("mediapipe478").mirror
    both = np.concatenate([seen, seen[:, mirror] * (-1, 1, 1)])
    middle = np.nanmedian(both, axis=0)
    near = (np.linalg.norm(both - middle, axis=2) < 12)[:, :, None]
    mean = np.nanmean(np.where(near, both, np.nan), axis=0)
    spread = np.sqrt(np.nanmean(np.where(near, (both - mean) ** 2, np.nan).sum(axis=2), axis=0) / 2)
    triangle, weights = np.zeros(478, int), np.zeros((478, 3))
    iris = np.isin(np.arange(478), IRISES)
    eyes = np.isin(head.parts, [head.part_names.index(f"eye_{side}") for side in ("left", "right")])
    for rows, allowed in ((~iris, (head.triangles < OUTSIDE).all(axis=1)), (iris, eyes)):
        index = np.flatnonzero(allowed)
        _, local, weights[rows] = nearest_on_surface(head.mean, head.triangles[index], mean[rows])
        triangle[rows] = index[local]
    return triangle, weights, spread


def face_region(head: Blank, marks: np.ndarray) -> np.ndarray:
    """Carries the face's region over from our own head, `(V,)`."""
    ours = HEADS.create("anny")
    points = ours.landmarks("ibug68").on(ours.mean, ours.triangles)
    laid = apply(procrustes(head.mean[marks[17:]], points[17:], scale=True), head.mean)
    skin = ours.triangles[ours.parts == 0]
    _, triangle, weights = nearest_on_surface(ours.mean, skin, laid[:OUTSIDE])
    region = np.zeros(len(head.mean))
    region[:OUTSIDE] = (ours.face_region[skin[triangle]] * weights).sum(axis=1)
    return (region + region[head.mirror]) / 2


def outline(head: Blank, points: np.ndarray) -> np.ndarray:
    """Lists by landmark of the oval, `(C, 3)` mm, the vertices it may slide to, as `correspond.outline_candidates`."""
    x, y, z = head.mean[:OUTSIDE].T
    rows = np.flatnonzero(~((np.abs(x) > 68) & (z < -50) & (y > -60) & (y < 30)))  # no ears
    result = []
    for point in points:
        side = np.array([point[0], point[1] + 20 if abs(point[0]) < 40 else 0, 0])
        path = point + np.linspace(-18, 12, 25)[:, None] * side / np.linalg.norm(side)
        path[:, 2] = np.linspace(point[2] + 35, point[2] - 45, 25)
        result.append(rows[((head.mean[rows][None] - path[:, None]) ** 2).sum(axis=2).argmin(axis=1)])
    return np.array(result)


def main(count: int) -> None:
    read_shapes()  # says what is missing before the work begins
    with np.load(find_data("ict_facekit_light.npz", (), "for its makers' 68 landmarks")) as data:
        marks = data[LANDMARKS68].astype(np.int64)
    head = Blank(marks[[36, 45]])
    taken = list(shots(head, marks, count))
    seen = np.array([pointed_at(head, shot) for shot in taken if abs(shot.yaw) < STRAIGHT])
    triangle, weights, spread = settle(head, seen)
    print(f"{len(taken)} of {count} renders have a face; spread {np.median(spread):.2f} mm (median)")
    oval = np.asarray(scheme("mediapipe478").groups["face_oval"])
    points = (head.mean[head.triangles[triangle[oval]]] * weights[oval][:, :, None]).sum(axis=1)
    arrays = {
        "triangle": triangle.astype(np.uint16),
        "weights": weights.astype(np.float32),
        "spread": spread.astype(np.float32),
        "face_region": face_region(head, marks).astype(np.float16),
        "outline_landmarks": oval.astype(np.int16),
        "outline_vertices": outline(head, points).astype(np.uint16),
    }
    np.savez_compressed(DATA / adapter.FILE, **arrays)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 340)
