"""Checks for the system libraries that OpenCV, MediaPipe and VTK load, before any of them fails with its own words."""

from __future__ import annotations

import ctypes
import sys

from facerecon.core.errors import SystemLibraryError

DEBIAN_PACKAGES = {
    "libGL.so.1": "libgl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libxcb.so.1": "libxcb1",
    "libEGL.so.1": "libegl1",
    "libGLESv2.so.2": "libgles2",
}
"""Library → the Debian and Ubuntu package that holds it."""


def missing_libraries() -> list[str]:
    """Lists the libraries that cannot be loaded; only Linux leaves them to its packages."""
    return [name for name in DEBIAN_PACKAGES if not _loads(name)] if sys.platform.startswith("linux") else []


def require_system_libraries() -> None:
    """Checks that every library is there; call it before `cv2`, `mediapipe` or `vtk` are imported.

    Raises:
        SystemLibraryError: some are missing; the message says how to install them.
    """
    missing = missing_libraries()
    if missing:
        packages = " ".join(dict.fromkeys(DEBIAN_PACKAGES[name] for name in missing))
        raise SystemLibraryError(
            f"The system lacks {', '.join(missing)}; on Debian or Ubuntu run: sudo apt-get install {packages}",
            libraries=", ".join(missing),
            packages=packages,
        )


def _loads(name: str) -> bool:
    """Tells whether the dynamic linker finds a library."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True
