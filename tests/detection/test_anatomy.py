"""RetinaFace opened up: anchors by level and place, the best scores, and where losses come from."""

import numpy as np
import pytest
import torch

from facerecon.detection import anatomy
from facerecon.detection.anchors import BACKGROUND, IGNORED, SIDES, anchors, assign
from facerecon.networks.retinaface import STRIDES, mobilenet_retinaface, normalised

SIZE = (96, 160)


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(3)
    return mobilenet_retinaface().eval()


@pytest.fixture(scope="module")
def view():
    return np.random.default_rng(4).integers(0, 256, (*SIZE, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def said(network, view):
    return anatomy.answers(network, view)


def test_the_answers_are_the_networks(network, view, said):
    with torch.inference_mode():
        logits = network(normalised(view[None])).logits[0].numpy()
    np.testing.assert_allclose(said.logits, logits, rtol=1e-6)
    np.testing.assert_allclose(said.scores, torch.sigmoid(torch.from_numpy(logits)).numpy(), rtol=1e-5)
    np.testing.assert_array_equal(said.anchors, anchors(*SIZE))


def test_the_last_layers_are_where_the_scores_come_from(network, view, said):
    layers = anatomy.layers(network, view)
    for level, name in enumerate(anatomy.LEVELS):
        pairs = layers[f"heads.{name}.scores"].output.reshape(2, 2, *said.shapes[level])  # anchor, (background, face)
        best = (1 / (1 + np.exp(pairs[:, 0] - pairs[:, 1]))).max(axis=0)
        np.testing.assert_allclose(said.score_map(level), best, rtol=1e-5)


def test_levels_part_the_anchors_by_size(said):
    ends = [said.rows(level) for level in range(3)]
    assert ends[0].start == 0 and ends[-1].stop == len(said.anchors)
    assert [one.stop for one in ends[:-1]] == [one.start for one in ends[1:]]
    for level, rows in enumerate(ends):
        sides = said.anchors[rows, 2] - said.anchors[rows, 0]
        assert set(sides.tolist()) == set(map(float, SIDES[level]))
        assert said.level(rows.start) == said.level(rows.stop - 1) == anatomy.LEVELS[level]


@pytest.mark.parametrize("point", [(0, 0), (37.2, 51.9), (159, 95), (7.4, 7.6), (-20, 400)])
def test_the_anchors_of_a_place_are_the_nearest(said, point):
    found = said.at(*point)
    assert len(found) == len(set(found.tolist())) == 6
    inside = np.clip(point, 0, [SIZE[1] - 1, SIZE[0] - 1])
    middles = (said.anchors[:, :2] + said.anchors[:, 2:]) / 2
    for row in found:
        stride = STRIDES[anatomy.LEVELS.index(said.level(row))]
        assert np.abs(middles[row] - inside).max() <= stride / 2


def test_peaks_see_the_anchors_in_the_box_only(said):
    scores = np.zeros(len(said.anchors))
    row = said.rows(1).start + 8
    scores[row] = 0.75
    middle = (said.anchors[row, :2] + said.anchors[row, 2:]) / 2
    sure = anatomy.Answers(said.anchors, np.log((scores + 1e-9) / (1 - scores)), said.boxes, said.shapes)
    around = np.concatenate([middle - 3, middle + 3])
    np.testing.assert_allclose(anatomy.peaks(sure, around), [0, 0.75, 0], atol=1e-6)
    np.testing.assert_allclose(anatomy.peaks(sure, around + 40), [0, 0, 0], atol=1e-6)


def test_groups_hold_every_anchor_that_counts_once(said):
    assigned = assign(said.anchors, np.array([[40.0, 20, 104, 84]]))
    groups = anatomy.loss_groups(said.logits, assigned)
    together = np.sum(list(groups.values()), axis=0)
    np.testing.assert_array_equal(together, assigned != IGNORED)
    background = (assigned == BACKGROUND).sum()
    assert groups["hard"].sum() == round(anatomy.HARDEST * background) > 0
    assert said.logits[groups["hard"]].min() >= said.logits[groups["easy"]].max()


def test_focal_loss_moves_the_loss_to_the_hard_ones(said):
    rng = np.random.default_rng(5)
    assigned = assign(said.anchors, np.array([[40.0, 20, 104, 84]]))
    logits = np.where(assigned >= 0, 2.0, -5.0) + rng.normal(size=len(assigned))
    groups = list(anatomy.loss_groups(logits, assigned).values())
    easy = []
    for gamma in (0.0, 1.0, 2.0, 4.0):
        cross_entropy, focal = anatomy.anchor_losses(logits, assigned, gamma, 0.5)
        assert (focal[assigned == IGNORED] == 0).all() and (cross_entropy[assigned == IGNORED] == 0).all()
        easy.append(anatomy.shares(focal, groups)[2])
        if gamma == 0:
            np.testing.assert_allclose(focal, 0.5 * cross_entropy)
    assert easy == sorted(easy, reverse=True) and easy[-1] < 0.1 * easy[0]
    assert anatomy.shares(focal, groups).sum() == pytest.approx(1)
    assert anatomy.shares(np.zeros(len(assigned)), groups).tolist() == [0, 0, 0]
