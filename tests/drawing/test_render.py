from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from facerecon.core.types import Camera, Texture
from facerecon.drawing.heads import draw_head, draw_silhouette, silhouette
from facerecon.drawing.render import STYLES, Look, render, render_layer
from facerecon.drawing.shading import FLAT, SOFT, STUDIO, shade, to_linear, to_srgb
from facerecon.drawing.theme import PROVENANCE, rgb
from facerecon.geometry.projection import project_head


def everything(mesh, texture):
    colours = np.random.default_rng(0).integers(0, 256, (len(mesh.vertices), 3), np.uint8)
    return {"texture": texture, "colours": colours}


def inside(mesh, camera, pose, pixels=3):
    return ndimage.binary_erosion(silhouette(mesh, camera, pose), iterations=pixels)


@pytest.mark.parametrize("style", STYLES)
def test_alpha_is_the_silhouette(mesh, camera, pose, texture, style):
    layer = render_layer(mesh, camera, pose, Look(style, **everything(mesh, texture)))
    covered = silhouette(mesh, camera, pose)
    # The centre of a pixel is covered where, up to the outermost ring of samples, half of it is.
    edge = ndimage.binary_dilation(covered) ^ ndimage.binary_erosion(covered)
    np.testing.assert_array_equal((layer[..., 3] > 127)[~edge], covered[~edge])
    assert ((layer[..., 3] > 0) & (layer[..., 3] < 255)).any()
    assert abs((layer[..., 3] / 255).sum() / covered.sum() - 1) < 0.01


@pytest.mark.parametrize("style", STYLES)
def test_pixels_outside_stay_equal(mesh, camera, pose, texture, photo, style):
    drawn = render(mesh, camera, pose, style=style, background=photo, **everything(mesh, texture))
    outside = ~ndimage.binary_dilation(silhouette(mesh, camera, pose), iterations=2)
    np.testing.assert_array_equal(drawn[outside], photo[outside])
    assert (drawn != photo).any()


def test_unlit_texture_comes_back(mesh, camera, pose, texture):
    eye = np.full((8, 8, 3), (10, 90, 200), np.uint8)
    drawn = render(mesh, camera, pose, style="textured", texture=texture, part_images={"eye_left": eye}, lighting=FLAT)
    within = drawn[inside(mesh, camera, pose)]
    is_skin, is_eye = (np.abs(within.astype(int) - colour).max(axis=1) <= 1 for colour in ((200, 150, 120), eye[0, 0]))
    assert is_eye.sum() > 100 and is_skin.sum() > 10_000
    assert (is_skin | is_eye).mean() > 0.98  # the rest is the rim of the eye
    # The subject's left eye is on the picture's right, above the middle.
    row, column = np.argwhere(np.abs(drawn.astype(int) - eye[0, 0]).max(axis=2) <= 1).mean(axis=0)
    expected, _ = project_head(camera, pose, np.array([[30.0, 10, 87]]))
    np.testing.assert_allclose((column, row), expected[0], atol=1.5)


def test_texture_is_upright(mesh, camera, pose):
    image = np.zeros((128, 128, 3), np.uint8)
    image[38:42, 70:74] = 255  # v = 0.31: above the middle; u = 0.56: the subject's left
    drawn = render(mesh, camera, pose, style="textured", texture=Texture(image, image[..., 0] * 0), lighting=FLAT)
    found = np.argwhere(drawn[..., 0] > 200).mean(axis=0)[::-1]
    u, v = 72 / 128, 40 / 128
    r, t = v * np.pi, u * 2 * np.pi
    place = 80 * np.array([[-np.sin(r) * np.sin(t), np.cos(r), -np.sin(r) * np.cos(t)]])
    np.testing.assert_allclose(found, project_head(camera, pose, place)[0][0], atol=1)


def test_normals_are_coloured_by_direction(mesh, camera, pose):
    ball = replace(mesh, triangles=mesh.triangles[mesh.parts == 0], uv=None, uv_triangles=None, parts=None)
    drawn = render(ball, camera, pose, style="normals").astype(int)
    np.testing.assert_allclose(drawn[100, 120], (128, 128, 255), atol=3)
    covered = np.argwhere(inside(ball, camera, pose))
    right, top = covered[covered[:, 1].argmax()], covered[covered[:, 0].argmin()]
    assert drawn[tuple(right)][0] > 240 and drawn[tuple(top)][1] > 240


def test_provenance_has_its_colours(mesh, camera, pose, texture):
    drawn = render(mesh, camera, pose, style="provenance", texture=texture, lighting=FLAT)
    seen, mirrored, filled = (np.array(rgb(tone.dark)) for tone in PROVENANCE)
    # u grows to the picture's right; v downwards: the lower third of the ball is filled.
    np.testing.assert_allclose(drawn[100, 90], seen, atol=1)
    np.testing.assert_allclose(drawn[115, 150], mirrored, atol=1)
    np.testing.assert_allclose(drawn[155, 120], filled, atol=1)


