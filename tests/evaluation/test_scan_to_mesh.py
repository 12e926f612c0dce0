import numpy as np
import pytest
import trimesh

from facerecon.core.errors import SettingsError
from facerecon.core.types import Mesh, PointCloud
from facerecon.evaluation.protocol import REGIONS
from facerecon.evaluation.refinement import Target, refine, refine_steps, see
from facerecon.evaluation.scan_to_mesh import ScanTruth, normal_angles, region_distances, scan_to_mesh
from facerecon.geometry.normals import vertex_normals
from facerecon.geometry.transforms import apply, invert, rigid, rotation_from_vector


@pytest.fixture(scope="module")
def head(anny):
    """The mean skin and its 68 landmarks."""
    return anny.skin(anny.mean), anny.landmarks("ibug68").on(anny.mean, anny.triangles)


@pytest.fixture(scope="module")
def other(anny):
    """Another person's skin and landmarks."""
    vertices = anny.shape(np.random.default_rng(7).normal(size=len(anny.identity_basis)))
    return anny.skin(vertices), anny.landmarks("ibug68").on(vertices, anny.triangles)


def scan_of(mesh):
    return PointCloud(mesh.vertices, triangles=mesh.triangles)


def motion(rng, angle=0.3, shift=40.0):
    return rigid(rotation_from_vector(rng.normal(0, angle, 3)), rng.normal(0, shift, 3))


def moved(mesh, matrix):
    return Mesh(apply(matrix, mesh.vertices), mesh.triangles)


def sphere(radius):
    ball = trimesh.creation.icosphere(subdivisions=4, radius=radius)
    return Mesh(ball.vertices, ball.faces)


def test_two_spheres_lie_their_radii_apart():
    found = see(Target(sphere(100)), sphere(103).vertices, np.eye(4))
    np.testing.assert_allclose(found.distances, 3, atol=0.15)  # a faceted sphere lies a little inside


def test_offset_planes_lie_their_offset_apart(rng):
    square = Mesh(np.array([[-9, -9, 0], [9, -9, 0], [9, 9, 0], [-9, 9, 0.0]]), np.array([[0, 1, 2], [0, 2, 3]]))
    points = np.column_stack([rng.uniform(-5, 5, (50, 2)), np.full(50, 1.25)])
    for exact in (True, False):
        np.testing.assert_allclose(see(Target(square), points, np.eye(4), exact=exact).distances, 1.25)
    assert refine(Target(square), points, np.eye(4), scale=False).cost == pytest.approx(0, abs=1e-12)


def test_refining_recovers_a_motion_and_a_scale(head, rng):
    mesh, _ = head
    truth = motion(rng, 0.03, 2.0)
    truth[:3, :3] *= 1.04
    points = apply(truth, mesh.vertices[mesh.vertices[:, 2] > -40])
    steps = list(refine_steps(Target(mesh), points, np.eye(4), scale=True))
    assert all(after.cost < before.cost for before, after in zip(steps[:-1], steps[1:], strict=True))
    np.testing.assert_allclose(steps[-1].scan_from_mesh[:3, :3], truth[:3, :3], atol=1e-3)
    assert steps[-1].scale == pytest.approx(1.04, abs=1e-3)
    assert steps[-1].distances.max() < 0.05


def test_a_rigid_refinement_keeps_the_size(head, other):
    found = refine(Target(head[0]), other[0].vertices[::5], np.eye(4), scale=False)
    assert found.scale == pytest.approx(1, abs=1e-12)
    np.testing.assert_allclose(found.scan_from_mesh[:3, :3] @ found.scan_from_mesh[:3, :3].T, np.eye(3), atol=1e-12)


def test_what_is_far_off_does_not_pull(head, rng):
    mesh, _ = head
    points = mesh.vertices[mesh.vertices[:, 2] > -40].copy()
    points[rng.random(len(points)) < 0.1] += [0, 0, 60]
    found = refine(Target(mesh), points, rigid(np.eye(3), np.array([1.0, 2, -1])), scale=True)
    assert np.median(found.distances) < 0.1


def test_weights_choose_what_is_aligned(head):
    mesh, _ = head
    points = mesh.vertices[mesh.vertices[:, 2] > -40].copy()
    upper = points[:, 1] > -20
    points[~upper] += [0, 0, 3]
    found = refine(Target(mesh), points, np.eye(4), scale=False, weights=upper.astype(float))
    assert found.distances[upper].max() < 0.05


