"""The Landmarks page's pictures. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from facerecon.app.pictures import SIDE
from facerecon.app.thumbnails import cropped_camera
from facerecon.core.types import Landmarks, Mesh, Photo, View
from facerecon.drawing.crops import Crop, crop
from facerecon.drawing.landmark_figures import draw_ellipses, draw_iris, draw_measure, ellipses
from facerecon.drawing.landmark_scene import point_colours
from facerecon.drawing.overlays import draw_connections, draw_points, draw_pose, draw_triangles, outlines
from facerecon.drawing.render import Look, render_layer
from facerecon.drawing.strokes import draw_lines
from facerecon.landmarks.schemes import scheme, triangles
from facerecon.landmarks.stability import Spread

FEW = 100
"""Points, up to which the lines between them can be told apart."""
WHITE = (255, 255, 255)
CLOSE = 360
"""px of a picture from near."""


def cut_around(photo: Photo, points: np.ndarray, size: int = SIDE, margin: float = 0.3) -> Crop:
    """Cuts a square around points `(N, 2)` px out of a photo, zoomed to `size` px."""
    return crop(photo.image, np.concatenate([points.min(axis=0), points.max(axis=0)]), size, margin)


def points_picture(cut: Crop, marks: Landmarks, groups: Mapping[str, Sequence[int]], every: bool) -> np.ndarray:
    """Shows landmarks on the face.

    Args:
        cut: the face in the photo.
        marks: in px of the photo.
        groups: which to show, each in its colour.
        every: whether points of no group are shown too.
    """
    points = cut.to_crop(marks.points)
    shown = np.isin(np.arange(len(points)), [row for rows in groups.values() for row in rows])
    image = cut.image
    if not every or len(points) <= FEW:
        image = draw_connections(image, points, lines_of(marks.scheme, groups), opacity=0.8)
    own = {name: np.asarray(rows) for name, rows in groups.items()}
    radius = 0.004 * image.shape[0]
    if every:
        return draw_points(image, points, own, radius=radius if len(points) <= FEW else None)
    places = {name: np.searchsorted(np.flatnonzero(shown), rows) for name, rows in own.items()}
    return draw_points(image, points[shown], places, radius=radius)


def with_differences(cut: Crop, marks: Landmarks, other: Landmarks) -> Crop:
    """Draws into a crop where another network has the same points: white, joined to the first."""
    first, second = cut.to_crop(marks.points), cut.to_crop(other.points)
    image = draw_lines(cut.image, first, second, WHITE, 1.5)
    return replace(cut, image=draw_points(image, second, colour=WHITE, radius=0.0035 * image.shape[0]))


def surface_picture(cut: Crop, marks: Landmarks) -> np.ndarray:
    """Shows the triangles between the landmarks of MediaPipe's schemes."""
    return draw_triangles(cut.image, cut.to_crop(marks.points), triangles(), opacity=0.75)


def lines_of(name: str, groups: Mapping[str, Sequence[int]]) -> dict[str, np.ndarray]:
    """Gives the lines of a scheme that lie in groups: group → `(C, 2)` points."""
    lines = scheme(name).connections
    return {group: lines[np.isin(lines, rows).all(axis=1)] for group, rows in groups.items()}


def spread_picture(cut: Crop, points: np.ndarray, groups: Mapping[str, Sequence[int]]) -> np.ndarray:
    """Shows how far points `(K, L, 2)` px of the photo, by variation, stray: ellipses of two standard deviations.

    Args:
        cut: the face in the photo.
        points: as in `stability.Spread`.
        groups: group name → points; the name decides the colour.
    """
    found = Spread(np.stack([cut.to_crop(some) for some in points]), ())
    curves = ellipses(found.mean, found.covariance)
    return draw_ellipses(cut.image, curves, point_colours(points.shape[1], groups))


def strays(points: np.ndarray) -> np.ndarray:
    """Measures how far each of the points `(K, L, 2)` strays: `(L,)`, the standard deviation of a coordinate."""
    return np.sqrt(np.trace(Spread(points, ()).covariance, axis1=1, axis2=2) / 2)


def eye_picture(photo: Photo, marks: Landmarks, side: str) -> np.ndarray:
    """Shows an eye from near: the lids' points, and the iris where it was found."""
    groups = scheme(marks.scheme).groups
    cut = cut_around(photo, marks.points[list(groups[f"{side}_eye"])], CLOSE)
    image = points_picture(cut, marks, {f"{side}_eye": groups[f"{side}_eye"]}, every=False)
    ring = groups.get(f"{side}_iris")
    return draw_iris(image, cut.to_crop(marks.points[list(ring)]), 1.6) if ring else image


def mouth_picture(photo: Photo, marks: Landmarks) -> np.ndarray:
    """Shows the mouth from near."""
    groups = {name: rows for name, rows in scheme(marks.scheme).groups.items() if name.startswith("lips")}
    points = marks.points[[row for rows in groups.values() for row in rows]]
    return points_picture(cut_around(photo, points, CLOSE), marks, groups, every=False)


def pose_picture(photo: Photo, marks: Landmarks, view: View) -> np.ndarray:
    """Shows the head's axes over the face."""
    cut = cut_around(photo, marks.points, CLOSE)
    return draw_pose(cut.image, cropped_camera(cut, view.camera), view.camera_from_head, length=80)


def ruler_picture(photo: Photo, marks: Landmarks, text: str) -> np.ndarray:
    """Shows both eyes in a band, their irises, and the distance of the pupils with a text."""
    groups = scheme(marks.scheme).groups
    eyes = marks.points[[*groups["left_eye"], *groups["right_eye"]]]
    cut = cut_around(photo, eyes, 1200, margin=0.12)
    image = cut.image
    for side in ("right", "left"):
        image = draw_iris(image, cut.to_crop(marks.points[list(groups[f"{side}_iris"])]))
    image = draw_measure(image, *cut.to_crop(marks.points[list(groups["pupils"])]), text)
    low, high = cut.to_crop(np.array([eyes.min(axis=0), eyes.max(axis=0)]))[:, 1]
    air = 0.06 * image.shape[0]
    return image[max(round(low - air), 0) : round(high + air)]


def head_layer(cut: Crop, mesh: Mesh, view: View) -> np.ndarray:
    """Renders a head for the place of a crop, `(S, S, 4)` RGBA uint8."""
    return render_layer(mesh, cropped_camera(cut, view.camera), view.camera_from_head, Look(supersample=1))


def over(image: np.ndarray, layer: np.ndarray, opacity: float = 0.85) -> np.ndarray:
    """Lays an RGBA layer over a picture."""
    share = layer[..., 3:].astype(np.float32) * np.float32(opacity / 255)
    return np.round(image * (1 - share) + layer[..., :3] * share).astype(np.uint8)


def outline_of(cut: Crop, layer: np.ndarray) -> list[np.ndarray]:
    """Finds the outline of a head that was rendered for a crop: curves `(P, 2)` px of the photo.

    Where the head goes on outside, its curve runs along the crop's edge, far enough outside not to be seen.
    """
    air = 8
    covered = np.pad(layer[..., 3] > 127, air, mode="edge")
    # The mean of neighbours takes away the steps of its pixels.
    smooth = [np.mean([np.roll(curve, k, axis=0) for k in range(-3, 4)], axis=0) for curve in outlines(covered)]
    return [cut.to_photo(curve - air) for curve in smooth]
