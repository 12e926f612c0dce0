"""Whose work this project stands on, and under which licences."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from facerecon.assets.manifest import manifest


@dataclass(frozen=True, eq=False)
class Part:
    key: str
    "names the sentence about it in the app's texts"
    name: str
    "its own name"
    licence: str
    "SPDX identifiers"
    origin: str
    "who made it"
    homepage: str
    "where it is found; may be empty"
    kind: str
    "`code`, `data`, `font` or `weights`"


@cache
def licences() -> tuple[Part, ...]:
    """Lists every part: first the weights of the manifest, then data, code and fonts."""
    text = resources.files("facerecon.assets").joinpath("licences.toml").read_text("utf-8")
    weights = [
        Part(asset.name, asset.file, asset.licence, asset.origin, asset.homepage, "weights")
        for asset in manifest().values()
    ]
    return (*weights, *(Part(**row) for row in tomllib.loads(text)["part"]))
