"""Joining sources in the gradient domain: what is copied is how colours change, so that no seam is left.

Poisson image editing (Pérez, Gangnet and Blake 2003) on the surface: the Laplacian is the mesh's own, hence it knows of
no uv seam, and the unknowns are colours by vertex, the low band, in which seams live.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix, diags
from scipy.sparse.linalg import splu

from facerecon.texture.layout import Layout
from facerecon.texture.source import Source

_SHARPNESS = 4
_FLOOR = 1e-6


@dataclass(frozen=True, eq=False)
class Piece:
    """A picture of a part of the skin that has a say in how the colours change there."""

    colours: np.ndarray
    "`(V, 3)` RGB in [0, 255]"
    weight: np.ndarray
    "`(V,)` >= 0: how much it is believed beside the others; the best one wins sharply"
    anchor: np.ndarray
    "`(V,)` >= 0, 1/mm^2: how firmly the result is held to these colours"


def pieces_of(sources: list[Source], share: np.ndarray, reach_mm: float) -> list[Piece]:
    """Makes pieces of sources that together have a `(V,)` share of the skin in [0, 1].

    Args:
        sources: of one kind, all photos or all mirrored.
        share: of that kind.
        reach_mm: how far from its edge the kind may be shifted.
    """
    if not sources:
        return []
    quality = np.stack([source.quality for source in sources])
    best = quality.max(axis=0)
    soft = quality**1.5 / np.maximum((quality**1.5).sum(axis=0), 1e-12)
    relative = quality / np.where(best > 0, best, 1)
    return [
        Piece(source.colours, share * relative[k], soft[k] * (share / reach_mm) ** 2)
        for k, source in enumerate(sources)
    ]


def fuse(layout: Layout, pieces: list[Piece]) -> np.ndarray:
    """Finds the colours whose gradients are those of the best piece at each edge of the mesh.

    Minimises, with cotangent weights w, the sum over edges of w |f_j - f_i - g_ij|^2 and over vertices of
    area · anchor · |f - colours|^2 (Pérez et al. 2003, eq. 3, screened). Where a piece is anchored firmly it stays as
    it is; one that is hardly anchored is shifted, smoothly, to meet its neighbours.

    Args:
        layout: of the texture.
        pieces: at least one; together their weights and anchors should cover the skin.

    Returns:
        `(V, 3)` RGB; 0 at vertices that are not the skin's.
    """
    half = coo_matrix(layout.laplacian)
    upper = (half.row < half.col) & (half.data != 0)
    i, j, cotangents = half.row[upper], half.col[upper], -half.data[upper]
    gradient, total = np.zeros((len(i), 3)), np.full(len(i), _FLOOR)
    for piece in pieces:
        # Both ends must be known to the piece.
        share = np.minimum(piece.weight[i], piece.weight[j]) ** _SHARPNESS
        gradient += share[:, None] * (piece.colours[j] - piece.colours[i])
        total += share
    flow = (cotangents / total)[:, None] * gradient
    count = len(layout.areas)
    right = np.column_stack([np.bincount(j, flow[:, c], count) - np.bincount(i, flow[:, c], count) for c in range(3)])
    firm = np.zeros(count)
    for piece in pieces:
        held = layout.areas * piece.anchor
        firm += held
        right += held[:, None] * piece.colours
    matrix = (layout.laplacian + diags(firm + (layout.areas <= 0))).tocsc()
    solver = splu(matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
    return np.clip(solver.solve(right), 0, 255)
