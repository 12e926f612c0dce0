import numpy as np
import pytest
import shapes

from facerecon.geometry.intersections import self_intersections


def test_clean_surfaces_have_none():
    for vertices, triangles in (shapes.sphere(3), shapes.torus()[:2], shapes.cube(5), shapes.dome()):
        assert len(self_intersections(vertices, triangles)) == 0


def test_two_balls_cross_along_a_circle():
    vertices, triangles = shapes.sphere(3)
    both = np.concatenate([vertices, vertices + [1.0, 0.013, 0.021]])
    pairs = self_intersections(both, np.concatenate([triangles, triangles + len(vertices)]))
    assert len(pairs) > 20 and ((pairs < len(triangles)).sum(axis=1) == 1).all()
    centres = both[np.concatenate([triangles, triangles + len(vertices)])[pairs]].mean(axis=(1, 2))
    np.testing.assert_allclose(centres[:, 0], 0.5, atol=0.1)
    np.testing.assert_allclose(np.linalg.norm(centres[:, 1:], axis=1), np.sqrt(0.75), atol=0.1)


def test_it_agrees_with_trying_every_pair(rng):
    """Small and large triangles strewn about, against an exact count by planes and intervals of each pair."""
    sizes = np.concatenate([np.full(60, 0.2), np.full(12, 1.0)])
    soup = rng.uniform(-1, 1, (72, 1, 3)) + rng.normal(0, 1, (72, 3, 3)) * sizes[:, None, None]
    triangles = np.arange(216).reshape(-1, 3)
    found = {tuple(pair) for pair in self_intersections(soup.reshape(-1, 3), triangles)}
    expected = {(i, j) for i in range(72) for j in range(i + 1, 72) if cross(soup[i], soup[j])}
    assert len(expected) > 10 and found == expected


def cross(one, other):
    """Solves for each edge where it meets the other's plane."""
    for first, second in ((one, other), (other, one)):
        for k in range(3):
            a, b = first[k], first[(k + 1) % 3]
            s, t, u = np.linalg.solve(
                np.column_stack([second[1] - second[0], second[2] - second[0], a - b]), a - second[0]
            )
            if s >= 0 and t >= 0 and s + t <= 1 and 0 <= u <= 1:
                return True
    return False


def test_a_spike_through_the_other_side_is_found():
    vertices, triangles = shapes.sphere(3)
    top = np.argmax(vertices[:, 2])
    vertices[top] = [0.03, 0.02, -1.5]
    pairs = self_intersections(vertices, triangles)
    assert len(pairs) >= 6 and (triangles[pairs] == top).any(axis=2).sum(axis=1).tolist() == [1] * len(pairs)


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_to_cross(count):
    assert self_intersections(np.eye(3), np.array([[0, 1, 2]])[:count]).shape == (0, 2)
