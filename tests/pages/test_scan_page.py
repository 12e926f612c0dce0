"""The Scan page: the sample's head, the way to it, files of a visitor's own, and what is told when they are none."""

import numpy as np
import pytest
import trimesh

from facerecon.app import texts
from facerecon.samples.scanned import sample_scan

SLOW = 400
"""s: a head is bent while another test runs."""


def said(app) -> str:
    return "\n".join([element.proto.body for element in app.get("html")] + [w.value for w in app.warning])


@pytest.fixture
def opened(start):
    def open_page(language="en"):
        app = start(language, None)
        app.default_timeout = SLOW
        return app.switch_page("pages/scan.py").run()

    return open_page


def test_the_sample_is_a_scan_in_metres_of_a_face_without_a_back():
    scan = sample_scan()
    again = sample_scan()
    assert scan.digest == again.digest and scan.unit is None
    assert len(scan.cloud) == len(scan.cloud.colours) > 10_000
    mesh = trimesh.Trimesh(scan.cloud.points, scan.cloud.triangles, process=False)
    assert not mesh.is_watertight and np.ptp(mesh.vertices, axis=0).max() < 0.35  # metres


@pytest.mark.slow
def test_the_sample_becomes_a_head_and_its_way_can_be_replayed(opened):
    app, table = opened(), texts.table("en")
    assert not app.exception and app.button(key="prepare_scan").label == table["model.prepare"]
    assert table["scale.scan"] in said(app) and table["scan.step_of_bend"].split("{")[0] in said(app)
    (slider,) = (one for one in app.slider if one.label == table["scan.control"])
    slider.set_value(0).run()
    assert not app.exception and table["scan.step_of_first"].split("{")[0] in said(app)


@pytest.mark.slow
def test_what_is_no_scan_is_told_in_a_sentence_and_the_sample_stays(opened, jpeg):
    app = opened("zh")
    for name, data in (
        ("扫描.ply", b"ply\nformat ascii 1.0\nend"),
        ("photo.jpg", jpeg(np.zeros((80, 80, 3), np.uint8))),
    ):
        (uploader,) = (one for one in app.get("file_uploader") if one.label == texts.table("zh")["scan.upload"])
        uploader.upload(name, data, "application/octet-stream").run()
        assert not app.exception and len(app.warning) == 1
        assert app.button(key="prepare_scan")
