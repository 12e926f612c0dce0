"""Writes a head as one binary glTF 2.0 file: metres, textured, with its expressions as named morph targets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pygltflib as gl

from facerecon.core.arkit import ARKIT_NAMES
from facerecon.core.arrays import check_shape
from facerecon.core.types import Mesh, Reconstruction
from facerecon.export.atomic import write_files
from facerecon.export.gltf_buffer import GltfBuffer
from facerecon.export.images import jpeg_bytes, png_bytes
from facerecon.geometry.normals import vertex_normals
from facerecon.geometry.seams import Part, split_parts

METRES = 1e-3
"Metres in a millimetre. glTF's axes (+y up, +z forward, +x the subject's left) are those of our head frame."

STILL = 1e-3
"mm: what a morph target moves by less than a micrometre stays where it is"

STEADY = 1e-2
"a normal that a morph target turns by less than this (half a degree) stays as it is, which saves a seventh of the file"

ROUGHNESS = {"skin": 0.6, "eye": 0.2, "teeth": 0.35, "tongue": 0.5}
"by the beginning of a part's name"

CLAMP_TO_EDGE = 33071


def write_glb(source: Reconstruction | Mesh, path: Path | str) -> None:
    """Writes a GLB file, whole or not at all; see `glb_bytes`."""
    write_files({Path(path): glb_bytes(source)})


def glb_bytes(source: Reconstruction | Mesh) -> bytes:
    """Builds a GLB file: one primitive and one material a part, one morph target an ARKit expression.

    The base shape has the fitted identity *and* expression; a target adds to it what its expression adds. The node's
    `extras` say which expression was fitted and where the millimetres come from.

    Args:
        source: a whole head, or a bare mesh (then without textures and targets).

    Returns:
        The file.
    """
    mesh, morphs, images, extras = _content(source)
    gltf = gl.GLTF2(asset=gl.Asset(generator="facerecon"), scene=0, scenes=[gl.Scene(nodes=[0], name="head")])
    buffer = GltfBuffer(gltf)
    normals = _normals(mesh.vertices, mesh.triangles)
    parts = split_parts(mesh)
    primitives = [_primitive(buffer, part, mesh, normals, index) for index, part in enumerate(parts.values())]
    for morph in morphs:
        deltas = np.where(np.abs(morph).max(axis=1, keepdims=True) > STILL, morph, 0)
        normal_deltas = _normal_deltas(mesh, normals, deltas)
        for primitive, part in zip(primitives, parts.values(), strict=True):
            primitive.targets.append(_target(buffer, deltas[part.vertices], normal_deltas[part.vertices]))
    gltf.materials = [_material(gltf, buffer, name, images.get(name)) for name in parts]
    names = [*ARKIT_NAMES[: len(morphs)]]
    shape = gl.Mesh(name="head", primitives=primitives, weights=[0.0] * len(morphs), extras={"targetNames": names})
    gltf.meshes = [shape]
    gltf.nodes = [gl.Node(name="head", mesh=0, extras=extras)]
    return buffer.finish()


def _content(source: Reconstruction | Mesh) -> tuple[Mesh, np.ndarray, Mapping[str, np.ndarray], dict]:
    """Takes from either source its mesh, `(K, V, 3)` morphs, images by part, and extras."""
    if isinstance(source, Mesh):
        return source, np.zeros((0, len(source.vertices), 3), np.float32), {}, {}
    # A rigid head has no expressions; any other has all of them.
    count = len(ARKIT_NAMES) if len(source.morphs) else 0
    check_shape(source.morphs, (count, len(source.mesh.vertices), 3), "Reconstruction.morphs")
    images = {source.mesh.part_names[0]: source.texture.image, **source.part_images}
    scale, expression = source.fit.scale, source.fit.views[0].expression
    extras: dict = {
        "head_model": source.head_model,
        "scale": {"source": scale.source, "relative_error": float(scale.relative_error)},
    }
    if len(expression) == len(ARKIT_NAMES):
        extras["expression"] = {name: float(w) for name, w in zip(ARKIT_NAMES, expression, strict=True)}
    return source.mesh, source.morphs, images, extras


def _normals(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Finds `(V, 3)` normals of length 1 everywhere, as glTF demands; where a vertex has none, it looks forward."""
    normals = vertex_normals(vertices, triangles)
    normals[~normals.any(axis=1)] = (0, 0, 1)
    return normals


