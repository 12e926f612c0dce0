"""Several photos on the page Reconstruct: they come, change places, go, and come back."""

import numpy as np
import pytest

from facerecon.app import texts
from facerecon.app.inputs import MOST_PHOTOS
from facerecon.app.reconstruct import album
from facerecon.samples import load_sample

EN = texts.table("en")


def names(app) -> list[str]:
    return [photo.name for photo in app.session_state["facerecon"].photos]


def html(app) -> str:
    return "\n".join(element.proto.body for element in app.get("html")).replace("&#x27;", "'")


@pytest.fixture
def opened(start, jpeg, monkeypatch):
    """The page with small photos of one made person, without its 3D view, which takes the most time."""
    monkeypatch.setattr("facerecon.app.heads.show_scenes", lambda *_, **__: None)
    face = load_sample("synthetic_1").image
    step = max(face.shape[0] // 320, 1)

    def open_page(*files):
        app = start("en", None)
        app.default_timeout = 200
        app.session_state["facerecon"].texture_size = 512
        app.switch_page("pages/reconstruct.py").run()
        for name, image in files:
            app.file_uploader[0].upload(name, jpeg(image), "image/jpeg")
        app.run()
        assert not app.exception
        return app

    open_page.face = np.ascontiguousarray(face[::step, ::step])
    return open_page


@pytest.mark.slow
def test_photos_come_change_places_go_and_come_back(opened, jpeg):
    face = opened.face
    app = opened(("a.jpg", face), ("b.jpg", face[:, ::-1]))
    assert names(app) == ["a.jpg", "b.jpg"] and EN["reconstruct.album"].format(count=2) in html(app)
    assert app.button(key="photo_forward_0").disabled
    app.button(key="photo_forward_1").click().run()
    assert names(app) == ["b.jpg", "a.jpg"] and f"b.jpg · {EN['reconstruct.miss'].split('{')[0]}" in html(app)
    app.button(key="photo_remove_0").click().run()
    assert names(app) == ["a.jpg"] and "photo_remove_0" not in {button.key for button in app.button}
    app.button(key="photos_undo").click().run()
    assert names(app) == ["b.jpg", "a.jpg"]
    # Files that come now are put to those that are there; the same photo comes but once.
    uploader = app.file_uploader[0]
    uploader.upload("again.jpg", jpeg(face), "image/jpeg")
    app.run()
    assert names(app) == ["b.jpg", "again.jpg"] and not app.exception


def test_more_photos_than_help_are_left_out_and_told(start, jpeg):
    app = start("en", None)
    tiny = [jpeg(np.full((64, 64, 3), 12 * k, np.uint8)) for k in range(MOST_PHOTOS + 1)]
    for k, content in enumerate(tiny):
        app.file_uploader[0].upload(f"{k}.jpg", content, "image/jpeg")
    app.run()
    assert not app.exception and len(names(app)) == MOST_PHOTOS
    told = [warning.value for warning in app.warning]
    assert EN["advice.too_many_photos"].format(name=f"{MOST_PHOTOS}.jpg", limit=MOST_PHOTOS) in told


def test_a_photo_that_the_head_misses_far_more_than_the_others_is_pointed_out(astronaut_head):
    class Run:
        reconstruction = astronaut_head

    assert not album.misfit(Run, 0, np.array([0.7, 0.8, 0.9]))
    assert album.misfit(Run, 0, np.array([2.0, 0.8, 0.9]))
    assert not album.misfit(Run, 0, np.array([2.0, 0.8]))  # of two, neither is the odd one
