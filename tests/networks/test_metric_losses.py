import itertools

import pytest
import torch
from torch.nn.functional import normalize

from facerecon.networks.metric_losses import (
    batch_triplet_loss,
    semi_hard_triplets,
    squared_distances,
    triplet_loss,
)


@pytest.fixture
def generator():
    return torch.Generator().manual_seed(0)


def batch(generator, persons=5, faces=4, dimensions=3):
    embeddings = normalize(torch.randn(persons * faces, dimensions, generator=generator, dtype=torch.float64))
    order = torch.randperm(persons * faces, generator=generator)
    return embeddings, torch.arange(persons).repeat_interleave(faces)[order]


def test_distances_of_unit_vectors(generator):
    embeddings, _ = batch(generator)
    expected = torch.cdist(embeddings, embeddings) ** 2
    assert torch.allclose(squared_distances(embeddings), expected, atol=1e-12)


def test_loss_by_hand():
    anchor, positive = torch.tensor([[1.0, 0], [1, 0], [1, 0]]), torch.tensor([[0.6, 0.8], [1, 0], [0, 1]])
    negative = torch.tensor([[0.0, 1], [0, 1], [0.6, 0.8]])
    # |a - p|² = 0.8, 0, 2 and |a - n|² = 2, 2, 0.8: only the last triplet breaks the rule.
    assert triplet_loss(anchor, positive, negative, margin=0.2).item() == pytest.approx((2 - 0.8 + 0.2) / 3)
    assert triplet_loss(anchor[:2], positive[:2], negative[:2], margin=0.2).item() == 0
    assert triplet_loss(anchor[:1], positive[:1], negative[:1], margin=1.5).item() == pytest.approx(0.3)
    assert triplet_loss(anchor[:0], positive[:0], negative[:0]).item() == 0


@pytest.mark.parametrize("margin", [0.05, 0.2, 1])
@pytest.mark.parametrize("seed", range(5))
def test_semi_hard_triplets_are_those_of_the_definition(seed, margin):
    embeddings, persons = batch(torch.Generator().manual_seed(seed))
    squares = squared_distances(embeddings)
    expected = set()
    for a, p in itertools.permutations(range(len(persons)), 2):
        if persons[a] == persons[p]:
            inside = [
                n
                for n in range(len(persons))
                if persons[n] != persons[a] and squares[a, p] < squares[a, n] < squares[a, p] + margin
            ]
            if inside:
                expected.add((a, p, min(inside, key=lambda n: squares[a, n].item())))
    found = semi_hard_triplets(embeddings, persons, margin)
    assert set(zip(*(rows.tolist() for rows in found), strict=True)) == expected and expected
    losses = triplet_loss(*(embeddings[rows] for rows in found), margin=margin)
    assert 0 < losses < margin  # each lies inside the margin, none is nearer than the positive


def test_gradient_is_right(generator):
    raw, persons = batch(generator)
    rows = semi_hard_triplets(raw, persons)

    def loss(vectors):
        unit = normalize(vectors)
        return triplet_loss(*(unit[row] for row in rows))

    assert torch.autograd.gradcheck(loss, raw.clone().requires_grad_())


def test_gradient_pulls_the_positive_and_pushes_the_negative(generator):
    anchor, positive, negative = (v[None].requires_grad_() for v in torch.eye(3, dtype=torch.float64))
    triplet_loss(anchor, positive, negative, margin=1).backward()
    assert torch.allclose(positive.grad, 2 * (positive - anchor).detach())
    assert torch.allclose(negative.grad, -2 * (negative - anchor).detach())
    assert torch.allclose(anchor.grad, -positive.grad - negative.grad)


def test_nothing_to_learn_is_no_loss(generator):
    embeddings = normalize(torch.randn(6, 4, generator=generator)).requires_grad_()
    for persons in (torch.zeros(6), torch.arange(6)):  # all one person; nobody twice
        loss = batch_triplet_loss(embeddings, persons)
        loss.backward()
        assert loss == 0 and (embeddings.grad == 0).all()


def rings(generator, faces):
    """“Persons” that no linear map tells apart: rings around one centre, a radius each."""
    persons = torch.arange(4).repeat_interleave(faces)
    angle = 2 * torch.pi * torch.rand(len(persons), generator=generator)
    radius = 1 + persons + 0.1 * torch.randn(len(persons), generator=generator)
    return torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1), persons


def verified(embeddings, persons, threshold):
    """Share of pairs told rightly by their distance, same and different counting alike."""
    squares, same = squared_distances(embeddings), persons[:, None] == persons[None]
    pairs = ~torch.eye(len(persons), dtype=torch.bool)
    near = squares < threshold
    return 0.5 * (near[same & pairs].double().mean() + (~near[~same]).double().mean()).item()


def test_training_separates_persons(generator):
    torch.manual_seed(0)  # of the layers' first weights
    network = torch.nn.Sequential(
        torch.nn.Linear(2, 64), torch.nn.ReLU(), torch.nn.Linear(64, 64), torch.nn.ReLU(), torch.nn.Linear(64, 8)
    )
    faces, persons = rings(generator, 24)
    unseen, whose = rings(generator, 24)

    def best(network):
        with torch.no_grad():
            made = normalize(network(unseen))
        return max(verified(made, whose, threshold) for threshold in torch.linspace(0.01, 2, 60))

    before = best(network)
    optimiser = torch.optim.Adam(network.parameters(), lr=3e-3)
    for _ in range(200):
        loss = batch_triplet_loss(normalize(network(faces)), persons)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    with torch.no_grad():
        spread = squared_distances(normalize(network(unseen))).mean()
    assert before < 0.75 and best(network) > 0.95
    assert spread > 0.3  # and the vectors have not collapsed into one
