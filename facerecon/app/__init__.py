"""Everything of the app that is not a page: texts, state, caches, the strip, the viewer. Only here and in pages is Streamlit."""
