"""What comes between a face and its picture: a hand, bars, the lens, the sensor, the file."""

from __future__ import annotations

import cv2
import numpy as np

from benchmarks.faces.looks import skin_tone


def hand(rng: np.random.Generator, box: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Draws a hand before a part of a face.

    Args:
        rng: decides where.
        box: `(4,)` px, of the face.
        shape: height and width of the picture.

    Returns:
        `(H, W, 4)` RGBA uint8.
    """
    centre, extent = (box[:2] + box[2:]) / 2, box[2:] - box[:2]
    wrist = centre + extent * [rng.choice([-1, 1]) * rng.uniform(0.3, 0.9), rng.uniform(0.5, 1.0)]
    palm = centre + extent * [rng.uniform(-0.3, 0.3), rng.uniform(0.05, 0.45)]
    ahead = (palm - wrist) / np.linalg.norm(palm - wrist)
    size, side = float(extent.mean()), np.array([-ahead[1], ahead[0]])
    colour = skin_tone(rng) * rng.uniform(0.7, 1.0)
    layer = np.zeros((*shape, 4), np.uint8)
    _limb(layer, palm - ahead * size * 0.8, palm, 0.26 * size, colour * 0.92)
    _limb(layer, palm - side * 0.08 * size, palm + side * 0.08 * size, 0.34 * size, colour)
    for finger, length in enumerate((0.30, 0.38, 0.36, 0.28)):
        root = palm + ahead * 0.1 * size + side * size * 0.105 * (finger - 1.5)
        tip = root + (ahead + side * 0.16 * (finger - 1.5) + rng.normal(0, 0.05, 2)) * length * size
        _limb(layer, root, tip, 0.1 * size, colour * (0.94 + 0.04 * (finger % 2)))
    return layer


def _limb(layer: np.ndarray, start: np.ndarray, end: np.ndarray, width: float, colour: np.ndarray) -> None:
    """Draws a rounded stroke, darker to its edge."""
    for share, shade in ((1.0, 0.72), (0.8, 0.9), (0.5, 1.0)):
        tone = [*(colour * shade).clip(0, 255), 255]
        _line(layer, start, end, width * share, tone)


def _line(layer: np.ndarray, start: np.ndarray, end: np.ndarray, width: float, colour: list[float]) -> None:
    points = [np.round(point * 16).astype(int).tolist() for point in (start, end)]
    cv2.line(layer, *points, colour, max(round(width), 1), cv2.LINE_AA, 4)


def bars(rng: np.random.Generator, box: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Draws two to five bars across a face, as of a fence or twigs: `(H, W, 4)` RGBA uint8; see `hand`."""
    centre, extent = (box[:2] + box[2:]) / 2, box[2:] - box[:2]
    layer, size = np.zeros((*shape, 4), np.uint8), float(extent.mean())
    angle, colour = rng.uniform(0, np.pi), rng.uniform(10, 220, 3)
    for _ in range(rng.integers(2, 6)):
        turned = angle + rng.normal(0, 0.15)
        ahead = np.array([np.cos(turned), np.sin(turned)]) * size * 1.3
        at = centre + extent * rng.uniform(-0.5, 0.5, 2)
        _line(layer, at - ahead, at + ahead, size * rng.uniform(0.04, 0.1), [*colour, 255])
    return layer


def photographed(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """Makes a picture as a camera would: focus, shake, exposure, colour cast, noise, JPEG; `(H, W, 3)` uint8."""
    # No lens resolves single pixels; some pictures are out of focus.
    image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 0.7) if rng.random() < 0.7 else rng.uniform(0.8, 1.8))
    if rng.random() < 0.12:
        image = cv2.filter2D(image, -1, _shake(rng))
    light = (image.astype(np.float32) / 255) ** rng.uniform(0.75, 1.35)
    light *= rng.uniform(0.6, 1.25) * rng.normal(1, 0.05, 3)
    if rng.random() < 0.08:
        light = np.repeat(light.mean(axis=2, keepdims=True), 3, axis=2)
    light += rng.normal(0, rng.uniform(0, 0.045), light.shape)
    image = np.round(light.clip(0, 1) * 255).astype(np.uint8)
    _, file = cv2.imencode(".jpg", image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 96))])
    return np.ascontiguousarray(cv2.imdecode(file, cv2.IMREAD_COLOR)[:, :, ::-1])


def _shake(rng: np.random.Generator) -> np.ndarray:
    """Makes the kernel of a camera that moves in a straight line while its shutter is open."""
    side = int(rng.integers(2, 5)) * 2 + 1
    kernel = np.zeros((side, side), np.float32)
    way = np.array([np.cos(angle := rng.uniform(0, np.pi)), np.sin(angle)]) * (side // 2)
    start, end = (np.round(side // 2 + sign * way).astype(int).tolist() for sign in (-1, 1))
    cv2.line(kernel, start, end, 1)
    return kernel / kernel.sum()
