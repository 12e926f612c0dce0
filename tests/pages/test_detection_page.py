"""The Detection page: one network at first, thresholds without a network, missing weights, another detector's head."""

import json

import numpy as np
import pytest
from skimage.data import astronaut

from facerecon.app import texts, weights
from facerecon.app.detection import bench
from facerecon.app.measured import measured
from facerecon.assets import find
from facerecon.core.errors import AssetError
from facerecon.detection.mediapipe import BlazeFace
from facerecon.detection.network_detector import NetworkDetector

SAID = texts.table("en")


@pytest.fixture
def looks(monkeypatch):
    """Counts how often each detector looks at a picture, for the page or for the head."""
    seen = []

    def watch(kind):
        original = kind.propose
        monkeypatch.setattr(kind, "propose", lambda self, *a, **k: (seen.append(self.name), original(self, *a, **k))[1])

    watch(BlazeFace)
    watch(NetworkDetector)
    return seen


@pytest.fixture
def upload(jpeg):
    """Brings in a picture and goes to the page."""

    def uploaded(app, image):
        app.file_uploader[0].upload("picture.jpg", jpeg(image), "image/jpeg").run()
        return app.switch_page("pages/detection.py").run()

    return uploaded


def html(app) -> str:
    return "\n".join(element.proto.body for element in app.get("html") if "<style>" not in element.proto.body)


def over(app) -> str:
    """Gives what lies over the photo."""
    return next(e.proto.body for e in app.get("html") if e.proto.body.startswith('<div class="boxes'))


def row(app, name: str) -> list[str]:
    """Reads a detector's row of the table."""
    line = next(part for part in html(app).split("<tr ") if f"<td>{SAID[f'detector.{name}']}</td>" in part)
    return [cell.split("</td>")[0] for cell in line.split("<td>")[1:]]


def test_only_the_default_detector_looks_at_first(start, upload, looks):
    app = upload(start(), np.ascontiguousarray(astronaut()[:, ::-1]))
    assert not app.exception and set(looks) == {"mediapipe"}
    assert over(app).count('class="box"') == 1
    assert row(app, "mediapipe")[2] == "1" and row(app, "retinaface")[2] == "–"


def test_thresholds_answer_without_a_network(start, looks):
    app = start("en", "detection")
    before, boxes = list(looks), over(app)
    app.select_slider(key="threshold_mediapipe").set_value(0.99).run()
    assert 'class="box"' not in over(app) and row(app, "mediapipe")[2:4] == ["0", "–"]
    assert SAID["detection.missed"].format(width=512, height=512) in html(app)
    app.select_slider(key="threshold_mediapipe").set_value(0.69).run()
    assert over(app) == boxes and boxes.count('class="suppressed"') == boxes.count('class="suppressor"') > 0
    app.select_slider(key="overlap_mediapipe").set_value(0.95).run()
    assert over(app).count('class="box') > boxes.count('class="box')
    app.toggle(key="suppressed").set_value(False).run()
    assert 'class="suppressed"' not in over(app)
    assert not app.exception and looks == before


def test_a_shrunk_photo_is_looked_at_once(start, upload, looks):
    app = upload(start(), np.ascontiguousarray(astronaut()[::-1]))
    before = len(looks)
    for percent in (3, 100, 3):
        app.select_slider(key="shrink").set_value(percent).run()
    assert len(looks) == before + 1
    assert SAID["detection.missed"].format(width=15, height=15) in html(app)


def test_all_run_and_each_row_is_filled(start, looks, monkeypatch):
    monkeypatch.setattr(bench, "is_here", lambda name: name in ("mediapipe", "retinaface"))
    app = start("en", "detection")
    app.button_group(key="detector").set_value("all").run()
    assert not app.exception and not app.warning
    assert over(app).startswith('<div class="boxes many">') and over(app).count('class="box"') == 2
    for name in ("mediapipe", "retinaface"):
        assert "–" not in row(app, name)
        assert SAID["detection.cut"].format(name=SAID[f"detector.{name}"]) in html(app)
    before = list(looks)
    app.select_slider(key="threshold_all").set_value(0.97).run()
    assert row(app, "mediapipe")[2] == "0" and row(app, "retinaface")[2] == "1"
    assert looks == before


