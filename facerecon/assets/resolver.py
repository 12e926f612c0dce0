"""Finds an asset on this machine or fetches it: checked by sha256, written whole, one process at a time."""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import platformdirs
from filelock import FileLock

from facerecon.assets.manifest import Asset, find, manifest
from facerecon.assets.sources import FETCHERS, IN_PLACE, Progress, SourceError
from facerecon.core.errors import AssetError

logger = logging.getLogger(__name__)
FOLDERS_VARIABLE = "FACERECON_ASSETS"
CACHE_VARIABLE = "FACERECON_CACHE"


def names() -> tuple[str, ...]:
    """Lists the names of all assets."""
    return tuple(manifest())


def cache_folder() -> Path:
    """Tells where fetched assets are kept: `FACERECON_CACHE`, else the user's cache folder."""
    chosen = os.environ.get(CACHE_VARIABLE)
    return Path(chosen).expanduser().absolute() if chosen else platformdirs.user_cache_path("facerecon")


def locate(name: str, progress: Progress | None = None) -> Path:
    """Gives the path of an asset, fetching it first where it is not on this machine yet.

    Args:
        name: the asset's name in the manifest, or its file's name.
        progress: called with (bytes there, bytes in all) while it is fetched.

    Raises:
        AssetError: it is not here and no source could give it, or the cache cannot be written.
    """
    return locate_asset(find(name), progress)


def locate_asset(asset: Asset, progress: Progress | None = None) -> Path:
    """Does what `locate` does for an asset that need not be in the manifest."""
    return found(asset) or _fetch(asset, progress or (lambda done, total: None))


def found(asset: Asset) -> Path | None:
    """Finds an asset that is already on this machine with the right content, without using the network."""
    return next((path for path in _places(asset) if matches(path, asset)), None)


def matches(path: Path, asset: Asset) -> bool:
    """Tells whether a file holds exactly the asset's content."""
    try:
        if path.stat().st_size != asset.size:
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == asset.sha256
    except OSError:
        return False


def damaged(asset: Asset) -> Path | None:
    """Finds a file of the asset's name whose content is wrong."""
    return next((path for path in _places(asset) if path.is_file() and not matches(path, asset)), None)


def _places(asset: Asset) -> Iterator[Path]:
    """Lists where the asset may lie already: named folders, then the cache, then installed packages."""
    for folder in os.environ.get(FOLDERS_VARIABLE, "").split(os.pathsep):
        if folder:
            yield Path(folder).expanduser() / asset.file
    yield cache_folder() / asset.file
    for source in asset.sources:
        if source["kind"] in IN_PLACE:
            try:
                yield FETCHERS[source["kind"]](asset, source, Path(), lambda done, total: None)
            except SourceError as reason:
                logger.debug("%s: %s", asset.file, reason)


def _fetch(asset: Asset, progress: Progress) -> Path:
    """Fetches an asset into the cache while no other process does."""
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # A process that waited here finds what the other one fetched.
        with FileLock(folder / f".{asset.file}.lock"):
            return found(asset) or _fetch_alone(asset, folder, progress)
    except OSError as error:
        raise AssetError(
            f"{asset.file} cannot be stored in {folder} ({error.strerror or error}): set {CACHE_VARIABLE} to a folder "
            f"that can be written, or put {asset.file} into a folder named in {FOLDERS_VARIABLE}.",
            "asset_cache",
            file=asset.file,
            folder=str(folder),
        ) from error


def _fetch_alone(asset: Asset, folder: Path, progress: Progress) -> Path:
    """Tries the sources in order; the first right file is moved into the cache at once."""
    reasons = []
    for source in asset.sources:
        if source["kind"] in IN_PLACE:
            continue
        with tempfile.TemporaryDirectory(prefix=f".{asset.file}.", dir=folder) as work:
            try:
                path = FETCHERS[source["kind"]](asset, source, Path(work), progress)
            except SourceError as reason:
                reasons.append(str(reason))
                logger.info("%s: %s", asset.file, reason)
                continue
            if matches(path, asset):
                path.replace(folder / asset.file)
                return folder / asset.file
            reasons.append(
                f"{source.get('url') or source.get('requirement') or source['kind']}: wrong content (sha256)"
            )
            logger.warning("%s: %s", asset.file, reasons[-1])
    spoilt = damaged(asset)
    if spoilt:
        reasons.insert(0, f"{spoilt} has another content")
    raise AssetError(
        f"{asset.file} could not be had ({'; '.join(reasons) or 'it has no source'}): put {asset.file} into a folder "
        f"named in {FOLDERS_VARIABLE} or into {folder}.",
        file=asset.file,
        folder=str(folder),
        reasons="; ".join(reasons),
    )
