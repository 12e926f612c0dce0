"""Each page opens in both languages, on first load, with nothing chosen, and teaches with nothing touched."""

from pathlib import Path

import pytest

from facerecon.app import texts
from facerecon.app.navigation import ICONS, SECTIONS
from facerecon.app.strip import STAGES

PAGES = sorted(path.stem for path in (Path(__file__).parents[2] / "pages").glob("*.py"))


def html(app) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def test_every_page_is_in_the_navigation():
    assert sorted(ICONS) == PAGES
    assert sorted(name for names in SECTIONS.values() for name in names) == PAGES
    assert {Path(page).stem for page in STAGES.values()} <= set(PAGES)


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_first(start, page, language):
    app = start(language, page)
    assert not app.exception and not app.error and not app.warning
    said = texts.table(language)
    assert [title.value for title in app.title] == [said[f"{page}.title"]]
    drawn = html(app)
    assert said[f"{page}.lead"] in drawn.replace("&#x27;", "'")
    # The strip is complete: seven pictures, none of them still busy.
    for stage in STAGES:
        assert said[f"strip.alt_{stage}"] in drawn
    assert drawn.count("data:image/jpeg") >= len(STAGES) and ' busy"' not in drawn
    if page not in ("home", "about"):
        assert any("$$" in text.value for text in app.markdown)
        assert app.code and all("def " in code.value or "class " in code.value for code in app.code)


@pytest.mark.parametrize("page", PAGES)
def test_a_second_look_sends_nothing_new(start, page):
    app = start("en", page)
    first = [element.proto.SerializeToString() for element in app.get("bidi_component")]
    app.run()
    assert not app.exception
    assert [element.proto.SerializeToString() for element in app.get("bidi_component")] == first


def test_the_switch_changes_the_language(start):
    app = start("en")
    app.button_group(key="language").set_value("zh").run()
    assert [title.value for title in app.title] == [texts.table("zh")["home.title"]]
    app.switch_page("pages/mesh.py").run()
    assert [title.value for title in app.title] == [texts.table("zh")["mesh.title"]]


def test_without_a_3d_view_the_page_goes_on(start, monkeypatch):
    def refused(*_):
        raise RuntimeError("no VTK today")

    monkeypatch.setattr("facerecon.app.viewer.export", refused)
    monkeypatch.setattr("facerecon.app.cache.page", lambda key, make: make())
    app = start("en", "home")
    assert not app.exception
    assert texts.table("en")["advice.viewer"] in html(app)
    assert texts.table("en")["number.vertices"] in html(app)
