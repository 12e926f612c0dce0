"""Pieces of geometry that a bare head lacks: hair, a mask, glasses, shoulders. All in mm, in the head's frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from facerecon.core.types import Mesh
from facerecon.geometry.normals import vertex_normals
from facerecon.geometry.transforms import apply, rigid, rotation_from_euler
from facerecon.texture.ramp import ramp

NECK = np.array([0.0, -150.0, -75.0])
"the head turns on the body about this point"


@dataclass(frozen=True, eq=False)
class Piece:
    """A named part with its own vertices."""

    name: str
    vertices: np.ndarray
    "`(V, 3)` mm"
    triangles: np.ndarray
    "`(T, 3)`"
    uv: np.ndarray
    "`(V, 2)`"


def joined(head: Mesh, pieces: Sequence[Piece]) -> Mesh:
    """Adds pieces to a head as further parts."""
    vertices, triangles, uv, uv_triangles, parts = (
        [array] for array in (head.vertices, head.triangles, head.uv, head.uv_triangles, head.parts)
    )
    for number, piece in enumerate(pieces, start=len(head.part_names)):
        triangles.append(piece.triangles + sum(map(len, vertices)))
        uv_triangles.append(piece.triangles + sum(map(len, uv)))
        vertices.append(piece.vertices)
        uv.append(piece.uv)
        parts.append(np.full(len(piece.triangles), number))
    arrays = (np.concatenate(blocks) for blocks in (vertices, triangles, uv, uv_triangles, parts))
    return Mesh(*arrays, part_names=(*head.part_names, *(piece.name for piece in pieces)))


def shell(name: str, skin: Mesh, share: np.ndarray, thickness: np.ndarray | float) -> Piece:
    """Lifts a region off the skin: hair that follows the skull.

    Args:
        name: of the part.
        skin: whose surface is lifted.
        share: `(V,)` in [0, 1]; 1 where the full thickness is reached, nothing is made where it is 0.
        thickness: mm, by vertex or everywhere.
    """
    lifted = skin.vertices + vertex_normals(skin.vertices, skin.triangles) * (share * thickness)[:, None]
    triangles = skin.triangles[(share[skin.triangles] > 0.02).any(axis=1)]
    used, packed = np.unique(triangles, return_inverse=True)
    x, y, z = lifted[used].T
    uv = np.column_stack([np.arctan2(x, -z - 60) / (2 * np.pi) + 0.5, 0.5 - y / 400])
    return Piece(name, lifted[used], packed.reshape(-1, 3), uv)


def _sheet(name: str, grid: np.ndarray) -> Piece:
    """Makes a piece of a grid of points `(R, C, 3)`; seen from outside, rows go down and columns to the right."""
    rows, columns = grid.shape[:2]
    at = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = at[:-1, :-1].ravel(), at[1:, :-1].ravel(), at[1:, 1:].ravel(), at[:-1, 1:].ravel()
    triangles = np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])
    v, u = np.meshgrid(np.linspace(0, 1, rows), np.linspace(0, 1, columns), indexing="ij")
    return Piece(name, grid.reshape(-1, 3), triangles, np.stack([u, v], axis=2).reshape(-1, 2))


def long_hair(length: float, opening: float, volume: float, waves: float) -> Piece:
    """Makes hair that falls around the back and the sides of the head.

    Args:
        length: mm, from the top of the ears down.
        opening: radians; the part around the face that is free, seen from above.
        volume: mm, between skull and hair.
        waves: mm, how deep its waves are.
    """
    turn = np.linspace(np.pi - opening / 2, -np.pi + opening / 2, 49)[None, :]  # 0: the back of the head
    down = np.linspace(0, 1, 25)[:, None]
    y = 45 - (length + 45) * down
    # It begins inside the hair on the skull; beside the neck it comes nearer, on the shoulders it spreads.
    beside_neck = 0.10 * np.sin(np.pi * np.clip(down * 1.2, 0, 1))
    slim = np.minimum(0.8 + 2 * down, 1) - beside_neck + 0.18 * np.maximum(-150 - y, 0) / 100
    ripple = waves * np.sin(turn * 9 + down * 14) * down
    x = (88 + volume) * slim * np.sin(turn) + ripple * np.sin(turn)
    z = -78 - (96 + volume) * slim * np.cos(turn) - ripple * np.cos(turn)
    return _sheet("hair", np.stack(np.broadcast_arrays(x, y, z), axis=2))


def mask(landmarks: np.ndarray) -> Piece:
    """Makes a mask of cloth that spans from the bridge of the nose under the chin.

    Args:
        landmarks: `(478, 3)` mm, MediaPipe's points on the face.
    """
    bridge, tip, lips, chin = landmarks[[197, 4, 17, 152]]
    lips[2] = max(tip[2] - 8, landmarks[[0, 17], 2].max() + 6)
    heights = np.array([bridge[1], tip[1], lips[1], chin[1]])
    y = np.linspace(bridge[1], chin[1] - 4, 17)
    front = np.interp(-y, -heights, [bridge[2] + 3, tip[2] + 5, lips[2], chin[2] + 5])
    upper, lower = landmarks[[93, 323], 0], landmarks[[136, 365], 0]
    half = np.interp(-y, [-bridge[1], -chin[1]], [np.ptp(upper) / 2 + 3, np.ptp(lower) / 2 + 4])[:, None]
    across = np.linspace(-1, 1, 25)
    # From ear to ear: blunt in front, steep at the sides.
    z = front[:, None] - (front[:, None] + 42) * np.abs(across) ** 3
    grid = np.stack([half * across, np.broadcast_to(y[:, None], z.shape), z], axis=2)
    return _sheet("mask", grid)


def glasses(width: float, height: float) -> Piece:
    """Makes sunglasses of two dark lenses of this size in mm, a bridge and temples."""
    along, across = np.meshgrid(np.linspace(0, 1, 9), np.linspace(0, 2 * np.pi, 25), indexing="ij")
    # A squared-off ellipse.
    reach = along / (np.abs(np.cos(across)) ** 4 + np.abs(np.sin(across)) ** 4) ** 0.25
    pieces = [_bar((-14, 6, 21), (14, 6, 21))]
    for side in (-33, 33):
        x = side + width / 2 * reach * np.cos(across)
        y = -3 + height / 2 * reach * np.sin(across)
        pieces.append(_sheet("glasses", np.stack([x, y, 21 - 0.0042 * x**2], axis=2)))  # bent around the face
        hinge = side + np.sign(side) * width / 2
        ends = (hinge, 6, 21 - 0.0042 * hinge**2), (np.sign(side) * 80, 6, -80)
        pieces.append(_bar(*ends[:: np.sign(side)]))
    starts = np.cumsum([0, *(len(piece.vertices) for piece in pieces[:-1])])
    return Piece(
        "glasses",
        np.concatenate([piece.vertices for piece in pieces]),
        np.concatenate([piece.triangles + start for piece, start in zip(pieces, starts, strict=True)]),
        np.concatenate([piece.uv for piece in pieces]),
    )


def _bar(start: tuple[float, float, float], end: tuple[float, float, float]) -> Piece:
    """Makes a flat upright bar, 6 mm high."""
    line = np.linspace(start, end, 5)
    return _sheet("glasses", np.stack([line + [0, 3, 0], line - [0, 3, 0]]))


def shoulders(on_body: np.ndarray, breadth: float) -> Piece:
    """Makes a dressed upper body.

    Args:
        on_body: `(4, 4)` from `body_pose`.
        breadth: across the shoulders over the average.
    """
    y = np.array([-146, -152, -172, -192, -208, -225, -255, -330, -450, -600, -900.0])
    half_width = np.array([60, 64, 74, 118, 165, 192, 208, 205, 190, 180, 195]) * [1, 1, *9 * [breadth]]
    half_depth = np.array([58, 62, 68, 82, 92, 100, 108, 112, 108, 105, 110.0])
    back = np.array([-78, -78, -80, -86, -90, -92, -94, -94, -94, -94, -94.0])
    around = np.linspace(2 * np.pi, 0, 41)
    x = half_width[:, None] * np.sin(around)
    z = back[:, None] - half_depth[:, None] * np.cos(around)
    body = _sheet("clothes", np.stack(np.broadcast_arrays(x, y[:, None], z), axis=2))
    return Piece(body.name, apply(on_body, body.vertices), body.triangles, body.uv)


def body_pose(pose: tuple[float, float, float], follows: float) -> np.ndarray:
    """Finds where the body is in the head's frame, `(4, 4)`: upright, below the neck.

    Args:
        pose: yaw, pitch and roll of the head, radians.
        follows: the share of the head's yaw that the body has too.
    """
    turn = rotation_from_euler(*pose).T @ rotation_from_euler(follows * pose[0], 0, 0)
    return rigid(turn, NECK - turn @ NECK)


def bent(vertices: np.ndarray, mean: np.ndarray, on_body: np.ndarray) -> np.ndarray:
    """Bends the neck, so that its lower end goes with the body.

    Args:
        vertices: `(V, 3)` mm, a head.
        mean: `(V, 3)` mm, the mean head: tells how far down the neck a vertex is.
        on_body: `(4, 4)` from `body_pose`.
    """
    down = ramp(mean[:, 1] + 0.35 * (mean[:, 2] - NECK[2]), -105, -175)[:, None]
    return vertices * (1 - down) + apply(on_body, vertices) * down
