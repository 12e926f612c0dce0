from dataclasses import replace

import numpy as np

from facerecon.pipeline import Settings
from facerecon.samples import load_sample


def test_brightness_is_asked_after_landmarks_and_matches(fitted):
    photo = load_sample("synthetic_2")
    photos = [photo, replace(photo, name="again")]
    settings = Settings(texture_size=512, photometric=True)
    lit, fit = fitted(photos, settings)
    plain, without = fitted(photos, replace(settings, photometric=False))
    assert [step.iteration for step in lit] == [*range(len(lit))]
    assert len(lit) > len(plain)
    asked = ["photometric" in step.cost for step in lit]
    assert asked == sorted(asked) and sum(asked) >= 2
    # Light makes the head surer, but not beyond what was found on people.
    assert fit.std.min() > 0.8 * without.std.min()
    assert np.abs(fit.identity - without.identity).max() > 1e-3
