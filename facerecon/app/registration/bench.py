"""Clouds and runs as the page uses them: made once, kept by what they are made from."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from facerecon.app import cache, state
from facerecon.app.cache import Run
from facerecon.app.registration.contenders import code_of, steps_of
from facerecon.app.registration.film import Film, film
from facerecon.app.registration.subject import Subject, head_subject
from facerecon.app.registration.take import Take, take
from facerecon.app.texts import t
from facerecon.core.types import PointCloud
from facerecon.evaluation.cloud_pairs import CloudPair, Disturbance, cloud_pair
from facerecon.registration.icp import icp_steps
from facerecon.registration.normals import with_normals

SEED = 4
"""The same points, noise and strays at every visit."""


def subject(run: Run) -> Subject:
    """Gives whose surface is registered: the scan that the visitor brought, else the fitted head."""
    scan = state.session().registered
    return scan or cache.take((run.key, "subject"), lambda: head_subject(run.of("mesh")[0].value, run.key))


def label(name: str) -> str:
    """Gives a contender's name for people."""
    return t(f"contender.{name}")


def pair(one: Subject, disturbed: Disturbance) -> CloudPair:
    """Gives a pair of clouds of the subject's surface."""
    rng = np.random.default_rng(SEED)
    return cache.take((one.digest, disturbed), lambda: cloud_pair(one.surface, disturbed, rng))


def run_of(one: Subject, disturbed: Disturbance, name: str) -> Take:
    """Gives a contender's run."""

    def run() -> Take:
        source, target = _estimated(one, disturbed)
        return take(steps_of(name, source, target), pair(one, disturbed), target)

    return cache.take((one.digest, disturbed, name), run)


def _estimated(one: Subject, disturbed: Disturbance) -> tuple[PointCloud, PointCloud]:
    """Gives both clouds with estimated normals: the true ones are nobody's to know."""

    def estimate() -> tuple[PointCloud, PointCloud]:
        made = pair(one, disturbed)
        return with_normals(PointCloud(made.source.points)), with_normals(PointCloud(made.target.points))

    return cache.take((one.digest, disturbed, "normals"), estimate)


def film_of(one: Subject, disturbed: Disturbance, names: Sequence[str]) -> Film:
    """Gives runs of contenders as the browser plays them."""
    labels = tuple(label(name) for name in names)

    def make() -> Film:
        made = pair(one, disturbed)
        return film(made.source, made.target, [run_of(one, disturbed, name) for name in names], labels)

    return cache.take((one.digest, disturbed, labels, "film"), make)


def code(names: Sequence[str]) -> list[Callable[..., object]]:
    """Lists what contenders run."""
    return list(dict.fromkeys([icp_steps, *(part for name in names for part in code_of(name))]))
