"""What a photo lacks is named; and a good photo lacks nothing.

On 178 rendered portraits that nothing covers (100 to 300 px, yaw to 45°) and 34 real faces, no cover was found; 13 of
the rendered ones were called dark and 2 flat, none of the real ones. Of rendered faces with a cover and with landmarks,
a cover was found in 78 % of 55 masks (the rest mostly where the landmarks missed the face), 81 % of 59 sunglasses (of
those light enough to be judged, 91 %), 40 % of 45 hands, wherever they lay, and 15 % of 41 sets of bars.
"""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from facerecon.core.types import Landmarks
from facerecon.landmarks.quality import CONCERNS, Quality, concerns, judge
from facerecon.landmarks.schemes import convert
from facerecon.samples import SAMPLES, load_sample

GOOD = Quality(light=80, burnt=0, contrast=40, blur=0.5, cover=-5, lens=1, below=1, eye_contrast=0.3)


@pytest.fixture(scope="module")
def points(found):
    """The astronaut's sixty-eight."""
    return convert(found, "ibug68").points


def painted(image, ring, colour):
    image = image.copy()
    cv2.fillPoly(image, [np.round(ring).astype(np.int32)], colour, cv2.LINE_AA)
    return cv2.GaussianBlur(image, (0, 0), 0.7)


@pytest.mark.parametrize("name", SAMPLES)
def test_good_photos_lack_nothing(name, parts):
    photo = load_sample(name)
    located = parts.landmarker.locate(photo, parts.detector.detect(photo).boxes[0])
    assert concerns(judge(photo.image, located)) == ()
    assert concerns(judge(photo.image, convert(located, "ibug68"))) == ()


@pytest.mark.parametrize("colour", [(225, 232, 236), (120, 170, 200), (30, 30, 34)])
def test_a_mask_covers_the_mouth(colour, astronaut, found, points):
    ring = np.vstack([points[2:15], points[28:29]])
    assert concerns(judge(painted(astronaut, ring, colour), found)) == ("covered_mouth",)


def test_a_hand_covers_the_mouth(astronaut, found, points):
    palm = cv2.ellipse2Poly((0, 0), (100, 70), 15, 0, 360, 10) / 100 * np.ptp(points[:, 0]) / 2 + points[66]
    assert concerns(judge(painted(astronaut, palm, (150, 98, 72)), found)) == ("covered_mouth",)


def test_sunglasses_cover_the_eyes(astronaut, found, points):
    image = astronaut
    for eye in (points[36:42], points[42:48]):
        centre, size = eye.mean(axis=0), np.linalg.norm(eye[0] - eye[3])
        lens = cv2.ellipse2Poly((0, 0), (100, 85), 0, 0, 360, 10) / 100 * size * 1.1 + centre
        image = painted(image, lens, (25, 25, 28))
    assert concerns(judge(image, found)) == ("covered_eyes",)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda light: light * 0.2, "dark"),
        (lambda light: (0.6 * light) ** 4, "dark"),
        (lambda light: light * 2, "overexposed"),
        (lambda light: 0.6 + 0.1 * light, "flat"),
        (lambda light: cv2.GaussianBlur(light, (0, 0), 2.5), "blurred"),
    ],
)
def test_light_and_focus_are_judged(change, expected, astronaut, found):
    image = (change(astronaut / 255.0).clip(0, 1) * 255).astype(np.uint8)
    assert concerns(judge(image, found)) == (expected,)


def test_size_does_not_matter(astronaut, found):
    larger = cv2.resize(astronaut, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    first, second = judge(astronaut, found), judge(larger, replace(found, points=(found.points + 0.5) * 3 - 0.5))
    for field in ("light", "contrast", "blur", "cover", "lens", "below"):
        assert getattr(first, field) == pytest.approx(getattr(second, field), rel=0.15, abs=1)


def test_each_rule_has_its_measure():
    assert concerns(GOOD) == ()
    bad = {
        "dark": {"light": 10},
        "overexposed": {"burnt": 0.5},
        "flat": {"contrast": 3},
        "blurred": {"blur": 0.9},
        "covered_eyes": {"lens": 0.3, "below": 0.4, "eye_contrast": 0.02},
        "covered_mouth": {"cover": 20},
    }
    assert tuple(bad) == CONCERNS
    for key, measures in bad.items():
        assert concerns(replace(GOOD, **measures)) == (key,)


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_points_anywhere_on_a_plain_picture_do_no_harm(shade, rng):
    image = np.full((60, 80, 3), shade, np.uint8)
    for scale in (0.0, 1.0, 500.0):
        quality = judge(image, Landmarks(rng.normal(30, scale, (68, 2)), None, "ibug68"))
        assert np.isfinite(list(vars(quality).values())).all()
