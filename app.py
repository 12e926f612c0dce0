"""The app's door: page config, language, navigation. Run it with `streamlit run app.py`."""

import logging

import streamlit as st

from facerecon.app import layout, messages, preload, state, texts
from facerecon.app.navigation import navigation
from facerecon.core.errors import FaceReconError

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
