"""Taking the light out of a photo: nine harmonics of it, found on the skin with the fitted head's normals."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from facerecon.core.arrays import check_shape
from facerecon.geometry.harmonics import CONVOLVED, COUNT, EVEN, basis
from facerecon.texture.capture import Capture
from facerecon.texture.linear import to_linear, to_srgb

_SKIN_SPREAD = 0.16
"standard deviation of the logarithm of a face's own reflectance, place by place"
_PATCHES = 150.0
"neighbours resemble each other: so many independent places has a face"
_ORDER_SPREAD = np.array([0.0, *[0.6] * 3, *[0.3] * 5])
"prior standard deviations beside the even light: of lamps, rooms and skies that people are photographed in"
_TINT = 0.35
"how much less the channels' light differs from grey light than grey light from even light"
_ROUNDS = 12
_FIRST_WIDTH, _LAST_WIDTH = 4.0, 1.5
_DIMMEST, _BRIGHTEST = 0.3, 2.5
"beyond these nothing is told from the photo: what is dark is noise, what is bright is clipped"


@dataclass(frozen=True, eq=False)
class Light:
    coefficients: np.ndarray
    "`(9, 3)` of the radiance in linear RGB, head frame; skin of typical colour gets 1 on average where it is seen"
    used: np.ndarray
    "`(V,)` in [0, 1]: how far each vertex agreed with it"

    def shading(self, normals: np.ndarray) -> np.ndarray:
        """Gives what arrives at `(V, 3)` unit normals: `(V, 3)`, kept within what can be divided by."""
        return _bounded(basis(normals) @ (CONVOLVED[:, None] * self.coefficients))


def _bounded(values: np.ndarray) -> np.ndarray:
    """Bends values softly into the range that can be divided by; about 1 nothing changes."""
    low = _DIMMEST + np.log1p(np.exp((values - _DIMMEST) / 0.1)) * 0.1
    return np.minimum(low, _BRIGHTEST)


def estimate_light(colours: np.ndarray, normals: np.ndarray, weights: np.ndarray) -> Light:
    """Estimates the light on a face from its skin.

    Skin of one colour a under light with coefficients L looks like a · sum_k A_k L_k Y_k(n) (Ramamoorthi and Hanrahan
    2001). Deviations of the skin from one colour are noise with heavy tails: lips, brows, beard and cast shadows lose
    their weight (Geman-McClure, iteratively reweighted). The prior keeps what no normal tells apart near even light.
    One photo does not tell dark skin in bright light from light skin in dim light, nor a tan from a warm lamp: the
    light's mean over the seen skin is 1 in each channel by definition.

    Args:
        colours: `(V, 3)` sRGB in [0, 255].
        normals: `(V, 3)` unit, head frame.
        weights: `(V,)` >= 0: area of well-seen skin.

    Raises:
        ValueError: all weights are 0.
    """
    count = check_shape(colours, ("V", 3), "colours")["V"]
    check_shape(weights, (count,), "weights")
    if weights.sum() <= 0:
        raise ValueError("no skin is seen")
    rows = np.flatnonzero(weights > 0)
    share = weights[rows] / weights.sum() * _PATCHES / _SKIN_SPREAD**2
    design = basis(normals[rows]) * CONVOLVED
    seen = to_linear(colours[rows])
    seen = seen / np.maximum(_weighted_median(seen, share), 1e-4)
    prior = np.diag(1 / np.maximum(EVEN * _ORDER_SPREAD, 10 * EVEN * (_ORDER_SPREAD == 0)) ** 2)
    even = EVEN * np.eye(COUNT, 1)
    grey, weight = _fit(design, seen.mean(axis=1, keepdims=True), share, prior, even)
    matrix = design.T @ (weight[:, None] * design) + prior / _TINT**2
    solution = np.linalg.solve(matrix, design.T @ (weight[:, None] * seen) + prior / _TINT**2 @ grey)
    solution = solution / (weight @ (design @ solution) / weight.sum())
    used = np.zeros(count)
    used[rows] = _agreement(design, seen, solution, _LAST_WIDTH)
    return Light(solution, used)


def _fit(
    design: np.ndarray, seen: np.ndarray, share: np.ndarray, prior: np.ndarray, start: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Fits `(9, 1)` coefficients to `(N, 1)` brightness, robustly; gives them and the `(N,)` weights at the end."""
    solution = start
    for turn in range(_ROUNDS):
        # The tails are cut in steps, so that the light is not caught by whatever is commonest at the start.
        robust = _agreement(design, seen, solution, max(_FIRST_WIDTH - 0.4 * turn, _LAST_WIDTH))
        # Deviations of reflectance are relative: where it is dark they are small.
        weight = share * robust / np.maximum((design @ solution)[:, 0], 0.25) ** 2
        matrix = design.T @ (weight[:, None] * design) + prior
        solution = np.linalg.solve(matrix, design.T @ (weight[:, None] * seen) + prior @ start)
    return solution, weight


def _agreement(design: np.ndarray, seen: np.ndarray, solution: np.ndarray, width: float) -> np.ndarray:
    """Weighs places by how well they agree with a light, `(N,)`; `width` in standard deviations of the skin."""
    away = seen / np.maximum(design @ solution, 0.15) - 1
    return 1 / (1 + np.mean(away**2, axis=1) / (width * _SKIN_SPREAD) ** 2) ** 2


def _weighted_median(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    order = np.argsort(values, axis=0)
    share = np.cumsum(weights[order], axis=0)
    row = np.argmax(share >= 0.5 * share[-1], axis=0)
    return np.take_along_axis(values, np.take_along_axis(order, row[None], axis=0), axis=0)[0]


def delit(capture: Capture, light: Light | None) -> Capture:
    """Gives a capture whose light is known and taken out."""
    if light is None:
        return capture
    return replace(capture, albedo=without(capture.colours, light.shading(capture.normals)))


def without(colours: np.ndarray, shading: np.ndarray) -> np.ndarray:
    """Takes light out of `(N, 3)` sRGB colours in [0, 255]; `shading` is `(N, 3)`, linear."""
    return np.clip(to_srgb(to_linear(colours) / shading), 0, 255)


def under(albedo: np.ndarray, shading: np.ndarray) -> np.ndarray:
    """Puts `(N, 3)` sRGB reflectances in [0, 255] under light; `shading` is `(N, 3)`, linear."""
    return np.clip(to_srgb(to_linear(albedo) * shading), 0, 255)
