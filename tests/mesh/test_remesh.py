import numpy as np
import pytest
import shapes

from facerecon.core.types import Mesh
from facerecon.geometry.curvature import corner_angles
from facerecon.geometry.edge_table import edge_table
from facerecon.geometry.nearest import nearest_on_surface
from facerecon.geometry.normals import triangle_normals
from facerecon.geometry.topology import border_loops, enclosed_volume, euler_characteristic
from facerecon.mesh.remesh import remesh


def lengths(mesh):
    ends = edge_table(mesh.triangles).ends
    return np.linalg.norm(mesh.vertices[ends[:, 0]] - mesh.vertices[ends[:, 1]], axis=1)


@pytest.mark.parametrize(("shape", "euler"), [(shapes.sphere(4), 2), (shapes.torus()[:2], 0)])
@pytest.mark.parametrize("length", [0.2, 0.3])
def test_even_triangles_on_the_same_surface(shape, euler, length):
    mesh = Mesh(*shape)
    new = remesh(mesh, length)
    assert euler_characteristic(new.triangles) == euler and (edge_table(new.triangles).count == 2).all()
    found = lengths(new)
    assert np.median(found) == pytest.approx(length, rel=0.15)
    assert found.min() > 0.4 * length and found.max() < 1.6 * length
    assert np.degrees(corner_angles(new.vertices, new.triangles).min()) > 22
    assert nearest_on_surface(mesh.vertices, mesh.triangles, new.vertices)[0].max() < 1e-6
    _, where, _ = nearest_on_surface(mesh.vertices, mesh.triangles, new.vertices[new.triangles].mean(axis=1))
    there = triangle_normals(mesh.vertices, mesh.triangles)[where]
    assert ((there * triangle_normals(new.vertices, new.triangles)).sum(axis=1) > 0.7).all()  # none turned over
    volume = enclosed_volume(mesh.vertices, mesh.triangles)
    assert enclosed_volume(new.vertices, new.triangles) == pytest.approx(volume, rel=0.3 * length)


def test_smaller_where_it_bends():
    """A torus bends most inside and outside its tube; a flattened ball at its rim."""
    vertices, triangles = shapes.sphere(4)
    mesh = Mesh(vertices * [1, 1, 0.25], triangles)
    new = remesh(mesh, 0.25, tolerance=0.004)
    ends = edge_table(new.triangles).ends
    rim = np.linalg.norm(new.vertices[:, :2], axis=1)[ends].mean(axis=1)
    found = lengths(new)
    assert np.median(found[rim > 0.95]) < 0.6 * np.median(found[rim < 0.5])
    assert euler_characteristic(new.triangles) == 2


def test_sharp_edges_stay_sharp():
    mesh = Mesh(*shapes.cube(6))
    new = remesh(mesh, 0.21)
    assert enclosed_volume(new.vertices, new.triangles) == pytest.approx(1, abs=1e-6)
    corners = {tuple(p) for p in np.round(new.vertices, 9).tolist()}
    assert {(x, y, z) for x in (0.0, 1.0) for y in (0.0, 1.0) for z in (0.0, 1.0)} <= corners


def test_borders_and_parts_keep_their_lines():
    vertices, triangles = shapes.dome(15)
    right = (vertices[triangles][:, :, 0].mean(axis=1) > 0).astype(int)
    new = remesh(Mesh(vertices, triangles, parts=right, part_names=("skin", "teeth")), 0.2)
    (loop,) = border_loops(new.triangles)
    assert np.allclose(np.abs(new.vertices[loop, :2]).max(axis=1), 1)
    centre = new.vertices[new.triangles][:, :, 0]
    assert (centre[new.parts == 1] > -1e-9).all() and (centre[new.parts == 0] < 1e-9).all()
