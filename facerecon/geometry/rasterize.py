"""Rasterising triangles: which triangle each pixel's centre shows, where in it, and how far away.

A scanline rasteriser without Python loops over triangles: each triangle becomes one span a pixel row, each span its
pixels, and one `minimum.at` over packed (depth, triangle) keys keeps the nearest. Where an edge crosses a row is
computed from its upper to its lower end, hence to the same bits for both triangles that share it: with spans closed on
the left and open on the right (the top-left rule) neighbours neither overlap nor leave gaps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from facerecon.core.arrays import check_shape

CHUNK_PIXELS = 4_000_000
_EMPTY = np.uint64(0xFFFFFFFFFFFFFFFF)


@dataclass(frozen=True, eq=False)
class Raster:
    triangle: np.ndarray
    "`(H, W)` int32: the nearest triangle at each pixel's centre, -1 where there is none"
    barycentric: np.ndarray
    "`(H, W, 3)` float32: where in that triangle; 0 where there is none"
    depth: np.ndarray
    "`(H, W)` float32: its depth, inf where there is none"

    @property
    def covered(self) -> np.ndarray:
        """`(H, W)` bool: where there is a triangle."""
        return self.triangle >= 0


def rasterize(
    points: np.ndarray,
    depth: np.ndarray,
    triangles: np.ndarray,
    height: int,
    width: int,
    perspective: bool = True,
    cull: bool = False,
) -> Raster:
    """Rasterises triangles with a z-buffer.

    Args:
        points: `(V, 2)` px, the top-left pixel's centre is (0, 0).
        depth: `(V,)` > 0, any unit; triangles with a corner that is not in front of the camera are dropped.
        triangles: `(T, 3)`.
        height: px.
        width: px.
        perspective: whether depth is the z of a pinhole camera, so that barycentric coordinates are
            perspective-correct; otherwise they and the depth are linear in the image.
        cull: whether triangles that show their back (clockwise on the screen) are dropped.
    """
    keys, setup = _nearest(points, depth, triangles, height, width, perspective, cull)
    flat = np.flatnonzero(keys != _EMPTY)
    winner = (keys[flat] & np.uint64(0xFFFFFFFF)).astype(np.int64)
    weights = setup.weights_at(winner, flat % width, flat // width)
    triangle = np.full(height * width, -1, dtype=np.int32)
    triangle[flat] = setup.index[winner]
    barycentric = np.zeros((height * width, 3), dtype=np.float32)
    barycentric[flat] = weights
    return Raster(
        triangle.reshape(height, width), barycentric.reshape(height, width, 3), _depths(keys).reshape(height, width)
    )


def depth_buffer(
    points: np.ndarray, depth: np.ndarray, triangles: np.ndarray, height: int, width: int, perspective: bool = True
) -> np.ndarray:
    """Finds only the nearest depth at each pixel, `(H, W)` float32, inf where empty; arguments as for `rasterize`."""
    keys, _ = _nearest(points, depth, triangles, height, width, perspective, cull=False)
    return _depths(keys).reshape(height, width)


def _depths(keys: np.ndarray) -> np.ndarray:
    """Unpacks the depths of keys, float32."""
    depths = (keys >> np.uint64(32)).astype(np.uint32).view(np.float32)
    return np.where(keys != _EMPTY, depths, np.float32(np.inf))


@dataclass(frozen=True, eq=False)
class _Setup:
    """What is computed once a triangle; its corners are sorted by y."""

    index: np.ndarray
    "`(K,)` row of the caller's triangles"
    corner: np.ndarray
    "`(K, 3)` which of the caller's corners is the top, the middle, the bottom one"
    x: np.ndarray
    "`(K, 3)` px"
    y: np.ndarray
    "`(K, 3)` px"
    linear: np.ndarray
    "`(K, 3)` at the corners, what is linear on the screen: 1 / depth with perspective, else depth"
    gradient: np.ndarray
    "`(K, 2)` of `linear` by x and y"
    perspective: bool

    def weights_at(self, which: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Finds the `(N, 3)` barycentric coordinates, in the caller's corner order, at pixels of triangles."""
        x0, x1, x2 = (self.x[which, k] - x for k in range(3))
        y0, y1, y2 = (self.y[which, k] - y for k in range(3))
        weights = np.column_stack([x1 * y2 - x2 * y1, x2 * y0 - x0 * y2, x0 * y1 - x1 * y0])
        # Rounding may put a pixel on an edge outside by a hair.
        weights *= np.sign(weights.sum(axis=1, keepdims=True))
        np.maximum(weights, 0, out=weights)
        if self.perspective:
            weights *= self.linear[which]
        total = weights.sum(axis=1, keepdims=True)
        weights = np.where(total > 0, weights / np.where(total > 0, total, 1), 1 / 3)
        result = np.empty_like(weights)
        np.put_along_axis(result, self.corner[which], weights, axis=1)
        return result


