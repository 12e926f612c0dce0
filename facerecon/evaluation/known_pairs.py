"""Pairs of faces of which the truth is known: how far apart they are, as the benchmarks measured it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from facerecon.core.arrays import read_only

LIKELY = 0.95
"""Share of the pairs of one person that stay below a limit."""


@dataclass(frozen=True, eq=False)
class IdentityPairs:
    """Distances between embeddings of photos of people."""

    people: int
    faces: int
    shots: int
    "how many photos of the people who are there more than once were taken independently of each other"
    same: np.ndarray
    "`(P,)` two such photos of one person, or parts of them"
    changed: np.ndarray
    "`(K,)` a photo and its own changed copy, or a part of it"
    different: np.ndarray
    "`(N,)` two people"


@dataclass(frozen=True, eq=False)
class HeadPairs:
    """Differences in mm between heads that were fitted to one photo each, by region of the face."""

    people: int
    same: Mapping[str, np.ndarray]
    "`(P,)` two photos of one and the same head"
    different: Mapping[str, np.ndarray]
    "`(N,)` two heads"

    @property
    def limits(self) -> dict[str, float]:
        """Region → mm that two photos of one head stay below in LIKELY of all cases."""
        return {region: float(np.quantile(pairs, LIKELY)) for region, pairs in self.same.items()}


@cache
def identity_pairs(embedder: str) -> IdentityPairs | None:
    """Gives the known pairs of an embedder (`benchmarks/identity.py`); None: it was not measured."""
    found = _read("identity_pairs").get(embedder)
    return found and IdentityPairs(**{key: _frozen(value) for key, value in found.items()})


@cache
def head_pairs(head: str) -> HeadPairs:
    """Gives the known pairs of a head model (`benchmarks/heads.py`); no regions: it was not measured."""
    found = _read("head_pairs").get(head, {"people": 0, "same": {}, "different": {}})
    kinds = {kind: {region: _frozen(pairs) for region, pairs in found[kind].items()} for kind in ("same", "different")}
    return HeadPairs(found["people"], **kinds)


def _read(name: str) -> dict[str, Any]:
    return json.loads(files("facerecon.evaluation").joinpath(f"data/{name}.json").read_text("utf-8"))


def _frozen(value: Any) -> Any:
    return read_only(np.array(value), np.float64) if isinstance(value, list) else value
