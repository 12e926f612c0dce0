"""Reads the manifest: which weight and data files exist, and where each may come from."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

from facerecon.core.errors import SettingsError


@dataclass(frozen=True, eq=False)
class Asset:
    name: str
    "what programs call it"
    file: str
    "its file name, in the cache or in a folder of FACERECON_ASSETS"
    sha256: str
    "of the whole file, hexadecimal"
    size: int
    "bytes"
    licence: str
    "SPDX identifier"
    origin: str
    "who made it"
    homepage: str
    "where its maker describes it"
    sources: tuple[Mapping[str, str], ...]
    "where it may be had, tried in this order; `kind` names an entry of `sources.FETCHERS`"
    default: bool = False
    "whether it is fetched when no name is given"


@cache
def manifest() -> Mapping[str, Asset]:
    """Reads every row of `manifest.toml`, by name."""
    text = resources.files("facerecon.assets").joinpath("manifest.toml").read_text("utf-8")
    rows = [Asset(**{**row, "sources": tuple(row["sources"])}) for row in tomllib.loads(text)["asset"]]
    return MappingProxyType({asset.name: asset for asset in rows})


def find(name: str) -> Asset:
    """Finds an asset by its name or by its file's name.

    Raises:
        SettingsError: the manifest has neither.
    """
    for asset in manifest().values():
        if name in (asset.name, asset.file):
            return asset
    known = ", ".join(manifest())
    message = f"There is no asset called “{name}”; known are: {known}."
    raise SettingsError(message, "asset_unknown", name=name, known=known)
