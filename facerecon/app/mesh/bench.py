"""The meshes of the page, each made once: as they were built, spoilt on purpose, and after a tool."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from facerecon.app import cache
from facerecon.app.cache import Run
from facerecon.app.mesh.tools import WITHIN, Job, spoil, work
from facerecon.core.errors import FaceReconError
from facerecon.core.types import Mesh, PointCloud
from facerecon.geometry.edge_table import edge_table
from facerecon.geometry.nearest import Surface
from facerecon.mesh import BUILDERS
from facerecon.mesh.builder import BuilderError, MeshSource
from facerecon.mesh.report import MeshReport, mesh_report
from facerecon.meshes import learned_head, mesh_source
from facerecon.networks.devices import best_device

PROBES = 4000
"""Vertices whose distance is measured."""


@dataclass(frozen=True, eq=False)
class Built:
    mesh: Mesh | None
    "None: it cannot be built"
    milliseconds: float
    "what it took"
    advice: str = ""
    "text key under `advice.`: why not"


@dataclass(frozen=True, eq=False)
class Worked:
    """A mesh before and after a tool."""

    key: tuple
    "names it"
    job: Job
    "what was asked for"
    before: Mesh
    "what the tool was given"
    after: Mesh
    "what it made of that"
    milliseconds: float
    "what it took"
    reports: tuple[MeshReport, MeshReport]
    "before and after"
    away: np.ndarray
    "mm: distances between the mesh as it was built and what the tool made, of vertices of both"
    missed: tuple[float, float] | None
    "mm: mean distances of both from the surface that is meant; None: none is"
    textured: bool
    "whether the head's texture still fits"


def source(run: Run) -> MeshSource:
    """Gives what the first photo's meshes are built from."""
    head = run.of("mesh")[0].value
    return cache.picture(
        (run.key, "mesh_source"), lambda: mesh_source(run.reconstruction, head, head_of_cloud=_head_of_cloud)
    )


def _head_of_cloud(cloud: PointCloud) -> Mesh:
    """Asks the networks; they are loaded only now."""
    build = learned_head(cache.workshop().parts.head, best_device())
    if build is None:
        raise BuilderError("The networks do not know this head model.", "mesh_learned_missing")
    return build(cloud)


def built(run: Run, name: str) -> Built:
    """Builds a mesh by one of the builders."""

    def make() -> Built:
        given = source(run)
        start = time.perf_counter()
        try:
            mesh = BUILDERS.create(name).build(given)
        except FaceReconError as error:
            return Built(None, 0.0, error.advice)
        return Built(mesh, (time.perf_counter() - start) * 1000)

    return cache.mesh((run.key, "built", name), make)


def worked(run: Run, name: str, job: Job) -> Worked:
    """Puts a tool to work on a mesh that can be built."""
    key = (run.key, "worked", name, job)

    def make() -> Worked:
        mesh, meant = built(run, name).mesh, truth(run)
        before = spoil(mesh, job.tool) if job.spoilt else mesh
        start = time.perf_counter()
        after = work(before, job, meant)
        took = (time.perf_counter() - start) * 1000
        both = ((mesh, after), (after, mesh))
        away = np.concatenate([Surface(one.vertices, one.triangles).nearest(_probes(two))[0] for one, two in both])
        reports = mesh_report(before), mesh_report(after)
        missed = (_missed(before, meant), _missed(after, meant)) if job.way == "error" else None
        textured = name == "fitted" and after.uv is not None
        return Worked(key, job, before, after, took, reports, away, missed, textured)

    return cache.mesh(key, make)


def truth(run: Run) -> Mesh:
    """Gives the surface that is meant: the scan where there is one with triangles, else the smooth head."""
    result = run.reconstruction
    cloud = None if result.scan is None else result.scan.cloud
    if cloud is None or cloud.triangles is None:
        return result.mesh
    return Mesh(cloud.points, cloud.triangles)


def _missed(mesh: Mesh, meant: Mesh) -> float:
    """Measures how far the middles of edges lie from a surface, on average, mm; what is far counts as `WITHIN`."""
    middles = mesh.vertices[edge_table(mesh.triangles).ends].mean(axis=1)
    distances = Surface(meant.vertices, meant.triangles).nearest(middles[:: max(len(middles) // PROBES, 1)])[0]
    return float(distances.clip(max=WITHIN).mean())


def _probes(mesh: Mesh) -> np.ndarray:
    """Gives some of the vertices, spread over all."""
    used = np.unique(mesh.triangles)
    return mesh.vertices[used[:: max(len(used) // PROBES, 1)]]
