"""A head from a cloud at one glance: two small networks (PointNet) tell pose and shape, whatever the pose is.

From each of many evenly spread rotations a first network says how the head is turned, a second one corrects that and
reads the shape. Each look takes other points of the cloud. Where the cloud lies best on a head wins; the looks that
agree with the winner are averaged, and how far they are apart tells how sure the answer is. The networks know nothing
but made heads: `scripts/learned_start` taught them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

import numpy as np
from scipy.spatial import cKDTree

from facerecon.core.arrays import check_shape, read_only
from facerecon.core.types import PointCloud
from facerecon.geometry.barycentric import interpolate
from facerecon.geometry.surface_sampling import sample_surface
from facerecon.geometry.transforms import apply, invert, rigid
from facerecon.registration.clouds import check_cloud, check_units, rows_of_use
from facerecon.registration.multi_start import spread_rotations
from facerecon.registration.pyramid import chosen

WEIGHTS = files("facerecon.registration") / "data/learned_start.npz"
RECORD = files("facerecon.registration") / "data/learned_start.json"
POINTS = 256
"of a cloud, as in the training"
LOOKS = 64
"rotations that are tried; one of them is within 60° of any"
SURFACE = 4000
"points of the head, evenly spread, from which the cloud's distances are taken"
EVEN = 3.0
"mm: of the points in each cube of this size one is taken, for the networks learnt from clouds of even density"
ON_HEAD = 0.7
"share of the points that is counted on to belong to the head"
AGREE = np.radians(12.0)
"how far looks may be turned from the winner that are averaged with it"
DOUBT = 1.0
"mm: a look that leaves the cloud so much farther from the head counts 1 / e as much"


@dataclass(frozen=True, eq=False)
class LearnedHead:
    """What the networks say about a cloud."""

    head_from_cloud: np.ndarray
    "`(4, 4)` rigid, mm"
    identity: np.ndarray
    "`(I,)` standard deviations of the head model's prior"
    spread: float
    "radians: how far the looks that agree are turned from their mean, rms"
    agreement: float
    "share of the looks that agree, in (0, 1]"
    gap: float
    "mm: mean distance of the nearest 70 % of the cloud's points from the head's"

    def __post_init__(self):
        for name in ("head_from_cloud", "identity"):
            object.__setattr__(self, name, read_only(getattr(self, name), np.float64))


class LearnedStart:
    """The networks with their weights, for one linear head model.

    Args:
        mean: `(V, 3)` mm, the mean head.
        triangles: `(T, 3)` of its skin.
        identity_basis: `(I, V, 3)` mm a standard deviation; the head model that the networks learnt.
        device: of torch.
    """

    def __init__(self, mean: np.ndarray, triangles: np.ndarray, identity_basis: np.ndarray, device: str = "cpu"):
        count = check_shape(mean, ("V", 3), "mean")["V"]
        modes = check_shape(identity_basis, ("I", count, 3), "identity_basis")["I"]
        at, weights = sample_surface(mean, triangles, SURFACE, np.random.default_rng(0))
        self._mean = interpolate(mean, triangles, at, weights)
        basis = identity_basis[:, triangles[at]]  # (I, S, 3, 3): coefficient, point, corner, axis
        self._basis = np.einsum("ispk,sp->isk", basis, weights, optimize=True)
        self._tree, self._device = cKDTree(self._mean), device
        self._networks = load(modes, device)

    def predict(self, cloud: PointCloud, rng: np.random.Generator, looks: int = LOOKS) -> LearnedHead:
        """Finds the head in a cloud.

        Args:
            cloud: mm; normals are not needed. The head may be turned anyhow, and half of it may be missing.
            rng: chooses the points of each look: the same choice gives the same answer.
            looks: rotations to try.

        Raises:
            CloudError: it has too few points, they lie on a line, or it is much larger or smaller than a head.
        """
        points = cloud.points[rows_of_use(cloud.points)]
        check_cloud(PointCloud(points), "cloud")
        check_units(PointCloud(points), PointCloud(self._mean))
        middle = np.median(points, axis=0)
        points = points - middle
        points = points[chosen(points, EVEN)]
        samples = np.stack([rng.choice(len(points), POINTS, replace=len(points) < POINTS) for _ in range(looks)])
        rotations, origins, identities = self._look(points[samples], spread_rotations(looks))
        gaps = self._gaps(points[samples[0]], rotations, origins)
        agree = angles(rotations[gaps.argmin()], rotations) < AGREE
        weights = agree * np.exp((gaps.min() - gaps) / DOUBT)
        weights /= weights.sum()
        rotation = mean_rotation(rotations, weights)
        head_from_cloud = invert(rigid(rotation, weights @ origins + middle))
        identity = weights @ identities
        spread = np.sqrt(weights @ angles(rotation, rotations) ** 2)
        shape = self._mean + np.tensordot(identity, self._basis, axes=1)
        gap = trimmed_mean(cKDTree(shape).query(apply(head_from_cloud, points + middle))[0])
        return LearnedHead(head_from_cloud, identity, float(spread), float(agree.mean()), gap)

    def between(self, source: PointCloud, target: PointCloud, rng: np.random.Generator) -> np.ndarray:
        """Brings one cloud of a head to another: a start for `register`, `(4, 4)` target_from_source.

        Raises:
            CloudError: as for `predict`.
        """
        head_from_source, head_from_target = (self.predict(one, rng).head_from_cloud for one in (source, target))
        return invert(head_from_target) @ head_from_source

    def _look(self, clouds: np.ndarray, turns: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Predicts for clouds `(K, N, 3)` after turns `(K, 3, 3)`: cloud_from_head rotations, origins, identities."""
        import torch

        turned = clouds @ turns.transpose(0, 2, 1)
        with torch.inference_mode():
            found = self._networks(torch.from_numpy(turned).float().to(self._device))
        rotations, origins, identities = (one.double().cpu().numpy() for one in found)
        back = turns.transpose(0, 2, 1)
        return back @ rotations, np.einsum("kij,kj->ki", back, origins), identities

    def _gaps(self, points: np.ndarray, rotations: np.ndarray, origins: np.ndarray) -> np.ndarray:
        """Measures how well points `(N, 3)` lie on the mean head in each pose, `(K,)` mm."""
        in_head = (points[None] - origins[:, None]) @ rotations
        return np.array([trimmed_mean(row) for row in self._tree.query(in_head)[0]])


