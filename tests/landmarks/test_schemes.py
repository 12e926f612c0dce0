import numpy as np
import pytest

from facerecon.assets.canonical_face import canonical_face
from facerecon.core.arkit import ARKIT_NAMES
from facerecon.core.errors import SettingsError
from facerecon.core.types import Landmarks
from facerecon.landmarks.schemes import NAMES, convert, mirror, outer_eye_distance, scheme, triangles


@pytest.fixture(scope="module")
def frontal():
    """The canonical face as a frontal camera sees it, `(478, 2)` px, irises in the middle of the eyes."""
    points = canonical_face().vertices[:, :2] * [1, -1]
    right, left = points[[33, 133]].mean(axis=0), points[[263, 362]].mean(axis=0)
    ring = np.array([[0, 0], [5, 0], [0, -5], [-5, 0], [0, 5]])
    return np.concatenate([points, right + ring, left + ring]) + 300


@pytest.mark.parametrize("name", NAMES)
def test_contract(name):
    found = scheme(name)
    every = np.arange(found.count)
    assert (found.mirror[found.mirror] == every).all() and set(found.mirror.tolist()) == set(every.tolist())
    for group, points in found.groups.items():
        assert len(set(points)) == len(points) and set(points) <= set(every.tolist()), group
    for group, points in found.groups.items():  # a side's group is the mirror of the other side's
        assert {int(found.mirror[p]) for p in points} == set(found.groups[swapped(group)])
    assert found.closed <= set(found.groups)
    if len(found.connections):
        pairs = {frozenset(pair) for pair in found.connections.tolist()}
        assert all(len(pair) == 2 for pair in pairs)
        assert {frozenset(found.mirror[list(pair)].tolist()) for pair in pairs} == pairs


def test_mirror_pairs_are_mirror_places(frontal):
    found = scheme("mediapipe478")
    assert np.allclose((frontal[found.mirror] - 300) * [-1, 1], frontal - 300, atol=1e-6)
    alone = np.flatnonzero(found.mirror == np.arange(478))
    assert np.abs(frontal[alone, 0] - 300).max() < 1e-6


def test_right_is_the_subjects_right(frontal):
    for name in ("mediapipe478", "ibug68"):
        points = frontal if name == "mediapipe478" else convert(Landmarks(frontal, None, "mediapipe478"), name).points
        groups = scheme(name).groups
        for part in ("eye", "brow"):
            assert points[list(groups[f"right_{part}"]), 0].max() < points[list(groups[f"left_{part}"]), 0].min()


def test_closed_groups_go_once_around(frontal):
    found = scheme("mediapipe478")
    edges = {frozenset(pair) for pair in found.connections.tolist()}
    for group in found.closed - {"right_brow", "left_brow"}:
        loop = list(found.groups[group])
        assert all(frozenset((a, b)) in edges for a, b in zip(loop, loop[1:] + loop[:1], strict=True)), group
        offsets = frontal[loop] - frontal[loop].mean(axis=0)
        angles = np.unwrap(np.arctan2(offsets[:, 1], offsets[:, 0]))
        assert abs(abs(angles[-1] - angles[0]) - 2 * np.pi) < 1.6, group


def test_inner_lips_lie_inside_the_outer_ones(frontal):
    groups = scheme("mediapipe478").groups
    outer, inner = frontal[list(groups["lips_outer"])], frontal[list(groups["lips_inner"])]
    assert (inner.min(axis=0) > outer.min(axis=0)).all() and (inner.max(axis=0) < outer.max(axis=0)).all()


def test_sixty_eight_points_stand_where_the_annotation_wants_them(frontal):
    points = convert(Landmarks(frontal, None, "mediapipe478"), "ibug68").points
    assert points.shape == (68, 2)
    assert np.allclose((points[scheme("ibug68").mirror] - 300) * [-1, 1], points - 300, atol=1e-6)
    jaw, bridge = points[:17], points[27:31]
    assert (np.diff(jaw[:9, 1]) > 0).all() and (np.diff(jaw[:, 0]) > -8).all() and jaw[:, 1].argmax() == 8
    steps = np.linalg.norm(np.diff(jaw, axis=0), axis=1)
    assert steps.max() / steps.min() < 4  # no gap, no two at one place
    assert (np.diff(bridge[:, 1]) > 0).all() and np.ptp(bridge[:, 0]) < 1e-6
    assert np.diff(bridge[:, 1]).max() / np.diff(bridge[:, 1]).min() < 1.5
    assert (np.diff(points[17:27, 0]) > 0).all() and (np.diff(points[31:36, 0]) > 0).all()
    assert points[17:27, 1].max() < points[36:48, 1].min()
    outer = points[48:60] - points[48:60].mean(axis=0)
    assert (np.diff(np.unwrap(np.arctan2(outer[:, 1], outer[:, 0]))) > 0).all()  # clockwise on screen


