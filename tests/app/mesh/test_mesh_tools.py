"""Every tool of the page Mesh does what its name says, on a ball and on what was spoilt on purpose."""

import numpy as np
import pytest
import shapes

from facerecon.app import texts
from facerecon.app.mesh.tools import FIRST, MOST, SPOILS, STRENGTHS, TOOLS, Job, spoil, strengths, ways, work
from facerecon.core.types import Mesh
from facerecon.geometry.edge_table import edge_table
from facerecon.mesh import BUILDERS
from facerecon.mesh.report import mesh_report

BALL = Mesh(*shapes.sphere(4, radius=60.0))
ROUND = Mesh(*shapes.sphere(6, radius=60.0))
WAYS = [(tool, way) for tool, names in TOOLS.items() for way in names]


@pytest.mark.parametrize(("tool", "way"), WAYS)
def test_every_way_keeps_a_ball_a_ball(tool, way):
    for strength in {STRENGTHS[way][0], FIRST.get(way, STRENGTHS[way][0])}:
        told = mesh_report(work(BALL, Job(tool, way, strength, False), ROUND))
        assert told.watertight and told.euler == 2 and told.crossings == 0
        assert told.volume == pytest.approx(mesh_report(BALL).volume, rel=0.04)


def test_tools_do_what_they_say():
    report = mesh_report(BALL)
    assert mesh_report(work(BALL, Job("fewer", "quadrics", 25, False), ROUND)).triangles == report.triangles // 4
    assert mesh_report(work(BALL, Job("finer", "loop", 1, False), ROUND)).triangles == 4 * report.triangles
    rough = spoil(BALL, "smooth")
    smooth = mesh_report(work(rough, Job("smooth", "taubin", 10, True), ROUND))
    assert np.nanstd(smooth.curvature.mean) < 0.3 * np.nanstd(mesh_report(rough).curvature.mean)
    broken = mesh_report(spoil(BALL, "mend"))
    assert broken.borders > 3 and broken.forks > 3 and broken.miswound > 50 and not broken.manifold
    whole = mesh_report(work(spoil(BALL, "mend"), Job("mend", "whole", 20, True), ROUND))
    assert whole.watertight and whole.euler == 2


def test_what_is_refined_by_error_comes_as_near_as_asked_and_leaves_far_things_alone():
    lumpy = Mesh(BALL.vertices * (1 + 0.01 * np.sin(BALL.vertices[:, :1] / 9)), BALL.triangles)
    for tolerance in STRENGTHS["error"]:
        near = work(lumpy, Job("finer", "error", tolerance, False), ROUND)
        middles = near.vertices[edge_table(near.triangles).ends].mean(axis=1)
        assert np.abs(np.linalg.norm(near.vertices, axis=1) - 60).max() < 0.02
        assert np.abs(np.linalg.norm(middles, axis=1) - 60).max() < tolerance + 0.02
    far = Mesh(BALL.vertices * 1.2, BALL.triangles)
    np.testing.assert_array_equal(work(far, Job("finer", "error", 0.5, False), ROUND).vertices, far.vertices)


def test_a_browser_can_show_what_is_offered():
    large = Mesh(BALL.vertices, np.tile(BALL.triangles, (20, 1)))
    assert strengths("loop", BALL) == [1, 2] and strengths("loop", large) == []
    assert 4 * len(large.triangles) > MOST and ways("finer", large) == ["curvature", "error"]


def test_everything_has_a_name_in_both_languages():
    known = texts.table("en").keys()
    wanted = {f"mesh.tool_{tool}" for tool in TOOLS} | {f"mesh.spoil_{tool}" for tool in SPOILS}
    wanted |= {f"mesh.{kind}_{way}" for _, way in WAYS for kind in ("strength", "step", "caption")}
    wanted |= {f"mesh.way_{way}" for tool, way in WAYS if len(TOOLS[tool]) > 1}
    wanted |= {f"mesh.{kind}_{name}" for name in BUILDERS for kind in ("builder", "about")}
    assert wanted <= known
    assert all(FIRST[way] in STRENGTHS[way] for way in FIRST)
