from dataclasses import replace

import numpy as np

from facerecon.core.types import Fit
from facerecon.morphable.fitting import FitStep
from facerecon.pipeline import Settings, reconstruct_steps
from facerecon.samples import load_sample


def steps_of_fit(photos, settings, parts):
    steps, seen = reconstruct_steps(photos, settings, parts), []
    for step in steps:
        if isinstance(step.value, FitStep):
            seen.append(step.value)
        if isinstance(step.value, Fit):
            steps.close()
            return seen, step.value
    raise AssertionError


def test_brightness_is_asked_after_landmarks_and_matches(parts):
    photo = load_sample("synthetic_2")
    photos = [photo, replace(photo, name="again")]
    settings = Settings(texture_size=512, photometric=True)
    lit, fit = steps_of_fit(photos, settings, parts)
    plain, without = steps_of_fit(photos, replace(settings, photometric=False), parts)
    assert [step.iteration for step in lit] == [*range(len(lit))]
    assert len(lit) > len(plain)
    asked = ["photometric" in step.cost for step in lit]
    assert asked == sorted(asked) and sum(asked) >= 2
    # Uncertainty is what landmarks, matches' head and the priors say: it claims no more for having seen the light.
    assert fit.std.min() > 0.8 * without.std.min()
    assert np.abs(fit.identity - without.identity).max() > 1e-3
