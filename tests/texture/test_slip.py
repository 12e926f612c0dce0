"""A photo whose pose is told wrongly: the slip is found, and the texture is as sharp as it would have been."""

from dataclasses import replace

import numpy as np
import pytest
from synthetic_head import egg, lay_out_egg, paint, photograph

from facerecon.geometry.projection import project_head
from facerecon.geometry.transforms import camera_from_head_rotation, rigid
from facerecon.texture import bake
from facerecon.texture.capture import capture
from facerecon.texture.slip import find_slip, moved
from facerecon.texture.source import make_source
from facerecon.texture.trust import judge

MESH = egg()
LAYOUT = lay_out_egg(MESH, 512)
POINTS = LAYOUT.atlas.from_vertices @ MESH.vertices
YAW = 0.15


def freckled(points):
    x, y, _ = points.T
    return paint(points) + 12 * (np.sin(0.5 * x + 0.3 * np.sin(0.2 * y)) * np.sin(0.43 * y + 0.01 * x * y))[:, None]


def light(points):
    return 0.85 + 0.15 * points[:, 0] / 70


def take(photo, view):
    seen = capture(photo.image, view.camera, view.camera_from_head, MESH.vertices, MESH.triangles, LAYOUT)
    return seen, judge(seen, np.ones(len(MESH.vertices)), None, LAYOUT)


FIRST = photograph(MESH, YAW, size=600, painted=freckled)
SECOND = photograph(MESH, -YAW, size=600, painted=freckled, light=light)


def mistaken(turn, shift):
    photo, view = SECOND
    pose = rigid(camera_from_head_rotation(turn - YAW, shift / 100, 0), np.array([shift, shift / 2, 600]))
    return photo, replace(view, camera_from_head=pose)


def distances(turn, shift):
    """How far from the truth the second photo is looked up, px: as the fit says, and after the correction."""
    first, trust = take(*FIRST)
    photo, wrong = mistaken(turn, shift)
    second, other = take(photo, wrong)
    slip = find_slip([make_source(first, trust)], second, other, LAYOUT)
    true, said = (project_head(v.camera, v.camera_from_head, MESH.vertices)[0] for v in (SECOND[1], wrong))
    needed = (true - said) * second.camera.focal / wrong.camera.focal
    both = (trust > 0.5) & (other > 0.5)
    return (np.linalg.norm(away, axis=1)[both].mean() for away in (needed, needed - slip))


@pytest.mark.parametrize(("turn", "shift"), [(0.01, 1.0), (0.0, -2.0)])
def test_a_slip_is_found(turn, shift):
    before, after = distances(turn, shift)
    assert before > 1.5 and after < 0.8 and after < 0.35 * before


def test_without_a_slip_nothing_moves():
    before, after = distances(0.0, 0.0)
    assert before == 0 and after < 0.3


def test_the_texture_is_sharp_again():
    def error(second):
        photos, views = zip(FIRST, second, strict=True)
        texture = bake(photos, MESH, views, [MESH.vertices] * 2, 512, layout=LAYOUT)
        middle = (np.abs(POINTS[:, 0]) < 25) & (POINTS[:, 2] > 40) & (np.abs(POINTS[:, 1]) < 60)
        return np.abs(texture.image.reshape(-1, 3)[LAYOUT.atlas.texels][middle] - freckled(POINTS[middle])).mean()

    assert error(mistaken(0.01, 1.0)) < error(SECOND) + 1.0


def test_what_is_seen_by_one_photo_alone_stays():
    first, trust = take(*FIRST)
    back, hidden = take(*photograph(MESH, np.pi, size=600, painted=freckled))
    np.testing.assert_array_equal(find_slip([make_source(first, trust)], back, hidden, LAYOUT), 0)
    same = moved(first, np.zeros((len(trust), 2)), LAYOUT)
    clear = trust > 0.9
    np.testing.assert_allclose(same.colours[clear], first.colours[clear], atol=1.5)
