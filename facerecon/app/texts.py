"""Every sentence that a visitor reads, looked up by key in the language of the session."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from facerecon.app import state

LANGUAGES: dict[str, str] = {"en": "English", "zh": "中文"}
"""Language → what its readers call it; the first is the default."""


@cache
def table(language: str) -> Mapping[str, str]:
    """Reads all the texts of one language: dotted key → sentence."""
    content = files("facerecon.app").joinpath(f"texts/{language}.toml").read_text("utf-8")
    return dict(_flat(tomllib.loads(content)))


@cache
def lesson(language: str, name: str) -> str:
    """Reads one lesson as Markdown with formulas."""
    return files("facerecon.app").joinpath(f"lessons/{language}/{name}.md").read_text("utf-8")


def t(key: str, **values: object) -> str:
    """Finds a sentence in the session's language and fills its placeholders.

    Raises:
        KeyError: the key or a placeholder's value is missing; the tests open every page in every language to find it.
    """
    return table(state.language())[key].format_map(values)


def advice(key: str, **values: object) -> str:
    """Finds what a visitor can do about an error; an error that nobody foresaw gets the general advice."""
    texts = table(state.language())
    sentence = texts.get(f"advice.{key}", texts["advice.unknown"])
    return sentence.format_map(_Lenient(values))


def match_language(locale: str | None) -> str:
    """Gives the language that suits a browser's locale best.

    Example:
        >>> match_language("zh-Hant-TW"), match_language("de-AT"), match_language(None)
        ('zh', 'en', 'en')
    """
    wanted = (locale or "").replace("_", "-").split("-")[0].lower()
    return wanted if wanted in LANGUAGES else next(iter(LANGUAGES))


class _Lenient(dict):
    """Leaves out what an error did not say, so that an incomplete error still gets its advice."""

    def __missing__(self, key: str) -> str:
        return "…"


def _flat(node: Mapping[str, object], prefix: str = "") -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, value in node.items():
        name = f"{prefix}{key}"
        pairs += _flat(value, f"{name}.") if isinstance(value, Mapping) else [(name, str(value))]
    return pairs
