import numpy as np
import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits, smooth_l1_loss

from facerecon.geometry.boxes import giou, iou
from facerecon.networks.losses import (
    Targets,
    cross_entropy,
    focal_loss,
    giou_loss,
    hard_negatives,
    iou_loss,
    multi_task_loss,
)
from facerecon.networks.retinaface import Prediction


@pytest.fixture
def generator():
    return torch.Generator().manual_seed(0)


def scores(generator, *shape):
    logits = 4 * torch.randn(shape, generator=generator, dtype=torch.float64)
    return logits, torch.rand(shape, generator=generator) < 0.3


def boxes(generator, count):
    corner = torch.rand((count, 2), generator=generator, dtype=torch.float64)
    return torch.cat([corner, corner + 0.2 + torch.rand((count, 2), generator=generator, dtype=torch.float64)], dim=1)


def test_cross_entropy_equals_pytorchs(generator):
    logits, positive = scores(generator, 5, 40)
    expected = binary_cross_entropy_with_logits(logits, positive.double(), reduction="none")
    assert torch.allclose(cross_entropy(logits, positive), expected)


@pytest.mark.parametrize(("gamma", "alpha"), [(2.0, 0.25), (0.5, 0.6), (5.0, 0.1)])
def test_focal_loss_equals_the_formula(generator, gamma, alpha):
    logits, positive = scores(generator, 200)
    for logit, face, loss in zip(logits, positive, focal_loss(logits, positive, gamma, alpha), strict=True):
        p = 1 / (1 + np.exp(-float(logit)))
        p, a = (p, alpha) if face else (1 - p, 1 - alpha)
        assert float(loss) == pytest.approx(-a * (1 - p) ** gamma * np.log(p), rel=1e-9)


def test_without_focus_it_is_half_the_cross_entropy(generator):
    logits, positive = scores(generator, 200)
    assert torch.allclose(focal_loss(logits, positive, gamma=0.0, alpha=0.5), cross_entropy(logits, positive) / 2)


def test_focal_gradient(generator):
    logits, positive = scores(generator, 20)
    assert torch.autograd.gradcheck(lambda x: focal_loss(x, positive), logits.requires_grad_())


def test_focal_loss_stays_finite():
    logits = torch.tensor([-1e4, -100.0, 0.0, 100.0, 1e4]).repeat(2).requires_grad_()
    loss = focal_loss(logits, torch.arange(10) < 5)
    loss.sum().backward()
    assert loss.isfinite().all() and logits.grad.isfinite().all()
    assert loss[0] == 2500 and loss[4] == 0


def test_easy_anchors_hardly_count():
    """A thousand sure answers weigh less than one wrong one with focus, and more without."""
    logits, positive = torch.tensor([-4.0] * 1000 + [1.0]), torch.zeros(1001, dtype=torch.bool)
    easy, hard = focal_loss(logits, positive).split([1000, 1])
    assert easy.sum() < hard.sum()
    easy, hard = cross_entropy(logits, positive).split([1000, 1])
    assert easy.sum() > 10 * hard.sum()


def test_hard_negatives_equal_a_plain_loop(generator):
    loss = torch.rand((4, 60), generator=generator)
    labels = torch.randint(-1, 2, (4, 60), generator=generator)
    labels[2] = 0
    labels[3] = 1
    chosen = hard_negatives(loss, labels, ratio=0.5, least=4)
    for row in range(4):
        background = [k for k in range(60) if labels[row, k] == 0]
        wanted = max(int((labels[row] == 1).sum()) * 0.5, 4)
        worst = sorted(background, key=lambda k: -loss[row, k])[: int(np.ceil(wanted))]
        assert chosen[row].nonzero()[:, 0].tolist() == sorted(worst)


def test_box_losses_equal_the_measures(generator):
    first, second = boxes(generator, 50), boxes(generator, 50)
    pairs = np.arange(50)
    assert np.allclose(giou_loss(first, second), 1 - giou(first.numpy(), second.numpy())[pairs, pairs])
    overlap = iou(first.numpy(), second.numpy())[pairs, pairs]
    assert np.allclose(iou_loss(first, second), -np.log(overlap.clip(1e-6)))
    assert torch.allclose(iou_loss(first, first), torch.zeros(50).double(), atol=1e-12)
    assert torch.allclose(giou_loss(first, first), torch.zeros(50).double(), atol=1e-12)


