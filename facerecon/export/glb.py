"""Writes a head as one binary glTF 2.0 file: metres, textured, with its expressions as named morph targets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pygltflib as gl

from facerecon.core.arkit import ARKIT_NAMES
from facerecon.core.material import FILM
from facerecon.core.types import Mesh, Reconstruction
from facerecon.export.atomic import write_files
from facerecon.export.content import GREY, METRES, Content, content_of, moving, normal_deltas, surface_of, unit_normals
from facerecon.export.gltf_buffer import GltfBuffer
from facerecon.export.images import jpeg_bytes, png_bytes
from facerecon.export.quantised import QuantisedBuffer
from facerecon.export.rig import rig_of
from facerecon.geometry.seams import Part, split_parts
from facerecon.geometry.tangents import vertex_tangents

CLAMP_TO_EDGE = 33071


def write_glb(
    source: Reconstruction | Mesh,
    path: Path | str,
    *,
    skeleton: bool = False,
    neutral_base: bool = False,
    quantised: bool = False,
) -> None:
    """Writes a GLB file, whole or not at all; see `glb_bytes`."""
    content = glb_bytes(source, skeleton=skeleton, neutral_base=neutral_base, quantised=quantised)
    write_files({Path(path): content})


def glb_bytes(
    source: Reconstruction | Mesh, *, skeleton: bool = False, neutral_base: bool = False, quantised: bool = False
) -> bytes:
    """Builds a GLB file: one primitive and one material a part, one morph target an ARKit expression.

    The base shape has the fitted identity *and* expression; a target adds to it what its expression adds. The node's
    `extras` say which expression was fitted and where the millimetres come from. glTF's axes (+y up, +z forward, +x the
    subject's left) are those of our head frame.

    Args:
        source: a whole head, or a bare mesh (then without textures and targets).
        skeleton: adds the joints `Head`, `LeftEye` and `RightEye`; the eyes turn about their centres.
        neutral_base: the base shape is the face at rest, and the targets' default weights are the photo's expression: a
            viewer shows the photo's face, and a rig that sets weights starts from rest.
        quantised: targets in small numbers (KHR_mesh_quantization) make the file little more than half as large; some
            readers, VTK among them, cannot read them.

    Returns:
        The file.
    """
    content = content_of(source, neutral_base)
    gltf = gl.GLTF2(asset=gl.Asset(generator="facerecon"), scene=0, scenes=[gl.Scene(nodes=[0], name="head")])
    buffer = QuantisedBuffer(gltf) if quantised else GltfBuffer(gltf)
    parts = split_parts(content.mesh)
    primitives = _primitives(buffer, content, parts)
    gltf.materials = [_material(gltf, buffer, content, name) for name in parts]
    names = [*ARKIT_NAMES[: len(content.morphs)]]
    shape = gl.Mesh(name="head", primitives=primitives, weights=content.weights.tolist(), extras={"targetNames": names})
    gltf.meshes = [shape]
    gltf.nodes = [gl.Node(name="head", mesh=0, extras=dict(content.extras))]
    if skeleton:
        _add_skeleton(gltf, buffer, content.mesh, dict(zip(parts, primitives, strict=True)), parts)
    return buffer.finish()


def _primitives(buffer: GltfBuffer, content: Content, parts: dict[str, Part]) -> list[gl.Primitive]:
    """Stores the geometry and its targets, a primitive a part; normals are those of the mesh before it was split."""
    mesh = content.mesh
    normals = unit_normals(mesh.vertices, mesh.triangles)
    bumpy = mesh.part_names[0] if content.normal_map is not None else None
    primitives = [
        _primitive(buffer, part, mesh, normals, index, name == bumpy)
        for index, (name, part) in enumerate(parts.items())
    ]
    for morph in content.morphs:
        deltas = moving(morph)
        turned = normal_deltas(mesh, normals, deltas)
        for primitive, part in zip(primitives, parts.values(), strict=True):
            position = buffer.position_target(deltas[part.vertices] * np.float32(METRES))
            target = gl.Attributes(POSITION=position, NORMAL=buffer.normal_target(turned[part.vertices]))
            primitive.targets.append(target)
    return primitives


def _primitive(
    buffer: GltfBuffer, part: Part, mesh: Mesh, normals: np.ndarray, material: int, bumpy: bool
) -> gl.Primitive:
    vertices, facing = mesh.vertices[part.vertices] * METRES, normals[part.vertices]
    attributes = gl.Attributes(POSITION=buffer.positions(vertices), NORMAL=buffer.normals(facing))
    if part.uv is not None:
        attributes.TEXCOORD_0 = buffer.uv(part.uv)
        if bumpy:
            attributes.TANGENT = buffer.tangents(vertex_tangents(vertices, part.triangles, part.uv, facing))
    indices = buffer.indices(part.triangles, len(part.vertices))
    return gl.Primitive(attributes=attributes, indices=indices, material=material)


def _add_skeleton(
    gltf: gl.GLTF2, buffer: GltfBuffer, mesh: Mesh, primitives: dict[str, gl.Primitive], parts: dict[str, Part]
) -> None:
    """Adds joints as nodes, a skin, and to each part the one joint that moves it."""
    rig, first = rig_of(mesh), len(gltf.nodes)
    inverse = []
    for index, joint in enumerate(rig.joints):
        centre = joint.centre * METRES
        above = np.zeros(3) if joint.parent is None else rig.joints[joint.parent].centre * METRES
        children = [first + k for k, other in enumerate(rig.joints) if other.parent == index]
        gltf.nodes.append(gl.Node(name=joint.name, translation=(centre - above).tolist(), children=children))
        matrix = np.eye(4)
        matrix[:3, 3] = -centre
        inverse.append(matrix)
    for name, primitive in primitives.items():
        joints, weights = buffer.joints(rig.of_part[name], len(parts[name].vertices))
        primitive.attributes.JOINTS_0, primitive.attributes.WEIGHTS_0 = joints, weights
    nodes = list(range(first, len(gltf.nodes)))
    matrices = buffer.matrices(np.stack(inverse))
    gltf.skins = [gl.Skin(name="rig", joints=nodes, skeleton=first, inverseBindMatrices=matrices)]
    gltf.nodes[0].skin = 0
    gltf.scenes[0].nodes.append(first)


def _material(gltf: gl.GLTF2, buffer: GltfBuffer, content: Content, name: str) -> gl.Material:
    """Describes a part's surface, with its pictures."""
    told = surface_of(name, content.material)
    surface = gl.PbrMetallicRoughness(metallicFactor=0.0, roughnessFactor=told.roughness)
    # The neck and the mouth are open: seen from inside they should be skin, not a hole.
    material = gl.Material(name=name, pbrMetallicRoughness=surface, doubleSided=True)
    if told.specular < 1:
        _extend(gltf, material, "specular", specularFactor=told.specular)
    if told.clearcoat:
        _extend(gltf, material, "clearcoat", clearcoatFactor=told.clearcoat, clearcoatRoughnessFactor=FILM)
    if name in content.images:
        surface.baseColorTexture = gl.TextureInfo(index=_texture(gltf, buffer, name, content.images[name]))
        if told.tint:
            surface.baseColorFactor = [*told.colour, 1.0]
    else:
        surface.baseColorFactor = [*GREY, 1.0]
    if content.normal_map is not None and name == content.mesh.part_names[0]:
        index = _texture(gltf, buffer, f"{name}_normal", content.normal_map)
        material.normalTexture = gl.NormalMaterialTexture(index=index)
    return material


