import numpy as np
import pytest

from facerecon.evaluation.protocol import REGIONS, FaceBall, face_axes, face_regions
from facerecon.geometry.transforms import apply, rigid, rotation_from_vector


@pytest.fixture(scope="module")
def marks(anny):
    return anny.landmarks("ibug68").on(anny.mean, anny.triangles)


def test_the_ball_is_now_s():
    marks = np.zeros((68, 3))
    marks[36], marks[39], marks[42], marks[45] = [-45, 0, 0], [-15, 0, 0], [15, 0, 0], [45, 0, 0]
    marks[33] = [0, -50, 0]
    ball = FaceBall.around(marks)
    np.testing.assert_allclose(ball.centre, [0, -35, 0])
    assert ball.radius == pytest.approx(1.4 * (90 + 50) / 2)
    np.testing.assert_array_equal(ball.holds(np.array([[0, -35, 97.9], [0, -35, 98.1]])), [True, False])


def test_axes_turn_with_the_face(marks, rng):
    assert np.degrees(np.arccos((face_axes(marks) * np.eye(3)).sum(axis=1))).max() < 25  # up leans as the face does
    turn = rigid(rotation_from_vector(rng.normal(size=3)), rng.normal(size=3))
    np.testing.assert_allclose(face_axes(apply(turn, marks)), face_axes(marks) @ turn[:3, :3].T, atol=1e-12)
    np.testing.assert_allclose(face_axes(marks) @ face_axes(marks).T, np.eye(3), atol=1e-12)


def test_each_point_belongs_to_one_region(anny, marks):
    points = anny.mean[: anny.skin_vertices]
    points = points[FaceBall.around(marks).holds(points)]
    regions = face_regions(points, marks)
    assert tuple(sorted(regions)) == tuple(sorted(REGIONS))
    np.testing.assert_array_equal(np.sum(list(regions.values()), axis=0), 1)
    assert min(mask.sum() for mask in regions.values()) > 50


def test_regions_are_where_their_names_say(marks):
    middle = marks[[36, 45]].mean(axis=0)
    points = np.array([marks[30], marks[62], marks[37], middle + [0, 60, 0], marks[30] + [42, -5, -20], marks[8]])
    regions = face_regions(points, marks)
    found = [next(name for name in regions if regions[name][row]) for row in range(len(points))]
    assert found == ["nose", "mouth", "eyes", "forehead", "cheeks", "chin"]


def test_regions_move_and_grow_with_the_face(anny, marks, rng):
    points = anny.mean[: anny.skin_vertices]
    change = rigid(1.3 * rotation_from_vector(rng.normal(size=3)), rng.normal(0, 50, 3))
    before, after = face_regions(points, marks), face_regions(apply(change, points), apply(change, marks))
    for name in REGIONS:
        np.testing.assert_array_equal(before[name], after[name])
