"""Everything of the app that is not a page: texts, state, caches, the strip, the 3D view."""
