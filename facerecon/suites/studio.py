"""Takes photos of painted heads: lamps, a lens, a background, and a sensor that blurs and adds noise."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import cv2
import numpy as np

from facerecon.core.types import Camera, Mesh, Photo, Texture
from facerecon.drawing.heads import silhouette
from facerecon.drawing.render import render
from facerecon.drawing.shading import Light, Lighting
from facerecon.geometry.projection import project_head, resize_camera
from facerecon.geometry.transforms import camera_from_head_rotation, rigid
from facerecon.suites.cases import REDUCED, Seen

FRAME = (480, 600)
"""px, width and height"""
FOCALS = (0.9, 2.2)
"""focal length over the longer side: as 32 to 79 mm on a 36 mm wide frame"""
FACE = (0.28, 0.40)
"""outer eye distance of a frontal face over the width of the frame: of a portrait"""
PITCH, ROLL = np.radians((8, 6))


@dataclass(frozen=True, eq=False)
class Sitter:
    """A person as they sit there: expression in the mesh, paint on it."""

    mesh: Mesh
    paint: np.ndarray | Texture
    "`(V, 3)` RGB uint8 by vertex, or a texture for the mesh's uv"
    landmarks68: np.ndarray
    "`(68, 3)` mm, with the expression, head frame"
    lighting: Lighting | None = None
    "None: lamps are set at random"


def take(sitter: Sitter, yaw: float, rng: np.random.Generator, name: str) -> tuple[Photo, Seen]:
    """Takes one photo.

    Args:
        sitter: who is photographed.
        yaw: radians; pitch and roll are small and random, as everything else.
        rng: decides the rest.
        name: of the photo.
    """
    camera, camera_from_head = aim(sitter.landmarks68, yaw, rng)
    lighting = lamps(rng) if sitter.lighting is None else sitter.lighting
    paint = {"style": "colours", "colours": sitter.paint}
    if isinstance(sitter.paint, Texture):
        paint = {"style": "textured", "texture": sitter.paint}
    image = render(sitter.mesh, camera, camera_from_head, **paint, lighting=lighting, background=backdrop(rng))
    image = developed(image, rng)
    photo = Photo(image, hashlib.sha256(image.tobytes()).hexdigest(), None, name)
    points, _ = project_head(camera, camera_from_head, sitter.landmarks68)
    return photo, Seen(points, silhouette(sitter.mesh, resize_camera(camera, REDUCED), camera_from_head))


def aim(landmarks68: np.ndarray, yaw: float, rng: np.random.Generator) -> tuple[Camera, np.ndarray]:
    """Chooses lens, distance and turn: a camera, and `camera_from_head (4, 4)`."""
    width, height = FRAME
    focal = rng.uniform(*FOCALS) * max(FRAME)
    eyes = float(np.linalg.norm(landmarks68[36] - landmarks68[45]))
    distance = focal * eyes / (rng.uniform(*FACE) * width)
    rotation = camera_from_head_rotation(yaw, *(rng.uniform(-1, 1, 2) * (PITCH, ROLL)))
    shift = rng.uniform(-0.04, 0.04, 2) * eyes
    middle = landmarks68.mean(axis=0) + [0, 8, -25]  # the head's own middle in the picture, however it is turned
    camera = Camera(width, height, focal, np.array([(width - 1) / 2, (height - 1) / 2]))
    return camera, rigid(rotation, np.array([*shift, distance]) - rotation @ middle)


def lamps(rng: np.random.Generator) -> Lighting:
    """Sets a key light somewhere before the face, a fill, a rim, and light from all around."""
    key = (rng.uniform(-1, 1), rng.uniform(-0.1, 0.9), rng.uniform(0.4, 1))
    ambient, warmth = rng.uniform(0.2, 0.55), rng.uniform(-0.1, 0.1)
    power = np.array([1 + warmth, 1, 1 - warmth]) * (1.05 - ambient) * rng.uniform(0.75, 1.1)
    return Lighting(
        lamps=(
            Light(key, tuple(power), wrap=rng.uniform(0.15, 0.5)),
            Light((-key[0], 0.1, 0.5), tuple(np.full(3, rng.uniform(0.05, 0.2))), wrap=0.6),
            Light((rng.uniform(-0.6, 0.6), 0.5, -0.9), tuple(np.full(3, rng.uniform(0, 0.3))), wrap=0.1),
        ),
        sky=tuple(np.full(3, ambient)),
        ground=tuple(np.full(3, ambient * rng.uniform(0.5, 0.9))),
        sheen=rng.uniform(0.0, 0.08),
    )


def backdrop(rng: np.random.Generator) -> np.ndarray:
    """Makes a wall out of focus, `(H, W, 3)` uint8."""
    width, height = FRAME
    grey = rng.uniform(50, 200)
    image = (grey + rng.normal(0, 18, (6, 5, 1)) + rng.normal(0, 6, (6, 5, 3))).astype(np.float32)
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_CUBIC).clip(0, 255).astype(np.uint8)


def developed(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Makes a picture as a camera would: a soft lens, exposure, noise, JPEG."""
    soft = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.0)).astype(np.float32)
    soft = soft * rng.uniform(0.8, 1.15) + rng.normal(0, rng.uniform(1, 5), soft.shape)
    return recompressed(soft.round().clip(0, 255).astype(np.uint8), int(rng.integers(70, 95)))


def recompressed(image: np.ndarray, quality: int) -> np.ndarray:
    """Writes a picture as a JPEG and reads it again."""
    _, file = cv2.imencode(".jpg", np.ascontiguousarray(image[:, :, ::-1]), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.ascontiguousarray(cv2.imdecode(file, cv2.IMREAD_COLOR)[:, :, ::-1])
