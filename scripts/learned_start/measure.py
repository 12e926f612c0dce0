"""Measures the learned start on heads that it never saw: `python -m scripts.learned_start.measure [--clouds N]`.

Writes what it finds as `held_out` into `facerecon/registration/data/learned_start.json`. Every cloud is turned anyhow
and moved; beside the networks, the principal axes of the cloud are aligned with those of the mean head, in the one of
the four ways that fits best.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from facerecon.core.types import PointCloud
from facerecon.geometry.transforms import apply, invert, rigid
from facerecon.morphable.anny import AnnyHead
from facerecon.registration import learned
from facerecon.registration.learned import LearnedStart, trimmed_mean
from scripts.learned_start.clouds import CloudMaker, Flaws, flawed

FILE = Path(learned.__file__).parent / "data/learned_start.json"
SEED = 7
POINTS, DRAWN = 2000, 6000
CLEAN = {"outliers": 0.0, "scale": 0.0, "hair": 0.0, "holes": 0, "random": False}
SUITES = {
    "whole, 1 mm": ("whole", Flaws(noise=1.0, **CLEAN)),
    "half, 1 mm": ("half", Flaws(noise=1.0, **CLEAN)),
    "one view, 1 mm": ("view", Flaws(noise=1.0, **CLEAN)),
    "one view, 3 mm": ("view", Flaws(noise=3.0, **CLEAN)),
    "face alone, 1 mm": ("face", Flaws(noise=1.0, **CLEAN)),
    "whole, 20 % outliers": ("whole", Flaws(noise=1.0, **CLEAN | {"outliers": 0.2})),
    "one view, 20 % outliers": ("view", Flaws(noise=1.0, **CLEAN | {"outliers": 0.2})),
    "whole, hair, holes": ("whole", Flaws(noise=1.0, **CLEAN | {"hair": 30.0, "holes": 4})),
}
"name → cover and flaws"


@dataclass(frozen=True, eq=False)
class Case:
    cloud: PointCloud
    "mm, turned anyhow"
    cloud_from_head: np.ndarray
    "`(4, 4)` the truth"
    identity: np.ndarray
    "`(I,)` the truth"


@dataclass(frozen=True, eq=False)
class PoseError:
    rotation: float
    "degrees"
    translation: float
    "mm, of the head's origin"
    vertices: float
    "mm, the mean over the skin, pose and shape together"
    shape: float
    "mm, the mean over the skin, in the head's frame"


def cases(maker: CloudMaker, name: str, count: int, seed: int = SEED) -> Iterator[Case]:
    """Makes the clouds of a suite."""
    cover, flaws = SUITES[name]
    for number in range(count):
        rng = np.random.default_rng((seed, number))
        made = maker.batch(rng, 1, POINTS, cover, flaws, DRAWN)
        pose = rigid(Rotation.random(random_state=rng).as_matrix(), rng.normal(0, 300, 3))
        points = np.unique(made.points[0], axis=0)
        cloud = flawed(rng, points[None], flaws)[0].astype(float)
        yield Case(PointCloud(apply(pose, cloud)), pose, made.identity[0].astype(float))


def pose_error(case: Case, head_from_cloud: np.ndarray, identity: np.ndarray | None, skin: Skin) -> PoseError:
    """Compares a head with the true one; identity None: it is the mean head."""
    found, true = skin.shape(identity), skin.shape(case.identity)
    both = head_from_cloud @ case.cloud_from_head
    turn = np.linalg.norm(Rotation.from_matrix(both[:3, :3]).as_rotvec())
    placed, right = apply(invert(head_from_cloud), found), apply(case.cloud_from_head, true)
    return PoseError(
        float(np.degrees(turn)),
        float(np.linalg.norm((invert(head_from_cloud) - case.cloud_from_head)[:3, 3])),
        float(np.linalg.norm(placed - right, axis=1).mean()),
        float(np.linalg.norm(found - true, axis=1).mean()),
    )


class Skin:
    """The skin of a linear head model: `mean` `(V, 3)` and `basis` `(I, V, 3)`, mm."""

    def __init__(self, head):
        self.mean = head.mean[: head.skin_vertices]
        self.triangles = head.triangles[head.parts == 0]
        self.basis = head.identity_basis[:, : head.skin_vertices].astype(np.float64)

    def shape(self, identity: np.ndarray | None) -> np.ndarray:
        """Bends the mean head, `(V, 3)`."""
        return self.mean if identity is None else self.mean + np.tensordot(identity, self.basis, axes=1)


def principal_axes(cloud: np.ndarray, head: np.ndarray) -> np.ndarray:
    """Aligns principal axes, the simplest start: head_from_cloud `(4, 4)`, of `(N, 3)` and evenly spread `(S, 3)`."""
    means = cloud.mean(axis=0), head.mean(axis=0)
    axes = [np.linalg.eigh(np.cov(points.T))[1] for points in (cloud, head)]
    tree, found = cKDTree(head), []
    for signs in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
        turn = axes[1] * (*signs, 1.0) @ axes[0].T
        turn = axes[1] * (*signs, np.linalg.det(turn)) @ axes[0].T
        motion = rigid(turn, means[1] - turn @ means[0])
        found.append((trimmed_mean(tree.query(apply(motion, cloud))[0]), motion))
    return min(found, key=lambda pair: pair[0])[1]


def suite(start: LearnedStart, maker: CloudMaker, skin: Skin, name: str, count: int) -> dict[str, float]:
    """Measures one suite: medians, the share of useful starts, and the same for principal axes."""
    errors, plain, sure, spent = [], [], [], []
    for case in cases(maker, name, count):
        began = time.perf_counter()
        found = start.predict(case.cloud, np.random.default_rng(0))
        spent.append(1e3 * (time.perf_counter() - began))
        errors.append(pose_error(case, found.head_from_cloud, found.identity, skin))
        plain.append(pose_error(case, principal_axes(case.cloud.points, maker.mean), None, skin))
        sure.append(found.agreement)
    turns = np.array([one.rotation for one in errors])
    return {
        "rotation_deg": _median(errors, "rotation"),
        "rotation_deg_90": round(float(np.quantile(turns, 0.9)), 2),
        "within_20_deg": round(float((turns < 20).mean()), 3),
        "translation_mm": _median(errors, "translation"),
        "vertices_mm": _median(errors, "vertices"),
        "shape_mm": _median(errors, "shape"),
        "mean_head_shape_mm": _median(plain, "shape"),
        "axes_rotation_deg": _median(plain, "rotation"),
        "axes_within_20_deg": round(float(np.mean([one.rotation < 20 for one in plain])), 3),
        "axes_vertices_mm": _median(plain, "vertices"),
        "agreement": round(float(np.median(sure)), 3),
        "predict_ms": round(float(np.median(spent)), 1),
    }


def _median(errors: list[PoseError], name: str) -> float:
    return round(float(np.median([getattr(one, name) for one in errors])), 2)


def main(count: int) -> None:
    head = AnnyHead("sampled")
    skin, maker = Skin(head), CloudMaker(head)
    start = LearnedStart(skin.mean, skin.triangles, skin.basis)
    found = {}
    for name in SUITES:
        found[name] = suite(start, maker, skin, name, count)
        print(name, found[name], flush=True)
    content = json.loads(FILE.read_text("utf-8"))
    content["held_out"] = {"script": "python -m scripts.learned_start.measure", "clouds": count, "suites": found}
    FILE.write_text(json.dumps(content, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clouds", type=int, default=60)
    main(parser.parse_args().clouds)
