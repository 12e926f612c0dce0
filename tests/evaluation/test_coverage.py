"""Stated standard deviations are held against errors that were drawn with them."""

import numpy as np
import pytest

from facerecon.evaluation.coverage import Coverage


def test_honest_standard_deviations_hold(rng):
    std = rng.uniform(0.2, 3, 20000)
    errors = rng.normal(size=20000) * std
    honest = Coverage.of(errors, std)
    assert honest.at68 == pytest.approx(0.68, abs=0.01) and honest.at95 == pytest.approx(0.95, abs=0.005)
    assert honest.stated == pytest.approx(honest.true, rel=0.03) and honest.miss < 0.01
    boast = Coverage.of(errors, std / 2)
    assert boast.at68 == pytest.approx(0.38, abs=0.01) and boast.miss > 0.25
    assert np.isnan(Coverage.of(np.zeros(0), np.zeros(0)).at68)
    with pytest.raises(ValueError, match="std"):
        Coverage.of(errors, std[1:])
