"""Makes the prior of identities: `python -m scripts.head.identity_prior FOLDER`, where `ict_facekit_light.npz` lies.

ICT-FaceKit (Li et al. 2020, USC Institute for Creative Technologies, MIT) has a mean and 100 modes of people that were
scanned. Carried over to our mesh (`carry_over.py`), their mean becomes ours; of their covariance, pose is taken out,
and size, which photos do not tell and which must not be guessed from shape, becomes a mode of its own. Principal
components of the rest, symmetric and antisymmetric ones apart, are the other modes. Only these figures are written.
Takes some two minutes.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from facerecon.commands.preparation import prepare
from facerecon.geometry.graph import vertex_areas
from facerecon.morphable.anny import IDENTITIES, AnnyHead
from facerecon.morphable.face_model import DATA
from facerecon.parts import Parts, Settings
from facerecon.suites.ict import FILE, IctModel
from scripts.head.carry_over import Population, carry_over

SYMMETRIC, ANTISYMMETRIC = 59, 20
PUPIL_DISTANCE = 63.4
"mm, the mean of adults (Dodgson 2004): as the head of the sliders has it, so that both have one size"


def pupil_distance(vertices: np.ndarray, head: AnnyHead) -> float:
    """Measures between the middles of the eyeballs."""
    left, right = (vertices[np.unique(head.triangles[head.parts == part])] for part in (1, 2))
    return float(np.linalg.norm((left.min(axis=0) + left.max(axis=0) - right.min(axis=0) - right.max(axis=0)) / 2))


def pinned(fields: np.ndarray, head: AnnyHead) -> np.ndarray:
    """Moves heads or displacements `(…, V, 3)` so that the middle of the outer eye corners is, or stays, the origin."""
    corners = head.landmarks("ibug68")[[36, 45]]
    at = fields[..., head.triangles[corners.triangle], :]
    return fields - np.einsum("...lkc,lk->...c", at, corners.weights)[..., None, :] / 2


def without_pose_and_size(modes: np.ndarray, mean: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, ...]:
    """Takes shifts, turns and growth out of displacements `(K, V, 3)`.

    Args:
        modes: mm a standard deviation.
        mean: `(V, 3)` mm.
        weights: `(V,)` of vertices in the least squares.

    Returns:
        What is left; by how much each mode turns the head, `(K, 3)` rad; and by which share it grows, `(K,)`.
    """
    around = mean - np.average(mean, axis=0, weights=weights)
    axes = np.eye(3)
    moves = np.stack([*(np.tile(axis, (len(mean), 1)) for axis in axes), *(np.cross(a, around) for a in axes), around])
    gram = np.einsum("ivc,jvc,v->ij", moves, moves, weights)
    shares = np.linalg.solve(gram, np.einsum("ivc,kvc,v->ik", moves, modes, weights))
    return modes - np.einsum("ik,ivc->kvc", shares, moves), shares[3:6].T, shares[6]


def components(modes: np.ndarray, importance: np.ndarray, keep: int) -> tuple[np.ndarray, np.ndarray]:
    """Turns modes `(K, V, 3)` into fewer of the same covariance, the largest first; and how they mix, `(keep, K)`."""
    weighted = (modes * np.sqrt(importance)[:, None]).reshape(len(modes), -1)
    values, vectors = np.linalg.eigh(weighted @ weighted.T)
    mixing = vectors[:, np.argsort(values)[::-1][:keep]].T
    share = np.sort(values)[::-1][:keep].sum() / values.sum()
    print(f"  {np.sqrt(values.sum()):.2f} mm rms; {keep} modes hold {share:.4f}")
    return np.tensordot(mixing, modes, axes=1), mixing


def prior(population: Population, head: AnnyHead) -> dict[str, np.ndarray]:
    """Makes mean and modes; and how they lie in ICT's people, for whoever renders these.

    Of ICT's coefficients c, `people (I, 100)` c is the identity; the head is turned by `turns (3, 100)` c, its origin
    lies at `origin (3,)` + `shifts (3, 100)` c, both after the similarity `ours_from_ict (4, 4)`.
    """
    scale = PUPIL_DISTANCE / pupil_distance(population.mean, head)
    mean, modes = pinned(scale * population.mean, head), scale * population.modes
    areas = vertex_areas(mean, head.triangles) * (np.arange(len(mean)) < head.skin_vertices)
    shapes, turns, growth = without_pose_and_size(modes, mean, areas * head.face_region)
    shapes, flip = pinned(shapes, head), np.array([-1, 1, 1])
    importance = areas * (1 + 3 * head.face_region)
    mirrored = shapes[:, head.mirror] * flip
    print(f"scaled by {scale:.4f}; sizes spread by {np.linalg.norm(growth):.4f}")
    even, even_mixing = components((shapes + mirrored) / 2, importance / importance.sum(), SYMMETRIC)
    odd, odd_mixing = components((shapes - mirrored) / 2, importance / importance.sum(), ANTISYMMETRIC)
    spread = np.linalg.norm(growth)
    return {
        "mean": mean.astype(np.float32),
        "identity_basis": np.concatenate([even, spread * mean[None], odd]).astype(np.float16),
        "people": np.concatenate([even_mixing, growth[None] / spread, odd_mixing]).astype(np.float32),
        "turns": turns.T.astype(np.float32),
        "origin": (scale * population.mean - mean)[0],
        "shifts": (modes - pinned(modes, head))[:, 0].T.astype(np.float32),
        "ours_from_ict": np.diag([scale, scale, scale, 1]) @ population.ours_from_ict,
    }


def main(folder: Path) -> None:
    prepare(detector=None, landmarker=None)
    head, parts = AnnyHead("sampled"), Parts(Settings())
    try:
        population = carry_over(IctModel(folder / FILE), head, parts)
    finally:
        parts.close()
    np.savez_compressed(DATA / IDENTITIES["people"], **prior(population, head))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
