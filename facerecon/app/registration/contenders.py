"""Who can be watched: ways to register two clouds, by name; each gives the very steps that it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from facerecon.core.types import PointCloud
from facerecon.registration import KERNELS, METHODS
from facerecon.registration.global_start import global_start
from facerecon.registration.icp import IcpSettings, IcpStep, icp_steps
from facerecon.registration.kernels import annealing
from facerecon.registration.register import register_steps
from facerecon.registration.rejection import trimmed

TRIM = 0.6
"of the pairs, the nearest, that are kept"
ANGLE = np.radians(60)
"Normals of robust pairs differ by less."

SETTINGS: Mapping[str, IcpSettings] = {
    **{name: IcpSettings(name) for name in ("point-to-point", "point-to-plane", "symmetric", "generalised")},
    "trimmed": IcpSettings("point-to-plane", keep=TRIM),
    "robust": IcpSettings("point-to-plane", kernel="geman-mcclure", annealing=4.0, max_normal_angle=ANGLE),
}
"By one call of `icp_steps` with these settings."
PYRAMID, ANYWHERE = "pyramid", "anywhere"
CONTENDERS = (*SETTINGS, PYRAMID, ANYWHERE)


def steps_of(name: str, source: PointCloud, target: PointCloud) -> Iterator[IcpStep]:
    """Runs a contender from where the source lies; `anywhere` does not look at that.

    Args:
        name: in `CONTENDERS`.
        source: with normals.
        target: with normals.
    """
    if name in SETTINGS:
        return icp_steps(source, target, SETTINGS[name])
    return register_steps(source, target, start=np.eye(4) if name == PYRAMID else None)


def code_of(name: str) -> list[Callable[..., object]]:
    """Lists what makes a contender different from the others."""
    if name not in SETTINGS:
        return [register_steps] if name == PYRAMID else [global_start, register_steps]
    settings = SETTINGS[name]
    found: list[Callable[..., object]] = [METHODS.load(settings.method)]
    if settings.keep < 1:
        found.append(trimmed)
    if settings.kernel != "none":
        found += [KERNELS.load(settings.kernel), annealing]
    return found