def test_vertex_colours_are_interpolated(mesh, camera, pose):
    colours = np.round((mesh.vertices / 200 + 0.5) * 255).astype(np.uint8)
    drawn = render(mesh, camera, pose, style="colours", colours=to_srgb8(colours), lighting=FLAT)
    linear = to_linear(drawn)[..., 0] * 255
    row = linear[150, 80:160]
    assert (np.diff(row) > -0.5).all() and row[-1] - row[0] > 40


def to_srgb8(linear8):
    return np.round(to_srgb(linear8 / 255) * 255).astype(np.uint8)


def test_depth_is_brightest_in_front(mesh, camera, pose):
    drawn = render(mesh, camera, pose, style="depth").astype(int).sum(axis=2)
    ring = drawn[inside(mesh, camera, pose, 3) & ~inside(mesh, camera, pose, 6)]
    assert drawn[100, 120] > ring.max()


def test_a_window_of_the_camera_shows_the_same(mesh, camera, pose):
    """Moving the principal point moves the picture, also where the head leaves it."""
    whole = render(mesh, camera, pose, style="normals")
    part = Camera(100, 90, camera.focal, camera.centre - (70, 60))
    np.testing.assert_allclose(render(mesh, part, pose, style="normals"), whole[60:150, 70:170], atol=1)


def test_opacity_mixes_with_the_photo(mesh, camera, pose, photo):
    whole = render(mesh, camera, pose, background=photo).astype(float)
    half = render(mesh, camera, pose, background=photo, opacity=0.5)
    np.testing.assert_allclose(half, (whole + photo) / 2, atol=1.01)


def test_behind_the_camera_nothing_is_drawn(mesh, camera, pose, photo):
    behind = pose.copy()
    behind[2, 3] = -600
    np.testing.assert_array_equal(render(mesh, camera, behind, background=photo), photo)
    beside = pose.copy()
    beside[0, 3] = 5000
    np.testing.assert_array_equal(render(mesh, camera, beside, background=photo), photo)


def test_wireframe_darkens_edges_only(mesh, camera, pose):
    clay = render(mesh, camera, pose, style="clay").astype(int).sum(axis=2)
    wire = render(mesh, camera, pose, style="wireframe").astype(int).sum(axis=2)
    within = inside(mesh, camera, pose)
    assert (wire <= clay + 3)[within].all()
    darker = (wire < clay - 150)[within].mean()
    assert 0.05 < darker < 0.6


@pytest.mark.parametrize("style, given", [("oil", {}), ("textured", {}), ("provenance", {}), ("colours", {})])
def test_what_is_missing_is_said(mesh, camera, pose, style, given):
    with pytest.raises(ValueError):
        render(mesh, camera, pose, style=style, **given)


def test_a_head_over_its_photo(mesh, camera, pose, photo):
    drawn = draw_head(photo, mesh, camera, pose, opacity=1.0, supersample=1)
    np.testing.assert_array_equal(drawn, render(mesh, camera, pose, background=photo, supersample=1))
    with pytest.raises(ValueError, match="camera"):
        draw_head(photo[:50], mesh, camera, pose)


def test_silhouette_is_drawn_at_the_edge(mesh, camera, pose, photo):
    changed = (draw_silhouette(photo, mesh, camera, pose) != photo).any(axis=2)
    covered = silhouette(mesh, camera, pose)
    band = ndimage.binary_dilation(covered, iterations=3) & ~ndimage.binary_erosion(covered, iterations=4)
    assert changed.any() and not changed[~band].any()


def test_srgb_round_trip():
    levels = np.arange(256, dtype=np.uint8)
    np.testing.assert_array_equal(np.round(to_srgb(to_linear(levels)) * 255), levels)


def test_light_comes_from_the_lamps():
    normals = np.array([[-0.55, 0.65, 0.75], [0.55, -0.65, 0.75]], np.float32)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    lit = shade(np.ones((2, 3), np.float32), normals, STUDIO)
    assert (lit[0] > 1.5 * lit[1]).all()
    front = shade(np.ones((1, 3), np.float32), np.array([[0, 0, 1]], np.float32), STUDIO)
    assert 0.75 < front.mean() < 1.05
    np.testing.assert_array_equal(shade(lit, normals, FLAT), lit)


def test_textures_keep_the_light_of_their_photo():
    """What faces the camera comes out as bright as it is in the texture, and no side becomes dark."""
    front = shade(np.ones((1, 3), np.float32), np.array([[0, 0, 1]], np.float32), SOFT)
    assert 0.85 < front.mean() < 1.05
    sides = np.array([[1, 0, 0.1], [-1, 0, 0.1], [0, -1, 0.1]], np.float32)
    assert shade(np.ones((3, 3), np.float32), sides / np.linalg.norm(sides, axis=1)[:, None], SOFT).min() > 0.4
