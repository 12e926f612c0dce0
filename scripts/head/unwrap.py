"""Lays the head's skin out flat: the face upright and large in the middle, one seam down the back of the head.

The outer skin is cut along the back's midline, spread over a disk (Tutte 1963), then freed of distortion (SLIM,
Rabinovich et al. 2017, by libigl). So that the face gets more texels than the back of the head, lengths are first
magnified by an inversion about a point in front of the face, which keeps angles. The result is made exactly symmetric.
"""

from __future__ import annotations

import heapq

import igl
import numpy as np
from makehuman import BaseHead
from scipy.sparse import csr_matrix, diags
from scipy.sparse.linalg import spsolve

INVERSION_CENTRE = np.array([0.0, -20.0, 330.0])
"mm; the nearer to the face, the larger the face in the texture"


def _path(edges: dict[int, list[int]], vertices: np.ndarray, start: int, end: int) -> list[int]:
    """Finds the shortest way along edges (Dijkstra 1959)."""
    best, previous, queue = {start: 0.0}, {}, [(0.0, start)]
    while queue:
        length, here = heapq.heappop(queue)
        if here == end:
            break
        for there in edges[here]:
            total = length + float(np.linalg.norm(vertices[here] - vertices[there]))
            if total < best.get(there, np.inf):
                best[there], previous[there] = total, here
                heapq.heappush(queue, (total, there))
    path = [end]
    while path[-1] != start:
        path.append(previous[path[-1]])
    return path[::-1]


