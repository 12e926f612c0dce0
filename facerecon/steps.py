"""What every reconstruction has, from photos or from scans: values as they are born, a clock, and warnings."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

from facerecon.core.errors import SettingsError
from facerecon.morphable import STARTS
from facerecon.networks.devices import check_device
from facerecon.parts import Parts, Settings

TEXTURE_SIZES = (512, 1024, 2048, 4096)


@dataclass(frozen=True, eq=False)
class Step:
    """A value as it is born."""

    stage: str
    "one of the pipeline's STAGES"
    value: Any
    "what the stage gives: Faces, Landmarks, FitStep, Fit, Mesh, Texture, Reconstruction, or a scan's"
    milliseconds: float
    "what this value took"
    fraction: float
    "of the whole way, in (0, 1]"
    photo: int | None = None
    "number of the photo or scan, where the value belongs to one"


def as_settings(chosen: dict[str, Any]) -> Settings:
    """Makes settings of names and values.

    Raises:
        SettingsError: a setting does not exist.
    """
    unknown = sorted(set(chosen) - {field.name for field in fields(Settings)})
    if unknown:
        raise SettingsError(f"There is no setting called “{unknown[0]}”.", name=unknown[0])
    return Settings(**chosen)


def check_settings(settings: Settings) -> None:
    """Refuses a texture size, a start or a device that does not exist.

    Raises:
        SettingsError: it does not.
    """
    if settings.texture_size not in TEXTURE_SIZES:
        raise SettingsError(f"The texture size must be one of {', '.join(map(str, TEXTURE_SIZES))}.")
    STARTS.load(settings.start)
    check_device(settings.device)


class Run:
    """One run: its clock, and its warnings. A subclass gives `load` and `steps`.

    Args:
        settings: what the visitor chose.
        parts: detector, landmarker and head.
        stages: names of the stages.
    """

    def __init__(self, settings: Settings, parts: Parts, stages: Sequence[str]):
        self.settings, self.parts = settings, parts
        self.timings = dict.fromkeys(stages, 0.0)
        self.clock = time.perf_counter()
        self.warnings: list[str] = []

    def load(self) -> None:
        """Makes all parts before the clock of the stages starts."""
        _ = (
            self.parts.detector,
            self.parts.landmarker,
            self.parts.layout(self.settings.subdivisions, self.settings.texture_size),
        )
        now = time.perf_counter()
        self.loading, self.clock = (now - self.clock) * 1000, now

    def steps(self) -> Iterator[Step]:
        """Yields every value; the last is the Reconstruction."""
        raise NotImplementedError

    def step(self, stage: str, value: Any, fraction: float, photo: int | None = None) -> Step:
        """Makes a step of a value, with the time since the last."""
        now = time.perf_counter()
        milliseconds = (now - self.clock) * 1000
        self.timings[stage] += milliseconds
        self.clock = now
        return Step(stage, value, milliseconds, fraction, photo)

    def warn(self, *keys: str) -> None:
        """Notes warnings, each once."""
        self.warnings += [key for key in keys if key not in self.warnings]

    def total(self) -> dict[str, float]:
        """Gives the time of every stage, of loading, and of all together, ms."""
        return {**self.timings, "loading": self.loading, "total": self.loading + sum(self.timings.values())}

    def go(self, own: bool) -> Iterator[Step]:
        """Loads, and yields every step; parts that are this run's own are closed at the end."""
        try:
            self.load()
            for step in self.steps():
                yield step
                self.clock = time.perf_counter()  # what the receiver did with the value is not the pipeline's time
        finally:
            if own:
                self.parts.close()
