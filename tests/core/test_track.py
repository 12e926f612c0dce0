import numpy as np
import pytest

from facerecon.core.track import Track


def test_weights_are_linear_between_keys_and_still_outside():
    track = Track([0.5, 1.0, 3.0], [[0, 1], [1, 0], [0, 0]])
    np.testing.assert_allclose(
        track.at([0, 0.5, 0.75, 1, 2, 9]), [[0, 1], [0, 1], [0.5, 0.5], [1, 0], [0.5, 0], [0, 0]]
    )
    assert track.seconds == 2.5


@pytest.mark.parametrize("times", [[], [0, 0], [1, 0.5], [-1, 0], [0, np.nan], [0, np.inf]])
def test_times_must_rise(times):
    with pytest.raises(ValueError):
        Track(times, np.zeros((len(times), 3)))


def test_shapes_and_numbers_are_checked():
    with pytest.raises(ValueError):
        Track([0, 1], np.zeros((3, 2)))
    with pytest.raises(ValueError):
        Track([0, 1], [[0.0], [np.nan]])