def training_record() -> dict:
    """Reads how the networks were trained: `made`, the `curve` (mm, by step), and `held_out` errors by suite."""
    return json.loads(RECORD.read_text("utf-8"))


def load(modes: int, device: str):
    """Opens the networks with our weights, ready to predict."""
    from facerecon.networks.head_from_cloud import HeadFromCloud

    networks = HeadFromCloud(modes)
    networks.load_state_dict(read_weights(WEIGHTS))
    return networks.to(device).eval()


def read_weights(path: Traversable) -> dict:
    """Reads a file of weights: name → tensor, as `torch.nn.Module.load_state_dict` takes them."""
    import torch

    with path.open("rb") as file, np.load(file) as data:
        return {name: torch.from_numpy(data[name]) for name in data.files}


def trimmed_mean(distances: np.ndarray) -> float:
    """Averages the least `ON_HEAD` of distances `(N,)`."""
    count = max(1, int(ON_HEAD * len(distances)))
    return float(np.partition(distances, count - 1)[:count].mean())


def angles(rotation: np.ndarray, rotations: np.ndarray) -> np.ndarray:
    """Measures the angles from one rotation `(3, 3)` to others `(K, 3, 3)`: `(K,)` radians."""
    half = np.sqrt(((rotations - rotation) ** 2).sum(axis=(1, 2))) / np.sqrt(8)
    return 2 * np.arcsin(np.minimum(half, 1))


def mean_rotation(rotations: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Averages rotations `(K, 3, 3)`: the one whose matrix is nearest to all (Hartley et al. 2013, section 5.3)."""
    u, _, vt = np.linalg.svd(np.einsum("k,kij->ij", weights, rotations))
    return u @ np.diag([1, 1, np.linalg.det(u @ vt)]) @ vt
