"""The whole chain on pictures whose truth is known."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from facerecon import pipeline
from facerecon.core.errors import NoFaceError, SettingsError
from facerecon.core.types import Photo
from facerecon.detection import DETECTORS
from facerecon.geometry.procrustes import procrustes
from facerecon.geometry.transforms import apply
from facerecon.landmarks.schemes import convert, scheme
from facerecon.pipeline import STAGES, Settings, landmark_positions, reconstruct, reconstruct_steps
from facerecon.samples import SAMPLES, load_sample, load_truth

SYNTHETIC = [name for name in SAMPLES if load_truth(name)]


def grey(size=256):
    return Photo(np.full((size, size, 3), 128, np.uint8), "grey", None, "grey.png")


@pytest.fixture(scope="module", params=SYNTHETIC)
def subject(request, parts):
    head = reconstruct([load_sample(request.param)], texture_size=512, parts=parts)
    return head, load_truth(request.param)


def test_steps_come_in_order_and_end_with_the_result(parts):
    steps = list(reconstruct_steps([load_sample("astronaut")], Settings(texture_size=512), parts))
    stages = [step.stage for step in steps]
    assert list(dict.fromkeys(stages)) == list(STAGES)
    fractions = [step.fraction for step in steps]
    assert fractions == sorted(fractions) and fractions[-1] == 1
    timings = steps[-1].value.timings_ms
    assert timings["total"] == pytest.approx(sum(timings[stage] for stage in (*STAGES, "loading")))


def test_values_fit_together(astronaut_head, anny):
    head = astronaut_head
    assert head.mesh.vertices.shape == head.morphs.shape[1:] and len(head.morphs) == 52
    assert len(head.neutral.vertices) == anny.skin_vertices
    assert head.neutral.triangles.max() < anny.skin_vertices
    assert head.texture.image.shape == (512, 512, 3)
    assert set(head.part_images) == set(head.mesh.part_names) - {"skin"}
    assert not head.mesh.vertices.flags.writeable


def test_the_astronaut_fits_tightly(astronaut_head):
    points = astronaut_head.landmarks[0].points
    eyes = np.linalg.norm(points[33] - points[263])
    assert np.median(astronaut_head.fit.views[0].residuals) < 0.025 * eyes


def test_the_astronaut_smiles(astronaut_head, anny):
    expression = astronaut_head.fit.views[0].expression
    assert expression[anny.expression_names.index("mouthSmileLeft")] > 0.4
    assert expression[anny.expression_names.index("mouthSmileRight")] > 0.4


def angle_between(first, second):
    """Degrees."""
    return np.degrees(np.arccos((np.trace(first[:3, :3] @ second[:3, :3].T) - 1) / 2))


def test_pose_is_recovered(subject):
    head, truth = subject
    assert angle_between(head.fit.views[0].camera_from_head, truth.camera_from_head) < 3


def test_shape_is_better_than_the_mean_head(subject, anny):
    head, truth = subject
    skin = slice(0, anny.skin_vertices)
    face = anny.face_region[skin] > 0.9
    true = truth.neutral[face]
    fitted, average = (
        np.linalg.norm(apply(procrustes(one[face], true, scale=True), one[face]) - true, axis=1).mean()
        for one in (head.neutral.vertices, anny.mean[skin])
    )
    assert fitted < average


def test_expression_is_of_the_right_kind(subject, anny):
    """The skin of the mouth moves the way it truly moves: more like it than like no expression."""
    head, truth = subject
    found, true = (
        anny.shape(np.zeros(80), expression) - anny.mean
        for expression in (head.fit.views[0].expression, truth.expression)
    )
    assert (found * true).sum() / np.linalg.norm(found) / np.linalg.norm(true) > 0.4


def test_landmarks_fall_on_the_photo(astronaut_head, anny):
    placed = landmark_positions(anny, astronaut_head.fit, 0, "mediapipe478")
    eyes = np.linalg.norm(placed[33] - placed[263])
    assert np.median(np.linalg.norm(placed - astronaut_head.landmarks[0].points, axis=1)) < 0.05 * eyes


def test_a_face_that_stands_on_its_head_is_refused(parts, monkeypatch):
    """A landmarker may imagine one in a profile; the detector's eyes and mouth tell."""
    photo = load_sample("synthetic_1")
    located = parts.landmarker.locate

    def inverted(photo, box):
        found = located(photo, box)
        return replace(found, points=2 * found.points.mean(axis=0) - found.points)

    monkeypatch.setattr(parts.landmarker, "locate", inverted)
    with pytest.raises(NoFaceError, match="landmarks"):
        reconstruct([photo], texture_size=512, parts=parts)


def test_landmarks_that_make_no_face_bring_a_warning(parts, rng):
    photo = load_sample("synthetic_2")
    plain = reconstruct([photo], texture_size=512, parts=parts)
    assert "poor_fit" not in plain.warnings
    shaken = plain.landmarks[0].points + rng.normal(0, 40, (478, 2))
    assert "poor_fit" in reconstruct([photo], texture_size=512, landmarks=(shaken,), parts=parts).warnings


def test_unknown_settings_and_devices_are_refused():
    with pytest.raises(SettingsError, match="glitter"):
        reconstruct([grey()], glitter=True)
    with pytest.raises(SettingsError, match="device"):
        reconstruct([grey()], device="abacus")


def test_two_photos_make_one_head(parts):
    photos = [load_sample("synthetic_1"), load_sample("synthetic_1")]
    head = reconstruct(photos, texture_size=512, parts=parts)
    assert len(head.fit.views) == len(head.landmarks) == 2
    first, second = head.fit.views
    np.testing.assert_allclose(first.camera_from_head, second.camera_from_head, atol=1e-3)


