"""Both languages say the same things, nothing is missing, and nothing is left over."""

import ast
import re
import string
from pathlib import Path

import pytest

from facerecon.app import texts
from facerecon.assets import licences
from facerecon.core.arkit import ARKIT_NAMES
from facerecon.detection import DETECTORS
from facerecon.landmarks.quality import CONCERNS

ROOT = Path(__file__).parents[2]
SOURCES = [ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "facerecon/app").rglob("*.py")]
FAMILIES = (
    "expression.",
    "advice.",
    "warning.",
    "scale.",
    "about.part_",
    "view.",
    "viewer.",
    "strip.",
    "stage.",
    "nav.",
)
"""Keys that are put together while the app runs; what they must hold is tested one by one."""


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def used_keys() -> tuple[set[str], set[str]]:
    """Finds all string constants that look like keys, and the fixed beginnings of those that are put together."""
    fixed, beginnings = set(), set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                fixed.add(node.value)
            if isinstance(node, ast.JoinedStr) and len(node.values) > 1 and isinstance(node.values[0], ast.Constant):
                beginnings.add(node.values[0].value)
    return fixed, beginnings


def test_both_languages_have_the_same_keys():
    assert texts.table("en").keys() == texts.table("zh").keys()


@pytest.mark.parametrize("key", sorted(texts.table("en")))
def test_a_sentence_has_the_same_placeholders_in_both_languages(key):
    english, chinese = texts.table("en")[key], texts.table("zh")[key]
    assert english.strip() and chinese.strip()
    assert placeholders(english) == placeholders(chinese)


def test_chinese_is_chinese():
    latin = {key for key, text in texts.table("zh").items() if not re.search(r"[\u4e00-\u9fff]", text)}
    names = {key for key in latin if key.startswith(("detector.", "landmarker."))}
    assert latin - names == {f"model.{name}" for name in ("glb", "usdz", "obj", "ply", "stl")}  # names of file formats


def test_every_text_is_used():
    fixed, beginnings = used_keys()
    page_keys = {"title", "lead"}
    beginnings = tuple(b for b in beginnings if "." in b)
    left = [
        key
        for key in texts.table("en")
        if key not in fixed and key.split(".")[-1] not in page_keys and not key.startswith((*FAMILIES, *beginnings))
    ]
    assert not left


def test_every_key_that_is_asked_for_exists():
    known = texts.table("en")
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in (
                "t",
                "caption",
                "hole",
            ):
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and "." in str(first.value) and " " not in first.value:
                    assert first.value in known, f"{path.name}:{node.lineno}"


def test_every_error_of_the_package_has_an_advice():
    known = texts.table("en")
    found = set()
    for path in (ROOT / "facerecon").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = getattr(getattr(node, "func", None), "id", "")
            if isinstance(node, ast.Call) and name.endswith("Error") and len(node.args) > 1:
                key = node.args[1]
                if isinstance(key, ast.Constant) and re.fullmatch(r"[a-z_]+", str(key.value)):
                    found.add(key.value)
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "advice":
                found.add(node.value.value)
    assert len(found) > 10
    assert {f"advice.{key}" for key in found} <= known.keys()


def test_every_warning_of_the_pipeline_has_a_sentence():
    sources = [(ROOT / f"facerecon/{name}.py").read_text("utf-8") for name in ("pipeline", "scan_pipeline")]
    keys = [key for source in sources for key in re.findall(r'\.warn\("([a-z_]+)"\)', source)]
    keys += ["unit_guessed", "unit_unknown", "focal_guessed", "relative_depth"]
    assert len(keys) > 8
    assert {f"warning.{key}" for key in [*keys, *CONCERNS]} <= texts.table("en").keys()


def test_expressions_detectors_and_parts_all_have_names():
    known = texts.table("en").keys()
    assert {f"detector.{name}" for name in DETECTORS} <= known
    assert {f"expression.{name}" for name in ARKIT_NAMES} == {key for key in known if key.startswith("expression.")}
    assert {f"about.part_{part.key}" for part in licences()} == {key for key in known if key.startswith("about.part_")}


def test_lessons_have_the_same_names_and_as_many_formulas():
    folder = ROOT / "facerecon/app/lessons"
    names = {language: {p.name for p in (folder / language).glob("*.md")} for language in texts.LANGUAGES}
    assert names["en"] == names["zh"]
    for name in names["en"]:
        counts = [(folder / language / name).read_text("utf-8").count("$$") for language in texts.LANGUAGES]
        assert counts[0] == counts[1] and counts[0] % 2 == 0, name


@pytest.mark.parametrize(
    "path", sorted((ROOT / "facerecon/app/lessons").glob("*/*.md")), ids=lambda p: p.parent.name + p.stem
)
def test_formulas_open_and_close_what_they_enclose(path):
    for formula in path.read_text("utf-8").split("$$")[1::2]:
        assert formula.count("{") - formula.count(r"\{") == formula.count("}") - formula.count(r"\}"), formula
        assert len(re.findall(r"\\left\b", formula)) == len(re.findall(r"\\right\b", formula)), formula


@pytest.mark.parametrize(
    ("locale", "language"),
    [("zh-CN", "zh"), ("zh_Hant_TW", "zh"), ("en-GB", "en"), ("fr", "en"), (None, "en"), ("", "en")],
)
def test_the_browser_decides_the_language(locale, language):
    assert texts.match_language(locale) == language


def test_a_missing_key_or_value_is_an_error(monkeypatch):
    monkeypatch.setattr(texts.state, "language", lambda: "en")
    assert texts.t("input.face", number=2) == "Face 2"
    with pytest.raises(KeyError):
        texts.t("input.there_is_no_such_key")
    with pytest.raises(KeyError):
        texts.t("input.face")


def test_advice_never_fails(monkeypatch):
    monkeypatch.setattr(texts.state, "language", lambda: "zh")
    assert "a.jpg" in texts.advice("no_face", name="a.jpg")
    assert texts.advice("no_face")  # an error that did not say the name
    assert texts.advice("something_new") == texts.table("zh")["advice.unknown"]
