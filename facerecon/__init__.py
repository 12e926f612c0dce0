"""facerecon: photos of a face become a textured, rigged 3D head.

Example:
    >>> import facerecon
    >>> photo = facerecon.read_photo("me.jpg")  # doctest: +SKIP
    >>> head = facerecon.reconstruct([photo])  # doctest: +SKIP
    >>> facerecon.write_glb(head, "me.glb")  # doctest: +SKIP
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_PUBLIC = {
    "FaceReconError": "facerecon.core.errors",
    "Material": "facerecon.core.material",
    "Photo": "facerecon.core.types",
    "Reconstruction": "facerecon.core.types",
    "Settings": "facerecon.pipeline",
    "load_sample": "facerecon.samples",
    "read_photo": "facerecon.core.photos",
    "read_depth": "facerecon.scans",
    "read_scan": "facerecon.scans",
    "reconstruct": "facerecon.reconstruction",
    "reconstruct_steps": "facerecon.reconstruction",
    "write_glb": "facerecon.export",
    "write_obj": "facerecon.export",
    "write_ply": "facerecon.export",
    "write_stl": "facerecon.export",
    "write_usdz": "facerecon.export",
}
__all__ = sorted(_PUBLIC)


def __getattr__(name: str) -> Any:
    # Looked up when first used: importing the package costs nothing, whatever hangs on it.
    if name not in _PUBLIC:
        raise AttributeError(f"module 'facerecon' has no attribute '{name}'")
    return getattr(import_module(_PUBLIC[name]), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
