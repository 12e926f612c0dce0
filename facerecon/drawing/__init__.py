"""Puts colour on pixels: image → image, data → figure. Nothing here changes what it is given."""
