"""The face is found on scans that lie anyhow, in any unit, with triangles or without; and not where there is none."""

import numpy as np
import pytest

from facerecon.core.errors import NoFaceError
from facerecon.core.types import PointCloud
from facerecon.drawing.scan_view import ScanScene
from facerecon.geometry.nearest import nearest_on_surface
from facerecon.geometry.transforms import CAMERA_FROM_FRONTAL, apply, invert, rigid, rotation_from_vector
from facerecon.scan_landmarks import RELIEF, directions, lay_on_head, locate_on_scan


@pytest.fixture(scope="module")
def head(anny):
    rng = np.random.default_rng(3)
    vertices = anny.shape(rng.normal(0, 0.7, len(anny.identity_basis)))
    return vertices, anny.landmarks("ibug68").on(vertices, anny.triangles)


def scanned(vertices, triangles, count, rng):
    """Takes points that a depth camera sees from the front and from both sides."""
    scene = ScanScene(PointCloud(vertices, triangles=triangles))
    points = []
    for yaw in (-0.9, 0.0, 0.9):
        view = scene.view(CAMERA_FROM_FRONTAL @ rotation_from_vector([0, yaw, 0]), *scene.middle, 300)
        rows, columns = np.nonzero(np.isfinite(view.depth))
        points.append(view.points_at(np.column_stack([columns, rows]).astype(float), 0.5))
    return rng.permutation(np.concatenate(points))[:count]


@pytest.mark.parametrize("solid", [True, False])
def test_the_face_is_found_in_any_pose_and_unit(head, anny, parts, rng, solid):
    vertices, true = head
    metres = rigid(0.001 * rotation_from_vector([0.4, -1.9, 0.6]), [3.0, -2.0, 1.0])
    if solid:
        cloud = PointCloud(apply(metres, vertices), triangles=anny.triangles)
    else:
        points = scanned(vertices, anny.triangles, 15_000, rng) + rng.normal(0, 0.5, (15_000, 3))
        cloud = PointCloud(apply(metres, points))
    face = locate_on_scan(cloud, parts)
    off = np.linalg.norm(apply(invert(metres), face.landmarks68) - true, axis=1)
    assert np.nanmedian(off) < (
        3.5 if solid else 5.5
    )  # a bare cloud's picture is coarse: above all the jaw's points stray
    assert np.isfinite(off).sum() > 60
    assert face.millimetres == pytest.approx(1000, rel=0.08)
    placed = apply(face.head_from_scan @ metres, true)
    assert np.median(np.linalg.norm(placed - anny.landmarks("ibug68").on(anny.mean, anny.triangles), axis=1)) < 10


@pytest.mark.parametrize(("depth", "relief"), [(1.0, 1.0), (0.0, 0.0), (-1.0, -1.0)])
def test_posters_and_moulds_have_no_relief(anny, depth, relief):
    mean = anny.landmarks("ibug68").on(anny.mean, anny.triangles)
    leaning = rigid(rotation_from_vector([0.5, 0.2, 0]), [0, 0, 900])
    pose, misfit, found = lay_on_head(apply(leaning, mean * [1, 1, depth]), mean, np.ones(68))
    assert found == pytest.approx(relief, abs=0.4)
    assert (found > RELIEF) == (depth == 1)
    if depth == 1:
        assert misfit < 1e-6
        np.testing.assert_allclose(pose @ leaning, np.eye(4), atol=1e-6)


@pytest.mark.slow
def test_a_chair_has_no_face(parts, rng):
    seat = rng.uniform([-250, 0, -250], [250, 30, 250], (3000, 3))
    back = rng.uniform([-250, 0, -250], [250, 500, -220], (3000, 3))
    legs = [rng.uniform([x, -400, z], [x + 40, 0, z + 40], (500, 3)) for x in (-250, 210) for z in (-250, 210)]
    with pytest.raises(NoFaceError) as error:
        locate_on_scan(PointCloud(np.concatenate([seat, back, *legs])), parts)
    assert error.value.advice == "no_face_on_scan"


@pytest.mark.parametrize("points", [np.zeros((3, 3)), np.zeros((500, 3)), np.full((500, 3), np.nan)])
def test_what_cannot_hold_a_face_is_refused(points, parts):
    with pytest.raises(NoFaceError):
        locate_on_scan(PointCloud(points), parts)


@pytest.mark.slow
def test_points_in_a_line_are_refused(parts):
    with pytest.raises(NoFaceError):
        locate_on_scan(PointCloud(np.outer(np.arange(200.0), [1.0, 2.0, 3.0])), parts)


def test_directions_are_rotations_to_every_side():
    turns = list(directions(0.3))
    assert len(turns) == 26
    for turn in turns:
        np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-12)
        assert np.linalg.det(turn) == pytest.approx(1)
    away = np.array([turn[2] for turn in turns])
    rng = np.random.default_rng(0)
    others = rng.normal(0, 1, (1000, 3))
    others /= np.linalg.norm(others, axis=1, keepdims=True)
    assert np.degrees(np.arccos((others @ away.T).max(axis=1))).max() < 30


def test_a_view_leads_back_to_the_scan(head, anny):
    vertices, _ = head
    scene = ScanScene(PointCloud(vertices, triangles=anny.triangles))
    turn = next(iter(directions()))
    view = scene.view(turn, *scene.middle, 200)
    rows, columns = np.nonzero(np.isfinite(view.depth))
    some = np.arange(0, len(rows), 97)
    points = view.points_at(np.column_stack([columns, rows])[some].astype(float), 0.5)
    assert nearest_on_surface(vertices, anny.triangles, points)[0].max() < 1e-3
    assert np.isnan(view.points_at(np.array([[0.0, 0.0]]), 2.0)).all()
