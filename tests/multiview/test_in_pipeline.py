from dataclasses import replace

from facerecon.core.types import Fit
from facerecon.morphable.fitting import FitStep
from facerecon.pipeline import Settings, reconstruct_steps
from facerecon.samples import load_sample


def fitted(photos, settings, parts):
    """The steps of the fit, and what came of them."""
    steps, seen = reconstruct_steps(photos, settings, parts), []
    for step in steps:
        if isinstance(step.value, FitStep):
            seen.append(step.value)
        if isinstance(step.value, Fit):
            steps.close()
            return seen, step.value
    raise AssertionError


def test_several_photos_are_compared_at_every_point(parts):
    """A person's photo twice: the skin agrees with itself at once, and nothing much changes."""
    photo = load_sample("synthetic_1")
    photos = [photo, replace(photo, name="again")]
    plain, first = fitted(photos, Settings(texture_size=512, dense=False), parts)
    dense, second = fitted(photos, Settings(texture_size=512), parts)
    assert len(dense) > len(plain)
    assert [step.iteration for step in dense] == [*range(len(dense))]
    head = parts.head
    assert abs(head.shape(first.identity) - head.shape(second.identity)).max() < 3
    alone, _ = fitted([photo], Settings(texture_size=512), parts)
    assert all(len(step.views) == 1 for step in alone)
