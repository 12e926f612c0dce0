"""A table of interchangeable parts: name → where its class lives, imported only when it is asked for."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from typing import Any

from facerecon.core.errors import SettingsError


class Registry:
    """The parts that can do one stage's work, by name.

    Args:
        kind: what the parts are, in the words of an error message (`detector`).
        entries: name → `"package.module:Class"`; the first entry is the default.

    Example:
        >>> DETECTORS = Registry("detector", {"mediapipe": "facerecon.detection.mediapipe:BlazeFace"})
        >>> DETECTORS.default
        'mediapipe'
    """

    def __init__(self, kind: str, entries: Mapping[str, str]):
        self.kind = kind
        self._entries = dict(entries)

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def default(self) -> str:
        """The name of the part that is used when nothing is chosen."""
        return next(iter(self._entries))

    def load(self, name: str | None = None) -> Any:
        """Imports the named part (None: the default) and gives its class.

        Raises:
            SettingsError: there is no part of that name.
        """
        name = name or self.default
        if name not in self._entries:
            known = ", ".join(self._entries)
            raise SettingsError(f"There is no {self.kind} called “{name}”; known are: {known}.", name=name, known=known)
        module, _, attribute = self._entries[name].partition(":")
        return getattr(importlib.import_module(module), attribute)

    def create(self, name: str | None = None, **arguments: Any) -> Any:
        """Loads the named part and constructs it.

        Raises:
            SettingsError: there is no part of that name.
        """
        return self.load(name)(**arguments)
