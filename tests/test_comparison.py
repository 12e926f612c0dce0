"""Comparing faces: exact cases whose answer is known."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from facerecon.comparison import (
    PARTS,
    compare_heads,
    compare_landmarks,
    compare_skins,
    embed_face,
    embed_largest,
    face_regions,
    laid_on,
    strangers,
    two_people,
)
from facerecon.core.errors import NoFaceError, SettingsError
from facerecon.core.types import Faces, Fit, Landmarks, Scale
from facerecon.evaluation.known_pairs import head_pairs
from facerecon.geometry.normals import vertex_normals
from facerecon.geometry.similarity import move, square_in
from facerecon.geometry.transforms import apply, rigid, rotation_from_vector
from facerecon.identity.embedding import Embedding
from facerecon.landmarks.schemes import scheme
from facerecon.morphable import HEADS

REGIONS = {"nose", "mouth", "eyes", "forehead", "cheeks", "jaw"}
MOVED = rigid(rotation_from_vector(np.array([0.3, -0.5, 0.2])), np.array([30.0, -80.0, 12.0]))


@pytest.fixture(scope="module")
def regions(anny):
    return face_regions(anny)


@pytest.fixture(scope="module")
def skin(anny):
    return anny.skin(anny.mean)


def fit(identity, std=None, error=0.03):
    return Fit(identity, (), std, Scale("model_average", error))


@pytest.mark.parametrize("name", HEADS)
def test_regions_divide_the_face(name, open_head):
    head = open_head(name)
    regions = face_regions(head)
    assert set(regions) == REGIONS
    assert np.sum(list(regions.values()), axis=0).max() == 1
    points = head.landmarks("ibug68").on(head.mean, head.triangles)
    skin, groups = head.mean[: head.skin_vertices], scheme("ibug68").groups
    for region, group in {"nose": "nose_base", "mouth": "lips_outer", "eyes": "left_eye", "jaw": "jaw"}.items():
        nearest = [np.linalg.norm(skin - point, axis=1).argmin() for point in points[list(groups[group][6:11])]]
        assert all(regions[region][nearest])
    sides = [rows[head.mirror[: len(rows)]] == rows for rows in regions.values()]
    assert np.mean(sides) > 0.98  # as symmetric as the head


def test_the_same_head_does_not_differ(skin, regions):
    found = compare_skins(skin, skin, regions)
    assert found.distance.max() < 1e-9 and np.abs(found.outwards).max() < 1e-9
    assert found.size == pytest.approx(1)
    np.testing.assert_allclose(found.first_from_second, np.eye(4), atol=1e-9)
    np.testing.assert_array_equal(found.face, np.any(list(regions.values()), axis=0))
    assert set(found.regions) == {"face", *REGIONS}
    assert all(region.distance < 1e-9 for region in found.regions.values())


def test_where_a_head_is_does_not_matter(anny, skin, regions, rng):
    other = anny.skin(anny.shape(rng.normal(size=len(anny.identity_basis))))
    moved = replace(other, vertices=apply(MOVED, other.vertices))
    assert compare_skins(skin, replace(skin, vertices=apply(MOVED, skin.vertices)), regions).distance.max() < 1e-9
    here, there = compare_skins(skin, other, regions), compare_skins(skin, moved, regions)
    np.testing.assert_allclose(here.distance, there.distance, atol=1e-6)
    np.testing.assert_allclose(here.outwards, there.outwards, atol=1e-6)
    back = compare_skins(other, skin, regions)
    np.testing.assert_allclose(back.distance, here.distance, atol=1e-3)
    assert back.size == pytest.approx(1 / here.size, rel=0.01)


def test_a_nose_pushed_out_shows_there_and_only_there(skin, regions):
    normals = vertex_normals(skin.vertices, skin.triangles)
    pushed = skin.vertices + 2 * regions["nose"][:, None] * normals
    found = compare_skins(skin, replace(skin, vertices=apply(MOVED, pushed)), regions)
    np.testing.assert_allclose(found.distance[regions["nose"]], 2, atol=0.02)
    np.testing.assert_allclose(found.outwards[regions["nose"]], 2, atol=0.02)
    assert found.distance[~regions["nose"]].max() < 0.02
    assert found.regions["nose"].distance == pytest.approx(2, abs=0.02)
    assert max(found.regions[name].distance for name in REGIONS - {"nose"}) < 0.02
    inwards = compare_skins(skin, replace(skin, vertices=2 * skin.vertices - pushed), regions)
    assert inwards.regions["nose"].outwards == pytest.approx(-2, abs=0.02)


def test_a_larger_head_is_larger(skin, regions):
    found = compare_skins(skin, replace(skin, vertices=1.1 * skin.vertices), regions)
    assert found.size == pytest.approx(1.1)
    assert found.regions["face"].distance > 1


def test_heads_are_laid_on_what_is_alike(rng):
    points = rng.normal(size=(100, 3)) * 40
    away = points.copy()
    away[:30] += [0, 9, 4]
    motion = laid_on(apply(MOVED, away), points, np.ones(100))
    np.testing.assert_allclose((motion @ MOVED)[:3], np.eye(4)[:3], atol=0.05)
    assert np.linalg.det(motion[:3, :3]) == pytest.approx(1)


def test_expressions_do_not_count_and_limits_are_the_measured_ones(anny, rng):
    first, second = (fit(rng.normal(size=len(anny.identity_basis))) for _ in range(2))
    found = compare_heads(anny, first, second)
    limits = head_pairs("anny").limits
    assert set(limits) == {"face", *REGIONS}
    for name, region in found.regions.items():
        assert region.limit == limits[name] and region.within is (region.distance <= limits[name])
    assert found.size_error == pytest.approx(found.size * np.hypot(0.03, 0.03))
    assert all(region.within for region in compare_heads(anny, first, first).regions.values())


def test_where_nobody_measured_limits_follow_what_the_fits_know():
    head = HEADS.create("canonical")
    sure, unsure = (fit(np.zeros(0), np.full(len(head.mean), std)) for std in (0.3, 0.4))
    found = compare_heads(head, sure, unsure)
    assert all(region.limit == pytest.approx(2 * 0.5) for region in found.regions.values())


def test_measured_limits_go_before_what_the_fits_know(anny):
    none = np.zeros(len(anny.identity_basis))
    found = compare_heads(anny, *(fit(none, np.full(len(anny.mean), 0.3)) for _ in range(2)))
    assert {name: region.limit for name, region in found.regions.items()} == head_pairs("anny").limits


def test_a_head_that_nobody_measured_has_no_limits():
    head = HEADS.create("canonical")
    found = compare_heads(head, fit(np.zeros(0)), fit(np.zeros(0)))
    assert all(region.within is None and region.distance < 1e-9 for region in found.regions.values())


@pytest.mark.parametrize("name", ["mediapipe478", "ibug68"])
def test_landmarks_are_compared_by_shape(anny, name, rng):
    points = anny.landmarks(name).on(anny.mean, anny.triangles)[:, :2] * [2, -2] + 300
    first = Landmarks(points, None, name)
    turned = Landmarks(move(square_in(np.array([40.0, 70.0]), 3.0, 0.6, 1), points), None, name)
    same = compare_landmarks(first, turned)
    np.testing.assert_allclose(same.moved, points, atol=1e-9)
    assert same.percent.max() < 1e-9 and set(same.parts) == set(PARTS)
    names, longer = scheme(name).names, points.copy()
    longer[names["nose_tip"]] += [0, 12]
    found = compare_landmarks(first, Landmarks(longer, None, name))
    assert max(found.parts, key=found.parts.get) == "nose"
    between = np.linalg.norm(points[names["left_eye_outer"]] - points[names["right_eye_outer"]])
    assert found.percent[names["nose_tip"]] == pytest.approx(100 * 12 / between, rel=0.1)
    assert np.delete(found.percent, names["nose_tip"]).max() < 0.1 * found.percent.max()


def test_schemes_cannot_be_mixed():
    first, second = (Landmarks(np.zeros((count, 2)), None, name) for count, name in ((68, "ibug68"), (5, "five")))
    with pytest.raises(SettingsError):
        compare_landmarks(first, second)


def test_too_few_landmarks_cannot_be_compared(rng):
    five = Landmarks(rng.random((5, 2)), None, "five")
    with pytest.raises(SettingsError):
        compare_landmarks(five, five)


class Stub:
    """A detector, landmarker and embedder that tell what they were asked."""

    def __init__(self, boxes, points):
        self.boxes, self.points = boxes, points
        self.detector = self.landmarker = self

    def detect(self, photo):
        return Faces(self.boxes, np.ones(len(self.boxes)))

    def locate(self, photo, box):
        self.asked = box
        return self.points

    def embed(self, photo, five):
        self.five = five
        return Embedding(np.eye(4)[0], "stub")


def test_the_largest_face_is_embedded(make_photo, rng):
    photo = make_photo(np.zeros((9, 9, 3), np.uint8))
    marks = Landmarks(rng.normal(size=(5, 2)), None, "five")
    stub = Stub(np.array([[0.0, 0, 9, 9], [0, 0, 4, 4]]), marks)
    assert embed_largest(photo, stub, stub).embedder == "stub"
    np.testing.assert_array_equal(stub.asked, [0, 0, 9, 9])
    np.testing.assert_array_equal(stub.five, marks.points)
    assert embed_face(photo, marks, stub).embedder == "stub"
    for nothing in (Stub(np.zeros((0, 4)), marks), Stub(np.array([[0.0, 0, 9, 9]]), None)):
        with pytest.raises(NoFaceError):
            embed_largest(photo, nothing, nothing)


def test_neither_pipeline_nor_comparison_brings_torch():
    code = "import sys, facerecon.reconstruction, facerecon.comparison; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[1]).returncode == 0


class Faces2d:
    """An embedder that answers angles on a circle."""

    threshold = 0.4

    def __init__(self, *degrees):
        self.vectors = [np.array([np.cos(angle), np.sin(angle)]) for angle in np.radians(degrees)]

    def embed_batch(self, photos, fives):
        assert len(photos) == len(fives) == len(self.vectors)
        return [Embedding(vector, "circle") for vector in self.vectors]


@pytest.mark.parametrize(
    ("degrees", "odd"),
    [
        ((0, 5, 10), ()),
        ((0, 5, 90), (2,)),
        ((90, 0, 5, 8), (0,)),
        ((0, 5, 90, 95), ()),  # half and half: nobody is the odd one
        ((0, 90), ()),  # two photos cannot tell
        ((0, 90, 180), ()),  # nor three of three people
        ((0, 5, 10, 90, 180), (3, 4)),
    ],
)
def test_who_is_the_stranger_among_photos(degrees, odd, make_photo):
    photo = make_photo(np.zeros((8, 8, 3), np.uint8))
    marks = Landmarks(np.zeros((5, 2)), None, "five")
    assert strangers([photo] * len(degrees), [marks] * len(degrees), Faces2d(*degrees)) == odd


@pytest.mark.parametrize(
    ("degrees", "several"),
    [
        ((0, 5), False),
        ((0, 90), True),
        ((0, 5, 90), True),
        ((0, 5, 90, 95), True),
        ((-14, -8, 0, 8, 14), False),  # from one profile to the other: only the outermost are far apart
        ((-14, -8, 0, 8, 14, 90), True),
    ],
)
def test_one_far_pair_among_many_photos_is_no_doubt(degrees, several, make_photo):
    photo = make_photo(np.zeros((8, 8, 3), np.uint8))
    marks = Landmarks(np.zeros((5, 2)), None, "five")
    assert two_people([photo] * len(degrees), [marks] * len(degrees), Faces2d(*degrees)) == several
