"""Hands what a reconstruction knows of a face to the builders of meshes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from facerecon.core.types import Mesh, PointCloud, Reconstruction
from facerecon.geometry.barycentric import interpolate
from facerecon.geometry.normals import triangle_normals
from facerecon.geometry.surface_sampling import sample_surface
from facerecon.geometry.transforms import apply, invert
from facerecon.landmarks.schemes import scheme
from facerecon.mesh.builder import MeshSource
from facerecon.morphable.anny import AnnyHead
from facerecon.morphable.face_model import FaceModel
from facerecon.registration.learned import LearnedStart

LEARNT_ON = "anny"
"""The head model that the networks know, as sampled from its sliders."""
POINTS = 20_000
NOISE = 0.4
"""mm along the surface's normal: a good hand-held scanner."""
HOLES = ("right_eye", "left_eye", "lips_inner")
WITHIN = ("right_iris", "left_iris", "pupils")


def mesh_source(
    result: Reconstruction,
    head: Mesh,
    photo: int = 0,
    noise: float = NOISE,
    seed: int = 0,
    head_of_cloud: Callable[[PointCloud], Mesh] | None = None,
) -> MeshSource:
    """Collects what a mesh can be built from.

    Args:
        result: a finished reconstruction.
        head: the fitted head with that photo's expression.
        photo: number of the photo.
        noise: mm, one standard deviation, of the cloud along the surface's normals.
        seed: of the cloud's random numbers.
        head_of_cloud: what a network makes of a cloud, for instance `learned_head`; None: there is none.
    """
    marks = result.landmarks[photo]
    groups = scheme(marks.scheme).groups
    return MeshSource(
        landmarks=marks,
        outline=tuple(groups.get("face_oval", ())),
        holes=tuple(tuple(groups[name]) for name in HOLES if len(groups.get(name, ())) > 2),
        ignored=tuple(sorted({row for name in WITHIN for row in groups.get(name, ())})),
        view=result.fit.views[photo],
        head=head,
        cloud=skin_cloud(head, POINTS, noise, np.random.default_rng(seed)),
        head_of_cloud=head_of_cloud,
    )


def learned_head(model: FaceModel, device: str = "cpu", seed: int = 0) -> Callable[[PointCloud], Mesh] | None:
    """Gives what turns a cloud, lying anyhow, into a head in its place; None for a head model that was not learnt.

    Args:
        model: of heads.
        device: of torch.
        seed: of the points that the networks look at.
    """
    if model.name != LEARNT_ON:
        return None
    learnt = AnnyHead("sampled")
    start = LearnedStart(learnt.mean, learnt.triangles[learnt.parts == 0], learnt.identity_basis, device)

    def build(cloud: PointCloud) -> Mesh:
        found = start.predict(cloud, np.random.default_rng(seed))
        return model.mesh(apply(invert(found.head_from_cloud), learnt.shape(found.identity)))

    return build


def skin_cloud(head: Mesh, count: int, noise: float, rng: np.random.Generator) -> PointCloud:
    """Scatters points over a head's skin as a scanner would: by area, with noise."""
    skin = head.triangles if head.parts is None else head.triangles[head.parts == 0]
    where, weights = sample_surface(head.vertices, skin, count, rng)
    points = interpolate(head.vertices, skin, where, weights)
    normals = triangle_normals(head.vertices, skin)[where]
    return PointCloud(points + rng.normal(0, noise, (count, 1)) * normals, normals)
