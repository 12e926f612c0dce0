"""A template is bent onto a scan: what was done to it is found again, and no triangle turns over."""

import numpy as np
import pytest

from facerecon.core.types import Mesh, PointCloud
from facerecon.geometry.folding import folded
from facerecon.geometry.nearest import Surface
from facerecon.registration.nonrigid import NonrigidSettings, nonrigid_icp, nonrigid_icp_steps
from facerecon.registration.stiff_system import LandmarkPairs

SIDE = 25
QUICK = NonrigidSettings(stiffnesses=(10.0, 1.0, 0.2), iterations=3)


def sheet(side=SIDE):
    """Makes a curved sheet of 4 mm cells."""
    x, y = np.meshgrid(np.linspace(-50, 50, side), np.linspace(-50, 50, side))
    at = np.arange(side * side).reshape(side, side)
    a, b, c, d = (corner.ravel() for corner in (at[:-1, :-1], at[:-1, 1:], at[1:, :-1], at[1:, 1:]))
    triangles = np.concatenate([np.column_stack([a, b, d]), np.column_stack([a, d, c])])
    return np.column_stack([x.ravel(), y.ravel(), -0.01 * x.ravel() ** 2]), triangles


def bumped(vertices):
    return vertices + np.outer(6 * np.exp(-((vertices[:, :2] - [10, 5]) ** 2).sum(axis=1) / 600), [0, 0, 1])


@pytest.fixture(scope="module")
def template():
    return Mesh(*sheet(), uv=np.zeros((4, 2)), uv_triangles=np.zeros((len(sheet()[1]), 3), int))


@pytest.fixture(scope="module")
def scan():
    vertices, triangles = sheet(40)
    return PointCloud(bumped(vertices), triangles=triangles)


def test_a_bump_is_found(template, scan):
    steps = list(nonrigid_icp_steps(template, scan, settings=QUICK))
    assert steps[-1].residual < 0.1 < steps[0].residual
    error = np.linalg.norm(steps[-1].vertices - bumped(template.vertices), axis=1)
    assert np.median(error) < 0.5
    assert [step.iteration for step in steps] == list(range(len(steps)))


def test_topology_and_uv_stay(template, scan):
    bent = nonrigid_icp(template, scan, settings=QUICK)
    for name in ("triangles", "uv", "uv_triangles"):
        np.testing.assert_array_equal(getattr(bent, name), getattr(template, name))


def test_a_hole_is_filled_stiffly(template, scan):
    hole = np.linalg.norm(scan.points[:, :2], axis=1) < 20
    kept = PointCloud(scan.points, triangles=scan.triangles[~hole[scan.triangles].any(axis=1)])
    *_, last = nonrigid_icp_steps(template, kept, settings=QUICK)
    over = np.linalg.norm(template.vertices[:, :2], axis=1) < 15
    assert (last.weights[over] == 0).all()
    error = np.linalg.norm(last.vertices - bumped(template.vertices), axis=1)
    assert np.median(error[over]) < 2.5
    assert not folded(template.vertices, last.vertices, template.triangles).any()


def test_no_triangle_turns_over_on_a_wild_target(template, rng):
    wild = PointCloud(template.vertices + rng.normal(0, 4, template.vertices.shape), triangles=template.triangles)
    soft = NonrigidSettings(stiffnesses=(1.0, 0.01), iterations=2, cosine=-1.0)
    for step in nonrigid_icp_steps(template, wild, settings=soft):
        assert not folded(template.vertices, step.vertices, template.triangles).any()


def test_landmarks_pull_along_the_surface(template, scan):
    row = len(template.triangles) // 2
    wanted = template.vertices[template.triangles[row, 0]] + [4.0, 0, 0]
    pair = LandmarkPairs(np.array([row]), np.array([[1.0, 0, 0]]), wanted[None])
    strong = NonrigidSettings(stiffnesses=(1.0,), iterations=3, landmark_weight=1000.0)
    moved = nonrigid_icp(template, scan, landmarks=pair, settings=strong).vertices[template.triangles[row, 0]]
    assert np.linalg.norm(moved - wanted) < 0.5


def test_untrusted_vertices_do_not_follow(template, scan):
    *_, last = nonrigid_icp_steps(template, scan, trust=np.zeros(len(template.vertices)), settings=QUICK)
    np.testing.assert_allclose(last.vertices, template.vertices, atol=1e-6)


def test_eyes_follow_rigidly(template, scan):
    eye = np.array([[10.0, 5, -3], [12, 5, -3], [10, 7, -3], [10, 5, -5]])
    faces = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])
    count = len(template.vertices)
    both = Mesh(np.concatenate([template.vertices, eye]), np.concatenate([template.triangles, faces + count]))
    bent = nonrigid_icp(both, scan, settings=QUICK).vertices
    before, after = (np.linalg.norm(p[:, None] - p[None], axis=2) for p in (eye, bent[count:]))
    np.testing.assert_allclose(after, before, atol=1e-9)
    assert bent[count:, 2].mean() - eye[:, 2].mean() > 2  # the bump lifts it
    assert Surface(scan.points, scan.triangles).nearest(bent[:count])[0].mean() < 0.5
