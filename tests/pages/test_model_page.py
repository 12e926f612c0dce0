"""The page 3D model without a browser: what its viewer is told, and the film that is made when it is asked for."""

import json

import numpy as np
import pytest

from facerecon.app.texts import table


@pytest.fixture
def page(start):
    return start("en", "model")


def test_the_viewer_is_told_of_looks_legends_and_photos(page):
    (viewer,) = page.get("bidi_component")
    told = json.loads(viewer.proto.json)
    looks = [key for key, _ in told["views"]]
    assert {"textured", "clay", "wireframe", "normals", "curvature", "checker", "provenance"} <= set(looks)
    assert set(told["legends"]) <= set(looks) and len(told["legends"]["provenance"]["keys"]) == 3
    assert told["layers"]["url"] and told["glb"] and len(told["names"]) == len(told["worn"]) == 52
    (photo,) = told["photos"]
    assert photo["url"] and photo["outline"].startswith("M")
    # Nothing of a photo stands in the message itself: it is fetched once, under its link.
    assert len(viewer.proto.json) < 120_000


def test_fine_detail_is_shown_and_taken_along(page, monkeypatch):
    taken = []
    monkeypatch.setattr("facerecon.app.files.build", lambda result, *_: taken.append(result) or b"glb")
    plain = json.loads(page.get("bidi_component")[0].proto.json)
    page.toggle(key="fine_detail").set_value(True).run()
    assert not page.exception
    detailed = json.loads(page.get("bidi_component")[0].proto.json)
    assert detailed["digest"] != plain["digest"]
    page.toggle(key="skeleton_model").set_value(True).run()  # a file that nobody has made yet
    page.button(key="prepare_model").click().run()
    (result,) = taken
    steepness = np.linalg.norm(result.normal_map[..., :2].astype(float) - 127.5, axis=2)
    assert (steepness > 5).mean() > 0.01, "some of the skin is not flat"
    page.toggle(key="fine_detail").set_value(False).run()
    assert json.loads(page.get("bidi_component")[0].proto.json)["digest"] == plain["digest"]


def test_a_film_is_made_on_a_click_and_kept(page, monkeypatch):
    monkeypatch.setattr("facerecon.app.model.film.COUNT", 3)
    monkeypatch.setattr("facerecon.app.model.film.SIZE", (64, 72))
    before = len(page.get("download_button"))
    page.button(key="turntable_textured").click().run()
    assert not page.exception
    labels = [button.proto.label for button in page.get("download_button")]
    everywhere = any("H.264" in label for label in labels)
    kinds = ("GIF", "MP4") if everywhere else ("GIF", "MP4", "WebM")
    assert len(labels) == before + len(kinds) and all(any(kind in label for label in labels) for kind in kinds)
    page.run()
    assert len(page.get("download_button")) == len(labels)
    assert table("en")["model.turntable_make"] not in [button.label for button in page.button]
