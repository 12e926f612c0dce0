"""What the capture coach says: how photos fare, and which one to add."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """One property of the photos."""

    name: str
    "`angles`, `light`, `sharpness`, `expression`, `occlusion`, `resolution`"
    good: bool
    value: float
    "of the worst photo: degrees between the outermost turns; L; share; weight; number of covered parts; px"


@dataclass(frozen=True)
class Candidate:
    """A photo that could be added."""

    name: str
    "`front`, `left`, `right`, `far_left`, `far_right`: where the head turns to, seen from the subject"
    yaw: float
    "radians; > 0: to the subject's left"
    reduction: float
    "in [0, 1]: by which share the face's standard deviation would fall"


@dataclass(frozen=True)
class Coaching:
    """What the coach says of a run's photos."""

    yaws: tuple[float, ...]
    "by photo, radians; > 0: turned to the subject's left"
    checks: tuple[Check, ...]
    candidates: tuple[Candidate, ...]
    "best first, of nearly equal ones the side that is not seen yet; none where the head has no shape of its own"
