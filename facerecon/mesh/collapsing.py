"""Collapses on a whole mesh: vertices go, and uv and parts go with them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from facerecon.core.types import Mesh
from facerecon.geometry import collapse
from facerecon.geometry.edge_table import EdgeTable


def uv_targets(mesh: Mesh, table: EdgeTable, target: np.ndarray, edge: np.ndarray) -> np.ndarray | None:
    """Finds where uv go when vertices do, `(U,)`; None for a mesh without uv. See `collapse.carry_corners`."""
    if mesh.uv_triangles is None:
        return None
    return collapse.carry_corners(mesh.triangles, mesh.uv_triangles, table, target, edge, len(mesh.uv))


def refused(
    mesh: Mesh, table: EdgeTable, target: np.ndarray, edge: np.ndarray, uv_target: np.ndarray | None
) -> np.ndarray:
    """Tells which vertices must not go, `(V,)` bool: a triangle would turn over, or the surface would be pinched."""
    bad = collapse.turns_over(mesh.vertices, mesh.triangles, target)
    bad |= collapse.changes_topology(table, target, edge)
    if uv_target is not None:
        over = collapse.turns_over_flat(mesh.uv, mesh.uv_triangles, uv_target)
        # A corner whose uv goes nowhere while its vertex goes would tear the uv.
        torn = (uv_target[mesh.uv_triangles] < 0) & (target[mesh.triangles] >= 0)
        bad[mesh.triangles[over[mesh.uv_triangles] | torn]] = True
    return bad & (target >= 0)


def collapsed(mesh: Mesh, chosen: np.ndarray, target: np.ndarray, uv_target: np.ndarray | None) -> Mesh:
    """Moves the chosen vertices onto their targets and drops the triangles that this closes; rows stay what they were.

    Args:
        mesh: any.
        chosen: `(N,)` vertices.
        target: `(V,)`.
        uv_target: `(U,)` as `uv_targets` gives it.
    """
    onto = np.arange(len(mesh.vertices))
    onto[chosen] = target[chosen]
    uv_triangles = mesh.uv_triangles
    if uv_target is not None:
        rows = uv_triangles[np.isin(mesh.triangles, chosen)]
        uv_onto = np.arange(len(uv_target))
        uv_onto[rows] = uv_target[rows]
        uv_triangles = uv_onto[uv_triangles]
    a, b, c = triangles = onto[mesh.triangles].T
    left = (a != b) & (b != c) & (c != a)
    return replace(
        mesh,
        triangles=triangles.T[left],
        uv_triangles=None if uv_triangles is None else uv_triangles[left],
        parts=None if mesh.parts is None else mesh.parts[left],
    )


def compact(mesh: Mesh) -> tuple[Mesh, np.ndarray]:
    """Leaves out the vertices and uv that no triangle uses; tells which vertices are left, `(V2,)`."""
    used, triangles = np.unique(mesh.triangles, return_inverse=True)
    uv, uv_triangles = mesh.uv, mesh.uv_triangles
    if uv_triangles is not None:
        rows, uv_triangles = np.unique(uv_triangles, return_inverse=True)
        uv, uv_triangles = uv[rows], uv_triangles.reshape(-1, 3)
    shape = mesh.vertices[used], triangles.reshape(-1, 3), uv, uv_triangles
    return Mesh(*shape, mesh.parts, mesh.part_names), used
