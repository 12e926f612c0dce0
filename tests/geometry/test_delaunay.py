import numpy as np
import pytest
from scipy.spatial import ConvexHull, Delaunay

from facerecon.geometry.delaunay import circumcircles, delaunay, delaunay_steps, with_edges
from facerecon.geometry.topology import euler_characteristic


def as_set(triangles):
    return {tuple(sorted(t)) for t in np.asarray(triangles).tolist()}


def test_no_circle_holds_a_point(rng):
    points = rng.normal(size=(200, 2)) * [30, 10] + 400
    triangles = delaunay(points)
    centre, radius = circumcircles(points, triangles)
    away = np.linalg.norm(points[None] - centre[:, None], axis=2)
    assert (away > radius[:, None] * (1 - 1e-9)).all()
    assert (np.sort(away, axis=1)[:, :3] <= radius[:, None] * (1 + 1e-9)).all()  # its own corners lie on it


def test_it_is_the_one_triangulation_of_the_hull(rng):
    points = rng.uniform(0, 100, (300, 2))
    triangles = delaunay(points)
    assert as_set(triangles) == as_set(Delaunay(points).simplices)
    hull = ConvexHull(points)
    assert len(triangles) == 2 * len(points) - 2 - len(hull.vertices)  # Euler
    assert euler_characteristic(triangles) == 1
    a, b, c = (points[triangles[:, k]] for k in range(3))
    area = ((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]) / 2
    assert (area > 0).all() and area.sum() == pytest.approx(hull.volume)


def test_each_step_is_delaunay_and_the_order_does_not_matter(rng):
    points = rng.uniform(0, 1, (40, 2))
    order = rng.permutation(40)
    seen = set()
    for step in delaunay_steps(points, order):
        seen |= set(step.triangles.ravel().tolist())
        known = np.array(sorted(seen))
        assert as_set(step.triangles) == as_set(known[Delaunay(points[known]).simplices])
        assert step.point in seen and not as_set(step.cavity) & as_set(step.triangles)
    assert as_set(step.triangles) == as_set(delaunay(points))


def test_a_lattice_with_many_points_on_one_circle_and_twins():
    y, x = np.mgrid[:6, :7]
    points = np.column_stack([x.ravel(), y.ravel()]).astype(float)
    triangles = delaunay(np.concatenate([points, points[:5]]))
    a, b, c = (points[triangles[:, k]] for k in range(3))
    area = ((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]) / 2
    np.testing.assert_allclose(area, 0.5)
    assert len(triangles) == 2 * 5 * 6 and triangles.max() < len(points)


def test_a_line_has_none():
    with pytest.raises(ValueError, match="one line"):
        delaunay(np.column_stack([np.arange(5), 2 * np.arange(5)]))


def test_wanted_edges_are_put_in(rng):
    points = rng.uniform(0, 1, (120, 2))
    angle = np.linspace(0, 2 * np.pi, 13)[:-1]
    ring = np.column_stack([0.5 + 0.33 * np.cos(angle), 0.5 + 0.31 * np.sin(angle)])
    points = np.concatenate([points, ring])
    wanted = np.column_stack([120 + np.arange(12), 120 + np.roll(np.arange(12), -1)])
    before = delaunay(points)
    after = with_edges(points, before, wanted)
    edges = {tuple(sorted(e)) for e in np.stack([after, np.roll(after, -1, 1)], 2).reshape(-1, 2).tolist()}
    free = {tuple(sorted(e)) for e in np.stack([before, np.roll(before, -1, 1)], 2).reshape(-1, 2).tolist()}
    assert {tuple(sorted(e)) for e in wanted.tolist()} <= edges
    assert not {tuple(sorted(e)) for e in wanted.tolist()} <= free
    a, b, c = (points[after[:, k]] for k in range(3))
    area = ((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]) / 2
    assert (area > 0).all() and area.sum() == pytest.approx(ConvexHull(points).volume)
    # Two that cross: the first one wins.
    both = with_edges(points, before, np.array([[0, 1], [120, 126], [123, 129]]))
    edges = {tuple(sorted(e)) for e in np.stack([both, np.roll(both, -1, 1)], 2).reshape(-1, 2).tolist()}
    assert (120, 126) in edges and (123, 129) not in edges
