"""What the stages found, drawn over the photo: boxes, points, connections, triangles, outlines, residuals, pose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from facerecon.core.arrays import check_shape
from facerecon.core.types import Camera, Faces
from facerecon.drawing.strokes import draw_curve, draw_dots, draw_lines, stroke_width
from facerecon.drawing.theme import AXES, OUTLINE, STAGES, region_tone, rgb
from facerecon.geometry.projection import project_head

RGB = tuple[int, int, int]
HALO: RGB = (12, 14, 18)
"laid under bright strokes, so that they are seen on skin and on snow"


def draw_boxes(image: np.ndarray, faces: Faces, chosen: int | None = None, keypoints: bool = True) -> np.ndarray:
    """Draws the boxes of faces with their scores, and their five points where there are any.

    Args:
        image: `(H, W, 3)` RGB uint8.
        faces: in px of the image.
        chosen: the face that is used: the others are drawn fainter. None: all alike.
        keypoints: whether the points are drawn.

    Returns:
        `(H, W, 3)` uint8.
    """
    colour, width = rgb(STAGES["detection"].dark), stroke_width(image)
    for index, (x0, y0, x1, y1) in enumerate(faces.boxes):
        strength = 1.0 if chosen in (None, index) else 0.55
        corners = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
        image = draw_curve(image, corners, HALO, width * 1.8, closed=True, opacity=0.35 * strength)
        image = draw_curve(image, corners, colour, width if strength == 1 else width * 0.6, True, strength)
        if keypoints and faces.keypoints is not None:
            image = draw_points(image, faces.keypoints[index], colour=colour, radius=width * 1.3)
        image = draw_label(image, f"{faces.scores[index]:.2f}", (x0, y0), colour, strength)
    return image


def draw_label(image: np.ndarray, text: str, corner: Sequence[float], colour: RGB, opacity: float = 1.0) -> np.ndarray:
    """Writes a short text on a coloured tag that stands on `corner` (x, y), px, or hangs in the picture below it."""
    size = max(11, round(0.018 * float(np.hypot(*image.shape[:2]))))
    font = ImageFont.load_default(size)
    left, top, right, bottom = font.getbbox(text)
    width, height = round(right - left + size * 0.7), round(size * 1.35)
    x, y = round(corner[0]), round(corner[1])
    y = y - height if y >= height else y
    x = min(max(x, 0), max(image.shape[1] - width, 0))
    tag = Image.new("RGB", (width, height), colour)
    place = (size * 0.35 - left, (height - (bottom - top)) / 2 - top)
    ImageDraw.Draw(tag).text(place, text, HALO, font)
    rows, columns = slice(max(y, 0), max(y + height, 0)), slice(x, x + width)
    result = image.copy()
    under = result[rows, columns]
    over = np.asarray(tag)[: under.shape[0], : under.shape[1]]
    result[rows, columns] = np.round(under * (1 - opacity) + over * opacity).astype(np.uint8)
    return result


def draw_points(
    image: np.ndarray,
    points: np.ndarray,
    groups: Mapping[str, Sequence[int]] | None = None,
    colour: RGB | None = None,
    radius: float | None = None,
) -> np.ndarray:
    """Draws points with a dark rim, all in one colour or each group in its own.

    Args:
        image: `(H, W, 3)` RGB uint8.
        points: `(L, 2)` px.
        groups: group name → rows of `points`; the name decides the colour (`theme.region_tone`).
        colour: of the points of no group; default: that of the landmarks stage.
        radius: px.

    Returns:
        `(H, W, 3)` uint8.
    """
    radius = radius or _fine_width(points, 0.0036)
    image = draw_dots(image, points, HALO, radius * 1.45, opacity=0.55)
    image = draw_dots(image, points, colour or rgb(STAGES["landmarks"].dark), radius)
    for name, rows in (groups or {}).items():
        image = draw_dots(image, points[np.asarray(rows, int)], rgb(region_tone(name).dark), radius)
    return image


def _fine_width(points: np.ndarray, share: float) -> float:
    """Chooses a width in px by the extent of what is drawn: fine on a small face in a large photo."""
    finite = points[np.isfinite(points).all(axis=1)]
    return max(0.8, share * float(np.hypot(*np.ptp(finite, axis=0)))) if len(finite) else 1.0


def draw_connections(
    image: np.ndarray,
    points: np.ndarray,
    connections: Mapping[str, np.ndarray] | np.ndarray,
    width: float | None = None,
    opacity: float = 1.0,
) -> np.ndarray:
    """Draws lines between points.

    Args:
        image: `(H, W, 3)` RGB uint8.
        points: `(L, 2)` px.
        connections: `(C, 2)` rows of `points`; or group name → such rows, each in its group's colour.
        width: px.
        opacity: in [0, 1].

    Returns:
        `(H, W, 3)` uint8.
    """
    width = width or _fine_width(points, 0.0028)
    plain = not isinstance(connections, Mapping)
    for name, pairs in ({"": connections} if plain else connections).items():
        pairs = np.asarray(pairs, int).reshape(-1, 2)
        tone = STAGES["landmarks"] if plain else region_tone(name)
        image = draw_lines(image, points[pairs[:, 0]], points[pairs[:, 1]], rgb(tone.dark), width, opacity)
    return image


def draw_triangles(
    image: np.ndarray,
    points: np.ndarray,
    triangles: np.ndarray,
    colour: RGB | None = None,
    width: float | None = None,
    opacity: float = 0.8,
) -> np.ndarray:
    """Draws every edge of a triangle mesh once, `(L, 2)` points in px and `(T, 3)` triangles."""
    check_shape(triangles, ("T", 3), "triangles")
    edges = np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), axis=1)
    keys = np.unique(edges[:, 0] * len(points) + edges[:, 1])
    starts, ends = np.divmod(keys, max(len(points), 1))
    width = width or _fine_width(points, 0.0016)
    return draw_lines(image, points[starts], points[ends], colour or rgb(STAGES["mesh"].dark), width, opacity)


def draw_outline(
    image: np.ndarray, covered: np.ndarray, colour: RGB | None = None, width: float | None = None
) -> np.ndarray:
    """Draws the outline of a `(H, W)` bool mask, holes included."""
    check_shape(covered, image.shape[:2], "covered")
    width = width or stroke_width(image, 0.0025)
    for curve in outlines(covered):
        image = draw_curve(image, curve, colour or rgb(STAGES["fitting"].dark), width, closed=True)
    return image


def outlines(covered: np.ndarray) -> list[np.ndarray]:
    """Finds the closed curves `(P, 2)` px around what a `(H, W)` bool mask covers, and around its holes."""
    curves, _ = cv2.findContours(covered.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    return [curve[:, 0].astype(float) for curve in curves]


def draw_residuals(
    image: np.ndarray,
    points: np.ndarray,
    fitted: np.ndarray,
    width: float | None = None,
    sliding: Sequence[int] = (),
) -> np.ndarray:
    """Draws a line from each landmark to its point on the fitted head; dots mark the landmarks.

    Args:
        image: `(H, W, 3)` RGB uint8.
        points: `(L, 2)` px, where the landmarks were found.
        fitted: `(L, 2)` px, where the fitted head has them.
        width: px.
        sliding: landmarks whose points slide along the head's outline: in a colour of their own, both ends dotted.

    Returns:
        `(H, W, 3)` uint8.
    """
    width = width or _fine_width(points, 0.0034)
    image = draw_lines(image, points, fitted, HALO, width * 2, 0.4)
    image = draw_lines(image, points, fitted, rgb(STAGES["fitting"].dark), width)
    image = draw_points(image, points, radius=width * 0.9)
    rows = np.asarray(sliding, int)
    if not len(rows):
        return image
    image = draw_lines(image, points[rows], fitted[rows], rgb(OUTLINE.dark), width)
    image = draw_points(image, fitted[rows], colour=rgb(OUTLINE.dark), radius=width * 1.7)
    return draw_points(image, points[rows], radius=width * 1.1)


def draw_pose(
    image: np.ndarray, camera: Camera, camera_from_head: np.ndarray, length: float = 70.0, origin: Sequence[float] = ()
) -> np.ndarray:
    """Draws the head's axes: x (the subject's left), y (up), z (out of the face), the farthest first.

    Args:
        image: `(H, W, 3)` RGB uint8.
        camera: of the image.
        camera_from_head: `(4, 4)`.
        length: mm.
        origin: head frame, mm; default: between the eyes.

    Returns:
        `(H, W, 3)` uint8.
    """
    start = np.asarray(origin if len(origin) else (0, 0, 0), float)
    pixels, depth = project_head(camera, camera_from_head, np.vstack([start, start + np.eye(3) * length]))
    if (depth <= 0).any():
        return image.copy()
    width = stroke_width(image, 0.005)
    for axis in np.argsort(-depth[1:]):
        image = _draw_arrow(image, pixels[0], pixels[axis + 1], rgb(AXES[axis]), width)
    return draw_dots(image, pixels[:1], (255, 255, 255), width)


def _draw_arrow(image: np.ndarray, start: np.ndarray, end: np.ndarray, colour: RGB, width: float) -> np.ndarray:
    """Draws an arrow; one that points at the viewer, and has no length, becomes a dot."""
    along = end - start
    length = float(np.linalg.norm(along))
    if length < width:
        return draw_dots(image, end[None], colour, width * 1.2)
    along = along / length
    across = np.array([-along[1], along[0]])
    head = min(4.5 * width, 0.5 * length)
    wings = end - along * head + np.outer([0.55, -0.55], across) * head
    image = draw_lines(image, start[None], end[None], HALO, width * 1.7, 0.4)
    image = draw_lines(image, start[None], end[None], colour, width)
    return draw_lines(image, wings, np.stack([end, end]), colour, width)