@pytest.mark.parametrize("name", ["retinaface", "centerface", "tiny-yolo"])
def test_every_detector_leads_to_the_same_landmarks(name, parts, astronaut_head):
    photo, expected = load_sample("astronaut"), astronaut_head.landmarks[0].points
    with DETECTORS.create(name) as detector:
        box = detector.detect(photo).boxes[0]
    away = np.linalg.norm(parts.landmarker.locate(photo, box).points - expected, axis=1)
    assert away.max() < 0.01 * np.linalg.norm(expected[33] - expected[263])  # of the outer eye corners' distance


def test_corrected_landmarks_move_the_fit(parts):
    photo = load_sample("synthetic_2")
    plain = reconstruct([photo], texture_size=512, parts=parts)
    moved = plain.landmarks[0].points + [10.0, 0.0]
    shifted = reconstruct([photo], texture_size=512, landmarks=(moved,), parts=parts)
    assert shifted.fit.views[0].camera_from_head[0, 3] > plain.fit.views[0].camera_from_head[0, 3]
    np.testing.assert_array_equal(shifted.landmarks[0].points, moved)


def test_runs_are_the_same_twice(parts):
    photo = load_sample("synthetic_3")
    first, second = (reconstruct([photo], texture_size=512, parts=parts) for _ in range(2))
    np.testing.assert_array_equal(first.mesh.vertices, second.mesh.vertices)
    np.testing.assert_array_equal(first.texture.image, second.texture.image)


def test_68_points_make_a_whole_head_too(subject):
    """Its pose is nearly the 478 points' one, and its eyes have the colour that they find."""
    dense, truth = subject
    head = reconstruct(dense.photos, landmarker="face-api-68", texture_size=512)
    assert angle_between(head.fit.views[0].camera_from_head, truth.camera_from_head) < 6
    eyes = np.linalg.norm(np.subtract(*head.landmarks[0].points[[36, 45]]))
    assert np.median(head.fit.views[0].residuals) < 0.025 * eyes
    assert set(head.part_images) == set(dense.part_images)
    for side in ("eye_left", "eye_right"):
        away = head.part_images[side].mean(axis=(0, 1)) - dense.part_images[side].mean(axis=(0, 1))
        assert np.abs(away).max() < 12


def test_the_canonical_head_runs_through():
    head = reconstruct([load_sample("synthetic_2")], head="canonical", texture_size=512)
    assert head.head_model == "canonical" and len(head.morphs) == 0
    assert head.neutral_landmarks68.shape == (68, 3)


@pytest.mark.parametrize(
    ("photos", "settings", "error"),
    [
        ([], Settings(), SettingsError),
        ([grey()], Settings(), NoFaceError),
        ([grey()], Settings(texture_size=1000), SettingsError),
        (["synthetic_1"], Settings(faces=(5,)), SettingsError),
        (["synthetic_1"], Settings(landmarks=([[1, 2]],)), SettingsError),
        (["synthetic_1"], Settings(head="nobody"), SettingsError),
        (["synthetic_1"], Settings(detector="nobody"), SettingsError),
    ],
)
def test_what_cannot_be_done_is_said(photos, settings, error):
    photos = [load_sample(p) if isinstance(p, str) else p for p in photos]
    with pytest.raises(error) as caught:
        list(reconstruct_steps(photos, settings))
    assert str(caught.value).endswith((".", "…"))


def test_a_masked_face_makes_a_head_and_a_warning(parts, astronaut_head):
    photo = load_sample("astronaut")
    assert not astronaut_head.warnings
    points = convert(astronaut_head.landmarks[0], "ibug68").points
    image = photo.image.copy()
    cv2.fillPoly(image, [np.round(np.vstack([points[2:15], points[28:29]])).astype(np.int32)], (120, 170, 200))
    masked = Photo(image, "masked", None, "masked.png")
    # The detector's own points may fall elsewhere: what is tested is that the head lives with what it gets.
    head = reconstruct([masked], texture_size=512, parts=parts)
    assert "covered_mouth" in head.warnings
    assert np.isfinite(head.mesh.vertices).all() and np.isfinite(head.neutral.vertices).all()


def test_lids_do_not_colour_eyes(parts, astronaut_head, monkeypatch):
    """Landmarks with one eye shut give both eyes the open one's colour; with both shut, the commonest."""
    fit, photo, found = astronaut_head.fit, load_sample("astronaut"), astronaut_head.landmarks[0]
    seen = []

    def note(image, centre, radius):
        seen.append((tuple(centre), radius))
        return np.zeros(3, np.uint8)

    monkeypatch.setattr(pipeline, "iris_colour", note)
    for sides in ((), ("left",), ("left", "right")):
        points = found.points.copy()
        for side in sides:
            rows = list(scheme("mediapipe478").groups[f"{side}_eye"])
            points[rows, 1] = points[rows, 1].mean()
        pipeline.painted_parts(photo, replace(found, points=points), parts.head, fit)
    left, right = seen[:2]
    assert left[1] > 0 and left != right
    assert seen[2:4] == [right, right]
    assert [radius for _, radius in seen[4:]] == [0, 0]


def test_two_people_given_as_one_are_doubted(parts):
    one, other = load_sample("astronaut"), load_sample(SYNTHETIC[0])
    mirrored = replace(one, image=one.image[:, ::-1], digest="mirrored")
    for photos, doubted in (([one, mirrored], False), ([one, other], True)):
        result = reconstruct(photos, texture_size=512, parts=parts)
        assert ("two_people" in result.warnings) == doubted
