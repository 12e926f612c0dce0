"""Clouds as a scene: what colours say, and that panels are alike."""

import numpy as np
import pytest

from facerecon.core.types import PointCloud
from facerecon.drawing.cloud_scene import MOST_MM, NO_PARTNER, Panel, cloud_scene, residual_levels, residual_palette
from facerecon.drawing.scene import scene
from facerecon.drawing.theme import RESIDUALS, STILL, UNPAIRED, rgb


@pytest.fixture(scope="module")
def ball():
    rng = np.random.default_rng(0)
    normals = rng.normal(size=(3000, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return PointCloud(90 * normals, normals)


def panel(cloud, residuals, lines=0):
    ends = cloud.points[:lines, None].repeat(2, axis=1) * [[[1.0], [1.2]]]
    return Panel(cloud, residuals, ends)


def test_levels_end_where_the_ramp_ends():
    values = np.array([0, MOST_MM / 2, MOST_MM, 99, np.nan])
    levels = residual_levels(values)
    assert levels.tolist() == [0, NO_PARTNER // 2, NO_PARTNER - 1, NO_PARTNER - 1, NO_PARTNER]
    palette = residual_palette()
    assert palette.shape == (256, 3)
    wanted = [RESIDUALS[0], RESIDUALS[-1], UNPAIRED]
    np.testing.assert_array_equal(palette[[0, NO_PARTNER - 1, NO_PARTNER]], [rgb(colour) for colour in wanted])


def test_each_panel_has_a_target_a_source_and_lines(ball):
    residuals = np.linspace(0, 9, len(ball))
    plotter = cloud_scene(ball, [panel(ball, residuals, 5), panel(ball, np.full(len(ball), np.nan), 7)])
    assert len(plotter.renderers) == 2
    for column, (renderer, lines) in enumerate(zip(plotter.renderers, (5, 7), strict=True)):
        assert list(renderer.actors) == [f"{name}_{column}" for name in ("target", "source", "lines")]
        assert renderer.actors[f"lines_{column}"].mapper.dataset.n_cells == lines
    source = plotter.renderers[1].actors["source_1"].mapper.dataset
    assert (source.point_data["rgb"] == rgb(UNPAIRED)).all()
    assert (plotter.renderers[0].actors["target_0"].mapper.dataset.point_data["rgb"] == rgb(STILL)).all()
    plotter.close()


def test_panels_are_lit_as_one_head_is(ball, mesh):
    alone, many = scene(mesh, style="clay"), cloud_scene(ball, [panel(ball, np.zeros(len(ball)))] * 2)
    assert {len(renderer.lights) for renderer in (*alone.renderers, *many.renderers)} == {4}
    alone.close(), many.close()


def test_like_panels_look_alike(ball):
    plotter = cloud_scene(ball, [panel(ball, np.full(len(ball), 9.0), 40)] * 2, (400, 300))
    picture = plotter.screenshot(return_img=True).astype(int)
    plotter.close()
    left, right = picture[:, :200], picture[:, 200:]
    assert np.abs(left - right).mean() < 0.5
    red = (left[..., 0] > left[..., 1] + 60).mean()
    assert red > 0.05
    assert (picture[0, 0] == rgb("#1b1d22")).all()


def test_residuals_must_fit_the_source(ball):
    with pytest.raises(ValueError, match="residuals"):
        cloud_scene(ball, [panel(ball, np.zeros(5))])
