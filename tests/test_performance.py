"""Expressions are read off pictures whose expression is known: the pictures here say so themselves."""

from types import SimpleNamespace

import numpy as np
import pytest

from facerecon.core.arkit import ARKIT_NAMES
from facerecon.core.clips import Frame
from facerecon.core.errors import NoFaceError
from facerecon.core.types import Camera, Faces, Landmarks, Photo
from facerecon.geometry.projection import project_head
from facerecon.performance import Seen, expression_of, follow, track_of
from facerecon.samples import load_sample

WAVE = np.linspace(0, 2 * np.pi, 52)


class Told:
    """A detector and landmarker of pictures whose first pixel is the face's place and its second the expression."""

    def __init__(self):
        self.asked: list[np.ndarray] = []
        self.detections = 0

    def detect(self, photo):
        self.detections += 1
        x, there = int(photo.image[0, 0, 0]), int(photo.image[0, 0, 1])
        return Faces([[x, 40, x + 40, 90]], [0.9]) if there else Faces.none()

    def locate(self, photo, box):
        x, there, level = (int(value) for value in photo.image[0, 0])
        self.asked.append(box)
        if not there or not box[0] - 15 < x < box[2]:
            return None
        points = np.array([[x, 40.0], [x + 40, 90.0]])
        return Landmarks(points, None, "five", blendshapes=np.full(52, level / 255))


def picture(x, level, there=1) -> Photo:
    image = np.zeros((8, 8, 3), np.uint8)
    image[0, 0] = x, there, level
    return Photo(image, "d", None, "p")


def told():
    both = Told()
    return both, SimpleNamespace(detector=both, landmarker=both)


def test_a_face_is_followed_without_being_looked_for_again():
    both, parts = told()
    frames = [Frame(i / 15, picture(20 + 2 * i, 10 * i)) for i in range(12)]
    seen = list(follow(frames, parts))
    assert both.detections == 1
    np.testing.assert_allclose([one.weights[0] for one in seen], np.arange(12) * 10 / 255)
    # It is looked for around where it was last.
    assert both.asked[5][0] < 28 < both.asked[5][2]


def test_a_face_that_jumps_or_was_gone_is_found_again():
    both, parts = told()
    frames = [Frame(0, picture(20, 9)), Frame(1, picture(200, 9)), Frame(2, picture(0, 9, 0)), Frame(3, picture(90, 9))]
    seen = list(follow(frames, parts))
    assert [one.weights is None for one in seen] == [False, False, True, False]
    assert both.detections == 4


def test_a_photo_without_a_face_says_so():
    _, parts = told()
    with pytest.raises(NoFaceError):
        expression_of(picture(0, 0, 0), parts)


def test_trembling_is_taken_out_and_motion_is_not_delayed(rng):
    times = np.arange(0, 4, 1 / 15)
    truth = 0.5 + 0.4 * np.sin(2 * np.pi * 0.5 * times[:, None] + WAVE)
    noisy = truth + rng.normal(0, 0.05, truth.shape)
    track = track_of(Seen(t, row) for t, row in zip(times, noisy, strict=True))
    inner = slice(5, -5)
    error, before = (np.sqrt(np.mean((x[inner] - truth[inner]) ** 2)) for x in (track.at(times), noisy))
    assert error < 0.75 * before
    # The best shift in time is none: no lag.
    shifts = np.arange(-3, 4) / 15
    misses = [np.abs(track.at(times[10:-10] + shift) - truth[10:-10]).mean() for shift in shifts]
    assert shifts[int(np.argmin(misses))] == 0


def scored(**weights) -> np.ndarray:
    """`(60, 52)` scores of a film of four seconds: constant ones, and ones that come and go."""
    rows = np.zeros((60, 52))
    for name, values in weights.items():
        rows[:, ARKIT_NAMES.index(name)] = values
    return rows


def test_brows_that_the_detector_always_sees_raised_are_at_rest(anny):
    bump = 0.15 * np.exp(-((np.arange(60) - 30) ** 2) / 50)
    rows = scored(browInnerUp=0.8 + bump, mouthSmileLeft=0.6, eyeSquintLeft=0.3)
    track = track_of([Seen(i / 15, row) for i, row in enumerate(rows)], anny)
    brows, smile, squint = (
        track.weights[:, ARKIT_NAMES.index(name)] for name in ("browInnerUp", "mouthSmileLeft", "eyeSquintLeft")
    )
    assert brows[:10].max() < 0.02 and brows[30] > 0.15
    assert smile.min() > 0.55, "a smile all the way is a smile"
    assert squint.max() < 0.02, "that is how the detector sees eyes at rest"
    raw = track_of([Seen(i / 15, row) for i, row in enumerate(rows)])
    assert raw.weights[:, ARKIT_NAMES.index("browInnerUp")].min() > 0.75


def test_brows_go_as_far_as_their_landmarks(anny):
    """The detector hardly says so, but the points move."""
    true = scored(browInnerUp=0.8 * np.sin(np.arange(60) / 6).clip(0), browOuterUpLeft=0, jawOpen=0.3)
    told = scored(browInnerUp=0.9 + 0.1 * true[:, ARKIT_NAMES.index("browInnerUp")], jawOpen=0.3)
    marks, camera = anny.landmarks("mediapipe478"), Camera(480, 600, 900.0, np.array([239.5, 299.5]))
    pose = np.diag([1.0, -1, -1, 1])
    pose[2, 3] = 700
    seen = []
    for i, (row, scores) in enumerate(zip(true, told, strict=True)):
        pixels, _ = project_head(camera, pose, marks.on(anny.shape(np.zeros(80), row), anny.triangles))
        seen.append(Seen(i / 15, scores, Landmarks(pixels, None, "mediapipe478", scores), camera))
    k = ARKIT_NAMES.index("browInnerUp")
    followed, before = track_of(seen, anny).weights[:, k], track_of(seen).weights[:, k]
    assert np.ptp(before) < 0.1 < 0.45 < np.ptp(followed) and followed.min() < 0.05
    assert np.corrcoef(followed, true[:, k])[0, 1] > 0.95


def test_gaps_are_bridged_and_films_without_faces_refused():
    times = np.arange(30) / 15
    rows = [Seen(t, None if 10 <= i < 16 else np.full(52, t / 2)) for i, t in enumerate(times)]
    track = track_of(rows)
    np.testing.assert_allclose(track.at(times[8:20])[:, 0], times[8:20] / 2, atol=0.02)
    with pytest.raises(NoFaceError):
        track_of([Seen(t, None if i else np.zeros(52)) for i, t in enumerate(times)])


def test_a_smile_is_seen_in_a_real_photo(parts):
    weights = dict(zip(ARKIT_NAMES, expression_of(load_sample("astronaut"), parts), strict=True))
    assert min(weights["mouthSmileLeft"], weights["mouthSmileRight"]) > 0.5 > weights["jawOpen"]
