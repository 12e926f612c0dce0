"""The calibration finds the factors that made the errors, and what it leaves out stays out."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.uncertainty import BEYOND, Sample, calibrated, coverage, table
from facerecon.morphable.uncertainty import Calibration

TRUE = Calibration(noise=1.8, prior=1.3, rest=0.6, cost=100.0, sensitivity=1.0, size=1.5, beyond=1.7)


def samples(rng, suite, count=120, cost=100.0, face=1.0):
    """Makes errors with the standard deviations that known factors give."""
    for number in range(count):
        noise, prior = rng.uniform(0.02, 1.5, (2, 400))
        found = Sample(
            suite, "0°", number % 2 == 1, np.zeros(400), noise, prior, cost * rng.uniform(0.6, 2), 0, 1e-4, 4e-4, face
        )
        std, size = found.std(TRUE), np.sqrt(TRUE.noise**2 * 1e-4 + TRUE.prior**2 * 4e-4)
        yield replace(found, errors=np.abs(rng.normal(size=400) * std), size_error=rng.normal() * TRUE.size * size)


def test_factors_come_back_and_hold_for_others(rng):
    found = [*samples(rng, "ict", cost=130.0), *samples(rng, "anny", cost=80.0)]
    ears = np.repeat([0.0, 0.4], 200)
    around = [one for name in ("ict", "anny") for one in samples(rng, name + BEYOND, 40, face=ears)]
    known = calibrated([one for one in [*found, *around] if not one.held_out])
    assert known.beyond == pytest.approx(TRUE.beyond, rel=0.05)
    assert coverage(around, known).miss < 0.03 < coverage(around, replace(known, beyond=1)).miss
    # The usual cost is that of the samples, and the other factors are meant at it.
    usual = (known.cost / TRUE.cost) ** (TRUE.sensitivity / 2)
    for name in ("noise", "prior", "rest"):
        assert getattr(known, name) == pytest.approx(usual * getattr(TRUE, name), rel=0.2)
    assert known.sensitivity == pytest.approx(1, abs=0.2) and known.size * usual == pytest.approx(TRUE.size, rel=0.3)
    others = coverage([one for one in found if one.held_out], known)
    assert others.miss < 0.03
    rows = table(found, known).splitlines()
    assert len(rows) == 6 and all("| 60 |" in row for row in rows[2:])
