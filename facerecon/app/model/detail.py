"""The switch for the skin's fine detail: its normal map, found when somebody asks for it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from facerecon.app import cache, layout, progress
from facerecon.app.cache import Run
from facerecon.app.texts import t
from facerecon.pipeline import detail_map


def detailed(run: Run) -> Run:
    """Shows the switch, and gives the run as it says: with a normal map or without."""
    result = run.reconstruction
    if result.scan or not result.photos:
        return run
    if not st.toggle(t("model.detail"), key="fine_detail", help=t("model.detail_help"), persist_state="session"):
        return run
    with st.spinner(t("model.detail_busy")):
        found = cache.picture((run.key, "detail"), lambda: _found(run))
    if found is None:
        layout.caption("model.detail_none")
        return run
    return replace(run, key=f"{run.key} detailed", reconstruction=replace(result, normal_map=found))


def _found(run: Run) -> np.ndarray | None:
    settings, result = progress.settings(), run.reconstruction
    shop = cache.workshop(settings.detector, settings.landmarker, settings.head)
    with shop.lock:
        return detail_map(result.photos[0], result.fit.views[0], result.mesh, shop.parts, settings)