def _extend(gltf: gl.GLTF2, material: gl.Material, name: str, **values: float) -> None:
    """Adds to a material what an extension of glTF knows; a reader that does not know it shows the rest."""
    extension = f"KHR_materials_{name}"
    material.extensions = {**(material.extensions or {}), extension: values}
    if extension not in gltf.extensionsUsed:
        gltf.extensionsUsed.append(extension)


def _texture(gltf: gl.GLTF2, buffer: GltfBuffer, name: str, image: np.ndarray) -> int:
    """Stores a picture: the big photographic one as JPEG, the small painted ones as PNG; gives the texture's index."""
    encoded, kind = min(_encodings(image), key=lambda encoding: len(encoding[0]))
    if not gltf.samplers:
        mipmapped = {"magFilter": gl.LINEAR, "minFilter": gl.LINEAR_MIPMAP_LINEAR}
        gltf.samplers.append(gl.Sampler(**mipmapped, wrapS=CLAMP_TO_EDGE, wrapT=CLAMP_TO_EDGE))
    gltf.images.append(gl.Image(name=name, mimeType=kind, bufferView=buffer.view(encoded)))
    gltf.textures.append(gl.Texture(sampler=0, source=len(gltf.images) - 1))
    return len(gltf.textures) - 1


def _encodings(image: np.ndarray) -> Iterator[tuple[bytes, str]]:
    yield jpeg_bytes(image), "image/jpeg"
    if image.shape[0] <= 512:
        yield png_bytes(image), "image/png"
