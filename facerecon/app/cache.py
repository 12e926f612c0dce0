"""Every cache of the app, keyed by digests; Streamlit never hashes an array, since of a large one it sees a sample.

What comes from a visitor's own photos is kept in the scope of the session, so it leaves the memory with the visitor.
Samples are shared by everybody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from functools import cached_property
from threading import RLock
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from facerecon.app import state
from facerecon.app.store import Store
from facerecon.core.types import Photo, Reconstruction
from facerecon.detection import DETECTORS
from facerecon.detection.detector import Detector
from facerecon.identity import EMBEDDERS
from facerecon.landmarks import LANDMARKERS
from facerecon.landmarks.landmarker import Landmarker
from facerecon.morphable import HEADS
from facerecon.morphable.face_model import FaceModel
from facerecon.networks.devices import best_device
from facerecon.parts import Parts, Settings
from facerecon.reconstruction import reconstruct_steps
from facerecon.samples import load_sample
from facerecon.samples.scanned import sample_scan
from facerecon.scans.scan import Scan
from facerecon.steps import Step

if TYPE_CHECKING:
    from facerecon.identity.embedder import Embedder  # brings torch, which few pages need


@dataclass(frozen=True, eq=False)
class Run:
    """One finished reconstruction, with every step on the way to it."""

    key: str
    "digest of the photos and settings"
    reconstruction: Reconstruction
    "the result"
    steps: tuple[Step, ...]
    "everything that the pipeline gave, in order"

    def of(self, stage: str, photo: int | None = None) -> list[Step]:
        """Gives the steps of one stage, of one photo where it is named."""
        return [s for s in self.steps if s.stage == stage and photo in (None, s.photo)]


@dataclass(frozen=True, eq=False)
class Workshop:
    """The loaded parts of the pipeline and the right to use them: native parts serve one thread at a time."""

    parts: Parts
    lock: RLock = field(default_factory=RLock)


class _Parts(Parts):
    """Parts that are shared by all workshops, and by the pages that show one by itself."""

    @cached_property
    def detector(self) -> Detector:
        return detector(self.settings.detector)

    @cached_property
    def landmarker(self) -> Landmarker:
        return _landmarker(self.settings.landmarker)

    @cached_property
    def head(self) -> FaceModel:
        return _head(self.settings.head)

    def _open_embedder(self) -> Embedder:
        return embedder(EMBEDDERS.default)


@st.cache_resource(show_spinner=False)
def detector(name: str) -> Detector:
    """Gives a detector, loaded once for everybody."""
    # Without a torch network there is no need of torch, which takes seconds to import.
    device = best_device() if hasattr(DETECTORS.load(name), "candidates") else "cpu"
    return DETECTORS.create(name, device=device)


@st.cache_resource(show_spinner=False)
def embedder(name: str) -> Embedder:
    """Gives an embedder, loaded once for everybody."""
    return EMBEDDERS.create(name, device=best_device())


@st.cache_resource(show_spinner=False)
def _landmarker(name: str) -> Landmarker:
    return LANDMARKERS.create(name)


@st.cache_resource(show_spinner=False)
def _head(name: str) -> FaceModel:
    return HEADS.create(name)


def workshop(detector: str | None = None, landmarker: str | None = None, head: str | None = None) -> Workshop:
    """Gives the parts that settings name, loaded once for everybody; None stands for the default part."""
    return _workshop(detector or DETECTORS.default, landmarker or LANDMARKERS.default, head or HEADS.default)


@st.cache_resource(show_spinner=False, max_entries=4)
def _workshop(detector: str, landmarker: str, head: str) -> Workshop:
    # Streamlit's key is what is passed: left out and named, a default would be loaded twice.
    return Workshop(_Parts(Settings(detector, landmarker, head)))


@st.cache_resource(show_spinner=False, max_entries=16)
def sample(name: str) -> Photo:
    """Gives a bundled photo."""
    return load_sample(name)


@st.cache_resource(show_spinner=False, max_entries=16)
def sample_picture(name: str, _draw: Callable[[Photo], str]) -> str:
    """Gives a bundled photo's small picture."""
    return _draw(sample(name))


@st.cache_resource(show_spinner=False)
def bundled_scan() -> Scan:
    """Gives the scan that is shown before a visitor brings one."""
    return sample_scan()


@st.cache_resource(show_spinner=False, max_entries=4)
def scan_at_rest(name: str) -> Scan:
    """Gives the scan of a synthetic sample without expression."""
    return sample_scan(name, at_rest=True)


