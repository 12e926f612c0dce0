"""The tools of the page Mesh, the ways in which each can work, and how strongly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from facerecon.core.types import Mesh
from facerecon.geometry.normals import vertex_normals
from facerecon.geometry.smoothing import bilateral_steps, fairing_steps, taubin_steps
from facerecon.mesh.decimate import decimate
from facerecon.mesh.refine import onto, put_on, refine
from facerecon.mesh.remesh import remesh
from facerecon.mesh.repair import repair
from facerecon.mesh.subdivide import subdivide

TOOLS: dict[str, tuple[str, ...]] = {
    "fewer": ("quadrics",),
    "finer": ("curvature", "error", "loop"),
    "even": ("uniform", "bent"),
    "smooth": ("taubin", "bilateral", "heat", "plain"),
    "mend": ("whole",),
}
"""Tool → its ways."""
STRENGTHS: dict[str, tuple[float, ...]] = {
    "quadrics": (75, 50, 25, 10, 5),
    "curvature": (1.0, 0.5, 0.2, 0.1),
    "error": (0.5, 0.2, 0.1, 0.05),
    "loop": (1, 2),
    "uniform": (12, 10, 8, 6, 5),
    "bent": (12, 10, 8, 6),
    "taubin": (1, 3, 10, 30, 100),
    "bilateral": (1, 3, 10, 20),
    "heat": (1, 3, 10, 20),
    "plain": (1, 3, 10, 20),
    "whole": (0, 20, 60, 200),
}
"""Way → percent of the triangles, mm of tolerance (twice), splits, mm of an edge, steps, edges of a hole."""
FIRST: dict[str, float] = {
    "quadrics": 25,
    "curvature": 0.2,
    "error": 0.2,
    "uniform": 8,
    "bent": 10,
    "taubin": 10,
    "whole": 20,
}
SPOILS = ("smooth", "mend")
"""Tools whose effect shows on a mesh that was spoilt first."""
ROUGHNESS = 0.8
"""mm of noise along the normals."""
STRAY = 0.15
"""mm: by how much a chord of an edge that fits the bend strays from the surface."""
REACH = 1.5
"""mm: of heat in one step."""
WITHIN = 6.0
"""mm from the surface that is meant: farther away nothing is drawn to it, for a scan may have holes."""
MOST = 90_000
"""Triangles that a browser still turns smoothly."""


@dataclass(frozen=True)
class Job:
    """What a visitor asks for."""

    tool: str
    way: str
    strength: float
    spoilt: bool


def ways(tool: str, mesh: Mesh) -> list[str]:
    """Gives the ways in which a tool can work on a mesh."""
    return [way for way in TOOLS[tool] if strengths(way, mesh)]


def strengths(way: str, mesh: Mesh) -> list[float]:
    """Gives the strengths that make no more triangles than a browser can show."""
    if way == "loop":
        return [times for times in STRENGTHS[way] if len(mesh.triangles) * 4**times <= MOST]
    return list(STRENGTHS[way])


def work(mesh: Mesh, job: Job, truth: Mesh) -> Mesh:
    """Does a job on a mesh; the true surface counts for what is refined by error."""
    if job.way == "quadrics":
        return decimate(mesh, round(len(mesh.triangles) * job.strength / 100)).mesh
    if job.way == "curvature":
        return refine(mesh, job.strength, rounds=4)
    if job.way == "error":
        project = onto(truth, WITHIN)
        return refine(put_on(mesh, project), job.strength, project, rounds=4)
    if job.way == "loop":
        for _ in range(int(job.strength)):
            mesh, _ = subdivide(mesh)
        return mesh
    if job.tool == "even":
        return remesh(mesh, job.strength, tolerance=STRAY if job.way == "bent" else None, times=2)
    if job.tool == "mend":
        return repair(mesh, largest_hole=int(job.strength)).mesh
    *_, vertices = _smoothing(mesh, job.way, int(job.strength))
    return replace(mesh, vertices=vertices)


def _smoothing(mesh: Mesh, way: str, times: int) -> Iterator[np.ndarray]:
    given = mesh.vertices, mesh.triangles, times
    if way == "taubin":
        return taubin_steps(*given)
    if way == "bilateral":
        return bilateral_steps(*given)
    return fairing_steps(*given, reach=REACH, keep_volume=way == "heat")


def spoil(mesh: Mesh, tool: str, seed: int = 0) -> Mesh:
    """Spoils a mesh so that there is something to mend: noise to smooth; holes, wrong windings and fins to repair."""
    rng = np.random.default_rng(seed)
    if tool == "smooth":
        normals = vertex_normals(mesh.vertices, mesh.triangles)
        return replace(mesh, vertices=mesh.vertices + rng.normal(0, ROUGHNESS, (len(normals), 1)) * normals)
    gone = np.isin(
        mesh.triangles, rng.choice(len(mesh.vertices), max(3, len(mesh.vertices) // 250), replace=False)
    ).any(axis=1)
    triangles = mesh.triangles[~gone]
    turned = rng.uniform(size=len(triangles)) < 0.05
    triangles = np.where(turned[:, None], triangles[:, ::-1], triangles)
    # Fins: triangles that stand on an edge of the surface.
    roots = triangles[rng.choice(len(triangles), 12, replace=False)]
    tips = mesh.vertices[roots[:, 0]] + 6 * vertex_normals(mesh.vertices, mesh.triangles)[roots[:, 0]]
    fins = np.column_stack([roots[:, :2], len(mesh.vertices) + np.arange(len(roots))])
    parts = None
    if mesh.parts is not None:
        parts = np.concatenate([mesh.parts[~gone], np.zeros(len(fins), np.int64)])
    vertices = np.concatenate([mesh.vertices, tips])
    return Mesh(vertices, np.concatenate([triangles, fins]), parts=parts, part_names=mesh.part_names)
