"""The app's door: page config, language, navigation. Run it with `streamlit run app.py`."""

import logging

import streamlit as st

from facerecon.core.errors import FaceReconError, SystemLibraryError
from facerecon.core.system import require_system_libraries

try:
    require_system_libraries()
except SystemLibraryError as error:
    st.error(str(error))  # the texts cannot be had yet: what finds them needs the libraries
    st.stop()

# ruff: noqa: E402 - these load OpenCV, which would say less clearly what it misses.
from facerecon.app import layout, messages, preload, state, texts
from facerecon.app.navigation import navigation

logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
logging.getLogger("facerecon").setLevel(logging.INFO)

state.session().came_in = True
state.session().default_language = texts.match_language(st.context.locale)
preload.start()
layout.dress()
page = navigation()
layout.language_switch()
try:
    page.run()
except FaceReconError as error:
    messages.show_error(error)