def run_key(inputs: tuple[Photo | Scan, ...], settings: Settings) -> str:
    """Gives the digest of a reconstruction before it is made."""
    corrected = [None if points is None else np.asarray(points, float).tobytes() for points in settings.landmarks]
    files = [(given.digest, getattr(given, "unit", None)) for given in inputs]
    told = (files, replace(settings, landmarks=()), corrected)
    return hashlib.sha256(repr(told).encode()).hexdigest()


def known_run(inputs: tuple[Photo | Scan, ...], settings: Settings) -> Run | None:
    """Gives a reconstruction that has been made already."""
    return _stores().runs.peek(run_key(inputs, settings))


def run(inputs: tuple[Photo | Scan, ...], settings: Settings, on_step: Callable[[Step], None]) -> Run:
    """Reconstructs, or gives what was reconstructed from the same files with the same settings.

    Args:
        inputs: photos of one person, or scans of one head.
        settings: of the pipeline.
        on_step: is told each step as it is born.

    Raises:
        FaceReconError: the pipeline's.
    """
    key = run_key(inputs, settings)

    def make() -> Run:
        shop = workshop(settings.detector, settings.landmarker, settings.head)
        steps = []
        with shop.lock:
            for step in reconstruct_steps(inputs, settings, shop.parts):
                steps.append(step)
                on_step(step)
        return Run(key, steps[-1].value, tuple(steps))

    return _stores().runs.get(key, make)


def look(key: Hashable, make: Callable[[], Any]) -> Any:
    """Gives what a detector answered on a picture."""
    return _stores().looks.get(key, make)


def known_look(key: Hashable) -> Any | None:
    """Gives what `look` has made already."""
    return _stores().looks.peek(key)


def page(key: Hashable, make: Callable[[], Any]) -> Any:
    """Gives a 3D view's HTML, or what the head viewer is made of."""
    return _stores().pages.get(key, make)


def picture(key: Hashable, make: Callable[[], Any]) -> Any:
    """Gives a small picture or number that is made from a photo or a run."""
    return _stores().pictures.get(key, make)


def known_picture(key: Hashable) -> Any | None:
    """Gives what `picture` has made already."""
    return _stores().pictures.peek(key)


def file(key: Hashable, make: Callable[[], bytes]) -> bytes:
    """Gives a file that a visitor takes along."""
    return _stores().files.get(key, make)


def known_file(key: Hashable) -> bytes | None:
    """Gives what `file` has made already."""
    return _stores().files.peek(key)


def take(key: Hashable, make: Callable[[], Any]) -> Any:
    """Gives clouds that are registered, or what is kept of a registration of them."""
    # A scan is its owner's; the photo's run is not made anew for it.
    stores = _own() if state.session().registered else _stores()
    return stores.takes.get(key, make)


def mesh(key: Hashable, make: Callable[[], Any]) -> Any:
    """Gives a mesh that was made from a run, and what was measured on it."""
    return _stores().meshes.get(key, make)


def card(key: Hashable, make: Callable[[], Any]) -> Any:
    """Gives a scan that is scored on, or what was measured there."""
    return _stores().cards.get(key, make)


def trace(key: Hashable, make: Callable[[], Any]) -> Any:
    """Gives what every layer of a network answered to a photo."""
    return _stores().traces.get(key, make)


@dataclass(frozen=True, eq=False)
class _Stores:
    runs: Store[Run] = field(default_factory=lambda: Store(6))
    "reconstructions"
    looks: Store[Any] = field(default_factory=lambda: Store(24))
    "proposals of detectors: six look at a picture, at each size that is chosen"
    pages: Store[Any] = field(default_factory=lambda: Store(8))
    "3D views: some 5 MB each"
    pictures: Store[Any] = field(default_factory=lambda: Store(160))
    "pictures and numbers made from runs"
    files: Store[bytes] = field(default_factory=lambda: Store(8))
    "files to take along: up to some 10 MB each"
    takes: Store[Any] = field(default_factory=lambda: Store(40))
    "pairs of clouds, runs and films: half a MB each"
    meshes: Store[Any] = field(default_factory=lambda: Store(16))
    "meshes of the page Mesh: some 5 MB each"
    cards: Store[Any] = field(default_factory=lambda: Store(8))
    "scans and scores of the page Evaluate: some 10 MB each"
    traces: Store[Any] = field(default_factory=lambda: Store(2))
    "answers of all layers of a network: some 50 MB each"


def _stores() -> _Stores:
    return _shared() if state.only_samples() else _own()


@st.cache_resource(show_spinner=False)
def _shared() -> _Stores:
    return _Stores()


@st.cache_resource(show_spinner=False, scope="session")
def _own() -> _Stores:
    return _Stores()
