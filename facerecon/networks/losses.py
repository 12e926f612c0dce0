"""Losses that train detectors: focal loss, hard negative mining, IoU losses, and RetinaFace's sum of three tasks."""

from __future__ import annotations

from typing import Literal, NamedTuple

import torch
from torch.nn.functional import smooth_l1_loss, softplus

from facerecon.networks.retinaface import VARIANCES, Prediction


class Targets(NamedTuple):
    """What the network should answer, by anchor; see `detection.anchors.targets`."""

    labels: torch.Tensor
    "`(B, A)`: 1 a face, 0 background, −1 ignored"
    boxes: torch.Tensor
    "`(B, A, 4)` offsets, where the label is 1"
    points: torch.Tensor
    "`(B, A, 5, 2)` offsets, where the label is 1; NaN: unknown"


class Losses(NamedTuple):
    """Scalars; `total` is what an optimiser minimises."""

    total: torch.Tensor
    scores: torch.Tensor
    boxes: torch.Tensor
    points: torch.Tensor


def cross_entropy(logits: torch.Tensor, positive: torch.Tensor) -> torch.Tensor:
    """Measures −log p of the true answer.

    Args:
        logits: log-odds of a face, any shape.
        positive: bool of the same shape: a face is there.
    """
    return softplus(-torch.where(positive, logits, -logits))


def focal_loss(logits: torch.Tensor, positive: torch.Tensor, gamma: float = 2.0, alpha: float = 0.25) -> torch.Tensor:
    """Measures −α (1 − p)^γ log p of the true answer (Lin et al. 2017, arXiv:1708.02002, equation 5).

    What is answered rightly and surely hardly counts, so that many thousand easy anchors do not drown the few with a
    face.

    Args:
        logits: log-odds of a face, any shape.
        positive: bool of the same shape: a face is there.
        gamma: γ; 0 is cross-entropy weighted by α.
        alpha: α of anchors with a face; those without have 1 − α.

    Returns:
        The loss of every anchor, in the shape of `logits`.
    """
    loss = cross_entropy(logits, positive)
    weight = torch.where(positive, logits.new_tensor(alpha), logits.new_tensor(1 - alpha))
    # 1 − p = exp(−softplus(x)) where x is the log-odds of the true answer: exact, however small it is.
    return weight * torch.exp(-gamma * softplus(torch.where(positive, logits, -logits))) * loss


def hard_negatives(loss: torch.Tensor, labels: torch.Tensor, ratio: float = 3.0, least: int = 16) -> torch.Tensor:
    """Chooses the background anchors that are answered worst (Shrivastava et al. 2016; SSD, section 2.2).

    Args:
        loss: `(B, A)`.
        labels: `(B, A)` as in `Targets`.
        ratio: how many for each anchor with a face, picture by picture.
        least: how many at least: a picture without faces teaches too.

    Returns:
        `(B, A)` bool.
    """
    negative = labels == 0
    order = loss.detach().masked_fill(~negative, -torch.inf).argsort(dim=1, descending=True, stable=True)
    wanted = (ratio * (labels == 1).sum(dim=1)).clamp(min=least)
    return negative & (order.argsort(dim=1) < wanted[:, None])


def iou_loss(boxes: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Measures −log IoU of boxes, pair by pair (Yu et al. 2016, UnitBox, equation 2).

    Args:
        boxes: `(N, 4)` x0 y0 x1 y1.
        truth: `(N, 4)`; each overlaps its partner, else the loss is large and its gradient 0.

    Returns:
        `(N,)`.
    """
    shared, union, _ = _overlaps(boxes, truth)
    return -torch.log((shared / union).clamp(min=1e-6))


def giou_loss(boxes: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Measures 1 − GIoU of boxes, pair by pair (Rezatofighi et al. 2019): it pulls boxes that do not touch, too.

    Args:
        boxes: `(N, 4)` x0 y0 x1 y1.
        truth: `(N, 4)`.

    Returns:
        `(N,)` in [0, 2].
    """
    shared, union, around = _overlaps(boxes, truth)
    return 1 - shared / union + (around - union) / around


def multi_task_loss(
    prediction: Prediction,
    targets: Targets,
    classification: Literal["focal", "mined"] = "focal",
    regression: Literal["smooth_l1", "giou"] = "smooth_l1",
    box_weight: float = 0.25,
    point_weight: float = 0.1,
) -> Losses:
    """Adds up what scores, boxes and points cost (Deng et al. 2020, equation 1, without its dense meshes).

    Every term is a sum over anchors divided by the number of those with a face.

    Args:
        prediction: the network's.
        targets: what it should be.
        classification: RetinaNet's focal loss over all anchors; or RetinaFace's cross-entropy over those with a face
            and the hardest of the others.
        regression: of boxes: on the offsets, as RetinaFace, or on the overlap.
        box_weight: λ₁.
        point_weight: λ₂.
    """
    positive = targets.labels == 1
    count = positive.sum().clamp(min=1)
    if classification == "focal":
        loss = focal_loss(prediction.logits, positive)
        scores = loss[targets.labels >= 0].sum() / count
    else:
        loss = cross_entropy(prediction.logits, positive)
        scores = loss[positive | hard_negatives(loss, targets.labels)].sum() / count
    boxes = _box_loss(prediction.boxes[positive], targets.boxes[positive], regression) / count
    known = positive[..., None, None] & targets.points.isfinite()
    points = smooth_l1_loss(prediction.points[known], targets.points[known], reduction="sum") / count
    return Losses(scores + box_weight * boxes + point_weight * points, scores, boxes, points)


def _box_loss(offsets: torch.Tensor, truth: torch.Tensor, regression: Literal["smooth_l1", "giou"]) -> torch.Tensor:
    """Sums the loss of boxes `(N, 4)`, coded as offsets from the same anchors."""
    if regression == "smooth_l1":
        return smooth_l1_loss(offsets, truth, reduction="sum")
    return giou_loss(_relative_boxes(offsets), _relative_boxes(truth)).sum()


def _relative_boxes(offsets: torch.Tensor) -> torch.Tensor:
    """Decodes offsets in the anchor's own frame, in which it has size 1: overlaps are the same in every frame."""
    middle, half = VARIANCES[0] * offsets[:, :2], torch.exp(VARIANCES[1] * offsets[:, 2:]) / 2
    return torch.cat([middle - half, middle + half], dim=1)


def _overlaps(boxes: torch.Tensor, truth: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Measures intersection, union and smallest enclosing box, each `(N,)`."""
    shared = (torch.minimum(boxes[:, 2:], truth[:, 2:]) - torch.maximum(boxes[:, :2], truth[:, :2])).clamp(min=0)
    around = torch.maximum(boxes[:, 2:], truth[:, 2:]) - torch.minimum(boxes[:, :2], truth[:, :2])
    areas = [(each[:, 2:] - each[:, :2]).clamp(min=0).prod(dim=1) for each in (boxes, truth)]
    return shared.prod(dim=1), areas[0] + areas[1] - shared.prod(dim=1), around.prod(dim=1)
