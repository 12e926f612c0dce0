"""The slip on the page Texture: told for two photos of one head, larger when the second one's pose is told wrongly."""

import numpy as np
import pytest

from facerecon.app.texture import slips
from facerecon.core.types import Photo
from facerecon.pipeline import reconstruct
from facerecon.samples import load_sample


@pytest.fixture(scope="module")
def pair(parts):
    """Two photos: the sample, and the same one a little darker."""
    photo = load_sample("synthetic_1")
    step = max(photo.image.shape[0] // 500, 1)
    image = np.ascontiguousarray(photo.image[::step, ::step])
    other = Photo((image * 0.9).astype(np.uint8), "1" * 64, None, "darker")
    return reconstruct([Photo(image, "0" * 64, None, "first"), other], parts=parts, texture_size=512)


def test_a_wrong_pose_slips_and_is_mended(pair, parts, monkeypatch):
    monkeypatch.setattr(slips.cache, "workshop", lambda: type("Shop", (), {"parts": parts}))
    own, turned = (slips._tell(pair, wrong) for wrong in (0.0, 2.0))
    assert own.report.photo == turned.report.photo == 1
    assert turned.report.before > own.report.before + 0.5
    assert turned.report.after < 0.5 * turned.report.before
    assert turned.times < own.times  # arrows that can be seen
    for told in (own, turned):
        assert set(told.near) == set(slips.WAYS) and max(told.arrows.shape) <= slips.SIDE
    away = [np.abs(told.near["with"].astype(int) - told.near["without"]).mean() for told in (own, turned)]
    assert away[1] > 2 * away[0]
