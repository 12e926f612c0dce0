import numpy as np
import pytest
from synthetic_head import AXES, BACKGROUND, egg, paint, photograph

from facerecon.core.types import Camera
from facerecon.geometry.projection import project
from facerecon.texture.capture import capture
from facerecon.texture.layout import lay_out

MESH = egg(30, 60)
LAYOUT = lay_out(MESH, 256, MESH.vertices)


def take(photo, view, vertices=MESH.vertices, triangles=MESH.triangles, **more):
    return capture(photo.image, view.camera, view.camera_from_head, vertices, triangles, LAYOUT, **more)


def outward():
    normals = MESH.vertices / AXES**2
    return normals / np.linalg.norm(normals, axis=1, keepdims=True)


@pytest.mark.parametrize("yaw", [0.0, 0.5, -1.2])
def test_geometry_by_vertex(yaw):
    photo, view = photograph(MESH, yaw)
    seen = take(photo, view)
    eye = -view.camera_from_head[:3, :3].T @ view.camera_from_head[:3, 3]
    towards = eye - MESH.vertices
    facing = np.einsum("nk,nk->n", outward(), towards / np.linalg.norm(towards, axis=1, keepdims=True))
    np.testing.assert_allclose(seen.facing, facing, atol=0.05)
    assert seen.free[facing > 0.1].all() and not seen.free[facing < -0.25].any()
    front = facing > 0.3
    assert (seen.inside[front] > 2).all() and (seen.inside >= 0).all()
    assert seen.inside[(np.abs(facing) < 0.02)].max(initial=0) < 4
    assert (seen.gap[seen.free] == 0).all() and (seen.gap[facing < -0.5] > 20).all()


def test_colours_are_the_photos():
    photo, view = photograph(MESH, 0.3)
    seen = take(photo, view)
    clear = (seen.facing > 0.4) & seen.free
    smooth = np.abs(seen.colours[clear] - paint(MESH.vertices[clear]))
    assert smooth.mean() < 3  # the waves are a little longer than the vertices' spacing
    sharp = seen.look_up(seen.pixels[clear])
    assert np.abs(sharp - paint(MESH.vertices[clear])).mean() < 1.5


def test_the_cut_keeps_pixels_in_place():
    photo, view = photograph(MESH, 0.0, size=500)
    seen = take(photo, view)
    assert seen.image.shape[0] < 500
    assert (seen.image.shape[1], seen.image.shape[0]) == (seen.camera.width, seen.camera.height)
    pixels = project(seen.camera, seen.vertices)
    scale = seen.camera.focal / view.camera.focal
    whole = project(view.camera, seen.vertices)
    shift = pixels[0] - ((whole[0] + 0.5) * scale - 0.5)
    np.testing.assert_allclose(pixels, (whole + 0.5) * scale - 0.5 + shift)


def test_something_in_front_hides():
    plate = np.array([[-100, -20, 100], [100, -20, 100], [-100, 20, 100], [100, 20, 100.0]])
    count = len(MESH.vertices)
    vertices = np.vstack([MESH.vertices, plate])
    triangles = np.vstack([MESH.triangles, [[count, count + 1, count + 2], [count + 1, count + 3, count + 2]]])
    photo, view = photograph(MESH)
    layout_vertices = np.vstack([MESH.vertices, plate])
    layout = lay_out(MESH.__class__(layout_vertices, MESH.triangles, MESH.uv, MESH.uv_triangles), 256)
    seen = capture(photo.image, view.camera, view.camera_from_head, vertices, triangles, layout)
    y, z = MESH.vertices[:, 1], MESH.vertices[:, 2]
    behind, beside = (np.abs(y) < 12) & (z > 60), (np.abs(y) > 30) & (z > 40)
    assert not seen.free[:count][behind].any() and (seen.gap[:count][behind] > 10).all()
    assert seen.free[:count][beside].all()
    assert (
        seen.hidden(seen.pixels[:count][behind], seen.vertices[:count, 2][behind]).all()
        and not seen.hidden(seen.pixels[:count][beside], seen.vertices[:count, 2][beside]).any()
    )


def test_fine_photos_are_made_smaller_and_coarse_ones_are_not():
    small, large = (take(*photograph(MESH, size=size)) for size in (150, 1200))
    assert small.camera.focal == pytest.approx(2.2 * 150)
    assert large.camera.focal < 0.7 * 2.2 * 1200


def test_borders_and_heads_outside():
    photo, view = photograph(MESH, size=300)
    pixels = project(view.camera, take(photo, view).vertices)
    shifted = Camera(300, 300, view.camera.focal, view.camera.centre + [110, 0])
    seen = capture(photo.image, shifted, view.camera_from_head, MESH.vertices, MESH.triangles, LAYOUT)
    outside = pixels[:, 0] + 110 > 299
    assert outside.any() and (seen.border[outside] < 0).all() and (seen.border[~outside] >= 0).all()
    away = Camera(300, 300, view.camera.focal, view.camera.centre + [900, 0])
    assert capture(photo.image, away, view.camera_from_head, MESH.vertices, MESH.triangles, LAYOUT) is None
    behind = view.camera_from_head.copy()
    behind[2, 3] = -600
    assert capture(photo.image, view.camera, behind, MESH.vertices, MESH.triangles, LAYOUT) is None


def test_foreground_is_read_at_the_vertices():
    photo, view = photograph(MESH)
    mask = (photo.image != BACKGROUND).any(axis=2)
    mask[:, :200] = False
    seen = take(photo, view, foreground=mask)
    clear = seen.facing > 0.3
    assert (seen.foreground[clear & (MESH.vertices[:, 0] < -8)] == 0).all()
    assert (seen.foreground[clear & (MESH.vertices[:, 0] > 8)] == 1).all()
    assert (take(photo, view).foreground == 1).all()