def _normal_deltas(mesh: Mesh, normals: np.ndarray, deltas: np.ndarray) -> np.ndarray:
    """Finds what a target's `(V, 3)` deltas add to the unit normals; 0 away from what moves."""
    result = np.zeros_like(normals)
    moved = deltas.any(axis=1)
    turned = np.zeros(len(deltas), bool)
    turned[mesh.triangles[moved[mesh.triangles].any(axis=1)]] = True
    # All triangles around every vertex that turns; their outer corners are incomplete and left out of the result.
    around = mesh.triangles[turned[mesh.triangles].any(axis=1)]
    used, local = np.unique(around, return_inverse=True)
    new = _normals((mesh.vertices[used] + deltas[used]), local.reshape(-1, 3))
    keep = turned[used]
    result[used[keep]] = new[keep] - normals[used[keep]]
    result[np.abs(result).max(axis=1) < STEADY] = 0
    return result


def _primitive(buffer: GltfBuffer, part: Part, mesh: Mesh, normals: np.ndarray, material: int) -> gl.Primitive:
    attributes = gl.Attributes(
        POSITION=buffer.attribute(mesh.vertices[part.vertices] * METRES, bounds=True),
        NORMAL=buffer.attribute(normals[part.vertices]),
    )
    if part.uv is not None:
        attributes.TEXCOORD_0 = buffer.attribute(part.uv)
    indices = buffer.indices(part.triangles, len(part.vertices))
    return gl.Primitive(attributes=attributes, indices=indices, material=material)


def _target(buffer: GltfBuffer, deltas: np.ndarray, normal_deltas: np.ndarray) -> gl.Attributes:
    return gl.Attributes(
        POSITION=buffer.target(deltas * np.float32(METRES), bounds=True), NORMAL=buffer.target(normal_deltas)
    )


def _material(gltf: gl.GLTF2, buffer: GltfBuffer, name: str, image: np.ndarray | None) -> gl.Material:
    """Describes a part's surface, with its picture: the big photographic one as JPEG, the small painted ones as PNG."""
    roughness = next((value for key, value in ROUGHNESS.items() if name.startswith(key)), 0.6)
    surface = gl.PbrMetallicRoughness(metallicFactor=0.0, roughnessFactor=roughness)
    if image is None:
        surface.baseColorFactor = [0.6, 0.6, 0.6, 1.0]
    else:
        content, kind = min(_encodings(image), key=lambda encoding: len(encoding[0]))
        if not gltf.samplers:
            mipmapped = {"magFilter": gl.LINEAR, "minFilter": gl.LINEAR_MIPMAP_LINEAR}
            gltf.samplers.append(gl.Sampler(**mipmapped, wrapS=CLAMP_TO_EDGE, wrapT=CLAMP_TO_EDGE))
        gltf.images.append(gl.Image(name=name, mimeType=kind, bufferView=buffer.view(content)))
        gltf.textures.append(gl.Texture(sampler=0, source=len(gltf.images) - 1))
        surface.baseColorTexture = gl.TextureInfo(index=len(gltf.textures) - 1)
    # The neck and the mouth are open: seen from inside they should be skin, not a hole.
    return gl.Material(name=name, pbrMetallicRoughness=surface, doubleSided=True)


def _encodings(image: np.ndarray) -> Iterator[tuple[bytes, str]]:
    yield jpeg_bytes(image), "image/jpeg"
    if image.shape[0] <= 512:
        yield png_bytes(image), "image/png"
