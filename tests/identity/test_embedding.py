import numpy as np
import pytest

from facerecon.core.errors import SettingsError
from facerecon.identity.embedding import Embedding, compare, distance


def random_embedding(rng, name="a"):
    vector = rng.normal(size=16)
    return Embedding(vector / np.linalg.norm(vector), name)


def test_distance_is_a_metric_on_the_sphere(rng):
    a, b, c = (random_embedding(rng) for _ in range(3))
    assert distance(a, a) == 0 and distance(a, b) == distance(b, a) > 0
    assert distance(a, c) <= distance(a, b) + distance(b, c)
    assert distance(a, b) ** 2 == pytest.approx(2 - 2 * a.vector @ b.vector)
    assert distance(a, Embedding(-a.vector, "a")) == pytest.approx(2)


def test_comparison_is_strict_and_keeps_its_threshold(rng):
    a, b = random_embedding(rng), random_embedding(rng)
    apart = distance(a, b)
    assert not compare(a, b, apart).same and compare(a, b, apart + 1e-9).same and compare(a, a, 0.1).same
    found = compare(a, b, 0.5)
    assert (found.distance, found.threshold, found.embedder) == (apart, 0.5, "a")


def test_embeddings_of_two_networks_cannot_be_compared(rng):
    with pytest.raises(SettingsError, match="“a” and “b”"):
        distance(random_embedding(rng, "a"), random_embedding(rng, "b"))


def test_only_unit_vectors_are_embeddings(rng):
    for vector in (np.zeros(4), np.ones(4), np.full(4, np.nan), np.eye(4)):
        with pytest.raises(ValueError):
            Embedding(vector, "a")
    made = random_embedding(rng)
    with pytest.raises(ValueError):
        made.vector[0] = 1
