"""What the learned head start makes of people whom it has not seen: errors, their covariance, and strange landmarks."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import torch

from facerecon.morphable.anny import AnnyHead
from facerecon.morphable.learned_start import TERMS, Familiar
from facerecon.morphable.uncertainty import Surface
from facerecon.networks.identity_from_landmarks import IdentityFromLandmarks
from scripts.head_start.lessons import LOPSIDED, Lessons

COMPONENTS = 80
"of the landmarks' offsets that are familiar"
ALLOWED = 0.975
"share of the photos held out whose landmarks do not count as strange, by either distance"
DIAGONAL = 0.1
"how much a covariance is drawn to its diagonal"
LEAST, MOST = 0.05, 0.999
"variance of an identity that the network may leave, in the prior's"
YAWS = (0, 15, 30, 90)
"degrees, between which errors are told apart"


@dataclass(frozen=True, eq=False)
class FaceError:
    """Turns an error of identity into mm along the face's normals, once place, turn and size are taken off."""

    root: np.ndarray
    "`(I, I)`: rms mm = |δ @ root|"

    @classmethod
    def of(cls, head: AnnyHead) -> FaceError:
        count = len(head.identity_basis)
        surface = Surface(head, np.zeros(count))
        weights = surface.weights / surface.weights.sum()
        sizes, axes = np.linalg.eigh((surface.by_identity.T * weights) @ surface.by_identity)
        root = axes * np.sqrt(sizes.clip(0))
        root[head.size_mode] = 0
        return cls(root)

    def __call__(self, errors: np.ndarray) -> np.ndarray:
        """Measures errors `(N, I)`, `(N,)` rms mm."""
        return np.linalg.norm(errors @ self.root, axis=1)

    def share(self, found: np.ndarray, photos: Lessons) -> float:
        """Gives the mean error over that of the mean head."""
        rows = photos.measured
        return round(float(self((found - photos.identity)[rows]).mean() / self(photos.identity[rows]).mean()), 3)

    def table(self, found: np.ndarray, photos: Lessons) -> dict[str, dict[str, float]]:
        """Tabulates errors by kind of head and by yaw: photos, mm, and the share of the mean head's."""
        yaw, rows = np.degrees(np.arcsin(np.abs(photos.terms[:, 1]).clip(0, 1))), {}
        for kind in sorted(set(photos.kind)):
            for low, high in zip(YAWS[:-1], YAWS[1:], strict=True):
                chosen = photos.measured & (photos.kind == kind) & (yaw >= low) & (yaw < high)
                mm = float(self((found - photos.identity)[chosen]).mean())
                share = self.share(found[chosen], photos[chosen])
                rows[f"{kind}, yaw {low}–{high}°"] = {"photos": int(chosen.sum()), "mm": round(mm, 3), "share": share}
        return rows


def held_out(network: IdentityFromLandmarks, photos: Lessons) -> np.ndarray:
    """Predicts as `LearnedStart.predict` does, `(N, I)`."""
    both = photos.with_mirror_images()
    flat = both.offsets.reshape(len(both), -1), both.scores, both.terms[:, :TERMS]
    with torch.inference_mode():
        found = network(*(torch.from_numpy(one).float() for one in flat)).double().numpy()
    return (found[: len(photos)] + found[len(photos) :] * LOPSIDED) / 2


def errors_of(found: np.ndarray, photos: Lessons, size_mode: int) -> dict[str, np.ndarray]:
    """Gives the inverse of the errors' covariance, and how alike errors are in two photos of one person.

    Of the size, which photos do not tell, the covariance is the prior's.
    """
    rows = photos.measured
    errors, people = (found - photos.identity)[rows], photos.person[rows]
    both = np.concatenate([errors, errors * LOPSIDED])
    covariance = both.T @ both / len(both)
    covariance[size_mode, size_mode] = 1
    own = np.diag(np.diag(covariance))
    sizes, axes = np.linalg.eigh((1 - DIAGONAL) * covariance + DIAGONAL * own)
    pairs = [pair for person in set(people) for pair in combinations(np.flatnonzero(people == person), 2)]
    alike = np.mean([errors[i] @ errors[j] for i, j in pairs]) / np.mean((errors**2).sum(axis=1))
    return {"precision": (axes / sizes.clip(LEAST, MOST)) @ axes.T, "shared": np.array(alike)}


def familiar(photos: Lessons, strange: np.ndarray | None = None) -> Familiar:
    """Learns how landmarks lie.

    Args:
        photos: rendered.
        strange: `(N, 2)` distances of photos that were held out; None: all distances are allowed.
    """
    both = photos.with_mirror_images()
    offsets = both.offsets.reshape(len(both), -1)
    law = np.linalg.lstsq(both.terms, offsets, rcond=None)[0]
    left = offsets - both.terms @ law
    sizes, axes = np.linalg.eigh(left.T @ left / len(left))
    kept = (axes[:, ::-1] / np.sqrt(sizes[::-1].clip(1e-9)))[:, :COMPONENTS].T
    allowed = np.full(2, np.inf) if strange is None else np.quantile(strange, ALLOWED, axis=0)
    return Familiar(law, kept, np.array(sizes[:-COMPONENTS].sum()), allowed)
