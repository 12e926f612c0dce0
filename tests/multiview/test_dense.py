"""A head with freckles is photographed from two sides; its landmarks are known badly, its skin well."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from facerecon.core.types import Camera, Landmarks, Photo, Texture
from facerecon.drawing.render import render
from facerecon.drawing.shading import FLAT
from facerecon.geometry.graph import vertex_areas
from facerecon.geometry.normals import vertex_normals
from facerecon.geometry.procrustes import procrustes
from facerecon.geometry.projection import project_head
from facerecon.geometry.transforms import apply, camera_from_head_rotation, rigid
from facerecon.morphable.fitting import FitSettings, fit_steps
from facerecon.morphable.observation import ViewState
from facerecon.multiview.dense import DenseSettings, _chosen, _thinned, dense_steps
from facerecon.multiview.unwrapping import unwrap
from facerecon.texture.atlas import build_atlas

FOCAL = 1400.0


@pytest.fixture(scope="module")
def atlas(anny):
    skin = anny.parts == 0
    return build_atlas(anny.uv, anny.uv_triangles[skin], anny.triangles[skin], len(anny.mean), 512)


@pytest.fixture(scope="module")
def scene(anny):
    rng = np.random.default_rng(3)
    identity = rng.normal(size=80) * 0.8
    freckles = cv2.GaussianBlur(rng.normal(size=(1024, 1024)).astype(np.float32), (0, 0), 3)
    paint = (np.array([200, 160, 140]) * (1 + 0.15 * freckles / freckles.std())[:, :, None]).clip(0, 255)
    texture = Texture(paint.astype(np.uint8), np.zeros((1024, 1024), np.uint8))
    camera = Camera(480, 600, FOCAL, np.array([239.5, 299.5]))
    vertices = anny.shape(identity)
    points = anny.landmarks("mediapipe478").on(vertices, anny.triangles)
    photos, marks = [], []
    for number, yaw in enumerate(np.radians((-22, 22))):
        pose = rigid(camera_from_head_rotation(yaw, 0, 0), np.array([0.0, -15, 800]))
        image = render(anny.mesh(vertices), camera, pose, style="textured", texture=texture, lighting=FLAT)
        photos.append(Photo(image, str(number), FOCAL, str(number)))
        pixels = project_head(camera, pose, points)[0]
        # Landmarks err together, as a landmarker's do: a smooth bend of the face that is not there.
        bend = 3.0 * np.stack([np.sin(pixels[:, 1] / 60 + 2 * number), np.cos(pixels[:, 0] / 60)], axis=1)
        marks.append(Landmarks(pixels + bend, None, "mediapipe478"))
    return identity, photos, marks, [camera, camera]


def error(model, identity, true):
    """Mean distance along the normals, laid on each other, mm: what matches of skin can tell."""
    skin = slice(0, model.skin_vertices)
    triangles = model.triangles[model.parts == 0]
    found, truth = model.shape(identity)[skin], model.shape(true)[skin]
    weights = vertex_areas(truth, triangles) * (model.face_region[skin] > 0.5)
    apart = apply(procrustes(found, truth, weights, True), found) - truth
    along = np.abs((apart * vertex_normals(truth, triangles)).sum(axis=1))
    return float(np.average(along, weights=weights))


def test_skin_that_both_photos_show_brings_the_head_nearer(anny, atlas, scene):
    true, photos, marks, cameras = scene
    fit = FitSettings(noise=4.0)
    *_, start = fit_steps(anny, marks, cameras, focal_known=[True, True], settings=fit)
    settings = DenseSettings(rounds=2)
    rounds = [
        *dense_steps(anny, photos, marks, start, atlas, cameras, focal_known=[True, True], fit=fit, settings=settings)
    ]
    assert len(rounds) == 2
    assert rounds[0].matches > 300
    assert rounds[0].after < 0.5 * rounds[0].before
    assert rounds[-1].after < 0.3
    assert error(anny, rounds[-1].step.identity, true) < 0.85 * error(anny, start.identity, true)
    assert [one.step.iteration - start.iteration for one in rounds] == [1, 2]


def test_without_skin_in_common_there_is_no_round(anny, atlas, scene):
    _, photos, marks, cameras = scene
    blank = [replace(photo, image=np.full_like(photo.image, 90)) for photo in photos]
    *_, start = fit_steps(anny, marks, cameras, focal_known=[True, True])
    assert not [*dense_steps(anny, blank, marks, start, atlas, cameras, focal_known=[True, True])]


def test_unwrapping_takes_exposure_off_and_hides_what_is_turned_away(anny, atlas, scene):
    _, photos, marks, cameras = scene
    *_, start = fit_steps(anny, marks[:1], cameras[:1], focal_known=[True])
    head = anny.shape(start.identity, start.views[0].expression)
    face = atlas.from_vertices @ anny.face_region.astype(np.float32) > 0.5
    darker = replace(photos[0], image=(0.6 * photos[0].image).astype(np.uint8))
    first, second = (unwrap(photo, start.views[0], head, anny.triangles, atlas, face) for photo in (photos[0], darker))
    difference = np.abs(first.picture.astype(float) - second.picture)[first.seen]
    assert np.median(difference) <= 4
    assert np.std(first.picture[first.seen].astype(float)) > 25
    assert (first.picture[~first.seen] == 128).all()
    # The subject's left side, +x, is turned away or towards the camera: one of both ears' sides is lost.
    shown = first.points[first.seen][:, 0]
    assert abs((shown > 0).mean() - 0.5) > 0.05
    assert (first.facing[first.seen] > 0.2).all()


def test_photos_that_disagree_are_not_believed(anny, atlas, scene):
    """Matches that meet nowhere on the head leave the fit as it was."""
    _, photos, marks, cameras = scene
    *_, start = fit_steps(anny, marks, cameras, focal_known=[True, True])
    strict = DenseSettings(agreement=1e-3)
    assert not [*dense_steps(anny, photos, marks, start, atlas, cameras, focal_known=[True, True], settings=strict)]


def test_of_many_photos_those_pairs_are_taken_that_tell_most(anny):
    yaws = np.radians((0, 1, 36, 80))
    camera = Camera(480, 600, FOCAL, np.zeros(2))
    poses = [rigid(camera_from_head_rotation(yaw, 0, 0), np.array([0.0, 0, 800])) for yaw in yaws]
    views = tuple(ViewState(camera, pose, np.zeros(52), np.zeros(52), FOCAL, 0.1, np.ones(52)) for pose in poses)
    assert set(_chosen(views, 2)) == {(0, 2), (2, 0), (1, 2), (2, 1)}
    assert len(_chosen(views, 100)) == 12


def test_many_photos_take_no_more_matches_but_tell_as_much():
    settings = DenseSettings()
    assert _thinned(settings, 2) == _thinned(settings, 6) == (settings.spacing, settings.shared)
    spacing, shared = _thinned(settings, 24)
    assert spacing == 2 * settings.spacing
    assert shared * spacing**2 == pytest.approx(settings.shared * settings.spacing**2)
