import numpy as np
import pytest

from facerecon.core.errors import SettingsError
from facerecon.samples import SAMPLES, load_sample, load_truth


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_load(name):
    photo = load_sample(name)
    assert min(photo.image.shape[:2]) >= 512 and len(photo.digest) == 64
    assert load_sample(name).digest == photo.digest


def test_truth_is_a_head_in_the_head_frame(anny):
    for name in SAMPLES[1:]:
        truth = load_truth(name)
        assert truth.neutral.shape == (anny.skin_vertices, 3)
        assert np.linalg.det(truth.camera_from_head[:3, :3]) == pytest.approx(1)
        assert truth.expression.shape == (52,) and truth.expression.max() <= 1
    assert load_truth("astronaut") is None


def test_unknown_sample_is_refused():
    with pytest.raises(SettingsError, match="no sample"):
        load_sample("nobody")