def _cut(vertices: np.ndarray, triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cuts along the back's midline from the neck to the crown; gives triangles and, by new vertex, the old one."""
    midline = np.flatnonzero((np.abs(vertices[:, 0]) < 0.01) & np.isin(np.arange(len(vertices)), triangles))
    back = midline[vertices[midline, 2] < vertices[:, 2].min() / 2 + 20]
    crown = midline[vertices[midline, 1].argmax()]
    back = np.union1d(back[vertices[back, 1] <= vertices[crown, 1]], [crown])
    on_path = np.isin(triangles, back)
    edges: dict[int, list[int]] = {int(v): [] for v in back}
    for k in range(3):
        both = on_path[:, k] & on_path[:, (k + 1) % 3]
        for a, b in triangles[both][:, [k, (k + 1) % 3]]:
            edges[int(a)].append(int(b))
            edges[int(b)].append(int(a))
    rim = igl.boundary_loop_all(triangles)
    neck = max(rim, key=lambda loop: np.ptp(vertices[loop][:, 0]) * (vertices[loop][:, 1].mean() < -80))
    start = min((v for v in neck if v in edges), key=lambda v: vertices[v, 2])
    seam = _path(edges, vertices, int(start), int(crown))[:-1]
    twin = {v: len(vertices) + i for i, v in enumerate(seam)}
    right = vertices[triangles].mean(axis=1)[:, 0] < 0
    cut = triangles.copy()
    for v, new in twin.items():
        cut[right & (triangles == v).any(axis=1)] = np.where(
            cut[right & (triangles == v).any(axis=1)] == v, new, cut[right & (triangles == v).any(axis=1)]
        )
    return cut, np.concatenate([np.arange(len(vertices)), seam])


def _fill_holes(triangles: np.ndarray, vertices: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Closes every rim but the longest by a fan; gives triangles, vertices and the longest rim."""
    loops = sorted(igl.boundary_loop_all(triangles), key=len)
    extra, fans = [], []
    for loop in loops[:-1]:
        centre = len(vertices) + len(extra)
        extra.append(vertices[loop].mean(axis=0))
        fans += [[b, a, centre] for a, b in zip(loop, np.roll(loop, -1), strict=True)]
    filled = np.concatenate([triangles, np.array(fans, dtype=triangles.dtype).reshape(-1, 3)])
    return filled, np.concatenate([vertices, np.array(extra).reshape(-1, 3)]), np.array(loops[-1])


def _tutte(triangles: np.ndarray, rim: np.ndarray, circle: np.ndarray) -> np.ndarray:
    """Puts each inner vertex into the middle of its neighbours, the rim being fixed: never a fold (Tutte 1963)."""
    count = triangles.max() + 1
    pairs = np.unique(np.concatenate([triangles[:, [a, b]] for a in range(3) for b in range(3) if a != b]), axis=0)
    adjacency = csr_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    laplacian = (diags(np.asarray(adjacency.sum(axis=1)).ravel()) - adjacency).tocsr()
    inner = np.setdiff1d(np.arange(count), rim)
    flat = np.zeros((count, 2))
    flat[rim] = circle
    flat[inner] = spsolve(laplacian[inner][:, inner].tocsc(), -laplacian[inner][:, rim] @ circle)
    return flat


def _flatten(vertices: np.ndarray, triangles: np.ndarray, iterations: int = 60) -> np.ndarray:
    """Maps a disk-like surface with holes to the plane without a fold: `(V, 2)`."""
    used = np.unique(triangles)
    renumber = np.full(len(vertices), -1)
    renumber[used] = np.arange(len(used))
    filled, points, rim = _fill_holes(renumber[triangles], vertices[used])
    circle = igl.map_vertices_to_circle(points, rim)
    start = _tutte(filled, rim, circle)
    area = igl.doublearea(points, filled).sum() / 2
    start = start * np.sqrt(area / np.pi)
    if _signed_area(start, filled).sum() < 0:
        start[:, 0] *= -1
    assert (_signed_area(start, filled) > 0).all(), "Tutte's map must not fold"
    energy = igl.MappingEnergyType.SYMMETRIC_DIRICHLET
    nothing, nowhere = np.zeros(0, np.int32), np.zeros((0, 2), order="F")
    data = igl.slim_precompute(
        np.asfortranarray(points),
        np.asfortranarray(filled, dtype=np.int32),
        np.asfortranarray(start),
        energy,
        nothing,
        nowhere,
        0.0,
    )
    solved = igl.slim_solve(data, iterations)
    flat = np.full((len(vertices), 2), np.nan)
    flat[used] = solved[: len(used), :2]
    return flat


def _signed_area(flat: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    a, b, c = (flat[triangles[:, k]] for k in range(3))
    return ((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]) / 2


def _place(flat: np.ndarray, box: tuple[float, float, float, float]) -> np.ndarray:
    """Scales a layout evenly into `(u0, v0, u1, v1)`, centred."""
    low, high = np.nanmin(flat, axis=0), np.nanmax(flat, axis=0)
    size = np.array(box[2:]) - box[:2]
    scale = (size / (high - low)).min()
    return (flat - (low + high) / 2) * scale + (np.array(box[:2]) + box[2:]) / 2


def _outer_skin(head: BaseHead) -> tuple[np.ndarray, np.ndarray]:
    """Lays out chart 0: uv `(U, 2)` in no unit, face upright, and uv triangles."""
    triangles = head.triangles[head.chart == 0]
    cut, origin = _cut(head.vertices, triangles)
    points = head.vertices[origin]
    offset = points - INVERSION_CENTRE
    magnified = offset / (offset**2).sum(axis=1, keepdims=True) * 330.0**2
    flat = _flatten(magnified, cut)

    # Turn it upright: chin below forehead, the subject's left to the right, v down.
    def mean_of(rows):
        return np.nanmean(flat[rows], axis=0)

    front = (points[:, 2] > 0) & ~np.isnan(flat[:, 0])
    up = mean_of(front & (points[:, 1] > 30)) - mean_of(front & (points[:, 1] < -50))
    up /= np.linalg.norm(up)
    side = mean_of(front & (points[:, 0] > 20)) - mean_of(front & (points[:, 0] < -20))
    across = np.array([up[1], -up[0]])
    across *= np.sign(side @ across)
    flat = np.stack([flat @ across, -(flat @ up)], axis=1)

    mirror = np.full(len(points), -1)
    mirror[: len(head.vertices)] = head.mirror
    seam, twins = origin[len(head.vertices) :], np.arange(len(head.vertices), len(points))
    mirror[seam], mirror[twins] = twins, seam
    flat -= np.nanmean(flat, axis=0)
    return (flat + flat[mirror] * [-1, 1]) / 2, cut


def _eye(head: BaseHead, part: int) -> np.ndarray:
    """Lays out an eyeball by angle from its forward axis (azimuthal equidistant), iris in the middle: `(V, 2)`."""
    rows = np.unique(head.triangles[head.parts == part])
    ball = head.vertices[rows]
    direction = ball - (ball.min(axis=0) + ball.max(axis=0)) / 2
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    angle = np.arccos(direction[:, 2].clip(-1, 1)) / np.pi
    around = direction[:, :2] / np.maximum(np.linalg.norm(direction[:, :2], axis=1, keepdims=True), 1e-9)
    flat = np.full((len(head.vertices), 2), np.nan)
    flat[rows] = 0.5 + 0.49 * angle[:, None] * around * [1, -1]
    return flat


def _planar(head: BaseHead, rows: np.ndarray) -> np.ndarray:
    """Lays out some triangles by a disk map of their own, each connected piece beside the last: `(V, 2)`."""
    flat = np.full((len(head.vertices), 2), np.nan)
    used = np.unique(rows)
    flat[used] = head.vertices[used][:, [0, 1]] * [1, -1]
    flat[used] = _place(flat[used], (0.02, 0.02, 0.98, 0.98))
    return flat


def unwrap(head: BaseHead) -> tuple[np.ndarray, np.ndarray]:
    """Gives `uv (U, 2)` in [0, 1] (origin top left) and `uv_triangles (T, 3)` for the whole head.

    The skin shares one square; each other part has a square of its own.
    """
    outer, outer_triangles = _outer_skin(head)
    uv_triangles = np.zeros_like(head.triangles)
    blocks, rows = [_place(outer, (0.01, 0.01, 0.99, 0.99))], [(head.chart == 0, outer_triangles)]
    corners = {1: (0.01, 0.86, 0.13, 0.98), 2: (0.89, 0.87, 0.99, 0.97), 3: (0.89, 0.02, 0.99, 0.12)}
    for chart, box in corners.items():
        inside = head.triangles[head.chart == chart]
        blocks.append(_place(_flatten(head.vertices, inside) * [1, -1], box))
        rows.append((head.chart == chart, inside))
    for part in range(1, head.parts.max() + 1):
        inside = head.triangles[head.parts == part]
        blocks.append(_eye(head, part) if part in (1, 2) else _planar(head, inside))
        rows.append((head.parts == part, inside))
    start = 0
    for block, (where, triangles) in zip(blocks, rows, strict=True):
        uv_triangles[where] = triangles + start
        start += len(block)
    uv = np.concatenate(blocks)
    used, uv_triangles = np.unique(uv_triangles, return_inverse=True)
    assert not np.isnan(uv[used]).any()
    return uv[used], uv_triangles.reshape(-1, 3)
