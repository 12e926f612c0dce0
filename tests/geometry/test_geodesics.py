"""Distances within surfaces whose geodesics are known: a plane, a box, a sphere; and paths that obey what they must."""

import numpy as np
import pytest

from facerecon.geometry.geodesics import Geodesics, Spot, path_length
from tests.shapes import sphere

RADIUS = 80.0


@pytest.fixture(scope="module")
def ball():
    return Geodesics(*sphere(4, RADIUS))


def on_ball(ball, spot: Spot) -> np.ndarray:
    place = spot.place(ball.vertices, ball.triangles)
    return place / np.linalg.norm(place)


def random_spot(rng, count: int) -> Spot:
    return Spot(int(rng.integers(count)), tuple(rng.dirichlet((1, 1, 1))))


def at_vertex(surface: Geodesics, vertex: int) -> Spot:
    triangle = int(np.argmax((surface.triangles == vertex).any(axis=1)))
    return Spot(triangle, tuple((surface.triangles[triangle] == vertex).astype(float)))


def plane(side: int, rng) -> Geodesics:
    """A square of irregular triangles, bent to nothing: its geodesics are straight lines."""
    x, y = np.meshgrid(np.arange(side), np.arange(side))
    places = np.stack([x, y, 0 * x], axis=-1).reshape(-1, 3).astype(float)
    inner = ((places[:, :2] > 0) & (places[:, :2] < side - 1)).all(axis=1)
    places[inner, :2] += rng.uniform(-0.25, 0.25, (inner.sum(), 2))
    corner = (np.arange(side - 1)[:, None] * side + np.arange(side - 1)).ravel()
    one = np.stack([corner, corner + 1, corner + side + 1], axis=1)
    return Geodesics(places, np.concatenate([one, np.stack([corner, corner + side + 1, corner + side], axis=1)]))


def test_on_a_plane_the_path_is_a_straight_line(rng):
    flat = plane(20, rng)
    for _ in range(8):
        ends = [random_spot(rng, len(flat.triangles)) for _ in range(2)]
        straight = np.linalg.norm(np.subtract(*(end.place(flat.vertices, flat.triangles) for end in ends)))
        assert path_length(flat.path(*ends)) == pytest.approx(straight, rel=1e-12)


def test_around_the_edge_of_a_box_the_path_is_straight_once_unfolded(rng):
    flat = plane(21, rng)
    folded = flat.vertices.copy()
    over = folded[:, 0] > 10
    on_fold = np.abs(flat.vertices[:, 0] - 10) < 0.5
    folded[on_fold, 0] = 10.0  # the fold runs along edges
    flat.vertices[on_fold, 0] = 10.0
    over &= ~on_fold
    folded[over] = np.column_stack([np.full(over.sum(), 10.0), folded[over, 1], -(folded[over, 0] - 10)])
    box = Geodesics(folded, flat.triangles)
    for _ in range(8):
        ends = [random_spot(rng, len(flat.triangles)) for _ in range(2)]
        unfolded = np.linalg.norm(np.subtract(*(end.place(flat.vertices, flat.triangles) for end in ends)))
        assert path_length(box.path(*ends)) == pytest.approx(unfolded, rel=1e-9)


def test_on_a_sphere_paths_are_great_circles(ball, rng):
    for _ in range(12):
        ends = [random_spot(rng, len(ball.triangles)) for _ in range(2)]
        one, other = (on_ball(ball, end) for end in ends)
        arc = RADIUS * np.arccos(np.clip(one @ other, -1, 1))
        path = ball.path(*ends)
        assert path_length(path) == pytest.approx(arc, rel=4e-3)
        # The path stays in the plane of the circle.
        normal = np.cross(one, other)
        assert np.abs(path @ normal / np.linalg.norm(normal)).max() < 0.05 * RADIUS


def test_there_and_back_is_as_long(ball, rng):
    ends = [random_spot(rng, len(ball.triangles)) for _ in range(2)]
    assert path_length(ball.path(*ends)) == pytest.approx(path_length(ball.path(*ends[::-1])), rel=1e-6)


def test_distances_to_everywhere_on_a_sphere(ball, rng):
    for _ in range(3):
        spot = random_spot(rng, len(ball.triangles))
        arcs = RADIUS * np.arccos(np.clip(ball.vertices @ on_ball(ball, spot) / RADIUS, -1, 1))
        found = ball.distances(spot)
        assert (found > 0.998 * arcs - 1e-9).all()
        assert (found - arcs).max() < 0.03 * np.pi * RADIUS


def test_on_a_head_paths_are_shorter_than_all_others_and_longer_than_the_chord(anny, rng):
    skin = anny.skin(anny.mean)
    head = Geodesics(skin.vertices, skin.triangles)
    chin, corner = (
        int(np.argmin(np.linalg.norm(head.vertices - place, axis=1))) for place in ((0, -116, 5), (45, 0, 0))
    )
    start, end = (at_vertex(head, vertex) for vertex in (chin, corner))
    along = path_length(head.path(start, end))
    found = head.distances(start)
    assert along <= found[corner] <= 1.05 * along
    assert along > np.linalg.norm(head.vertices[chin] - head.vertices[corner])
    for vertex in rng.choice(len(head.vertices), 2):  # the triangle inequality
        by = at_vertex(head, int(vertex))
        assert along <= path_length(head.path(start, by)) + path_length(head.path(by, end)) + 1e-6


def test_one_triangle_is_crossed_straight(ball):
    path = ball.path(Spot(5, (1, 0, 0)), Spot(5, (0, 0.5, 0.5)))
    assert len(path) == 2


def test_parts_that_are_not_connected_have_no_path():
    vertices, triangles = sphere(1)
    both = Geodesics(np.concatenate([vertices, vertices + 5]), np.concatenate([triangles, triangles + len(vertices)]))
    with pytest.raises(ValueError, match="not connected"):
        both.path(Spot(0, (1, 0, 0)), Spot(len(triangles), (1, 0, 0)))
