"""The page 3D model without a browser: what its viewer is told, and the film that is made when it is asked for."""

import json

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


def test_a_film_is_made_on_a_click_and_kept(page, monkeypatch):
    monkeypatch.setattr("facerecon.app.model.film.COUNT", 3)
    monkeypatch.setattr("facerecon.app.model.film.SIZE", (64, 72))
    before = len(page.get("download_button"))
    page.button(key="turntable_textured").click().run()
    assert not page.exception
    labels = [button.proto.label for button in page.get("download_button")]
    assert len(labels) == before + 2 and all(any(kind in label for label in labels) for kind in ("GIF", "MP4"))
    page.run()
    assert len(page.get("download_button")) == before + 2
    assert table("en")["model.turntable_make"] not in [button.label for button in page.button]
