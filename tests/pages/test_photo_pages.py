"""Photos of visitors: good ones, bad ones, several faces, none; and what is kept and told."""

import logging

import numpy as np
import pytest
from skimage.data import astronaut

from facerecon.app import texts
from facerecon.samples import SAMPLES, load_sample


def photos(app):
    return app.session_state["facerecon"].photos


@pytest.fixture(scope="module")
def nothing(jpeg):
    rows, columns = np.mgrid[:240, :320]
    return jpeg(np.dstack([columns * 255 // 320, rows, (rows + columns) % 256]).astype(np.uint8))


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_bad_upload_is_told_and_what_was_there_stays(start, language):
    app = start(language)
    before = photos(app)[0].digest
    app.file_uploader[0].upload("bad.jpg", b"this is no photo" * 20, "image/jpeg").run()
    assert not app.exception
    assert [w.value for w in app.warning] == [texts.table(language)["advice.photo_not_an_image"].format(name="bad.jpg")]
    assert [p.digest for p in photos(app)] == [before]
    app.run()
    assert not app.warning  # told once


def test_good_photos_are_taken_beside_bad_ones(start, jpeg):
    app = start()
    good = jpeg(astronaut())
    files = [("bad.png", b"\x89PNG\r\n\x1a\n" + b"0" * 50, "image/png"), ("good.jpg", good, "image/jpeg")]
    upload(app, files)
    assert [p.name for p in photos(app)] == ["good.jpg"]
    assert len(app.warning) == 1 and "bad.png" in app.warning[0].value
    assert app.session_state["facerecon"].sample is None


def upload(app, files):
    uploader = app.file_uploader[0]
    for name, content, kind in files:
        uploader.upload(name, content, kind)
    app.run()
    assert not app.exception


def test_no_face_keeps_the_photo_and_says_what_helps(start, nothing):
    app = start()
    upload(app, [("meadow.jpg", nothing, "image/jpeg")])
    assert [w.value for w in app.warning] == [texts.table("en")["advice.no_face"].format(name="meadow.jpg")]
    assert [p.name for p in photos(app)] == ["meadow.jpg"]
    assert app.file_uploader  # another photo can be chosen at once
    drawn = "\n".join(element.proto.body for element in app.get("html"))
    assert ' failed"' in drawn
    # The pages that need no head open all the same.
    app.switch_page("pages/about.py").run()
    assert not app.exception and app.subheader


def test_another_face_can_be_picked(start, jpeg):
    app = start()
    image = astronaut()
    small = image[::2, ::2]
    both = np.full((512, 800, 3), 128, np.uint8)
    both[:, :512], both[128:384, 530:786] = image, small
    upload(app, [("two.jpg", jpeg(both), "image/jpeg")])
    app.switch_page("pages/detection.py").run()
    session = app.session_state["facerecon"]
    assert session.faces == {}
    app.button_group(key=f"face_detection_{photos(app)[0].digest[:12]}").set_value(1).run()
    assert not app.exception
    assert session.faces == {photos(app)[0].digest: 1}


def test_a_sample_is_one_click(start):
    app = start()
    app.button(key=f"pick_{SAMPLES[1]}").click().run()
    assert not app.exception and not app.warning
    assert [p.digest for p in photos(app)] == [load_sample(SAMPLES[1]).digest]


def test_the_texture_size_is_for_all_pages(start):
    app = start("en", "texture")
    app.button_group(key="texture_size").set_value(512).run()
    drawn = "\n".join(element.proto.body for element in app.get("html"))
    assert "512 × 512" in drawn and not app.exception


def test_names_and_contents_are_not_logged(start, nothing, caplog):
    with caplog.at_level(logging.DEBUG, "facerecon"):
        app = start()
        upload(app, [("secret-name.jpg", nothing, "image/jpeg"), ("secret-bad.jpg", b"x" * 200, "image/jpeg")])
    assert "no_face" in caplog.text
    assert "secret" not in caplog.text