def test_missing_weights_are_offered_and_the_page_goes_on(start, monkeypatch):
    here = []
    monkeypatch.setattr("facerecon.app.weights.is_here", lambda asset: asset.name == "face_landmarker" or asset in here)
    monkeypatch.setattr("facerecon.app.weights.locate", lambda *_: (_ for _ in ()).throw(AssetError("no")))
    app = start("en", "detection")
    app.button_group(key="detector").set_value("retinaface").run()
    assert app.code[0].value == f"python -m facerecon assets get {bench.files('retinaface')[0].name}"
    assert "$$" in app.markdown[-1].value and 'class="box"' not in over(app)
    app.button(key="fetch_retinaface").click().run()
    assert len(app.warning) == 1 and not app.exception

    monkeypatch.setattr(
        "facerecon.app.weights.locate", lambda name, progress: (progress(1, 2), here.append(find(name)))
    )
    app.button(key="fetch_retinaface").click().run()
    assert not app.exception and not app.warning and over(app).count('class="box"') == 1


def test_half_of_a_pair_of_files_is_not_enough(start, monkeypatch):
    weights, manifest = bench.files("tiny-yolo")
    monkeypatch.setattr("facerecon.app.weights.is_here", lambda asset: asset != manifest)
    app = start("en", "detection")
    app.button_group(key="detector").set_value("tiny-yolo").run()
    assert not app.exception and 'class="box"' not in over(app)
    assert app.code[0].value == f"python -m facerecon assets get {manifest.name}"


def test_half_of_the_weights_are_not_enough(start, monkeypatch):
    gone = bench.files("tiny-yolo")[-1]
    assert len(bench.files("tiny-yolo")) == 2
    monkeypatch.setattr(weights, "is_here", lambda asset: asset != gone)
    app = start("en", "detection")
    app.button_group(key="detector").set_value("tiny-yolo").run()
    assert not app.exception and not app.warning
    assert app.code[0].value == f"python -m facerecon assets get {gone.name}"
    assert app.button(key=f"fetch_{gone.name}")


@pytest.mark.parametrize("chosen", ["mediapipe", "retinaface"])
def test_a_head_detector_that_fails_is_told_once_and_the_page_goes_on(start, monkeypatch, chosen):
    original = bench.look

    def look(photo, name):
        if name == "mediapipe":
            raise AssetError("no")
        return original(photo, name)

    monkeypatch.setattr(bench, "look", look)
    monkeypatch.setattr(bench, "known_look", lambda photo, name: None)
    app = start("en", "detection")
    app.button_group(key="detector").set_value(chosen).run()
    assert not app.exception and len(app.warning) == 1
    assert over(app).count('class="box"') == (chosen == "retinaface")


def test_the_head_can_be_built_from_another_detectors_box(start):
    app = start("en", "detection")
    assert SAID["detection.serves"].format(name="BlazeFace") in html(app)
    app.button_group(key="detector").set_value("retinaface").run()
    app.button(key="use_detector").click().run()
    assert not app.exception and app.session_state["facerecon"].detector == "retinaface"
    assert SAID["detection.serves"].format(name="RetinaFace") in html(app)
    app.switch_page("pages/landmarks.py").run()
    assert not app.exception and not app.warning


def test_a_photo_without_a_face_can_still_be_looked_at(start, upload):
    rows, columns = np.mgrid[:240, :320]
    app = upload(start(), np.dstack([columns * 255 // 320, rows, (rows + columns) % 256]).astype(np.uint8))
    assert not app.exception and ' failed"' in html(app)
    assert SAID["detection.missed"].format(width=320, height=240) in html(app)
    assert app.button_group(key="detector") and app.code
    app.button_group(key="detector").set_value("retinaface").run()
    assert not app.exception and app.button(key="use_detector").disabled


def test_what_was_measured_is_shown_with_how(start):
    app = start("en", "detection")
    told = measured("detection")
    (figure,) = (json.loads(chart.proto.spec) for chart in app.get("plotly_chart") if '"scatter"' in chart.proto.spec)
    curves = {trace["name"].split(",")[0]: trace["y"] for trace in figure["data"]}
    for name, found in told["detectors"].items():
        assert curves[SAID[f"detector.{name}"]] == [one["average_precision"] for one in found["by_size"]]
    assert f"{told['faces']} faces in {told['pictures']} made pictures" in html(app)
    assert SAID["detection.measured"] in [heading.value for heading in app.subheader]
