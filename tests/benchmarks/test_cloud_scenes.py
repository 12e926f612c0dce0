import numpy as np
import pytest
from scipy.spatial import cKDTree

from benchmarks.clouds.scenes import Difficulty, errors, scene
from facerecon.geometry.transforms import apply, invert


@pytest.mark.parametrize("overlap", [1.0, 0.6, 0.4])
def test_the_truth_brings_the_shared_part_together(overlap):
    made = scene(np.random.default_rng(1), Difficulty(rotation=70, translation=40, noise=0, overlap=overlap))
    moved = apply(made.target_from_source, made.source)
    near = cKDTree(made.target).query(moved)[0] < 12
    assert near.mean() == pytest.approx(overlap, abs=0.1)
    assert errors(made.target_from_source, made) == pytest.approx((0, 0), abs=1e-5)
    turn, shift = errors(np.eye(4), made)
    assert (turn, shift) == pytest.approx((70, 40), abs=1e-3)
    assert np.allclose(invert(made.target_from_source) @ made.target_from_source, np.eye(4))


def test_outliers_are_as_many_as_asked_for():
    made = scene(np.random.default_rng(1), Difficulty(noise=0, outliers=0.6, points=2000))
    whole = scene(np.random.default_rng(2), Difficulty(noise=0, points=20_000))
    assert len(made.source) == len(made.target) == 2000
    assert (cKDTree(whole.source).query(made.source)[0] > 10).mean() == pytest.approx(0.5, abs=0.1)
