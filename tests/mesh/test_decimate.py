import numpy as np
import pytest
import shapes

from facerecon.core.types import Mesh
from facerecon.geometry.edge_table import edge_table
from facerecon.geometry.intersections import self_intersections
from facerecon.geometry.nearest import nearest_on_surface
from facerecon.geometry.normals import triangle_normals
from facerecon.geometry.topology import border_loops, enclosed_volume, euler_characteristic
from facerecon.mesh.creases import creases
from facerecon.mesh.decimate import decimate, level_steps


def hausdorff(one, other):
    """The greatest distance between two meshes, taken at their vertices."""
    there = nearest_on_surface(other.vertices, other.triangles, one.vertices)[0].max()
    return max(there, nearest_on_surface(one.vertices, one.triangles, other.vertices)[0].max())


@pytest.mark.parametrize(("shape", "euler"), [(shapes.sphere(4), 2), (shapes.torus()[:2], 0)])
def test_topology_volume_and_shape_stay(shape, euler):
    mesh = Mesh(*shape)
    level = decimate(mesh, len(mesh.triangles) // 4)
    vertices, triangles = level.mesh.vertices, level.mesh.triangles
    assert len(mesh.triangles) // 4 - 2 <= len(triangles) <= len(mesh.triangles) // 4
    assert euler_characteristic(triangles) == euler and (edge_table(triangles).count == 2).all()
    assert enclosed_volume(vertices, triangles) == pytest.approx(enclosed_volume(*shape), rel=0.04)  # inscribed
    assert hausdorff(mesh, level.mesh) < 0.1 and len(self_intersections(vertices, triangles)) == 0
    np.testing.assert_array_equal(mesh.vertices[level.vertices], vertices)


def test_a_cube_with_sharp_edges_needs_its_corners_only():
    mesh = Mesh(*shapes.cube(8))
    level = decimate(mesh, 12, sharp=np.radians(40))
    assert len(level.mesh.triangles) == 12
    assert sorted(map(tuple, level.mesh.vertices.tolist())) == [
        (x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)
    ]
    assert hausdorff(mesh, level.mesh) < 1e-9


def cut_sphere():
    """A sphere of two parts, each an island of uv: x and y seen from above and from below."""
    vertices, triangles = shapes.sphere(4)
    lower = vertices[triangles][:, :, 2].mean(axis=1) < 0
    spread = 0.24 * np.sqrt(2 / (1 + np.abs(vertices[:, 2:]))) * vertices[:, :2]
    uv = np.concatenate([spread + [0.25, 0.5], spread * [-1, 1] + [0.75, 0.5]])
    return Mesh(vertices, triangles, uv, triangles + len(vertices) * lower[:, None], lower, ("skin", "teeth"))


def uv_area(mesh):
    a, b, c = (mesh.uv[mesh.uv_triangles[:, k]] for k in range(3))
    return ((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]) / 2


def test_uv_and_parts_survive():
    mesh = cut_sphere()
    level = decimate(mesh, 400).mesh
    assert len(level.triangles) == 400
    # Each corner still has the uv that its vertex had in its own part.
    upper = level.vertices[level.triangles][:, :, :2] * 0.24
    upper *= np.sqrt(2 / (1 + np.abs(level.vertices[level.triangles][:, :, 2:])))
    part = level.parts[:, None, None]
    told = np.where(part == 0, upper + [0.25, 0.5], upper * [-1, 1] + [0.75, 0.5])
    np.testing.assert_allclose(level.uv[level.uv_triangles], told, atol=1e-12)
    before, after = uv_area(mesh), uv_area(level)
    assert (after * before[0] > 0).all() and after.sum() == pytest.approx(before.sum(), rel=0.03)
    # The seam is one closed line still, on the equator.
    table = edge_table(level.triangles)
    seam = table.ends[creases(level, table)]
    assert (np.bincount(seam.ravel())[np.unique(seam)] == 2).all()
    assert np.abs(level.vertices[seam][:, :, 2]).max() == 0


def test_a_border_keeps_its_line_and_no_triangle_turns_over():
    mesh = Mesh(*shapes.dome(30))
    level = decimate(mesh, 200).mesh
    (loop,) = border_loops(level.triangles)
    assert np.allclose(np.abs(level.vertices[loop, :2]).max(axis=1), 1)
    corners = {tuple(p) for p in level.vertices[loop, :2].tolist()}
    assert {(-1, -1), (-1, 1), (1, -1), (1, 1)} <= corners
    assert (triangle_normals(level.vertices, level.triangles)[:, 2] > 0).all()
    assert hausdorff(mesh, level) < 0.03


def test_levels_follow_each_other_and_an_impossible_count_ends():
    mesh = Mesh(*shapes.sphere(3))
    levels = list(level_steps(mesh, [300, 100, 0]))
    assert [len(level.mesh.triangles) for level in levels[:2]] == [300, 100]
    assert set(levels[1].vertices) <= set(levels[0].vertices)
    assert euler_characteristic(levels[2].mesh.triangles) == 2


def test_a_head_keeps_its_islands(anny):
    mesh = anny.mesh(anny.mean)
    level = decimate(mesh, len(mesh.triangles) // 4).mesh
    assert euler_characteristic(level.triangles) == euler_characteristic(mesh.triangles)
    assert (uv_area(mesh)[mesh.parts == 0] < 0).all() and (uv_area(level)[level.parts == 0] < 0).all()
    assert len(border_loops(level.triangles)) == len(border_loops(mesh.triangles))
