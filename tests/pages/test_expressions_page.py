"""The page Expressions without a browser: what is brought reaches it, what it sends comes back as a file."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from facerecon.app.texts import table
from facerecon.core.arkit import ARKIT_NAMES
from facerecon.samples import load_sample


def given(app) -> dict | None:
    (viewer,) = app.get("bidi_component")
    return json.loads(viewer.proto.json)["express"]["given"]


@pytest.fixture
def page(start):
    return start("en", "expressions")


def test_another_photo_gives_its_expression_once(page, jpeg):
    assert given(page) is None
    page.file_uploader(key="expressions_file").upload(
        "smile.jpg", jpeg(load_sample("astronaut").image), "image/jpeg"
    ).run()
    assert not page.exception and not page.warning
    first = given(page)
    (weights,) = first["weights"]
    assert len(weights) == 52 and weights[ARKIT_NAMES.index("mouthSmileLeft")] > 0.5
    page.run()
    assert given(page) == first


def test_a_film_gives_a_track(page):
    photo = load_sample("astronaut").image[:340, 80:420]
    pictures = [Image.fromarray(np.roll(photo, 3 * i, axis=1)).resize((256, 256)) for i in range(6)]
    file = io.BytesIO()
    pictures[0].save(file, "GIF", save_all=True, append_images=pictures[1:], duration=100)
    page.file_uploader(key="expressions_file").upload("clip.gif", file.getvalue(), "image/gif").run()
    assert not page.exception and not page.warning
    track = given(page)
    assert track["times"] == pytest.approx([0, 0.1, 0.2, 0.3, 0.4, 0.5], abs=0.03)
    assert min(row[ARKIT_NAMES.index("mouthSmileLeft")] for row in track["weights"]) > 0.3


@pytest.mark.parametrize(
    ("name", "kind", "advice"),
    [("a.mp4", "video/mp4", "clip_unreadable"), ("a.jpg", "image/jpeg", "photo_not_an_image")],
)
def test_what_cannot_be_read_is_told(page, name, kind, advice):
    page.file_uploader(key="expressions_file").upload(name, b"nothing", kind).run()
    assert not page.exception
    assert [warning.value for warning in page.warning] == [table("en")[f"advice.{advice}"].format(name=name)]
    assert given(page) is None
