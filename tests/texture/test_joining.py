"""Several photos become one picture: seams, focus, highlights, and blocks of texels painted side by side."""

from dataclasses import replace

import cv2
import numpy as np
from synthetic_head import SKIN, egg, lay_out_egg, paint, photograph

from facerecon.geometry.graph import edges
from facerecon.texture import bake
from facerecon.texture import paint as painting
from facerecon.texture.capture import capture
from facerecon.texture.fuse import Piece, fuse
from facerecon.texture.quality import clear_of_glare, glare, relative_sharpness, sharpness
from facerecon.texture.seams import seam_contrast

MESH = egg(40, 80)
LAYOUT = lay_out_egg(MESH, 384)
X, Y, Z = MESH.vertices.T
POINTS = LAYOUT.atlas.from_vertices @ MESH.vertices
WHOLE = np.ones(len(X))


def take(photo, view):
    return capture(photo.image, view.camera, view.camera_from_head, MESH.vertices, MESH.triangles, LAYOUT)


def freckled(points):
    x, y, _ = points.T
    return paint(points) + 14 * (np.cos(1.1 * x) * np.cos(1.2 * y))[:, None]


def run(*shots):
    photos, views = zip(*shots, strict=True)
    texture = bake(photos, MESH, views, [MESH.vertices] * len(photos), 384, layout=LAYOUT)
    return texture.image.reshape(-1, 3)[LAYOUT.atlas.texels].astype(float)


def test_a_step_between_two_pieces_is_gone_and_their_gradients_stay():
    truth = paint(MESH.vertices)
    left = np.clip(0.5 + X / 6, 0, 1)
    pieces = [Piece(truth, left, left / 8**2), Piece(truth * 0.8 + 5, 1 - left, (1 - left) / 200**2)]
    joined = fuse(LAYOUT, pieces)
    mixed = left[:, None] * truth + (1 - left)[:, None] * pieces[1].colours
    i, j = edges(MESH.triangles).T
    at_seam = (np.abs(X[i]) < 8) & (np.abs(X[j]) < 8)

    def error(colours):
        return np.abs((colours[j] - colours[i]) - (truth[j] - truth[i]))[at_seam].mean()

    assert error(mixed) > 4 * error(joined)
    held = X > 30
    assert np.abs(joined - truth)[held].max() < 3  # what is anchored firmly stays
    assert np.abs(joined - truth)[X < -5].mean() < 0.4 * np.abs(mixed - truth)[X < -5].mean()


def test_one_piece_comes_back_as_it_is():
    truth = paint(MESH.vertices)
    np.testing.assert_allclose(fuse(LAYOUT, [Piece(truth, WHOLE, WHOLE / 50**2)]), truth, atol=1e-4)


def test_the_sharp_photo_wins():
    sharp, view = photograph(MESH, 0.1, painted=freckled)
    blunt, other = photograph(MESH, -0.1, painted=freckled)
    blunt = replace(blunt, image=cv2.GaussianBlur(blunt.image, (0, 0), 4))
    both = [take(sharp, view), take(blunt, other)]
    there = [one.free & (one.facing > 0.5) for one in both]
    first, second = relative_sharpness([sharpness(one) for one in both], there)
    seen = there[0] & there[1] & (np.abs(Y) < 60)
    assert (first[seen] == 1).mean() > 0.97 and np.median(second[seen]) < 0.6
    colours, truth = run((blunt, other), (sharp, view)), freckled(POINTS)
    near = (POINTS[:, 2] > 60) & (np.abs(POINTS[:, 1]) < 55)
    alone = run((blunt, other))
    assert np.abs(colours - truth)[near].mean() < 0.6 * np.abs(alone - truth)[near].mean()


def test_light_and_distance_do_not_make_a_photo_sharper():
    photo, view = photograph(MESH, 0.1, painted=freckled)
    dark = replace(photo, image=(photo.image * 0.6).astype(np.uint8))
    one, other = sharpness(take(photo, view)), sharpness(take(dark, view))
    seen = take(photo, view).facing > 0.6
    np.testing.assert_allclose(other[seen] / one[seen], 1, atol=0.25)


def test_a_highlight_is_told_from_lighter_skin():
    matte = SKIN * np.array([0.5, 0.8, 1.0, 1.1])[:, None]
    shiny = np.clip(SKIN + np.array([20, 45, 80])[:, None] * np.array([1, 1.1, 1.2]), 0, 255)
    assert glare(matte, SKIN).max() < 0.03
    assert (np.diff(glare(shiny, SKIN)) > 0).all() and clear_of_glare(shiny, SKIN)[-1] < 0.3
    assert clear_of_glare(matte, SKIN).min() > 0.95


def test_another_photo_looks_under_a_highlight():
    """A shine that moves with the camera: where one photo has it the other has not."""

    def shining(x):
        def painted(points):
            spot = np.exp(-(((points[:, 0] - x) / 9) ** 2) - (points[:, 1] / 25) ** 2) * (points[:, 2] > 0)
            return np.clip(paint(points) + 90 * spot[:, None], 0, 255)

        return painted

    shots = [photograph(MESH, yaw, painted=shining(x)) for yaw, x in ((0.12, 14), (-0.12, -14))]
    colours, truth = run(*shots), paint(POINTS)
    spots = (np.abs(np.abs(POINTS[:, 0]) - 14) < 5) & (np.abs(POINTS[:, 1]) < 12) & (POINTS[:, 2] > 0)
    each = np.mean([np.abs(run(shot) - truth)[spots].mean() for shot in shots])
    assert np.abs(colours - truth)[spots].mean() < 0.6 * each


def test_blocks_do_not_show(monkeypatch):
    """Small blocks, large blocks: only the grain's numbers differ."""
    shot = photograph(MESH, 0.4)
    large = run(shot)
    monkeypatch.setattr(painting, "BLOCK", 5000)
    small = run(shot)
    assert np.abs(large - small).mean() < 1.5 and np.median(np.abs(large - small)) <= 1
    assert np.corrcoef(large.ravel(), small.ravel())[0, 1] > 0.999


def test_seams_are_measured():
    rng = np.random.default_rng(0)
    image = np.clip(rng.normal(150, 3, (512, 512, 1)) + np.zeros(3), 0, 255).astype(np.uint8)
    provenance = np.zeros((512, 512), np.uint8)
    provenance[:, 256:] = 1
    covered = np.ones((512, 512), bool)
    on, beside = seam_contrast(image, provenance, covered)
    assert abs(on - beside) < 0.3
    image[:, 256:] -= 25
    on, again = seam_contrast(image, provenance, covered)
    assert on > 3 * beside and abs(again - beside) < 0.2
    covered[:, 250:262] = False
    assert seam_contrast(image, provenance, covered) == (0, 0)
