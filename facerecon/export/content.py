"""What a head's file holds, whatever the format: shape, expressions, pictures, and the surface of each part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from facerecon.core.arkit import ARKIT_NAMES
from facerecon.core.arrays import check_shape
from facerecon.core.material import Material
from facerecon.core.types import Mesh, Reconstruction
from facerecon.geometry.normals import vertex_normals

METRES = 1e-3
"Metres in a millimetre."

STILL = 1e-3
"mm: what a morph target moves by less than a micrometre stays where it is"

STEADY = 1e-2
"a normal that a morph target turns by less than this (half a degree) stays as it is, which saves a seventh of the file"

ROUGHNESS = {"eye": 0.1, "teeth": 0.35, "tongue": 0.45}
"by the beginning of a part's name: the film of tears on an eye mirrors; nothing here is metal"

GREY = (0.6, 0.6, 0.6)
"linear colour of a part without a picture"


@dataclass(frozen=True, eq=False)
class Content:
    mesh: Mesh
    "the base shape, mm"
    morphs: np.ndarray
    "`(K, V, 3)` mm, what each ARKit expression adds; K is 52, or 0 for what has no expressions"
    weights: np.ndarray
    "`(K,)` how strongly a viewer shows each when it opens the file"
    images: Mapping[str, np.ndarray] = field(default_factory=dict)
    "part name → `(h, w, 3)` RGB uint8"
    normal_map: np.ndarray | None = None
    "`(S, S, 3)` RGB uint8 of the skin, see `Reconstruction.normal_map`"
    material: Material = Material()
    "of the skin"
    extras: Mapping[str, object] = field(default_factory=dict)
    "what the file says of itself"


def content_of(source: Reconstruction | Mesh, neutral_base: bool = False) -> Content:
    """Takes from a head, or from a bare mesh, what its file will hold.

    Args:
        source: a whole head, or a mesh, which has neither expressions nor pictures.
        neutral_base: the base shape is the face at rest, and the photo's expression stands in the weights; otherwise
            the base wears the expression and the weights are 0.
    """
    if isinstance(source, Mesh):
        return Content(source, np.zeros((0, len(source.vertices), 3), np.float32), np.zeros(0))
    # A rigid head has no expressions; any other has all of them.
    count = len(ARKIT_NAMES) if len(source.morphs) else 0
    check_shape(source.morphs, (count, len(source.mesh.vertices), 3), "Reconstruction.morphs")
    scale, expression = source.fit.scale, source.fit.views[0].expression
    extras: dict[str, object] = {
        "head_model": source.head_model,
        "scale": {"source": scale.source, "relative_error": float(scale.relative_error)},
    }
    mesh, weights = source.mesh, np.zeros(count)
    if len(expression) == len(ARKIT_NAMES):
        extras["expression"] = {name: float(w) for name, w in zip(ARKIT_NAMES, expression, strict=True)}
        if neutral_base and count:
            weights = expression
            mesh = replace(mesh, vertices=mesh.vertices - np.tensordot(weights, source.morphs, axes=1))
    images = {source.mesh.part_names[0]: source.texture.image, **source.part_images}
    return Content(mesh, source.morphs, weights, images, source.normal_map, source.material, extras)


def surface_of(part: str, skin: Material) -> Material:
    """Gives what a part's surface is like; what is not known is skin."""
    return next((Material(value, 1.0) for key, value in ROUGHNESS.items() if part.startswith(key)), skin)


def unit_normals(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Finds `(V, 3)` normals of length 1 everywhere, as glTF demands; where a vertex has none, it looks forward."""
    normals = vertex_normals(vertices, triangles)
    normals[~normals.any(axis=1)] = (0, 0, 1)
    return normals


def moving(morph: np.ndarray) -> np.ndarray:
    """Gives a morph's `(V, 3)` deltas, 0 where nothing is seen to move."""
    return np.where(np.abs(morph).max(axis=1, keepdims=True) > STILL, morph, 0)


def normal_deltas(mesh: Mesh, normals: np.ndarray, deltas: np.ndarray) -> np.ndarray:
    """Finds what a target's `(V, 3)` deltas add to the unit normals; 0 away from what moves."""
    result = np.zeros_like(normals)
    moved = deltas.any(axis=1)
    turned = np.zeros(len(deltas), bool)
    turned[mesh.triangles[moved[mesh.triangles].any(axis=1)]] = True
    # All triangles around every vertex that turns; their outer corners are incomplete and left out of the result.
    around = mesh.triangles[turned[mesh.triangles].any(axis=1)]
    used, local = np.unique(around, return_inverse=True)
    new = unit_normals((mesh.vertices[used] + deltas[used]), local.reshape(-1, 3))
    keep = turned[used]
    result[used[keep]] = new[keep] - normals[used[keep]]
    result[np.abs(result).max(axis=1) < STEADY] = 0
    return result