def swapped(name):
    return name.replace("right", "?").replace("left", "right").replace("?", "left")


@pytest.mark.parametrize("name", NAMES)
def test_named_points(frontal, name):
    found = scheme(name)
    dense = Landmarks(frontal, None, "mediapipe478")
    points = convert(dense, name).points
    for point, row in found.names.items():
        assert found.names[swapped(point)] == found.mirror[row]
        assert np.linalg.norm(points[row] - frontal[scheme("mediapipe478").names[point]]) < 4, point


@pytest.mark.parametrize("name", NAMES)
def test_flipping_the_photo_and_mirroring_the_points_agree(frontal, name):
    tilted = frontal + np.stack([0.2 * frontal[:, 1], -0.1 * frontal[:, 0]], axis=1)
    dense = Landmarks(tilted, np.arange(478.0), "mediapipe478")
    assert mirror(convert(dense, name), 640).points == pytest.approx(convert(mirror(dense, 640), name).points)
    assert mirror(convert(dense, name), 640).depth == pytest.approx(convert(mirror(dense, 640), name).depth)


@pytest.mark.parametrize("target", ["ibug68", "five"])
def test_over_the_468_it_is_the_same(frontal, target):
    dense = Landmarks(frontal, None, "mediapipe478")
    there = convert(convert(dense, "mediapipe468"), target).points
    assert np.abs(there - convert(dense, target).points).max() < 3  # without irises a pupil is the middle of its eye


def test_no_point_stands_for_two():
    used = [point for rows in scheme("ibug68").sources["mediapipe478"] for point in rows]
    assert len(set(used)) == len(used)


def test_five_points_the_straight_way_and_over_the_68(frontal):
    dense = Landmarks(frontal, np.arange(478.0), "mediapipe478", np.linspace(0, 1, 52), "mediapipe")
    five = convert(dense, "five")
    assert five.landmarker == mirror(dense, 640).landmarker == "mediapipe"
    assert five.points.shape == (5, 2) and five.depth.shape == (5,)
    assert (five.depth[[2, 3]] == [4, 61]).all() and (five.blendshapes == dense.blendshapes).all()
    assert np.abs(convert(convert(dense, "ibug68"), "five").points - five.points).max() < 3


def test_conversions_that_cannot_be():
    dense = Landmarks(np.zeros((478, 2)), None, "mediapipe478")
    assert convert(dense, "mediapipe478") is dense
    for source, target in ((convert(dense, "five"), "mediapipe478"), (dense, "dlib5")):
        with pytest.raises(SettingsError):
            convert(source, target)


def test_mirror_twice_is_the_same(frontal):
    rng = np.random.default_rng(0)
    dense = Landmarks(frontal, rng.normal(size=478), "mediapipe478", rng.uniform(size=52))
    once = mirror(dense, 600)
    twice = mirror(once, 600)
    assert np.allclose(twice.points, dense.points) and (twice.depth == dense.depth).all()
    assert (twice.blendshapes == dense.blendshapes).all()
    left, right = ARKIT_NAMES.index("eyeBlinkLeft"), ARKIT_NAMES.index("eyeBlinkRight")
    assert once.blendshapes[left] == dense.blendshapes[right]
    middle = ARKIT_NAMES.index("jawOpen")
    assert once.blendshapes[middle] == dense.blendshapes[middle]
    assert mirror(convert(dense, "ibug68"), 600).points == pytest.approx(convert(once, "ibug68").points)


def test_triangles_join_the_first_468():
    assert triangles().shape == (898, 3) and set(np.unique(triangles())) == set(range(468))


def test_eye_distance_is_between_the_outer_corners(rng):
    groups = scheme("mediapipe478").groups
    points = rng.normal(scale=200, size=(478, 2))
    for name, x in (("left_eye", 60.0), ("right_eye", -60.0)):
        rows = list(groups[name])
        points[rows] = np.column_stack([np.linspace(0.3, 1, len(rows)) * x, np.zeros(len(rows))])
    turned = points @ np.array([[0.6, 0.8], [-0.8, 0.6]])
    assert outer_eye_distance(Landmarks(turned, None, "mediapipe478")) == pytest.approx(120)
