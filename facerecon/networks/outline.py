"""A soft silhouette: how surely each pixel lies on the mesh, with a derivative by where its outline runs.

A pixel at the signed distance d from the outline, positive inside, is covered by sigmoid(d / σ) (Liu et al. 2019,
“Soft rasterizer”, equation 3, for the nearest piece of the outline alone): the rasteriser tells the sign, and d is
differentiated by the ends of that piece.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import max_pool2d

from facerecon.networks.rasterizer import Fragments

REACH = 6.0
"""σ: farther from the outline nothing changes"""


def soft_silhouette(fragments: Fragments, pixels: Tensor, triangles: Tensor, softness: float) -> Tensor:
    """Finds how far each pixel is covered, `(B, H, W)` in [0, 1].

    Args:
        fragments: what was rasterised.
        pixels: `(B, V, 2)` px, the vertices.
        triangles: `(T, 3)` int64.
        softness: px, σ.
    """
    sides, faces = _sides(triangles)
    hard = fragments.covered
    radius = int(REACH * softness) + 1
    near = _grown(hard, radius) & _grown(~hard, radius)
    covers = []
    for number in range(len(pixels)):
        cover = hard[number].to(pixels.dtype)
        row, column = torch.nonzero(near[number], as_tuple=True)
        outline = _outline(pixels[number], triangles, sides, faces, hard[number])
        if len(row) and len(outline):
            at = torch.stack([column, row], dim=1).to(pixels.dtype)
            distance = _distance(at, pixels[number][outline])
            signed = torch.where(hard[number][row, column], distance, -distance)
            cover = cover.index_put((row, column), torch.sigmoid(signed / softness))
        covers.append(cover)
    return torch.stack(covers)


def _grown(mask: Tensor, radius: int) -> Tensor:
    """Spreads `(B, H, W)` bool by so many pixels."""
    return max_pool2d(mask[:, None].float(), 2 * radius + 1, 1, radius)[:, 0] > 0


def _sides(triangles: Tensor) -> tuple[Tensor, Tensor]:
    """Lists the sides of a mesh, `(E, 2)`, and the two triangles at each, `(E, 2)`; -1 where there is no second."""
    all_sides = triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2).sort(dim=1).values
    sides, place, count = all_sides.unique(dim=0, return_inverse=True, return_counts=True)
    owner = torch.arange(len(triangles), device=triangles.device).repeat_interleave(3)[place.argsort(stable=True)]
    start = count.cumsum(0) - count
    second = torch.where(count > 1, owner[(start + 1).clamp(max=len(owner) - 1)], -1)
    return sides, torch.stack([owner[start], second], dim=1)


@torch.no_grad()
def _outline(pixels: Tensor, triangles: Tensor, sides: Tensor, faces: Tensor, hard: Tensor) -> Tensor:
    """Finds the sides `(S, 2)` at which the mesh turns away or ends, where the picture's coverage ends as well."""
    a, b, c = pixels[triangles].unbind(dim=1)
    front = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0] < 0  # y points down
    turns = (faces[:, 1] < 0) | (front[faces[:, 0]] != front[faces[:, 1]])
    candidates = sides[turns]
    middle = pixels[candidates].mean(dim=1).round().long()
    height, width = hard.shape
    inside = ((middle >= 0) & (middle < middle.new_tensor([width, height]))).all(dim=1)
    candidates, middle = candidates[inside], middle[inside]
    border = _grown(hard[None], 2)[0] & _grown(~hard[None], 2)[0]
    return candidates[border[middle[:, 1], middle[:, 0]]]


def _distance(at: Tensor, ends: Tensor) -> Tensor:
    """Measures the distance `(N,)` from points `(N, 2)` to the nearest of some segments `(S, 2, 2)`."""
    with torch.no_grad():
        nearest = torch.cat([_to_segments(part[:, None], ends[None]).argmin(dim=1) for part in at.split(1024)])
    return _to_segments(at, ends[nearest])


def _to_segments(at: Tensor, ends: Tensor) -> Tensor:
    """Measures the distances from points `(..., 2)` to segments `(..., 2, 2)`, broadcast against each other."""
    start, side = ends[..., 0, :], ends[..., 1, :] - ends[..., 0, :]
    along = ((at - start) * side).sum(dim=-1) / side.square().sum(dim=-1).clamp(min=1e-12)
    away = at - start - along.clamp(0, 1)[..., None] * side
    return away.square().sum(dim=-1).clamp(min=1e-12).sqrt()
