"""Delaunay's triangles on the landmarks: a mask of 2.5 dimensions, with holes for eyes and mouth."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from facerecon.core.types import Landmarks, Mesh, View
from facerecon.geometry.delaunay import delaunay, with_edges
from facerecon.geometry.projection import backproject
from facerecon.geometry.transforms import apply, invert
from facerecon.mesh.builder import BuilderError, MeshSource
from facerecon.mesh.repair import cut_apart


class LandmarkMask:
    """The landmarks where the photo shows them, as deep as the landmarker guesses; uv are places in the photo."""

    name = "delaunay"

    def build(self, source: MeshSource) -> Mesh:
        marks, camera = source.landmarks, source.view.camera
        if marks.depth is None:
            raise BuilderError("This landmarker does not tell how deep its points lie.", "mesh_no_depth")
        rows = np.setdiff1d(np.arange(len(marks.points)), source.ignored)
        triangles = rows[mask_triangles(marks.points[rows], *_renamed(rows, source.outline, source.holes))]
        used, triangles = np.unique(triangles, return_inverse=True)
        uv = (marks.points[used] + 0.5) / (camera.width, camera.height)
        triangles = triangles.reshape(-1, 3)
        mask = Mesh(lifted(marks, source.view)[used], triangles, np.clip(uv, 0, 1), triangles)
        return cut_apart(mask)[0]  # the lips of a closed mouth may touch at points


def lifted(marks: Landmarks, view: View) -> np.ndarray:
    """Puts landmarks into space, `(L, 3)` mm, head frame: px of depth become mm at the head's distance."""
    distance = view.camera_from_head[2, 3]
    depth = distance * (1 + marks.depth / view.camera.focal)
    return apply(invert(view.camera_from_head), backproject(view.camera, marks.points, depth))


def mask_triangles(points: np.ndarray, outline: Sequence[int], holes: Sequence[Sequence[int]]) -> np.ndarray:
    """Triangulates points in an image, keeps the lines of outline and holes, and drops what lies beyond them.

    Args:
        points: `(N, 2)` px, y down.
        outline: rows; none: the convex hull.
        holes: rows of each.

    Returns:
        `(T, 3)`, counter-clockwise as the camera sees them.
    """
    upright = points * (1, -1)
    lines = [np.asarray(line) for line in (outline, *holes) if len(line)]
    wanted = [np.column_stack([line, np.roll(line, -1)]) for line in lines]
    triangles = delaunay(upright)
    if wanted:
        triangles = with_edges(upright, triangles, np.concatenate(wanted))
    drop = np.zeros(len(triangles), dtype=bool)
    for line in lines:
        # Only triangles between points of the line itself can lie beyond it.
        own = np.flatnonzero(np.isin(triangles, line).all(axis=1))
        inside = _inside(points[line], points[triangles[own]].mean(axis=1))
        drop[own] |= ~inside if line is lines[0] and len(outline) else inside
    return triangles[~drop]


def _inside(polygon: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Tells which `(N, 2)` points lie in a polygon `(K, 2)`."""
    contour = polygon.astype(np.float32).reshape(-1, 1, 2)
    return np.array(
        [cv2.pointPolygonTest(contour, tuple(map(float, point)), False) > 0 for point in points], dtype=bool
    )


def _renamed(
    rows: np.ndarray, outline: Sequence[int], holes: Sequence[Sequence[int]]
) -> tuple[list[int], list[list[int]]]:
    """Gives outline and holes as places in `rows`."""
    place = {int(row): index for index, row in enumerate(rows)}
    return [place[row] for row in outline], [[place[row] for row in hole] for hole in holes]
