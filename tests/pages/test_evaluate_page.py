"""The Evaluate page: a made person first, then scans that a visitor brings, and landmarks that are moved."""

from html import unescape

import numpy as np
import pytest

from facerecon.app import texts
from facerecon.app.evaluate import by_hand
from facerecon.core.errors import NoFaceError
from facerecon.core.types import Mesh, PointCloud
from facerecon.evaluation.protocol import SEVEN
from facerecon.export.polygons import ply_bytes
from facerecon.geometry.transforms import apply, invert, rigid, rotation_from_euler
from facerecon.morphable import HEADS
from facerecon.samples import load_truth
from facerecon.samples.scanned import TURNED, sample_scan
from facerecon.scans.scan import Scan

EN = texts.table("en")


def said(app) -> str:
    return unescape("\n".join([e.proto.body for e in app.get("html")] + [text.value for text in app.markdown]))


@pytest.fixture
def opened(start):
    def open_page(language="en"):
        app = start(language, None)
        app.default_timeout = 300
        return app.switch_page("pages/evaluate.py").run()

    return open_page


def upload(app, name, data):
    label = texts.table(app.session_state["language"])["scan.upload"]
    (uploader,) = (one for one in app.get("file_uploader") if one.label == label)
    return uploader.upload(name, data, "application/octet-stream").run()


def test_a_scan_at_rest_has_no_expression_and_is_like_the_other():
    smiling, resting = sample_scan("synthetic_2"), sample_scan("synthetic_2", at_rest=True)
    assert smiling.digest != resting.digest and len(smiling.cloud) == pytest.approx(len(resting.cloud), rel=0.02)
    assert resting.cloud.colours.std() > 5


@pytest.mark.slow
def test_size_counts_or_not_and_the_report_can_be_taken(opened):
    app = opened()
    assert not app.exception and EN["evaluate.whose_stand_in"] in said(app)
    assert EN["evaluate.resized"] in said(app) and app.get("download_button")
    app.button_group(key="evaluate_way").set_value("size").run()
    assert not app.exception
    assert EN["evaluate.about_size"] in said(app) and EN["evaluate.resized"] not in said(app)


@pytest.mark.slow
def test_a_scan_is_scored_and_what_is_none_is_told_in_a_sentence(opened):
    app = opened("zh")
    upload(app, "坏.ply", b"ply\nformat ascii 1.0\nend")
    assert not app.exception and len(app.warning) == 1
    assert texts.table("zh")["evaluate.whose_stand_in"] in said(app)
    scan = sample_scan("synthetic_3", at_rest=True).cloud
    upload(app, "我.ply", ply_bytes(Mesh(1000 * scan.points, scan.triangles)))
    assert not app.exception and "我.ply" in said(app)
    # A box without a face: what is wrong is told, and the page stays.
    corners = np.array([[x, y, z] for x in (0, 100) for y in (0, 100) for z in (0, 100)], float)
    points = np.concatenate([corners, np.random.default_rng(0).uniform(0, 100, (400, 3))])
    upload(app, "box.ply", ply_bytes(Mesh(points, np.array([[0, 1, 2], [1, 2, 3]]))))
    assert not app.exception
    assert [w.value for w in app.warning] == [texts.table("zh")["advice.no_face_on_scan"]]
    # Somebody may know better: seven points can be put by hand, and are refused where they are no face's.
    assert texts.table("zh")["evaluate.hand_about"] in said(app)
    app.slider(key="hand_yaw").set_value(45).run()
    assert not app.exception and app.button(key="hand_use")


@pytest.mark.slow
def test_seven_points_put_by_hand_score_a_scan_on_which_no_face_is_found(opened, monkeypatch):
    def blind(*_):
        raise NoFaceError("Nothing.", "no_face_on_scan")

    monkeypatch.setattr("facerecon.app.heads.show_scenes", lambda *_, **__: None)
    scan = sample_scan("synthetic_3", at_rest=True).cloud
    head_from_scan = invert(rigid(rotation_from_euler(*TURNED), np.array([40.0, 900.0, -300.0])))
    upright = PointCloud(apply(head_from_scan, 1000 * scan.points), triangles=scan.triangles)
    app = opened()
    monkeypatch.setattr("facerecon.app.evaluate.subject.find_head", blind)
    upload(app, "me.ply", ply_bytes(Mesh(upright.points, upright.triangles)))
    assert not app.exception and EN["evaluate.hand_about"] in said(app)
    session = app.session_state["facerecon"]
    digest = session.scans[0].digest
    truth, head = load_truth("synthetic_3").neutral, HEADS.create("anny")
    full = np.concatenate([truth, head.mean[len(truth) :]])
    seven = head.landmarks("ibug68").on(full, head.triangles)[list(SEVEN)]
    view = by_hand._view(Scan(upright), np.zeros(3))
    pixels = apply(invert(view.scan_from_view), seven)[:, :2]
    session.hand_marks[f"{digest}/[0, 0, 0]"] = dict(enumerate(map(tuple, pixels.tolist())))
    app.run()
    app.button(key="hand_use").click().run()
    assert not app.exception and not app.warning
    assert EN["evaluate.marks_hand"] in said(app) and "me.ply" in said(app)
    placed = session.hand_heads[f"{digest}/None"].landmarks68[list(SEVEN)]
    np.testing.assert_allclose(placed[:, :2], seven[:, :2], atol=0.01)
    assert np.median(np.abs(placed - seven)[:, 2]) < 2  # bumps; and a corner of an eye may fall onto the eyeball
