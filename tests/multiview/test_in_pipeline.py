from dataclasses import replace

from facerecon.pipeline import Settings
from facerecon.samples import load_sample


def test_several_photos_are_compared_at_every_point(fitted, parts):
    """A person's photo twice: the skin agrees with itself at once, and nothing much changes."""
    photo = load_sample("synthetic_1")
    photos = [photo, replace(photo, name="again")]
    plain, first = fitted(photos, Settings(texture_size=512, dense=False))
    dense, second = fitted(photos, Settings(texture_size=512))
    assert len(dense) > len(plain)
    assert [step.iteration for step in dense] == [*range(len(dense))]
    head = parts.head
    assert abs(head.shape(first.identity) - head.shape(second.identity)).max() < 3
    alone, _ = fitted([photo], Settings(texture_size=512))
    assert all(len(step.views) == 1 for step in alone)