def test_a_head_against_itself_is_perfect(head):
    truth = ScanTruth(scan_of(head[0]), head[1])
    for metrical in (False, True):
        score = scan_to_mesh(*head, truth, metrical)
        assert score.distances.max() < 1e-6
        assert score.alignment.scale == pytest.approx(1)
    assert normal_angles(Target(head[0]), truth, score).max() < 1e-3


def test_only_a_free_size_forgives_a_wrong_size(head):
    mesh, marks = head
    truth = ScanTruth(PointCloud(1.05 * mesh.vertices, triangles=mesh.triangles), 1.05 * marks)
    free, metrical = (scan_to_mesh(mesh, marks, truth, kept) for kept in (False, True))
    assert free.statistics.p90 < 0.01 and free.alignment.scale == pytest.approx(1.05, abs=1e-4)
    assert metrical.alignment.scale == pytest.approx(1) and 0.5 < metrical.statistics.median < 3
    # The distances are the scan's millimetres, whatever unit the head has.
    metres = scan_to_mesh(Mesh(other_unit := mesh.vertices / 1000, mesh.triangles), marks / 1000, truth)
    assert metres.statistics.p90 < 0.01 and np.ptp(other_unit) < 1


@pytest.mark.parametrize("metrical", [False, True])
def test_motions_of_head_or_scan_change_nothing(head, other, rng, metrical):
    truth = ScanTruth(scan_of(other[0]), other[1])
    before = scan_to_mesh(*head, truth, metrical)
    mine, theirs = motion(rng), motion(rng)
    after = scan_to_mesh(
        moved(head[0], mine),
        apply(mine, head[1]),
        ScanTruth(scan_of(moved(other[0], theirs)), apply(theirs, other[1])),
        metrical,
    )
    assert before.statistics.median > 0.3
    np.testing.assert_array_equal(after.rows, before.rows)
    for name in ("median", "mean", "p90", "rms"):
        assert getattr(after.statistics, name) == pytest.approx(getattr(before.statistics, name), abs=0.003)
    expected = theirs @ before.alignment.scan_from_mesh @ invert(mine)
    np.testing.assert_allclose(after.alignment.scan_from_mesh[:3, :3], expected[:3, :3], atol=2e-3)


def test_points_without_triangles_are_scored_alike(head, other):
    with_triangles = ScanTruth(scan_of(other[0]), other[1])
    bare = ScanTruth(PointCloud(other[0].vertices), other[1])
    scores = [scan_to_mesh(*head, truth) for truth in (with_triangles, bare)]
    np.testing.assert_allclose(scores[0].distances, scores[1].distances)
    assert normal_angles(Target(head[0]), bare, scores[1]) is None


def test_normals_are_compared_in_degrees(head):
    mesh, marks = head
    normals = vertex_normals(mesh.vertices, mesh.triangles)
    aside = np.cross(normals, [0.3, 0.5, 0.81])
    aside /= np.linalg.norm(aside, axis=1, keepdims=True)
    tilted = np.cos(0.2) * normals + np.sin(0.2) * aside
    truth = ScanTruth(PointCloud(mesh.vertices, tilted), marks)
    angles = normal_angles(Target(mesh), truth, scan_to_mesh(mesh, marks, truth))
    np.testing.assert_allclose(angles, np.degrees(0.2), atol=0.01)


def test_a_region_is_judged_by_its_own_shape(head, anny):
    """A nose that is right but 5 mm too far forward is found to be right, once it is aligned by itself."""
    mesh, marks = head
    nose = np.clip(1.6 - np.linalg.norm(mesh.vertices - marks[30], axis=1) / 25, 0, 1)
    shifted = Mesh(mesh.vertices + nose[:, None] * [0, 0, 5], mesh.triangles)
    truth, target = ScanTruth(scan_of(mesh), marks), Target(shifted)
    score = scan_to_mesh(target, marks, truth, metrical=True)
    alone = region_distances(target, truth, score)
    assert set(alone) == set(REGIONS)
    together = np.median(score.distances[score.regions["nose"]])
    assert together > 0.8 and np.median(alone["nose"]) < 0.7 * together
    assert np.median(alone["forehead"]) < 0.1 and np.median(alone["chin"]) < 0.3


def test_landmarks_that_are_elsewhere_are_refused(head):
    with pytest.raises(SettingsError, match="one unit"):
        ScanTruth(scan_of(head[0]), head[1] + 5000)
    with pytest.raises(SettingsError, match="one unit"):
        ScanTruth(scan_of(head[0]), np.zeros((68, 3)))
