"""The report on a slip: it is measured, bent away, and measured again."""

from dataclasses import replace

import numpy as np
from synthetic_head import egg, lay_out_egg, paint, photograph

from facerecon.geometry.transforms import camera_from_head_rotation, rigid
from facerecon.texture import bake
from facerecon.texture.slip_report import slip_report

MESH = egg()
LAYOUT = lay_out_egg(MESH, 512)
WHOLE = np.ones(len(MESH.vertices))
YAW = 0.15


def freckled(points):
    x, y, _ = points.T
    return paint(points) + 12 * (np.sin(0.5 * x + 0.3 * np.sin(0.2 * y)) * np.sin(0.43 * y + 0.01 * x * y))[:, None]


FIRST, SECOND = (photograph(MESH, yaw, size=600, painted=freckled) for yaw in (YAW, -YAW))
WRONG = (
    SECOND[0],
    replace(
        SECOND[1], camera_from_head=rigid(camera_from_head_rotation(0.01 - YAW, 0.01, 0), np.array([1.0, 0.5, 600]))
    ),
)


def report(*shots):
    photos, views = zip(*shots, strict=True)
    return slip_report(photos, views, [MESH.vertices] * len(shots), MESH.triangles, WHOLE, LAYOUT)


def test_a_slip_is_reported_and_mostly_gone_afterwards():
    told = report(FIRST, WRONG)
    assert told.photo == 1 and told.shared.sum() > 400
    assert told.before > 1.5 and told.after < 0.35 * told.before
    assert told.slip.shape == told.left.shape == told.pixels.shape == (len(WHOLE), 2)


def test_photos_that_meet_have_no_slip():
    assert report(FIRST, SECOND).before < 0.3


def test_the_photo_that_shows_most_of_the_same_skin_is_taken():
    assert report(FIRST, photograph(MESH, np.pi / 2, size=600, painted=freckled), WRONG).photo == 2


def test_nothing_is_told_without_a_second_look_at_the_same_skin():
    assert report(FIRST) is None
    assert report(FIRST, photograph(MESH, np.pi, size=600, painted=freckled)) is None


def test_the_correction_can_be_left_out():
    photos, views = zip(FIRST, WRONG, strict=True)
    with_it, without = (
        bake(photos, MESH, views, [MESH.vertices] * 2, 512, layout=LAYOUT, align=align) for align in (True, False)
    )
    points = LAYOUT.atlas.from_vertices @ MESH.vertices
    middle = (np.abs(points[:, 0]) < 25) & (points[:, 2] > 40) & (np.abs(points[:, 1]) < 60)
    truth = freckled(points[middle])
    away = [np.abs(t.image.reshape(-1, 3)[LAYOUT.atlas.texels][middle] - truth).mean() for t in (with_it, without)]
    assert away[0] < 0.8 * away[1]
