"""A differentiable rasteriser: which triangle each pixel shows, and where in it, for a batch of pictures at once.

Which triangle wins is decided by a z-buffer and has no derivative. Where in it a pixel lies has one: with e_k the
screen-space barycentric coordinates and z_k the corners' depths,

    b_k = (e_k / z_k) / Σ_j (e_j / z_j),   z = 1 / Σ_j (e_j / z_j)

is perspective-correct and differentiates by all corners (Laine et al. 2020, “Modular primitives for high-performance
differentiable rendering”, section 3.3). What a moving outline uncovers has no derivative here, but in `outline`.
`geometry.rasterize` is the same in numpy, faster on a CPU and without derivatives.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

CHUNK_PIXELS = 4_000_000
"""so many pixels of triangles' boxes are looked at together"""


@dataclass(frozen=True, eq=False)
class Fragments:
    """What the pixels of a batch of pictures show."""

    triangle: Tensor
    "`(B, H, W)` int64: the nearest triangle at each pixel's centre, -1 where there is none"
    barycentric: Tensor
    "`(B, H, W, 3)` where in that triangle; 0 where there is none"
    depth: Tensor
    "`(B, H, W)` its depth; inf where there is none"

    @property
    def covered(self) -> Tensor:
        """`(B, H, W)` bool: where there is a triangle."""
        return self.triangle >= 0


def rasterize(pixels: Tensor, depth: Tensor, triangles: Tensor, height: int, width: int) -> Fragments:
    """Rasterises one mesh, as a batch of cameras sees it.

    Args:
        pixels: `(B, V, 2)` px, the top-left pixel's centre is (0, 0).
        depth: `(B, V)` > 0 along the cameras' axes; triangles with a corner that is not in front are dropped.
        triangles: `(T, 3)` int64.
        height: px.
        width: px.
    """
    with torch.no_grad():
        triangle = _nearest(pixels, depth, triangles, height, width)
    picture, row, column = torch.nonzero(triangle >= 0, as_tuple=True)
    corners = triangles[triangle[picture, row, column]]  # (N, 3)
    at = torch.stack([column, row], dim=1).to(pixels.dtype)
    edges = _edges(pixels[picture[:, None], corners], at, corners)
    linear = edges / edges.sum(dim=1, keepdim=True) / depth[picture[:, None], corners]
    total = linear.sum(dim=1)
    barycentric = pixels.new_zeros(len(pixels), height, width, 3)
    distance = depth.new_full((len(pixels), height, width), torch.inf)
    where = picture, row, column
    barycentric = barycentric.index_put(where, linear / total[:, None])
    return Fragments(triangle, barycentric, distance.index_put(where, 1 / total))


def interpolate(fragments: Fragments, values: Tensor, triangles: Tensor) -> Tensor:
    """Interpolates values of the vertices, `(B, V, C)`, at every pixel, `(B, H, W, C)`, 0 where nothing is."""
    picture = torch.arange(len(values), device=values.device)[:, None, None, None]
    corners = triangles[fragments.triangle.clamp(min=0)]
    return (values[picture, corners] * fragments.barycentric[..., None]).sum(dim=3)


def _edges(corners: Tensor, at: Tensor, names: Tensor) -> Tensor:
    """Finds twice the areas between pixels `(N, 2)` and the sides opposite to corners `(N, 3, 2)`: `(N, 3)`.

    Each side is computed from the vertex of the smaller number to that of the larger one, hence to the same bits for
    both triangles that share it: no pixel between them belongs to neither.
    """
    start, end = corners[:, [1, 2, 0]], corners[:, [2, 0, 1]]
    swap = names[:, [1, 2, 0]] > names[:, [2, 0, 1]]
    first, second = torch.where(swap[..., None], end, start), torch.where(swap[..., None], start, end)
    side, away = second - first, at[:, None] - first
    area = side[..., 0] * away[..., 1] - side[..., 1] * away[..., 0]
    return torch.where(swap, -area, area)


def _nearest(pixels: Tensor, depth: Tensor, triangles: Tensor, height: int, width: int) -> Tensor:
    """Finds the nearest triangle of each pixel, `(B, H, W)` int64: of equally near ones that of the smallest number."""
    size = len(pixels) * height * width
    closest = depth.new_full((size,), torch.inf)
    winner = torch.full((size,), len(triangles), dtype=torch.int64, device=pixels.device)
    found = list(_candidates(pixels, depth, triangles, height, width))
    for place, _, distance in found:
        closest.scatter_reduce_(0, place, distance, "amin")
    for place, triangle, distance in found:
        wins = distance == closest[place]
        winner.scatter_reduce_(0, place[wins], triangle[wins], "amin")
    return torch.where(winner < len(triangles), winner, -1).reshape(len(pixels), height, width)


def _candidates(
    pixels: Tensor, depth: Tensor, triangles: Tensor, height: int, width: int
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Lists all pixels of all triangles: flat place in the batch, triangle and depth."""
    corners, far = pixels[:, triangles], depth[:, triangles]  # (B, T, 3, 2), (B, T, 3)
    good = (far > 0).all(dim=2) & corners.isfinite().all(dim=3).all(dim=2)
    limit = corners.new_tensor([width, height])
    low = torch.minimum(corners.amin(dim=2).nan_to_num().ceil().clamp(min=0), limit).long()
    high = torch.minimum((corners.amax(dim=2).nan_to_num().floor() + 1).clamp(min=0), limit).long()
    size = (high - low).clamp(min=0) * good[..., None]
    count = size.prod(dim=2)
    picture, triangle = torch.nonzero(count, as_tuple=True)
    count = count[picture, triangle]
    for rows in _parts(count):
        owner = torch.repeat_interleave(rows, count[rows])
        step = torch.arange(len(owner), device=owner.device)
        step = step - (count[rows].cumsum(0) - count[rows]).repeat_interleave(count[rows])
        p, t = picture[owner], triangle[owner]
        columns = size[p, t, 0]
        x, y = low[p, t, 0] + step % columns, low[p, t, 1] + step // columns
        edges = _edges(corners[p, t], torch.stack([x, y], dim=1).to(pixels.dtype), triangles[t])
        area = edges.sum(dim=1)
        inside = ((edges >= 0).all(dim=1) | (edges <= 0).all(dim=1)) & (area != 0)
        edges, p, t, x, y = (a[inside] for a in (edges, p, t, x, y))
        distance = edges.sum(dim=1) / (edges / far[p, t]).sum(dim=1)
        yield (p * height + y) * width + x, t, distance


def _parts(count: Tensor) -> Iterator[Tensor]:
    """Splits rows into groups whose counts add up to some CHUNK_PIXELS."""
    group = (count.cumsum(0) - count) // CHUNK_PIXELS
    for number in group.unique():
        yield torch.nonzero(group == number)[:, 0]
