"""A head in the browser: textured, bent by its 52 expressions and lit there, without asking the server."""
