"""Residuals vanish at the truth, and move as their Jacobian says."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from facerecon.geometry.transforms import rigid, rotation_from_vector
from facerecon.photometric.residuals import Reader
from facerecon.photometric.skin import AWAY, SPACING, SkinPlaces
from facerecon.photometric.window import window


def seen(scene, step, size=128):
    places = SkinPlaces.of(scene.head)
    heads = [scene.head.shape(step.identity, view.expression) for view in step.views]
    windows = [
        window(photo, view, head[places.rows], size)
        for photo, view, head in zip(scene.photos, step.views, heads, strict=True)
    ]
    return Reader(scene.head, places, "cpu").read(windows, step.views, heads), places


def test_places_are_spread_evenly_over_skin(anny):
    places = SkinPlaces.of(anny)
    apart = np.linalg.norm(places.mean[:, None] - places.mean[None], axis=2) + 1e9 * np.eye(len(places))
    assert len(places) > 300 and apart.min() > SPACING
    marks = anny.landmarks("mediapipe478").on(anny.mean, anny.triangles)
    assert np.linalg.norm(places.mean[:, None] - marks[[13, 33, 263, 105]][None], axis=2).min() > AWAY
    few = places.first(60)
    assert len(few) == 60 and np.ptp(few.mean[:, 0]) > 0.7 * np.ptp(places.mean[:, 0])
    assert np.isin(few.rows, few.triangles).all() and np.isin(few.triangles, few.rows).any(axis=1).all()


def test_at_the_truth_only_the_reflectance_is_left(three_photos):
    scene = three_photos
    photos, places = seen(scene, scene.truth(), 192)
    for one, light in zip(photos, scene.lights, strict=True):
        left, _, _ = one.linearised(torch.tensor(light))
        known = np.log(0.83333 * scene.reflectance[places.rows[one.rows.numpy()]])
        away = left.numpy() - known
        assert len(away) > 120
        # The brightness is read with 0.01 on top, and the windows are a little soft.
        assert np.median(np.abs(away - np.median(away))) < 0.02


def test_sides_that_the_camera_does_not_see_are_not_read(three_photos):
    photos, places = seen(three_photos, three_photos.truth())
    left, front, right = (places.mean[one.rows.numpy(), 0].mean() for one in photos)
    assert abs(front) < 5 and abs(left) > 10 and left * right < 0


@pytest.mark.parametrize("kind", ["identity", "turn", "shift", "focal", "expression"])
def test_the_jacobian_is_the_derivative(one_photo, kind):
    scene, rng = one_photo, np.random.default_rng(1)
    step, light = scene.truth(), torch.tensor(scene.lights[0])
    (here,), _ = seen(scene, step)
    residuals, jacobian, _ = here.linearised(light)
    count, view = len(step.identity), step.views[0]
    delta = np.zeros(jacobian.shape[1])
    if kind == "identity":
        delta[:count] = 0.05 * rng.normal(size=count)
        moved = replace(step, identity=step.identity + delta[:count])
    else:
        where = {"turn": slice(0, 3), "shift": slice(3, 6), "focal": slice(6, 7), "expression": slice(7, None)}[kind]
        own = np.zeros(len(delta) - count)
        size = {"turn": 2e-3, "shift": 0.3, "focal": 2e-3, "expression": 0.03}[kind]
        own[where] = size * rng.uniform(0.3, 1, len(own[where]))
        delta[count:] = own
        pose = view.camera_from_head
        pose = rigid(rotation_from_vector(own[:3]) @ pose[:3, :3], pose[:3, 3] + own[3:6])
        camera = replace(view.camera, focal=view.camera.focal * np.exp(own[6]))
        expression = view.expression + own[7:]
        moved = replace(step, views=(replace(view, camera=camera, camera_from_head=pose, expression=expression),))
    (there,), _ = seen(scene, moved)
    both = np.intersect1d(here.rows.numpy(), there.rows.numpy())
    pick = [np.searchsorted(one.rows.numpy(), both) for one in (here, there)]
    change = there.linearised(light)[0].numpy()[pick[1]] - residuals.numpy()[pick[0]]
    expected = (jacobian.numpy() @ delta)[pick[0]]
    assert np.corrcoef(change, expected)[0, 1] > 0.9
    assert 0.8 < (change @ expected) / (expected @ expected) < 1.2


def test_a_window_continues_beyond_the_photo(one_photo):
    scene = one_photo
    view = scene.truth().views[0]
    points = scene.vertices[SkinPlaces.of(scene.head).rows]
    whole = window(scene.photos[0], view, points, 96)
    assert whole.inside.all() and whole.camera(view.camera).width == 96
    shifted = rigid(view.camera_from_head[:3, :3], view.camera_from_head[:3, 3] + [120.0, 0, 0])
    beside = window(scene.photos[0], replace(view, camera_from_head=shifted), points, 96)
    assert 0.2 < beside.inside.mean() < 0.8 and beside.inside[:, 0].all() and not beside.inside[:, -1].any()
    far = rigid(view.camera_from_head[:3, :3], view.camera_from_head[:3, 3] + [900.0, 0, 0])
    assert not window(scene.photos[0], replace(view, camera_from_head=far), points, 96).inside.any()
