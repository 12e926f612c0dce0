import subprocess
import sys

import numpy as np
import pytest
import pyvista

from facerecon.core.types import Texture
from facerecon.drawing.scene import STYLES, scene
from facerecon.drawing.theme import STAGE_3D, rgb

SIZE = (300, 240)


def picture(*args, **kwargs):
    plotter = scene(*args, window_size=SIZE, **kwargs)
    try:
        return plotter.screenshot(return_img=True)[..., :3].astype(int)
    finally:
        plotter.close()


def shown(image):
    return np.abs(image - rgb(STAGE_3D)).sum(axis=2) > 12


@pytest.mark.parametrize("style", STYLES)
def test_every_style_shows_the_whole_head(mesh, texture, style):
    colours = np.full((len(mesh.vertices), 3), 180, np.uint8)
    covered = shown(picture(mesh, style=style, texture=texture, colours=colours))
    assert not covered[[0, -1]].any() and not covered[:, [0, -1]].any()
    rows, columns = np.argwhere(covered).T
    assert rows.max() - rows.min() > 0.75 * SIZE[1]
    assert abs((columns.max() + columns.min()) / 2 - SIZE[0] / 2) < 4


def test_parts_are_actors_of_their_own(mesh, texture):
    eye = np.full((8, 8, 3), (10, 90, 200), np.uint8)
    plotter = scene(mesh, texture=texture, part_images={"eye_left": eye}, window_size=SIZE)
    assert list(plotter.actors) == ["skin", "eye_left"]
    counts = [plotter.actors[name].mapper.dataset.n_cells for name in mesh.part_names]
    assert counts == np.bincount(mesh.parts).tolist()
    np.testing.assert_array_equal(plotter.actors["eye_left"].texture.to_array(), eye)
    plotter.close()


def test_the_head_is_seen_from_its_front(mesh, texture):
    """The subject's left eye, blue, is on the picture's right and above the middle."""
    eye = np.full((8, 8, 3), (0, 0, 255), np.uint8)
    image = picture(mesh, texture=texture, part_images={"eye_left": eye})
    row, column = np.argwhere(image[..., 2] - image[..., 0] > 60).mean(axis=0)
    assert column > SIZE[0] / 2 + 20 and row < SIZE[1] / 2


def test_textures_are_upright(mesh):
    image = np.full((128, 128, 3), 60, np.uint8)
    image[20:32, 66:72] = (255, 0, 0)  # the upper left of the subject, as uv run on this ball
    found = picture(mesh, texture=Texture(image, image[..., 0] * 0))
    row, column = np.argwhere(found[..., 0] - found[..., 1] > 60).mean(axis=0)
    assert row < 0.35 * SIZE[1] and SIZE[0] / 2 < column < SIZE[0] / 2 + 40


def test_normals_are_coloured_by_direction(mesh):
    image = picture(mesh, style="normals")
    rows, columns = np.argwhere(shown(image)).T
    right, top = image[rows[columns.argmax()], columns.max() - 4], image[rows.min() + 4, columns[rows.argmin()]]
    assert right[0] > 200 and top[1] > 200
    np.testing.assert_allclose(image[SIZE[1] // 2 + 20, SIZE[0] // 2], (128, 110, 254), atol=12)


def test_shading_is_smooth_across_uv_seams(mesh):
    """The ball's seam is at its back: seen from there, its middle has no step."""
    ball = type(mesh)(mesh.vertices, mesh.triangles[mesh.parts == 0])
    plotter = scene(ball, style="clay", window_size=SIZE)
    assert "Normals" in plotter.actors["skin"].mapper.dataset.point_data
    assert plotter.actors["skin"].prop.interpolation == pyvista.plotting.opts.InterpolationType.PHONG
    plotter.close()


@pytest.mark.parametrize("style", ["oil", "textured", "provenance", "colours"])
def test_what_is_missing_is_said(mesh, style):
    with pytest.raises(ValueError):
        scene(mesh, style=style)


def test_five_sessions_at_once():
    """PyVista's own lazy import breaks when several threads come first at the same time."""
    program = """
import threading
import numpy as np
from facerecon.core.types import Mesh
failed = []
def session():
    try:
        from facerecon.drawing.scene import scene
        scene(Mesh(np.eye(3) * 50, np.array([[0, 1, 2]])), style="clay").close()
    except BaseException as error:
        failed.append(repr(error))
threads = [threading.Thread(target=session) for _ in range(5)]
[t.start() for t in threads], [t.join() for t in threads]
raise SystemExit("\\n".join(failed) or 0)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def test_wireframes_have_each_edge_once(mesh):
    plotter = scene(mesh, style="wireframe", window_size=SIZE)
    assert list(plotter.actors) == ["skin", "skin_edges", "eye_left", "eye_left_edges"]
    for name in mesh.part_names:
        surface, lines = (plotter.actors[key].mapper.dataset for key in (name, f"{name}_edges"))
        # Euler: a sphere cut along one meridian is a disc, V - E + T = 1.
        assert lines.n_cells == surface.n_points + surface.n_cells - 1
    plotter.close()
