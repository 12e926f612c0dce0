"""How random people look: painted skin and eyes, hair, clothes, and the light on them."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from facerecon.core.types import Texture
from facerecon.drawing.render import Look
from facerecon.drawing.shading import Light, Lighting
from facerecon.landmarks.schemes import scheme
from facerecon.morphable.anny import AnnyHead
from scripts.head.paint import Atlas, atlas, brow_mask, eye_image, fill_region, skin_image

TONES = np.array(
    [(250, 222, 204), (232, 190, 165), (205, 160, 135), (178, 130, 100), (140, 98, 72), (98, 66, 48), (58, 39, 31)]
)
"RGB, from the lightest skin to the darkest"
HAIR = np.array(
    [(18, 15, 15), (35, 25, 20), (60, 40, 28), (95, 62, 38), (130, 70, 40), (190, 150, 95), (150, 148, 146)]
)
IRISES = np.array([(70, 45, 28), (98, 122, 142), (90, 100, 60), (45, 30, 22)])
MASKS = np.array([(225, 232, 236), (120, 170, 200), (30, 30, 34)])


@cache
def anny() -> AnnyHead:
    """Loads the head that all people are made of."""
    return AnnyHead()


def skin_tone(rng: np.random.Generator) -> np.ndarray:
    """Draws a skin's colour, RGB, evenly between the lightest and the darkest of TONES."""
    at = rng.uniform(0, len(TONES) - 1)
    return np.array([np.interp(at, range(len(TONES)), channel) for channel in TONES.T]) * rng.uniform(0.96, 1.04, 3)


def look(rng: np.random.Generator, hairline: float | None, detail: int) -> Look:
    """Paints a person and lights them.

    Args:
        rng: decides everything else.
        hairline: mm above the eyes where hair begins; None for a bald head.
        detail: px, side of the skin's texture.
    """
    hair = HAIR[rng.integers(len(HAIR))] * rng.uniform(0.8, 1.2)
    skin = skin_image(
        _masks(detail),
        _atlas(detail),
        skin_tone(rng),
        hair=hair,
        stubble=rng.uniform(0.3, 0.9) if rng.random() < 0.25 else rng.uniform(0, 0.15),
        blush=rng.uniform(0, 0.3),
        hairline=hairline,
        rng=rng,
    )
    eye = eye_image(anny().iris_uv_radius, IRISES[rng.integers(len(IRISES))] * rng.uniform(0.8, 1.2))
    # A lid's shadow: eyes are darker than the paint of their balls.
    eye = (eye * rng.uniform(0.6, 0.9)).astype(np.uint8)
    images = {
        "eye_left": eye,
        "eye_right": eye,
        "teeth": _plain((225, 216, 198)),
        "tongue": _plain((168, 92, 90)),
        "hair": _strands(rng, hair),
        "clothes": _cloth(rng),
        "mask": _plain(MASKS[rng.integers(len(MASKS))]),
        "glasses": _plain(rng.integers(8, 40)),
    }
    return Look("textured", Texture(skin, np.zeros(skin.shape[:2], np.uint8)), images, lighting=_lighting(rng))


def _lighting(rng: np.random.Generator) -> Lighting:
    """Makes lamps: a key light from anywhere before the face, a fill, a rim, and light from all around."""
    key = (rng.uniform(-1, 1), rng.uniform(-0.2, 1), rng.uniform(0.3, 1))
    ambient, warmth = rng.uniform(0.15, 0.6), rng.uniform(-0.12, 0.12)
    power = (1.05 - ambient) * rng.uniform(0.7, 1.15)
    return Lighting(
        lamps=(
            Light(key, tuple(np.array([1 + warmth, 1, 1 - warmth]) * power), wrap=rng.uniform(0.1, 0.5)),
            Light((-key[0], 0.1, 0.5), tuple(np.full(3, rng.uniform(0.05, 0.25))), wrap=0.6),
            Light((rng.uniform(-0.6, 0.6), 0.5, -0.9), tuple(np.full(3, rng.uniform(0, 0.4))), wrap=0.1),
        ),
        sky=tuple(np.array([1.0, 1.02, 1.06]) * ambient),
        ground=tuple(np.array([1.0, 0.95, 0.9]) * ambient * rng.uniform(0.4, 0.9)),
        sheen=rng.uniform(0.0, 0.1),
    )


@cache
def _atlas(size: int) -> Atlas:
    return atlas(anny(), size)


@cache
def _masks(size: int) -> dict[str, np.ndarray]:
    """Marks lips, brows and lashes in the skin's texture, `(S, S)` in [0, 1], by the outlines that landmarks draw."""
    marks, groups = anny().landmarks("mediapipe478"), scheme("mediapipe478").groups
    uv = marks.on(anny().uv, anny().uv_triangles)
    lashes = np.zeros((size, size), np.uint8)
    for eye in ("right_eye", "left_eye"):
        outline = np.round(uv[list(groups[eye])] * size - 0.5).astype(np.int32)
        cv2.polylines(lashes, [outline], True, 255, max(round(size / 300), 1), cv2.LINE_AA)
    return {
        "lips": fill_region(uv[list(groups["lips_outer"])], size, 2 * size / 1024),
        "brows": brow_mask(anny(), marks.triangle, marks.weights, size),
        "lashes": cv2.GaussianBlur(lashes, (0, 0), 1.2 * size / 1024 + 0.3).astype(np.float32) / 255,
    }


def _plain(colour: object) -> np.ndarray:
    return np.full((8, 8, 3), colour, np.uint8)


def _strands(rng: np.random.Generator, colour: np.ndarray) -> np.ndarray:
    """Paints hair that hangs down: `(256, 256, 3)` uint8."""
    noise = cv2.GaussianBlur(rng.normal(size=(256, 256)), (0, 0), sigmaX=0.8, sigmaY=25)
    return (colour * (1 + 0.35 * noise / noise.std())[:, :, None]).clip(0, 255).astype(np.uint8)


def _cloth(rng: np.random.Generator) -> np.ndarray:
    """Paints a plain, striped or checked cloth: `(128, 128, 3)` uint8."""
    row, col = np.mgrid[:128, :128]
    first, second = rng.uniform(20, 220, (2, 1)) + rng.normal(0, 22, (2, 3))
    kind, width = rng.integers(4), rng.integers(4, 20)
    pattern = [0 * row, row // width % 2, col // width % 2, (row // width + col // width) % 2][kind]
    image = np.where(pattern[:, :, None] > 0, first, second) + rng.normal(0, 4, (128, 128, 1))
    return image.clip(0, 255).astype(np.uint8)
