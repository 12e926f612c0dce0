"""The page Measure: every group, two points, planned changes, and the changed head as a file."""

import pytest

from facerecon.anthropometry.measures import DIMENSIONS, GROUPS
from facerecon.app import texts


def html(app) -> str:
    return "\n".join(element.proto.body for element in app.get("html")).replace("&#x27;", "'")


def shown(app, language: str) -> set[str]:
    """Which measures stand on the page as numbers."""
    said, drawn = texts.table(language), html(app)
    return {name for name in DIMENSIONS if f"<dt>{said[f'measure.{name}']}<i>" in drawn}


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_the_face_is_measured_first(start, language):
    app = start(language, "measure")
    assert shown(app, language) == {name for name, found in DIMENSIONS.items() if found.group == "face"}
    assert html(app).count("data:image/svg+xml") == 2


def test_every_group_shows_its_measures(start):
    app = start("en", "measure")
    for group in GROUPS:
        app.button_group(key="measure_group").set_value(group).run()
        assert not app.exception
        assert shown(app, "en") == {name for name, found in DIMENSIONS.items() if found.group == group}
        assert "data:image/svg+xml" in html(app)


def test_thirds_follow_the_hairline(start):
    app, said = start("en", "measure"), texts.table("en")
    app.button_group(key="measure_group").set_value("thirds").run()
    assert not app.exception and said["measure.hairline_usual"] in html(app)  # her fringe hides it
    upper = f"<dt>{said['measure.third_upper']}</dt><dd>"
    before = html(app).split(upper)[1].split("<")[0]
    slider = next(one for one in app.slider if one.key.startswith("measure_hairline"))
    slider.set_value(80.0).run()
    assert not app.exception and said["measure.hairline_hand"] in html(app)
    lengths = [float(value.split(" ")[0]) for value in (before, html(app).split(upper)[1].split("<")[0])]
    assert 20 < lengths[1] - lengths[0] < 26  # along a forehead that leans back


def test_a_change_warns_and_can_be_taken_along(start):
    app, said = start("en", "measure"), texts.table("en")
    app.slider(key="measure_change_jaw_width").set_value(1.0).run()
    assert any(said["measure.change_jaw_width"] in caption.value for caption in app.caption)
    app.button(key="measure_reset").click().run()
    assert app.slider(key="measure_change_jaw_width").value == 0
    assert not any("known to" in caption.value for caption in app.caption)
    app.toggle(key="measure_want_file").set_value(True).run()
    assert not app.exception and app.get("download_button")
