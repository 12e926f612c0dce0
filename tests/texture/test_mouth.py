"""Teeth and tongue of a photo: on a head whose teeth were painted in a known colour."""

import numpy as np
import pytest

from facerecon.core.types import Camera, View
from facerecon.drawing.render import render
from facerecon.drawing.shading import FLAT
from facerecon.geometry.projection import project_head
from facerecon.geometry.transforms import camera_from_head_rotation, rigid
from facerecon.landmarks.schemes import scheme
from facerecon.morphable import HEADS
from facerecon.suites.paint import EYE, INSIDE, SKIN, TEETH, Canvas, painted
from facerecon.texture import look_into, mouth_of
from facerecon.texture.parts import TEETH as USUAL
from facerecon.texture.parts import part_images, teeth_image
from facerecon.texture.skin import lab

KINDS = {"skin": SKIN, "eye_left": EYE, "eye_right": EYE, "teeth": TEETH, "tongue": INSIDE}
RINGS = [list(scheme("mediapipe478").groups[f"lips_{side}"]) for side in ("inner", "outer")]
YELLOW, WHITE = np.array([205, 180, 130]), np.array([238, 236, 230])
TONGUE = np.array([190, 80, 95])


@pytest.fixture(scope="module")
def head():
    return HEADS.create()


def smiling(head, yaw=0.0, focal=2600.0, open_=0.35, light=1.0, teeth=(YELLOW, WHITE)):
    """A photo of a smile: (image, mesh, view, rings); `teeth` on the subject's right and left."""
    names = list(head.expression_names)
    weights = np.zeros(len(names))
    for name, weight in (("jawOpen", open_), ("mouthSmileLeft", 0.6), ("mouthSmileRight", 0.6)):
        weights[names.index(name)] = weight * (open_ > 0)
    neutral, shape = head.mean, head.shape(np.zeros(len(head.identity_basis)), weights)
    mesh = head.mesh(shape)
    kinds = np.zeros(len(shape), int)
    for part, name in enumerate(head.part_names):
        kinds[mesh.triangles[mesh.parts == part]] = KINDS[name]
    marks = head.landmarks("ibug68").on(neutral, head.triangles)
    colours = painted(Canvas(neutral, kinds, marks), np.random.default_rng(3)).astype(float)
    colours[kinds == TEETH] = np.where(shape[kinds == TEETH, :1] < 0, *teeth)
    colours[kinds == INSIDE] = TONGUE
    camera = Camera(900, 900, focal, np.array([449.5, 420.0]))
    pose = rigid(camera_from_head_rotation(yaw, 0, 0), np.array([0, 0, 700.0]))
    colours = np.clip(colours * light, 0, 255).astype(np.uint8)
    image = render(mesh, camera, pose, style="colours", colours=colours, lighting=FLAT)
    points = head.landmarks("mediapipe478").on(shape, head.triangles)
    pixels, _ = project_head(camera, pose, points)
    return image, mesh, View(camera, pose, weights, np.zeros(0)), [pixels[ring] for ring in RINGS]


def away(colour, truth):
    return float(np.linalg.norm(lab(np.atleast_2d(colour)) - lab(np.atleast_2d(truth)), axis=1).mean())


@pytest.mark.parametrize("yaw", [0.0, 0.35])
@pytest.mark.parametrize("light", [1.0, 0.7])
@pytest.mark.parametrize("teeth", [YELLOW, WHITE])
def test_the_colours_of_teeth_and_tongue_are_read(head, yaw, light, teeth):
    image, _, _, rings = smiling(head, yaw, light=light, teeth=(teeth, teeth))
    opening = look_into(image, *rings)
    assert away(opening.teeth, teeth * light) < 4 and away(opening.tongue, TONGUE * light) < 6


def test_the_picture_of_the_teeth_comes_from_the_photo(head):
    image, mesh, view, rings = smiling(head)
    mouth = mouth_of(look_into(image, *rings), mesh, view)
    shown = teeth_image(mouth=mouth)
    seen = mouth.share > 0.9
    assert seen.sum() > 300
    columns = np.broadcast_to(np.arange(256), seen.shape)
    for colour, side in ((YELLOW, columns < 100), (WHITE, columns > 156)):  # u grows to the subject's left
        there = seen & side
        assert there.sum() > 50 and away(shown[there], colour) < 5 < away(np.array(USUAL), colour)


def test_small_teeth_give_their_colour_only(head):
    image, mesh, view, rings = smiling(head, focal=500.0)
    mouth = mouth_of(look_into(image, *rings), mesh, view)
    assert mouth.picture is None and min(away(mouth.teeth, colour) for colour in (YELLOW, WHITE)) < 12


def test_a_shut_mouth_and_a_grey_photo_tell_nothing(head):
    image, _, _, rings = smiling(head, open_=0.0)
    assert look_into(image, *rings) is None
    image, _, _, rings = smiling(head)
    assert look_into(np.repeat(image.mean(axis=2, keepdims=True), 3, 2).astype(np.uint8), *rings) is None
    assert look_into(image, *(ring + 5000 for ring in rings)) is None


def test_what_lies_behind_lips_is_not_taken(head):
    """Shut lips of the fitted head hide the teeth, whatever the photo shows there."""
    image, _, view, rings = smiling(head)
    mesh = smiling(head, open_=0.0)[1]
    mouth = mouth_of(look_into(image, *rings), mesh, view)
    assert (mouth.share > 0.5).mean() < 0.01
    images = part_images((np.array([90, 60, 40]),) * 2, (0.5, 0.5), 0.1, mouth=mouth)
    assert away(images["tongue"][0, 0], TONGUE) < 6
    assert away(np.median(images["teeth"][100:150, 110:146].reshape(-1, 3), axis=0), mouth.teeth) < 12
