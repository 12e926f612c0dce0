"""The start that is learnt: the weights that we ship, when they are silent, and the script that made them."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from facerecon.core.errors import SettingsError
from facerecon.core.types import Camera, Landmarks
from facerecon.geometry.projection import project_head
from facerecon.geometry.transforms import camera_from_head_rotation, rigid
from facerecon.morphable import HEADS, STARTS
from facerecon.morphable.landmark_errors import head_axes, landmark_errors
from facerecon.morphable.learned_start import WEIGHTS, Aligner, LearnedStart, training_record
from facerecon.morphable.pose import first_camera
from facerecon.samples import load_sample
from scripts.head_start import held_out
from scripts.head_start.lessons import LOPSIDED, Lessons, imagined
from scripts.head_start.train import ridge, train_steps

CAMERA = Camera(800, 800, 1040.0, np.array([399.5, 399.5]))


@pytest.fixture(scope="module")
def anny():
    return HEADS.create("anny")


@pytest.fixture(scope="module")
def start(anny):
    return LearnedStart(anny)


@pytest.fixture(scope="module")
def taken(anny):
    """Twelve people that nobody was taught: landmarks, cameras and identities. The points err as in renders."""
    found, errors, camera = [], landmark_errors("mediapipe", "mediapipe478"), CAMERA
    for number in range(12):
        rng = np.random.default_rng((4, number))
        identity = np.where(np.arange(80) == anny.size_mode, 0, rng.normal(size=80))
        pose = rigid(camera_from_head_rotation(*rng.normal(0, 0.2, 3)), np.array([0.0, 30.0, 600.0]))
        points = anny.landmarks("mediapipe478").on(anny.shape(identity), anny.triangles)
        axes, millimetres = head_axes(camera, pose)
        together = np.tensordot(rng.normal(size=len(errors.directions)), errors.directions, axes=1)
        pixels = project_head(camera, pose, points)[0] + errors.mean(camera, pose, identity)
        marks = Landmarks(pixels + together @ axes / millimetres, None, "mediapipe478", np.zeros(52), "mediapipe")
        found.append((marks, camera, identity))
    return found


@pytest.fixture(scope="module")
def renders(parts):
    """Three photos of rendered people: landmarks, and cameras."""
    photos = [load_sample(f"synthetic_{number}") for number in (1, 2, 3)]
    boxes = [parts.detector.detect(photo, parts.settings.search).boxes[0] for photo in photos]
    return [parts.landmarker.locate(*one) for one in zip(photos, boxes, strict=True)], list(map(first_camera, photos))


def test_it_is_nearer_than_the_mean_head(anny, start, taken):
    error = held_out.FaceError.of(anny)
    found = np.array([start.predict([start.align(marks, camera)])[0] for marks, camera, _ in taken])
    true = np.array([identity for *_, identity in taken])
    assert error(found - true).mean() < 0.9 * error(true).mean()


def test_a_mirror_image_is_the_same_person_mirrored(anny, start, taken):
    marks, camera, _ = taken[0]
    lessons = Lessons.of([(start.align(marks, camera), np.zeros(80), 0, "imagined", True)]).with_mirror_images()
    there, back = start.predict(list(lessons.photos()))
    np.testing.assert_allclose(there, back * LOPSIDED, atol=1e-4)


def test_photos_in_any_order_tell_the_same(start, renders):
    marks, cameras = renders
    there, back = start.tell(marks, cameras), start.tell(marks[::-1], cameras[::-1])
    assert there.strangeness == back.strangeness[::-1]
    np.testing.assert_allclose(there.expected.mean, back.expected.mean, atol=1e-5)


def test_strange_landmarks_are_declined(start, renders):
    marks, camera = (one[0] for one in renders)
    usual = start.tell([marks], [camera])
    # A face whose right half is half as wide.
    middle = marks.points[:, 0].mean()
    narrow = marks.points.copy()
    narrow[:, 0] = np.where(narrow[:, 0] < middle, middle + (narrow[:, 0] - middle) / 2, narrow[:, 0])
    strange = start.tell([replace(marks, points=narrow)], [camera])
    assert strange.declined and strange.expected is None
    assert not usual.declined and usual.expected is not None
    # Of two photos, the usual one is still believed.
    both = start.tell([marks, replace(marks, points=narrow)], [camera, camera])
    assert both.declined
    np.testing.assert_allclose(both.expected.mean, usual.expected.mean, atol=1e-6)


def test_it_is_silent_where_it_learnt_nothing(start, renders):
    marks, camera = (one[0] for one in renders)
    for other in (replace(marks, landmarker=None), replace(marks, blendshapes=None)):
        told = start.tell([other], [camera])
        assert told.expected is None and not told.declined
    assert LearnedStart(HEADS.create("canonical")).tell([marks], [camera]).expected is None
    assert STARTS.create("mean", model=None).tell([marks], [camera]).expected is None


def test_a_start_that_does_not_exist_is_refused():
    from facerecon.pipeline import reconstruct

    with pytest.raises(SettingsError, match="no start called"):
        reconstruct([object()], start="best")


def test_the_size_is_never_guessed(anny, start, renders):
    expected = start.tell(*renders).expected
    assert expected.mean[anny.size_mode] == pytest.approx(0, abs=1e-6)
    others = np.arange(80) != anny.size_mode
    np.testing.assert_allclose(expected.precision[anny.size_mode, others], 0, atol=1e-6)


def test_the_record_belongs_to_the_weights(start):
    record = training_record()
    with np.load(WEIGHTS) as data:
        weights = sum(data[name].size for name in data.files if name.startswith("network/"))
    assert record["made"]["parameters"] == weights
    assert [row["step"] for row in record["curve"]] == sorted(row["step"] for row in record["curve"])
    assert all(0 < row["share"] < 1 for row in record["held_out"].values())
    assert json.dumps(record).isprintable()


def test_training_learns_a_law_that_is_not_straight(anny, rng):
    """Identities that are a bent function of the offsets: the steps after the ridge bring the error down."""
    count = 600
    offsets = np.zeros((count, 478, 2))
    offsets[:, :6, 0] = rng.normal(size=(count, 6)) * 3
    identity = np.zeros((count, 80))
    identity[:, 0] = np.abs(offsets[:, 0, 0]) - 2
    identity[:, 1] = offsets[:, 1, 0]
    flat = np.column_stack([np.ones(count), rng.uniform(-0.5, 0.5, (count, 6))])
    lessons = Lessons(
        offsets, rng.random((count, 52)), flat, identity, np.arange(count), np.full(count, "anny"), np.ones(count, bool)
    )
    torch.manual_seed(0)
    network, error = ridge(lessons, np.ones(count)), held_out.FaceError.of(anny)
    before = error(held_out.held_out(network, lessons) - identity).mean()
    curve = list(train_steps(network, lessons, np.ones(count), error, 300))
    assert error(held_out.held_out(network, lessons) - identity).mean() < before
    assert [step for step, _ in curve] == [100, 200, 300]


def test_imagined_landmarks_err_as_measured(anny):
    """They are off the mean head by a few mm, and the same seed imagines the same people."""
    lessons = imagined(anny, Aligner(anny), 20, np.random.default_rng(3))
    rms = np.sqrt((lessons.offsets**2).mean(axis=(1, 2)))
    assert 1 < np.median(rms) < 5
    assert np.abs(lessons.identity[:, anny.size_mode]).max() == 0
    other = imagined(anny, Aligner(anny), 20, np.random.default_rng(3))
    np.testing.assert_array_equal(lessons.offsets, other.offsets)
