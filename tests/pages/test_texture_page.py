"""The page Texture: the square, the light taken out, and its numbers."""

import numpy as np
import pytest

from facerecon.app import texts
from facerecon.core.types import Photo
from facerecon.samples import load_sample


def html(app) -> str:
    return "\n".join(element.proto.body for element in app.get("html")).replace("&#x27;", "'")


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_square_and_numbers(start, language):
    app, said = start(language, "texture"), texts.table(language)
    assert not app.exception
    assert said["texture.relit_note"] in html(app)
    seam = html(app).split(f"<dt>{said['texture.seam']}</dt><dd>")[1].split("<")[0]
    assert 0 < float(seam) < 6
    assert said["texture.slip_one"] in html(app)


def test_every_square_and_light_can_be_chosen(start):
    app, said = start("en", "texture"), texts.table("en")
    for kind in ("albedo", "provenance", "layout"):
        app.button_group(key="texture_kind").set_value(kind).run()
        assert not app.exception
        assert said[f"texture.caption_{kind}"] in html(app)
    for light in ("own", "evening"):
        app.button_group(key="texture_light").set_value(light).run()
        assert not app.exception


@pytest.mark.slow
def test_the_slip_of_a_second_photo_is_shown_and_mended(start):
    face = np.ascontiguousarray(load_sample("synthetic_1").image[::3, ::3])
    app, said = start("en", None), texts.table("en")
    app.default_timeout = 200
    session = app.session_state["facerecon"]
    session.texture_size = 512
    session.photos = tuple(
        Photo(image, str(number) * 64, None, f"{number}.png")
        for number, image in enumerate((face, (face * 0.9).astype(np.uint8)))
    )
    app.switch_page("pages/texture.py").run()
    app.button_group(key="texture_slip").set_value(2.0).run()
    assert not app.exception and said["texture.slip_note"] in html(app)
    before, after = (
        float(html(app).split(f"<dt>{said[f'texture.slip_{name}']}</dt><dd>")[1].split("<")[0])
        for name in ("before", "after")
    )
    assert before > 1 > after
