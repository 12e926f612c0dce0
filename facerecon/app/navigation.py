"""The pages and how they are called."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from facerecon.app.texts import t

ICON = Path(__file__).parents[2] / "static" / "icon.png"
ICONS: dict[str, str] = {
    "home": ":material/home:",
    "reconstruct": ":material/add_photo_alternate:",
    "detection": ":material/crop_free:",
    "inside": ":material/account_tree:",
    "landmarks": ":material/scatter_plot:",
    "registration": ":material/my_location:",
    "mesh": ":material/polyline:",
    "texture": ":material/texture:",
    "model": ":material/view_in_ar:",
    "expressions": ":material/sentiment_satisfied:",
    "scan": ":material/3d_rotation:",
    "compare": ":material/compare:",
    "measure": ":material/square_foot:",
    "evaluate": ":material/straighten:",
    "about": ":material/info:",
}
"""Page → Material symbol; the first opens when the app does."""
SECTIONS: dict[str, tuple[str, ...]] = {
    "": ("home", "reconstruct", "scan", "expressions", "compare", "measure", "evaluate", "about"),
    "nav.stages": ("detection", "inside", "landmarks", "registration", "mesh", "texture", "model"),
}
"""Text key of a section's heading → its pages; those without a heading stand on their own."""


def navigation() -> st.Page:
    """Builds the navigation in the visitor's language and gives the page that is asked for.

    The tab's icon is set first: otherwise Streamlit shows the page's own symbol there, and fetches it from Google.
    """
    st.set_page_config(page_icon=str(ICON), layout="wide")
    sections = {(t(key) if key else ""): [_page(name) for name in names] for key, names in SECTIONS.items()}
    return st.navigation(sections, position="top")


def _page(name: str) -> st.Page:
    return st.Page(f"pages/{name}.py", title=t(f"nav.{name}"), icon=ICONS[name], default=name == "home")
