import numpy as np
import pytest
import shapes

from facerecon.core.types import Mesh
from facerecon.geometry.barycentric import interpolate
from facerecon.geometry.collapse import flat_area
from facerecon.geometry.curvature import corner_angles
from facerecon.geometry.edge_table import edge_table
from facerecon.geometry.nearest import nearest_on_surface
from facerecon.geometry.normals import triangle_normals
from facerecon.geometry.topology import border_loops, enclosed_volume, euler_characteristic
from facerecon.mesh.creases import creases
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


def uv_areas(mesh):
    return flat_area(mesh.uv[mesh.uv_triangles])


@pytest.mark.parametrize("length", [0.08, 0.2])
def test_uv_that_are_affine_stay_so(length):
    vertices, triangles = shapes.dome(15)
    affine = np.array([[0.3, 0.1], [-0.05, 0.4]])
    mesh = Mesh(vertices, triangles, vertices[:, :2] @ affine + 0.5, triangles)
    new = remesh(mesh, length)
    np.testing.assert_allclose(
        new.uv[new.uv_triangles], new.vertices[new.triangles][:, :, :2] @ affine + 0.5, atol=1e-12
    )
    assert len(new.triangles) != len(triangles) and (np.sign(uv_areas(new)) == np.sign(uv_areas(mesh)[0])).all()


def test_a_cut_tube_stays_cut_where_it_was():
    around, along = 40, 21
    angle, height = np.meshgrid(np.linspace(0, 2 * np.pi, around + 1), np.linspace(0, 2, along), indexing="ij")
    flat = np.stack([angle / (2 * np.pi), height / 2], -1).reshape(-1, 2)
    sheet = shapes.grid(around + 1, along)
    welded = np.arange(len(flat)) % (around * along)
    ring = np.stack([np.cos(angle), np.sin(angle), height], -1).reshape(-1, 3)[: around * along]
    mesh = Mesh(ring, welded[sheet], flat, sheet)
    for length in (0.1, 0.3):
        new = remesh(mesh, length)
        areas = uv_areas(new)
        assert (areas * uv_areas(mesh)[0] > 0).all()  # none is turned over
        assert np.abs(areas).sum() == pytest.approx(2, rel=0.01)  # twice the picture: no gaps, nothing twice
        table = edge_table(new.triangles)
        seam = creases(new, table) & (table.count == 2)
        places = new.vertices[table.ends[seam]]
        np.testing.assert_allclose(places[:, :, :2], np.tile([1.0, 0.0], (*places.shape[:2], 1)), atol=1e-9)
        assert np.linalg.norm(np.diff(places, axis=1), axis=2).sum() == pytest.approx(2)  # from rim to rim
        # Corners lie where the picture says, up to what a side of the polygon is from the circle.
        corners, turns = new.vertices[new.triangles].reshape(-1, 3), new.uv[new.uv_triangles].reshape(-1, 2)
        circle = np.column_stack([np.cos(2 * np.pi * turns[:, 0]), np.sin(2 * np.pi * turns[:, 0]), 2 * turns[:, 1]])
        assert np.linalg.norm(corners - circle, axis=1).max() < 0.05


def test_a_head_keeps_its_picture(anny):
    mesh = anny.mesh(anny.mean)
    new = remesh(mesh, 10.0, times=2)
    assert len(new.triangles) < 0.85 * len(mesh.triangles)
    skin = [np.sign(uv_areas(one)[one.parts == 0]) for one in (mesh, new)]
    assert len(np.unique(np.concatenate(skin))) == 1  # no triangle of the skin is turned over in the picture
    assert np.abs(uv_areas(new)).sum() == pytest.approx(np.abs(uv_areas(mesh)).sum(), rel=0.03)
    # Seen from the middle of each triangle, the picture is where it was; beside a seam the nearest place may be beyond.
    middles = new.vertices[new.triangles].mean(axis=1)
    _, triangle, weights = nearest_on_surface(mesh.vertices, mesh.triangles, middles)
    there = interpolate(mesh.uv, mesh.uv_triangles, triangle, weights)
    away = np.linalg.norm(new.uv[new.uv_triangles].mean(axis=1) - there, axis=1)
    assert np.quantile(away, 0.9) < 0.005
