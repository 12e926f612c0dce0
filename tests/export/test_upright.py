"""A marked texel comes back at the right place of the head, read by a program with the other uv convention."""

from dataclasses import replace

import numpy as np
import pytest
import trimesh

from facerecon.core.types import Texture
from facerecon.export import write_glb, write_obj, write_ply

MARK = (255, 0, 255)


@pytest.fixture(scope="module")
def marked(reconstruction):
    """The subject's upper left gets a magenta spot; the rest of the texture is black."""
    mesh = reconstruction.mesh
    skin = np.flatnonzero(mesh.parts == 0)
    spot = np.array([1, 1.2, 1.5]) / np.linalg.norm([1, 1.2, 1.5]) * 90
    corner = np.argmin(np.linalg.norm(mesh.vertices[mesh.triangles[skin]].reshape(-1, 3) - spot, axis=1))
    u, v = mesh.uv[mesh.uv_triangles[skin].reshape(-1)[corner]]
    image = np.zeros((128, 128, 3), np.uint8)
    row, column = int(v * 128), int(u * 128)
    image[row - 3 : row + 4, column - 3 : column + 4] = MARK
    place = mesh.vertices[mesh.triangles[skin].reshape(-1)[corner]]
    return replace(reconstruction, texture=Texture(image, np.zeros((128, 128), np.uint8))), place


def magenta(vertices, colours):
    """Where the vertices lie that are magenta."""
    found = vertices[(np.asarray(colours)[:, :3] == MARK).all(axis=1)]
    assert len(found)
    return found


@pytest.mark.parametrize("write, name, unit", [(write_glb, "head.glb", 1000.0), (write_obj, "head.obj", 1.0)])
def test_texture_is_upright(marked, tmp_path, write, name, unit):
    whole, place = marked
    write(whole, tmp_path / name)
    # trimesh counts v from the bottom and looks colours up by itself, as Blender does.
    meshes = trimesh.load_scene(tmp_path / name).geometry.values()
    skin = max(meshes, key=lambda geometry: len(geometry.faces))
    found = magenta(skin.vertices * unit, skin.visual.to_color().vertex_colors)
    np.testing.assert_allclose(found, np.broadcast_to(place, found.shape), atol=12)


def test_vertex_colours_are_upright(marked, tmp_path):
    whole, place = marked
    write_ply(whole, tmp_path / "head.ply")
    read = trimesh.load_mesh(tmp_path / "head.ply", process=False)
    found = magenta(read.vertices, read.visual.vertex_colors)
    np.testing.assert_allclose(found, np.broadcast_to(place, found.shape), atol=12)
