import numpy as np
import pytest
import shapes

from facerecon.core.types import Mesh
from facerecon.geometry.curvature import corner_angles
from facerecon.geometry.edge_table import edge_table
from facerecon.geometry.normals import triangle_normals
from facerecon.geometry.topology import enclosed_volume, euler_characteristic
from facerecon.mesh.refine import onto, put_on, refine, refine_steps, split, with_longest


def area(points, triangles):
    a, b, c = (np.pad(points, ((0, 0), (0, 3 - points.shape[1])))[triangles[:, k]] for k in range(3))
    return np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2


@pytest.mark.parametrize("share", [0.0, 0.1, 0.4, 0.8, 1.0])
def test_any_edges_can_be_cut(rng, share):
    vertices, triangles = shapes.dome(9, height=0.0)
    uv = vertices[:, :2] * 0.4 + 0.5
    mesh = Mesh(vertices, triangles, uv, triangles, np.arange(len(triangles)) % 2, ("skin", "teeth"))
    table = edge_table(triangles)
    marked = rng.uniform(size=len(table.ends)) < share
    finer, matrix = split(mesh, marked)
    assert len(finer.vertices) == len(vertices) + marked.sum()
    assert euler_characteristic(finer.triangles) == 1 and edge_table(finer.triangles).count.max() <= 2
    assert (triangle_normals(finer.vertices, finer.triangles)[:, 2] > 0.99).all()
    whole = area(vertices, triangles)
    assert area(finer.vertices, finer.triangles).sum() == pytest.approx(whole.sum())
    np.testing.assert_allclose(finer.uv[finer.uv_triangles], (matrix @ uv)[finer.triangles])
    for part in range(2):
        rows = finer.parts == part
        assert area(finer.vertices, finer.triangles[rows]).sum() == pytest.approx(whole[mesh.parts == part].sum())


def test_by_curvature_a_coarse_ball_becomes_round():
    vertices, triangles = shapes.sphere(2)
    mesh = refine(Mesh(vertices, triangles), tolerance=0.004)
    assert np.abs(np.linalg.norm(mesh.vertices, axis=1) - 1).max() < 0.01
    assert enclosed_volume(mesh.vertices, mesh.triangles) == pytest.approx(4 / 3 * np.pi, rel=0.02)
    assert euler_characteristic(mesh.triangles) == 2 and (edge_table(mesh.triangles).count == 2).all()


def bump(points):
    """Puts points onto a plane with one narrow bump."""
    away = (points[:, :2] ** 2).sum(axis=1)
    return np.column_stack([points[:, :2], 0.5 * np.exp(-away / 0.02)])


def test_by_error_triangles_go_where_the_bump_is():
    vertices, triangles = shapes.dome(9, height=0.0)
    mesh = Mesh(bump(vertices), triangles)
    steps = list(refine_steps(mesh, 0.005, lambda asked: bump(asked.points), rounds=8))
    fine = steps[-1]
    table = edge_table(fine.triangles)
    middle = fine.vertices[table.ends].mean(axis=1)
    assert np.linalg.norm(bump(middle) - middle, axis=1).max() <= 0.005
    centres = fine.vertices[fine.triangles].mean(axis=1)
    near = np.linalg.norm(centres[:, :2], axis=1) < 0.5
    assert near.mean() > 0.85  # on a fifth of the area
    assert len(steps) < 8  # it ended by itself
    np.testing.assert_array_equal(fine.vertices[: len(vertices)], mesh.vertices)


def test_points_go_to_their_own_part_and_side():
    ball, triangles = shapes.sphere(4)
    two = np.concatenate([ball, 1.1 * ball]), np.concatenate([triangles[:, ::-1], triangles + len(ball)])
    parts = np.repeat([0, 1], len(triangles))
    between = 1.02 * shapes.sphere(2)[0], shapes.sphere(2)[1]
    for part, radius in ((0, 1.02), (1, 1.1)):  # the inner one looks inwards: nothing of ours belongs there
        mesh = Mesh(*between, parts=np.full(len(between[1]), part), part_names=("skin", "teeth"))
        found = put_on(mesh, onto(Mesh(*two, parts=parts, part_names=("skin", "teeth"))))
        assert np.linalg.norm(found.vertices, axis=1) == pytest.approx(radius, rel=2e-3)
    inside = put_on(Mesh(*between), onto(Mesh(two[0], two[1])))
    assert np.linalg.norm(inside.vertices, axis=1) == pytest.approx(1.02)  # the nearest looks the other way
    far = put_on(Mesh(*between), onto(Mesh(1.1 * ball, triangles), within=0.05))
    np.testing.assert_array_equal(far.vertices, between[0])


def test_angles_stay_above_half_of_the_smallest(rng):
    vertices, triangles = shapes.dome(7, height=0.0)
    vertices[:, :2] += rng.normal(0, 0.02, (len(vertices), 2))
    mesh = Mesh(vertices, triangles)
    smallest = corner_angles(vertices, triangles).min()
    for _ in range(6):  # ever more triangles in one corner
        table = edge_table(mesh.triangles)
        wanted = np.linalg.norm(mesh.vertices[table.ends].mean(axis=1) - vertices[0], axis=1) < 0.4
        mesh, _ = split(mesh, with_longest(mesh.vertices, table, wanted), table)
        assert corner_angles(mesh.vertices, mesh.triangles).min() >= smallest / 2 - 1e-9
    assert len(mesh.triangles) > 1.5 * len(triangles)


def test_what_is_flat_stays_as_it_is():
    mesh = Mesh(*shapes.cube(3))
    assert len(refine(Mesh(*shapes.dome(9, height=0.0)), 1e-6).triangles) == 128
    assert refine(mesh, 10.0) is mesh
