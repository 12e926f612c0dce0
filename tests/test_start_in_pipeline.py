"""The learned start on its way through the pipeline."""

from dataclasses import replace

import numpy as np

from facerecon.morphable.fitting import FitStep
from facerecon.pipeline import Settings, reconstruct, reconstruct_steps
from facerecon.samples import load_sample


def fit_steps_of(photo, parts, start):
    steps = reconstruct_steps([photo], replace(parts.settings, start=start), parts)
    found = []
    for step in steps:
        if isinstance(step.value, FitStep):
            found.append(step.value)
        elif found:
            break
    steps.close()
    return found


def test_the_replay_begins_at_the_head_that_is_expected(parts):
    plain, learned = (fit_steps_of(load_sample("synthetic_1"), parts, start) for start in (None, "learned"))
    assert not plain[0].identity.any() and plain[0].expected is None
    np.testing.assert_array_equal(learned[0].identity, learned[0].expected.mean)
    assert np.abs(learned[0].identity).max() > 0.2
    # Both end at a head of this person.
    assert plain[-1].identity @ learned[-1].identity > 0.8 * np.linalg.norm(plain[-1].identity) ** 2


def test_a_photo_unlike_the_training_is_fitted_plainly_and_said_so(parts, astronaut_head):
    found = reconstruct([load_sample("astronaut")], texture_size=512, parts=parts, start="learned")
    assert "strange_landmarks" in found.warnings
    np.testing.assert_allclose(found.fit.identity, astronaut_head.fit.identity)
    assert "strange_landmarks" not in astronaut_head.warnings


def test_it_is_not_the_default():
    """It does not win on photos: see README, what was tried."""
    assert Settings().start is None
