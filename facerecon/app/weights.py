"""Weights that are not on this computer: how to get them, and getting them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import streamlit as st

from facerecon.app import cache, messages
from facerecon.app.numbers import size
from facerecon.app.texts import t
from facerecon.assets import Asset, find, found, locate
from facerecon.core.errors import FaceReconError


def is_here(asset: Asset) -> bool:
    """Tells whether a file is on this computer; once it is, it is not asked again."""
    return cache.picture((asset.sha256, "here"), lambda: found(asset)) is not None


def missing(names: Iterable[str]) -> list[Asset]:
    """Lists which of the manifest's files `names` are not on this computer."""
    return [asset for asset in map(find, names) if not is_here(asset)]


def offer(assets: Sequence[Asset], label: str) -> None:
    """Says how to get the weights of a network, and gets them when asked to.

    Args:
        assets: the files that are missing.
        label: the network's name.
    """
    whole = sum(asset.size for asset in assets)
    about = {"name": label, "size": " ".join(size(whole)), "licence": assets[0].licence}
    names = " ".join(asset.name for asset in assets)
    st.markdown(t("weights.missing", **about))
    st.code(f"python -m facerecon assets get {names}", "bash", wrap_lines=True)
    if not st.button(t("weights.fetch", **about), icon=":material/download:", key=f"fetch_{assets[0].name}"):
        return
    shown, before = st.progress(0.0, t("weights.fetching", **about)), 0
    try:
        for asset in assets:
            so_far = before
            locate(
                asset.name,
                lambda done, total, so_far=so_far: shown.progress(
                    min((so_far + done) / whole, 1.0), t("weights.fetching", **about)
                ),
            )
            before += asset.size
    except FaceReconError as error:
        shown.empty()
        messages.show_error(error)
    else:
        st.rerun()
