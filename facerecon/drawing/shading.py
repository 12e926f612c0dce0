"""Light on surfaces: colours of points from their normals, in linear light, and back to sRGB."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Light:
    """A large soft lamp, far away."""

    towards: tuple[float, float, float]
    "direction from the head to the lamp as the camera sees it: x right, y up, z to the viewer; any length"
    colour: tuple[float, float, float]
    "linear RGB"
    wrap: float = 0.3
    "how far it reaches around the edge: 0 a point, 1 a whole hemisphere"


@dataclass(frozen=True)
class Lighting:
    """Three lamps, light from all around, and a sheen."""

    lamps: tuple[Light, ...]
    "key, fill, rim"
    sky: tuple[float, float, float]
    "linear RGB from above"
    ground: tuple[float, float, float]
    "linear RGB from below"
    sheen: float = 0.0
    "strength of the key lamp's highlight"


STUDIO = Lighting(
    lamps=(
        Light((-0.55, 0.65, 0.75), (0.88, 0.86, 0.83), wrap=0.25),
        Light((0.80, 0.10, 0.60), (0.17, 0.18, 0.21), wrap=0.6),
        Light((0.30, 0.55, -0.90), (0.32, 0.34, 0.38), wrap=0.1),
    ),
    sky=(0.18, 0.19, 0.21),
    ground=(0.09, 0.085, 0.08),
    sheen=0.05,
)
"the default: from upper left, as in most portraits; a white surface that faces the camera comes out just below white"

SOFT = Lighting(
    lamps=(
        Light((-0.50, 0.60, 0.80), (0.34, 0.33, 0.32), wrap=0.6),
        Light((0.80, 0.10, 0.60), (0.14, 0.14, 0.15), wrap=0.8),
        Light((0.30, 0.55, -0.90), (0.14, 0.14, 0.15), wrap=0.1),
    ),
    sky=(0.62, 0.62, 0.63),
    ground=(0.44, 0.43, 0.42),
    sheen=0.015,
)
"for textures from photos, which hold the photo's own shading already"

FLAT = Lighting(lamps=(), sky=(1.0, 1.0, 1.0), ground=(1.0, 1.0, 1.0))
"no shading at all: colours as they are in the texture"

CLAY = (0.50, 0.46, 0.43)
"linear RGB"


def shade(
    albedo: np.ndarray, normals: np.ndarray, lighting: Lighting, occlusion: np.ndarray | float = 1.0
) -> np.ndarray:
    """Lights points.

    Args:
        albedo: `(N, 3)` linear RGB.
        normals: `(N, 3)` unit, as the camera sees them: x right, y up, z to the viewer.
        lighting: what lights them.
        occlusion: `(N, 1)` or a number: the share of the surrounding light that arrives.

    Returns:
        `(N, 3)` linear RGB.
    """
    up = (normals[:, 1:2] + 1) / 2
    light = (np.float32(lighting.ground) * (1 - up) + np.float32(lighting.sky) * up) * occlusion
    shine = np.zeros((len(normals), 1), np.float32)
    for index, lamp in enumerate(lighting.lamps):
        towards = np.float32(lamp.towards) / np.float32(np.linalg.norm(lamp.towards))
        facing = normals @ towards
        arriving = np.maximum((facing + lamp.wrap) / (1 + lamp.wrap), 0)[:, None]
        light = light + arriving * np.float32(lamp.colour) * np.sqrt(occlusion)
        if index == 0 and lighting.sheen:
            half = towards + np.float32([0, 0, 1])  # Blinn's half vector, for a viewer far away
            shine = lighting.sheen * np.maximum(normals @ (half / np.linalg.norm(half)), 0)[:, None] ** 24
    return (albedo * light + shine).astype(np.float32)


def to_srgb(linear: np.ndarray) -> np.ndarray:
    """Encodes linear light as sRGB in [0, 1] (IEC 61966-2-1); what is brighter than white is clipped."""
    linear = np.clip(linear, 0, 1)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055).astype(np.float32)


def to_linear(srgb: np.ndarray) -> np.ndarray:
    """Decodes `(…, 3)` sRGB uint8 to linear light in [0, 1]."""
    return _DECODED[srgb]


_LEVELS = np.arange(256) / 255
_DECODED = np.where(_LEVELS <= 0.04045, _LEVELS / 12.92, ((_LEVELS + 0.055) / 1.055) ** 2.4).astype(np.float32)
