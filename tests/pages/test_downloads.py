"""Files are made when they are asked for, not before, and again when something about them is chosen."""

import pytest

from facerecon.app import files, texts
from facerecon.app.numbers import size
from facerecon.core.errors import SettingsError
from facerecon.core.material import Material


@pytest.fixture
def built(monkeypatch):
    """Records what is built, nothing of which is kept from another test; the files are small.

    The plain GLB, which the page shows, is as ever; USDZ fails where `failing` is put into the list.
    """
    made, really, mark = [], files.build, object()

    def build(result, kind, options=files.PLAIN):
        if (kind, options) == ("glb", files.PLAIN):
            return really(result, kind, options)
        if "failing" in made:
            raise SettingsError("no library", "usd_missing")
        made.append((kind, options))
        return kind.encode() * 1000

    def key(run, kind, options):
        plain = (kind, options) == ("glb", files.PLAIN)
        return run.key, kind, options, None if plain else mark

    monkeypatch.setattr(files, "build", build)
    monkeypatch.setattr(files, "_key", key)
    return made


def format_of(app):
    return app.button_group(key="format_model")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_file_is_made_when_it_is_asked_for(start, built, language):
    app, table = start(language, "model"), texts.table(language)
    format_of(app).set_value("usdz").run()
    assert not app.exception and not built and not app.get("download_button")
    captions = " ".join(block.proto.body for block in app.get("html"))
    assert table["model.usdz_note"] in captions
    app.button(key="prepare_model").click().run()
    assert [kind for kind, _ in built] == ["usdz"]
    (button,) = app.get("download_button")
    assert button.proto.label == f"head.usdz · {' '.join(size(4000))}"
    app.run()
    assert len(built) == 1 and app.get("download_button")


def test_another_format_and_its_wishes(start, built):
    app = start("en", "model")
    format_of(app).set_value("stl").run()
    assert not app.exception and not built
    app.button_group(key="height_model").set_value(50.0).run()
    app.button(key="prepare_model").click().run()
    ((kind, options),) = built
    assert kind == "stl" and options.height_mm == 50
    format_of(app).set_value("glb").run()
    app.toggle(key="skeleton_model").set_value(True).run()
    assert not app.get("download_button")
    app.button(key="prepare_model").click().run()
    kind, options = built[-1]
    assert kind == "glb" and options.skeleton and not options.quantised
    # What was made once is still there.
    format_of(app).set_value("stl").run()
    assert app.get("download_button") and len(built) == 2


def test_files_have_the_surface_that_the_viewer_was_set_to(start, built):
    app = start("en", "model")
    app.session_state["facerecon"].material = Material(roughness=0.3)
    app.run()
    app.button(key="prepare_model").click().run()
    ((kind, options),) = built
    assert kind == "glb" and options.material == Material(roughness=0.3)
    format_of(app).set_value("ply").run()  # has no surface: one file, however it is set
    app.button(key="prepare_model").click().run()
    assert built[-1] == ("ply", files.PLAIN)


def test_what_cannot_be_made_is_told_in_a_sentence(start, built):
    built.append("failing")
    app = start("zh", "model")
    format_of(app).set_value("usdz").run()
    app.button(key="prepare_model").click().run()
    assert not app.exception and [warning.value for warning in app.warning] == [texts.table("zh")["advice.usd_missing"]]
    assert not app.get("download_button")
