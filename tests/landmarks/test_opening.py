import numpy as np
import pytest

from facerecon.core.types import Landmarks
from facerecon.landmarks.opening import opening


def face(eyes, mouth):
    """Sixty-eight points with eyes and mouth as far open as asked for, 30 and 40 px wide."""
    points = np.zeros((68, 2))
    for first, height in ((36, eyes[0] * 30), (42, eyes[1] * 30)):
        points[first : first + 6] = [
            (0, 0),
            (10, -height / 2),
            (20, -height / 2),
            (30, 0),
            (20, height / 2),
            (10, height / 2),
        ]
    h = mouth * 40 / 2
    points[60:68] = [(0, 0), (10, -h), (20, -h), (30, -h), (40, 0), (30, h), (20, h), (10, h)]
    return points


def test_ratios_come_back_whatever_the_scale_and_turn():
    rng = np.random.default_rng(0)
    for _ in range(20):
        eyes, mouth = rng.uniform(0, 0.6, 2), rng.uniform(0, 1)
        angle, scale = rng.uniform(-3, 3), rng.uniform(0.1, 10)
        turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        found = opening(Landmarks(face(eyes, mouth) @ turn.T + rng.normal(size=2), None, "ibug68"))
        assert (found.right_eye, found.left_eye, found.mouth) == pytest.approx((*eyes, mouth))


def test_no_width_no_opening():
    assert opening(Landmarks(np.zeros((68, 2)), None, "ibug68")).mouth == 0


def test_the_astronaut_smiles_with_open_eyes(found):
    seen = opening(found)
    assert 0.2 < seen.right_eye < 0.5 and 0.2 < seen.left_eye < 0.5 and 0.05 < seen.mouth < 0.6
