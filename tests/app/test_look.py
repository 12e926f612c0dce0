"""The theme, the fonts and the style sheet agree with the colours of the package and with the texts."""

import importlib.util
import re
import tomllib
from pathlib import Path

import pytest

from facerecon.app import navigation, texts
from facerecon.drawing.theme import ACCENT, LINE, SURFACE, TEXT, css_variables

ROOT = Path(__file__).parents[2]
CONFIG = tomllib.loads((ROOT / ".streamlit/config.toml").read_text("utf-8"))
STYLE = (ROOT / "facerecon/app/style.css").read_text("utf-8")


def test_nothing_is_told_to_anybody():
    assert CONFIG["browser"]["gatherUsageStats"] is False
    assert CONFIG["client"]["showErrorDetails"] == "none"
    assert CONFIG["client"]["showErrorLinks"] is False


@pytest.mark.parametrize("name", ["light", "dark"])
def test_streamlit_has_the_colours_of_the_package(name):
    dark, theme = name == "dark", CONFIG["theme"][name]
    wanted = {"primaryColor": ACCENT, "backgroundColor": SURFACE, "textColor": TEXT, "borderColor": LINE}
    assert {key: theme[key] for key in wanted} == {key: tone.on(dark) for key, tone in wanted.items()}


def test_fonts_are_shipped_with_their_licences():
    fonts = [face["url"] for face in CONFIG["theme"]["fontFaces"]]
    assert fonts
    for url in fonts:
        path = ROOT / url.removeprefix("app/")
        assert path.read_bytes()[:4] == b"wOF2"
    licences = [path.read_text("utf-8") for path in (ROOT / "static/fonts").glob("OFL-*.txt")]
    assert len(licences) == 2 and all("SIL Open Font License" in text for text in licences)


def test_the_chinese_font_has_every_character_of_our_texts():
    # Run scripts/subset_fonts.py again when this fails.
    spec = importlib.util.spec_from_file_location("subset_fonts", ROOT / "scripts/subset_fonts.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    shipped = set((ROOT / "static/fonts/noto-sans-sc-part.txt").read_text("utf-8").rstrip("\n"))
    assert set(script.characters()) <= shipped


def test_the_style_sheet_uses_colours_that_exist():
    used = set(re.findall(r"var\((--[a-z0-9-]+)\)", STYLE))
    ours = css_variables(False).keys() | {"--stage", "--key", "--tone"}
    words = {f"--text-{name.removeprefix('input.')}" for name in texts.table("en") if name.startswith("input.")}
    assert used <= ours | words


def test_nothing_is_fetched_from_elsewhere():
    folder = ROOT / "facerecon/app"
    for path in [*folder.rglob("*.css"), *folder.rglob("*.js"), *folder.rglob("*.py"), ROOT / "app.py"]:
        text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")  # a name, no address
        assert not re.search(r"https?://", text), path.name
    # Streamlit fetches a Material symbol that serves as the page's icon from Google.
    assert navigation.ICON.is_file()
