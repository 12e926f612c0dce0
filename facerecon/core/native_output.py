"""Keeps what foreign native code writes to the standard error stream off the visitor's terminal."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import tempfile
import threading
from collections.abc import Iterator

logger = logging.getLogger(__name__)
STDERR = 2
_lock = threading.RLock()  # of the whole process; the collector may close a task in the thread that runs another


@contextlib.contextmanager
def native_output_to_log() -> Iterator[None]:
    """Sends what is written to file descriptor 2 to this module's logger, at level debug.

    MediaPipe's libraries announce themselves there and know no switch against it. Keep the block short: what other
    threads write meanwhile goes the same way.
    """
    with _lock, tempfile.TemporaryFile() as stored:
        try:
            _flush()
            kept = os.dup(STDERR)
        except OSError:  # no such stream, as in a service
            yield
            return
        os.dup2(stored.fileno(), STDERR)
        try:
            yield
        finally:
            _flush()
            os.dup2(kept, STDERR)
            os.close(kept)
            stored.seek(0)
            for line in stored.read().decode("utf-8", "replace").splitlines():
                logger.debug("%s", line)


def _flush() -> None:
    """Empties Python's own buffer into the stream that is current now."""
    with contextlib.suppress(AttributeError, OSError, ValueError):
        sys.stderr.flush()
