"""Scans and depth: files in, a clean cloud of one head out."""

from importlib import import_module
from typing import Any

_PUBLIC = {
    "DepthMap": "depth_map",
    "Scan": "scan",
    "as_scan": "scan",
    "clean": "clean",
    "depth_cloud": "depth_map",
    "embedded_depth": "embedded",
    "file_kind": "kinds",
    "read_depth": "depth_files",
    "read_intrinsics": "intrinsics",
    "read_scan": "read",
}
__all__ = sorted(_PUBLIC)


def __getattr__(name: str) -> Any:
    # Looked up when first used: to tell what a file is must not load OpenCV and trimesh.
    if name not in _PUBLIC:
        raise AttributeError(f"module 'facerecon.scans' has no attribute '{name}'")
    return getattr(import_module(f"facerecon.scans.{_PUBLIC[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
