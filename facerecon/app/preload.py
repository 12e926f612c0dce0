"""Heavy libraries and weights, loaded in the background when the app starts, so that the first click is quick.

PyVista's plotting is imported here, once and whole: it loads itself lazily and not thread-safely, and several first
visits at once would break each other.
"""

from __future__ import annotations

import importlib
import logging
import time
from concurrent.futures import Future, ThreadPoolExecutor

import streamlit as st

from facerecon.app import cache
from facerecon.core.errors import FaceReconError
from facerecon.detection import DETECTORS

logger = logging.getLogger(__name__)

LIBRARIES = (
    *("facerecon.drawing.scene", "facerecon.drawing.figures", "trame_vtk.modules.vtk.serializers"),
    "facerecon.photometric.refine",
)


@st.cache_resource(show_spinner=False)
def start() -> Future[None]:
    """Starts loading, once for the whole server; the 3D view waits for what this returns."""
    shop = cache.workshop()
    pool = ThreadPoolExecutor(1, "preload")
    libraries = pool.submit(_import)
    pool.submit(_load, shop)
    pool.shutdown(wait=False)
    return libraries


def _import() -> None:
    begin = time.perf_counter()
    for name in LIBRARIES:
        importlib.import_module(name)
    logger.info("libraries for the 3D view loaded in %.1f s", time.perf_counter() - begin)


def _load(shop: cache.Workshop) -> None:
    begin = time.perf_counter()
    try:
        with shop.lock:
            _ = shop.parts.head, shop.parts.detector, shop.parts.landmarker
    except FaceReconError as error:
        # Whoever needs the part meets the same error where it can be shown.
        logger.warning("a part could not be loaded in advance: %s", error.advice)
    for name in DETECTORS:
        DETECTORS.load(name)  # their classes alone: torch takes seconds to import
    logger.info("parts loaded in %.1f s", time.perf_counter() - begin)