def _prepare(points: np.ndarray, depth: np.ndarray, triangles: np.ndarray, perspective: bool, cull: bool) -> _Setup:
    """Drops what cannot be drawn, sorts corners by y and finds the gradients of depth."""
    x, y, z = points[:, 0][triangles], points[:, 1][triangles], depth[triangles]
    area = (x[:, 1] - x[:, 0]) * (y[:, 2] - y[:, 0]) - (x[:, 2] - x[:, 0]) * (y[:, 1] - y[:, 0])
    with np.errstate(invalid="ignore"):
        # y points down, so counter-clockwise on the screen is a negative area.
        good = (
            (z > 0).all(axis=1) & np.isfinite(z).all(axis=1) & np.isfinite(area) & ((area < 0) if cull else area != 0)
        )
    index = np.flatnonzero(good)
    corner = np.argsort(y[index], axis=1, kind="stable")
    x, y, z = (np.take_along_axis(a[index], corner, axis=1) for a in (x, y, z))
    linear = 1 / z if perspective else z
    ax, ay, bx, by = x[:, 1] - x[:, 0], y[:, 1] - y[:, 0], x[:, 2] - x[:, 0], y[:, 2] - y[:, 0]
    a, b, area = linear[:, 1] - linear[:, 0], linear[:, 2] - linear[:, 0], ax * by - bx * ay
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        gradient = np.column_stack([(a * by - b * ay) / area, (b * ax - a * bx) / area])
    return _Setup(index, corner, x, y, linear, np.nan_to_num(gradient, posinf=0, neginf=0), perspective)


def _nearest(
    points: np.ndarray,
    depth: np.ndarray,
    triangles: np.ndarray,
    height: int,
    width: int,
    perspective: bool,
    cull: bool,
) -> tuple[np.ndarray, _Setup]:
    """Finds by pixel the least key: the depth's float32 bits (which sort like the number) above the triangle's row."""
    points, depth = np.asarray(points, dtype=np.float64), np.asarray(depth, dtype=np.float64)
    count = check_shape(points, ("V", 2), "points")["V"]
    check_shape(depth, (count,), "depth")
    check_shape(triangles, ("T", 3), "triangles")
    setup = _prepare(points, depth, triangles, perspective, cull)
    keys = np.full(height * width, _EMPTY)
    for chunk, first, rows in _chunks(setup, height, width):
        pixels, which, value = _pixels(setup, chunk, first, rows, width)
        depths = (1 / value if perspective else value).astype(np.float32)
        packed = (depths.view(np.uint32).astype(np.uint64) << np.uint64(32)) | which.astype(np.uint64)
        np.minimum.at(keys, pixels, packed)
    return keys, setup


def _chunks(setup: _Setup, height: int, width: int) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Splits the triangles on the picture into groups of bounded size: triangles, first row, number of rows."""
    first = np.ceil(np.clip(setup.y[:, 0], 0, height)).astype(np.int64)
    rows = np.ceil(np.clip(setup.y[:, 2], 0, height)).astype(np.int64) - first
    left, right = _least(setup.x), -_least(-setup.x)
    columns = np.clip(right, -1, width) - np.clip(left, -1, width) + 1
    chosen = np.flatnonzero((rows > 0) & (right >= 0) & (left < width))
    cost = np.cumsum(rows[chosen] * np.ceil(columns[chosen]))
    if len(chosen):
        bounds = np.searchsorted(cost, np.arange(CHUNK_PIXELS, cost[-1] + CHUNK_PIXELS, CHUNK_PIXELS), side="right")
        for start, stop in zip([0, *bounds], [*bounds, len(chosen)], strict=True):
            if stop > start:
                part = chosen[start:stop]
                yield part, first[part], rows[part]


def _least(corners: np.ndarray) -> np.ndarray:
    """Finds the least of each row of `(N, 3)`; numpy's own reduction over so short an axis is ten times slower."""
    return np.minimum(np.minimum(corners[:, 0], corners[:, 1]), corners[:, 2])


def _ramp(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gives for counts (2, 3) the owners (0, 0, 1, 1, 1) and the steps (0, 1, 0, 1, 2)."""
    owner = np.repeat(np.arange(len(counts)), counts)
    return owner, np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)


def _pixels(
    setup: _Setup, chunk: np.ndarray, first: np.ndarray, rows: np.ndarray, width: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lists every covered pixel of some triangles: flat pixel index, row of the setup, and the linear depth there."""
    owner, step = _ramp(rows)
    row = first[owner] + step
    which = chunk[owner]
    x, y = setup.x[which], setup.y[which]
    upper = row < y[:, 1]
    # The long side runs from top to bottom; the other one is, by row, the upper or the lower short side.
    long_x = _crossing(x[:, 0], y[:, 0], x[:, 2], y[:, 2], row)
    start, end = np.where(upper, 0, 1), np.where(upper, 1, 2)
    span = np.arange(len(row))
    short_x = _crossing(x[span, start], y[span, start], x[span, end], y[span, end], row)
    left = np.ceil(np.clip(np.minimum(long_x, short_x), 0, width)).astype(np.int64)
    lengths = np.ceil(np.clip(np.maximum(long_x, short_x), 0, width)).astype(np.int64) - left
    # Depth is linear along a span: its value at the span's first pixel, and a step.
    gradient, linear = setup.gradient[which], setup.linear[which]
    at_left = linear[:, 0] + gradient[:, 0] * (left - x[:, 0]) + gradient[:, 1] * (row - y[:, 0])
    span, step = _ramp(lengths)
    value = at_left[span] + gradient[span, 0] * step
    # Needles have steep gradients: no pixel of a triangle is nearer or farther than its corners.
    np.clip(value, _least(linear)[span], -_least(-linear)[span], out=value)
    return (row * width + left)[span] + step, which[span], value


def _crossing(x0: np.ndarray, y0: np.ndarray, x1: np.ndarray, y1: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Finds where edges from (x0, y0) down to (x1, y1) cross pixel rows."""
    return x0 + (row - y0) * ((x1 - x0) / (y1 - y0))
