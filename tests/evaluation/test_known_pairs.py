"""The measured distances: numbers alone, and what follows from them."""

import json
from pathlib import Path

import numpy as np
import pytest

import facerecon.evaluation
from facerecon.evaluation.known_pairs import head_pairs, identity_pairs
from facerecon.identity import EMBEDDERS
from facerecon.morphable import HEADS

DATA = Path(facerecon.evaluation.__file__).parent / "data"


def leaves(node):
    if isinstance(node, dict | list):
        for child in node.values() if isinstance(node, dict) else node:
            yield from leaves(child)
    else:
        yield node


@pytest.mark.parametrize("name", ["identity_pairs", "head_pairs"])
def test_nothing_but_numbers_is_kept(name):
    data = json.loads((DATA / f"{name}.json").read_text("utf-8"))
    assert data and all(isinstance(leaf, int | float) for leaf in leaves(data))


def test_embeddings_were_measured_on_people():
    pairs = identity_pairs(EMBEDDERS.default)
    assert 1 < pairs.people < pairs.faces and pairs.shots > 1
    for distances in (pairs.same, pairs.changed, pairs.different):
        assert len(distances) and 0 <= distances.min() and distances.max() <= 2
        assert not distances.flags.writeable
    assert np.median(pairs.same) < EMBEDDERS.load().threshold < np.median(pairs.different)
    assert identity_pairs("nobody") is None


def test_limits_hold_for_most_pairs_of_one_head():
    pairs = head_pairs(HEADS.default)
    assert pairs.same.keys() == pairs.different.keys() == pairs.limits.keys()
    for region, limit in pairs.limits.items():
        assert len(pairs.same[region]) == pairs.people
        assert np.mean(pairs.same[region] <= limit) == pytest.approx(0.95, abs=1.5 / pairs.people)
        assert np.median(pairs.same[region]) < np.median(pairs.different[region])
    assert head_pairs("nobody").limits == {}
