"""Reads the identity targets, samples heads from them and takes principal components.

The sampling is ours, not a survey of people: adults of all ages between MakeHuman's "young" and "old", both genders and
any mixture between, any mixture of the three ancestries, and local targets drawn from a normal law.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from makehuman import BaseHead, read_target

from facerecon.morphable.phenotype import AGES, ANCESTRIES, GENDERS, WEIGHTS, blend

FOLDERS = ("nose", "mouth", "eyes", "ears", "head", "chin", "cheek", "forehead", "eyebrows", "neck", "asym")
LOCAL_STD = 0.3
"standard deviation of a local target's weight (1 is MakeHuman's largest)"
WHOLE_STD = 0.15
"the same for targets that move or scale a whole feature group, whose full weight is many centimetres"
ASYMMETRY_STD = 0.25
OPPOSITES = (
    ("-decr", "-incr"),
    ("-down", "-up"),
    ("-in", "-out"),
    ("-backward", "-forward"),
    ("-concave", "-convex"),
    ("-compress", "-uncompress"),
)


@dataclass(frozen=True, eq=False)
class Targets:
    names: list[str]
    "file name without ending, `nose-hump-incr`"
    displacements: np.ndarray
    "`(K, V, 3)` mm"
    macro: dict[tuple[str, ...], np.ndarray]
    "(ancestry, gender, age) and (gender, age, weight) → `(V, 3)` mm"


def _pin(displacement: np.ndarray, head: BaseHead) -> np.ndarray:
    """Moves a displacement so that the middle of the outer eye corners stays where it is: the head frame's origin."""
    return displacement - displacement[list(head.corners)].mean(axis=0)


def read_targets(data: Path, head: BaseHead, count: int) -> Targets:
    folder = data / "mpfb2/targets"
    names, displacements = [], []
    for path in sorted(p for name in FOLDERS for p in (folder / name).glob("*.target.gz")):
        displacement = read_target(path, count)[head.source]
        if np.abs(displacement).max() > 0.05:
            names.append(path.name.removesuffix(".target.gz"))
            displacements.append(_pin(displacement, head))
    macro = {}
    for ancestry, gender, age in itertools.product(ANCESTRIES, GENDERS, AGES):
        path = folder / f"macrodetails/{ancestry}-{gender}-{age}.target.gz"
        macro[ancestry, gender, age] = _pin(read_target(path, count)[head.source], head)
    for gender, age, weight in itertools.product(GENDERS, AGES, WEIGHTS):
        path = folder / f"macrodetails/universal-{gender}-{age}-averagemuscle-{weight}.target.gz"
        macro[gender, age, weight] = _pin(read_target(path, count)[head.source], head)
    return Targets(names, np.array(displacements), macro)


def opposite(name: str) -> str | None:
    """Names the target that does the contrary, if there is one."""
    for low, high in OPPOSITES:
        for a, b in ((low, high), (high, low)):
            if name.endswith(a):
                return name.removesuffix(a) + b
    return None


def _axes(names: list[str]) -> list[tuple[list[int], list[int], float]]:
    """Groups targets into axes (rows for positive weights, rows for negative ones, standard deviation).

    Left and right targets of one kind are one axis: a face is drawn symmetric; the `asym` targets add the rest.
    """
    rows = {name: i for i, name in enumerate(names)}
    axes, seen = [], set()
    for name in names:
        if name in seen or name.startswith("asym"):
            continue
        sides = [name] + ([f"r-{name[2:]}"] if name.startswith("l-") else [])
        others = [o for o in map(opposite, sides) if o in rows]
        seen.update(sides, others)
        whole = any(word in name for word in ("trans", "scale", "head-", "angle"))
        axes.append(([rows[n] for n in sides], [rows[n] for n in others], WHOLE_STD if whole else LOCAL_STD))
    return axes


def sample_heads(targets: Targets, head: BaseHead, count: int, rng: np.random.Generator) -> np.ndarray:
    """Draws `(count, V, 3)` heads in mm."""
    axes = _axes(targets.names)
    asymmetric = [i for i, name in enumerate(targets.names) if name.startswith("asym")]
    flat = targets.displacements.reshape(len(targets.names), -1)
    heads = np.empty((count, len(head.vertices), 3), dtype=np.float32)
    for row in range(count):
        weights = np.zeros(len(targets.names))
        for positive, negative, std in axes:
            value = rng.normal(0, std)
            weights[positive if value > 0 or not negative else negative] = abs(value)
        weights[asymmetric] = np.abs(rng.normal(0, ASYMMETRY_STD, len(asymmetric)))
        face = blend(targets.macro, rng.uniform(), rng.beta(1, 2), rng.beta(4, 4), rng.dirichlet(np.ones(3)))
        heads[row] = head.vertices + face + (weights.clip(0, 1) @ flat).reshape(-1, 3)
    return heads


def principal_components(
    samples: np.ndarray, mirror: np.ndarray, importance: np.ndarray, symmetric: int, antisymmetric: int
) -> tuple[np.ndarray, np.ndarray, list[float]]:
    """Splits samples into a symmetric and an antisymmetric part and takes components of each.

    Args:
        samples: `(N, V, 3)` mm.
        mirror: `(V,)` the vertex on the other side.
        importance: `(V,)` weight of each vertex in the variance.
        symmetric, antisymmetric: how many components to keep of each kind.

    Returns:
        Mean `(V, 3)` (symmetric); components `(I, V, 3)` in mm per standard deviation, the symmetric ones first; and
        the share of the weighted variance that each kind's components explain.
    """
    flip = np.array([-1, 1, 1], dtype=np.float32)
    mirrored = samples[:, mirror] * flip
    mean = ((samples + mirrored) / 2).mean(axis=0)
    components, shares = [], []
    for part, keep in (((samples + mirrored) / 2 - mean, symmetric), ((samples - mirrored) / 2, antisymmetric)):
        rows = part.reshape(len(part), -1)
        weighted = (part * np.sqrt(importance)[:, None].astype(np.float32)).reshape(len(part), -1)
        values, vectors = np.linalg.eigh((weighted @ weighted.T).astype(np.float64))
        order = values.argsort()[::-1][:keep]
        scores = vectors[:, order] * np.sqrt(len(part))  # unit variance over the samples
        components.append((scores.T @ rows / len(part)).reshape(keep, -1, 3))
        shares.append(float(values[order].sum() / values.sum()))
    return mean, np.concatenate(components), shares
