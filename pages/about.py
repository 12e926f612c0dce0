"""About: what happens to photos, what the project is made of, and under which licences."""

from importlib.metadata import version

import streamlit as st

from facerecon.app import layout
from facerecon.app.texts import t
from facerecon.assets import licences

PACKAGES = ("streamlit", "mediapipe", "opencv-python", "numpy", "pyvista", "vtk", "stpyvista")

strip = layout.open_page("about", menu=False)

st.subheader(t("about.privacy"), anchor=False)
layout.lesson("privacy")

st.subheader(t("about.parts"), anchor=False)
layout.definitions([(part.name, t(f"about.part_{part.key}"), part.licence) for part in licences()])
layout.caption("about.copyleft")

st.subheader(t("about.versions"), anchor=False)
st.caption(" · ".join(f"{name} {version(name)}" for name in PACKAGES))
layout.fill(strip)
