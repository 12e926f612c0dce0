import numpy as np
import pytest

from facerecon.core.types import PointCloud
from facerecon.geometry.transforms import apply
from facerecon.registration import METHODS
from facerecon.registration.register import register


@pytest.mark.parametrize(("method", "degrees"), zip(METHODS, (180, 20, 90, 135), strict=True))
def test_any_turn_of_a_noisy_scan_is_found(sampled, motion, errors, method, degrees):
    rng = np.random.default_rng(degrees)
    true = motion(rng, degrees, 300)
    source, target = sampled(rng, 3000, 0.5), sampled(rng, 4000, 0.5)
    found = register(source, PointCloud(apply(true, target.points)), method)
    turn, shift = errors(found.target_from_source, true)
    assert turn < 0.5 and shift < 1
    assert np.linalg.det(found.target_from_source[:3, :3]) == pytest.approx(1, abs=1e-9)
