"""facerecon: photos of a face become a textured, rigged 3D head."""

__version__ = "0.1.0"
