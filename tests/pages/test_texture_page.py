"""The page Texture: the square, the light taken out, and its numbers."""

import pytest

from facerecon.app import texts


def html(app) -> str:
    return "\n".join(element.proto.body for element in app.get("html")).replace("&#x27;", "'")


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_square_and_numbers(start, language):
    app, said = start(language, "texture"), texts.table(language)
    assert not app.exception
    assert said["texture.relit_note"] in html(app)
    seam = html(app).split(f"<dt>{said['texture.seam']}</dt><dd>")[1].split("<")[0]
    assert 0 < float(seam) < 6


def test_every_square_and_light_can_be_chosen(start):
    app, said = start("en", "texture"), texts.table("en")
    for kind in ("albedo", "provenance", "layout"):
        app.button_group(key="texture_kind").set_value(kind).run()
        assert not app.exception
        assert said[f"texture.caption_{kind}"] in html(app)
    for light in ("own", "evening"):
        app.button_group(key="texture_light").set_value(light).run()
        assert not app.exception