def test_box_gradients(generator):
    first, second = boxes(generator, 8), boxes(generator, 8)
    assert torch.autograd.gradcheck(giou_loss, (first.requires_grad_(), second))
    meet = iou_loss(first, second) < 10
    assert torch.autograd.gradcheck(iou_loss, (first[meet].detach().requires_grad_(), second[meet]))


def test_only_giou_pulls_boxes_together_from_afar():
    box = torch.tensor([[0.0, 0, 1, 1]], requires_grad=True)
    far = torch.tensor([[5.0, 0, 6, 1]])
    assert torch.autograd.grad(iou_loss(box, far).sum(), box)[0].abs().max() == 0
    assert torch.autograd.grad(giou_loss(box, far).sum(), box)[0][0, 2] < 0  # its right side should move right


@pytest.fixture
def task(generator):
    """A prediction of 3 pictures with 30 anchors, and its targets; the third picture has no face."""
    prediction = Prediction(*(torch.randn(s, generator=generator) for s in ((3, 30), (3, 30, 4), (3, 30, 5, 2))))
    labels = torch.randint(-1, 2, (3, 30), generator=generator)
    labels[2] = 0
    coded, points = torch.randn((3, 30, 4), generator=generator), torch.randn((3, 30, 5, 2), generator=generator)
    coded[labels != 1] = torch.nan
    points[labels != 1] = torch.nan
    points[0, :, 2] = torch.nan
    return prediction, Targets(labels, coded, points)


@pytest.mark.parametrize("classification", ["focal", "mined"])
@pytest.mark.parametrize("regression", ["smooth_l1", "giou"])
def test_the_sum_of_tasks(task, classification, regression):
    prediction, goal = task
    losses = multi_task_loss(prediction, goal, classification, regression, box_weight=0.5, point_weight=0.3)
    assert losses.total == pytest.approx(float(losses.scores + 0.5 * losses.boxes + 0.3 * losses.points))
    face = goal.labels == 1
    count = int(face.sum())
    if classification == "focal":
        expected = sum(
            float(focal_loss(prediction.logits[b, a], face[b, a]))
            for b in range(3)
            for a in range(30)
            if goal.labels[b, a] >= 0
        )
        assert losses.scores == pytest.approx(expected / count, rel=1e-5)
    if regression == "smooth_l1":
        expected = smooth_l1_loss(prediction.boxes[face], goal.boxes[face], reduction="sum")
        assert losses.boxes == pytest.approx(float(expected) / count, rel=1e-5)
    known = goal.points.isfinite()
    expected = smooth_l1_loss(prediction.points[known], goal.points[known], reduction="sum")
    assert losses.points == pytest.approx(float(expected) / count, rel=1e-5)


def test_what_is_ignored_or_unknown_does_not_matter(task, generator):
    prediction, goal = task
    for classification in ("focal", "mined"):
        logits, boxes, points = (tensor.clone().requires_grad_() for tensor in prediction)
        multi_task_loss(Prediction(logits, boxes, points), goal, classification).total.backward()
        assert (logits.grad[goal.labels < 0] == 0).all() and (logits.grad[goal.labels == 1] != 0).all()
        assert (boxes.grad[goal.labels != 1] == 0).all() and boxes.grad.isfinite().all()
        assert (points.grad[~goal.points.isfinite()] == 0).all() and points.grad.isfinite().all()


def test_pictures_without_faces_still_teach(task):
    prediction, goal = task
    logits = prediction.logits.clone().requires_grad_()
    empty = Targets(torch.zeros_like(goal.labels), goal.boxes, goal.points)
    for classification in ("focal", "mined"):
        losses = multi_task_loss(Prediction(logits, *prediction[1:]), empty, classification)
        assert losses.boxes == 0 and losses.points == 0
        losses.total.backward()
        assert (logits.grad > 0).any() and logits.grad.isfinite().all()


def test_overlap_of_offsets_needs_no_anchors(task):
    """The GIoU of boxes coded as offsets is that of the decoded boxes, whatever the anchors."""
    from facerecon.detection.anchors import decode_boxes

    prediction, goal = task
    face = goal.labels == 1
    anchors = np.array([[3.0, 5, 40, 99]]).repeat(int(face.sum()), axis=0)
    first, second = (decode_boxes(t.boxes[face].numpy().astype(np.float64), anchors) for t in (prediction, goal))
    expected = (1 - np.diag(giou(first, second))).mean()
    assert float(multi_task_loss(prediction, goal, regression="giou").boxes) == pytest.approx(expected, rel=1e-5)
