"""The last step of baking, texel by texel: low band, details and grain become colours, a block of texels at a time.

A block's arrays stay in the processor's cache, and blocks know nothing of each other: numpy, scipy and OpenCV work on
several of them at once.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.sparse import csr_matrix

from facerecon.core.types import FILLED, MIRRORED, SEEN
from facerecon.texture.grain import Strands, strength
from facerecon.texture.layout import Layout
from facerecon.texture.source import Source, details

BLOCK = 1 << 16
"""texels"""
_RAGGED = 0.35
"how much of its hair a place halfway into the hairline gains or loses with a strand"
_SAMPLES = 60_000
"""texels from which the strength of fine structure is measured"""
_SKIN_GRAIN, _HAIR_GRAIN = (0.5, 4.0), (4.0, 9.0)
"least and largest standard deviations, 8-bit steps"


@dataclass(frozen=True, eq=False)
class Painting:
    """All that a texel's colour comes from."""

    sources: list[Source]
    "photos"
    mirrors: list[Source]
    "photos seen in the mirror"
    low: np.ndarray
    "`(V, 3)` RGB in [0, 255]: the low band, without light"
    light: np.ndarray
    "`(V, 3)`: what turns colours without light into the photo's"
    trust: np.ndarray
    "`(V,)` in [0, 1]: the share of what is seen"
    by_mirror: np.ndarray
    "`(V,)` in [0, 1]: the share of what is mirrored"
    hairy: np.ndarray
    "`(V,)` in [0, 1]"
    hair_over_skin: np.ndarray
    "`(3,)` the hair's colour minus the skin's"


@dataclass(frozen=True, eq=False)
class Texels:
    """What was painted, by texel."""

    image: np.ndarray
    "`(N, 3)` RGB uint8, in the photo's light"
    albedo: np.ndarray
    "`(N, 3)` RGB uint8, without light"
    provenance: np.ndarray
    "`(N,)` uint8"


def paint(what: Painting, layout: Layout, rng: np.random.Generator) -> Texels:
    """Paints every texel."""
    count = len(layout.atlas.texels)
    image, albedo = np.empty((count, 3), np.uint8), np.empty((count, 3), np.uint8)
    provenance = np.empty(count, np.uint8)
    columns = [what.low, what.trust, what.by_mirror, what.hairy, what.light]
    by_vertex = np.column_stack(columns).astype(np.float32)
    over = what.hair_over_skin.astype(np.float32)
    grain = _Grain(_strengths(what, layout), Strands(rng), layout.reference.astype(np.float32), over)

    def work(rows: slice, seed: np.random.Generator) -> None:
        carry = layout.atlas.from_vertices[rows]
        texels = carry @ by_vertex
        colours, provenance[rows] = _block(what, texels, grain, carry, seed)
        albedo[rows] = _rounded(colours)
        image[rows] = _rounded(colours * texels[:, 6:])

    blocks = list(_blocks(count))
    run_all([partial(work, rows, seed) for rows, seed in zip(blocks, rng.spawn(len(blocks)), strict=True)])
    return Texels(image, albedo, provenance)


def _rounded(colours: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(colours), 0, 255).astype(np.uint8)


def run_all(jobs: list) -> list:
    """Runs functions without arguments on all processors and gives their results in order."""
    workers = min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, 8)
    if workers == 1 or len(jobs) == 1:
        return [job() for job in jobs]
    with ThreadPoolExecutor(workers, "texture") as pool:
        return [made.result() for made in [pool.submit(job) for job in jobs]]


def _blocks(count: int) -> Iterator[slice]:
    return (slice(start, min(start + BLOCK, count)) for start in range(0, count, BLOCK))


@dataclass(frozen=True, eq=False)
class _Grain:
    strengths: tuple[float, float]
    "standard deviations on skin and in hair, 8-bit steps"
    strands: Strands
    reference: np.ndarray
    "`(V, 3)` float32 mm"
    over_skin: np.ndarray
    "`(3,)` float32: the hair's colour minus the skin's"

    def add(self, colours: np.ndarray, filled: np.ndarray, hairy: np.ndarray, carry: csr_matrix, rng) -> None:
        """Adds pores and strands to the `(N, 3)` colours, in place, where they are filled."""
        on_skin = np.float32(0.5 * self.strengths[0]) * filled * (1 - hairy)
        rows = np.flatnonzero(on_skin > 0.02)
        colours[rows] += (on_skin[rows] * rng.standard_normal(len(rows), dtype=np.float32))[:, None]
        rows = np.flatnonzero(filled * hairy > 0.02)
        if len(rows):
            points = (carry if len(rows) == len(colours) else carry[rows]) @ self.reference
            strands, share = self.strands(points), hairy[rows]
            # The hairline is no line: strands reach beyond it, and skin shines through before it. A light strand is
            # a lighter place: more hair where the hair is lighter than the skin, less where it is darker.
            ragged = share + np.sign(self.over_skin.sum()) * np.float32(4 * _RAGGED) * share * (1 - share) * strands
            colours[rows] += (filled[rows] * (np.clip(ragged, 0, 1) - share))[:, None] * self.over_skin
            bright = np.float32(self.strengths[1]) * filled[rows] * share * strands
            # Light and dark strands have the hair's own hue.
            colours[rows] *= 1 + (bright / np.maximum(colours[rows].mean(axis=1), 20))[:, None]


def _block(
    what: Painting, texels: np.ndarray, grain: _Grain, carry: csr_matrix, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Paints the texels of some rows of the atlas, without light: `(n, 3)` RGB and `(n,)` provenance."""
    colours, shares = texels[:, :3].copy(), texels[:, 3:5]
    for k, group in enumerate((what.sources, what.mirrors)):
        if group:
            detail, visible = details(group, carry)
            shares[:, k] *= visible
            colours += shares[:, k : k + 1] * detail
    grain.add(colours, 1 - shares[:, 0] - shares[:, 1], texels[:, 5], carry, rng)
    mostly_mirrored = shares[:, 1] >= 0.5 * (1 - shares[:, 0])
    provenance = np.where(shares[:, 0] >= 0.5, SEEN, np.where(mostly_mirrored, MIRRORED, FILLED))
    return colours, provenance.astype(np.uint8)


def _strengths(what: Painting, layout: Layout) -> tuple[float, float]:
    """Measures the fine structure of what is seen: standard deviations on skin and in hair."""
    carry = layout.atlas.from_vertices
    seen = np.flatnonzero(carry @ what.trust.astype(np.float32) > 0.9) if what.sources else []
    if not len(seen):
        return _SKIN_GRAIN[0], _HAIR_GRAIN[0]
    carry = carry[seen[:: max(len(seen) // _SAMPLES, 1)]]
    detail, visible = details(what.sources, carry)
    hairy = carry @ what.hairy.astype(np.float32)
    return (
        strength(detail, visible & (hairy < 0.1), *_SKIN_GRAIN),
        strength(detail, visible & (hairy > 0.3), *_HAIR_GRAIN),
    )
