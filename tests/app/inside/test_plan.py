"""The plan holds every convolution of the network once, and its arrows follow the data."""

import pytest

from facerecon.app import texts
from facerecon.app.inside import plan
from facerecon.app.inside.plan import ARROWS, PARTS, PHOTO, RESULT
from facerecon.networks.retinaface import mobilenet_retinaface, normalised
from facerecon.networks.trace import trace


@pytest.fixture(scope="module")
def layers():
    import numpy as np

    return trace(mobilenet_retinaface().eval(), normalised(np.zeros((1, 64, 64, 3), np.uint8)))


def test_every_convolution_belongs_to_one_part(layers):
    ours = [name for part in PARTS for name in plan.convolutions(part, layers)]
    assert sorted(ours) == sorted(name for name, layer in layers.items() if layer.convolution)
    assert len(ours) == len(set(ours))


def test_each_part_has_its_own_place():
    places = [part.place for part in PARTS.values()] + [PHOTO, RESULT]
    assert len(places) == len(set(places))
    assert {place for arrow in ARROWS for place in arrow} == set(places)
    assert all(plan.part_at(part.place) == name for name, part in PARTS.items())
    assert plan.part_at(PHOTO) is None


def test_arrows_lead_on(layers):
    order = list(layers)
    first = {PARTS[name].place: order.index(plan.convolutions(name, layers)[0]) for name in PARTS}
    for start, end in ARROWS:
        if start in first and end in first:
            assert first[start] < first[end]


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_everything_has_a_name_of_its_own(layers, language, monkeypatch):
    monkeypatch.setattr(texts.state, "language", lambda: language)
    assert len({plan.part_name(name) for name in PARTS}) == len(PARTS)
    for part in PARTS:
        names = [plan.layer_name(layers[name]) for name in plan.convolutions(part, layers)]
        assert len(set(names)) == len(names)


def test_activations_follow_their_own_convolution(layers):
    for name in (name for part in PARTS for name in plan.convolutions(part, layers)):
        after = plan.following(name, layers)
        if after is None:
            assert name.endswith(("scores", "boxes", "points", "field3.conv", "field5.conv", "field7.conv"))
        else:
            assert (after.input == layers[name].output).all()
