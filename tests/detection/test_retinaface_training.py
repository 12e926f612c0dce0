"""The losses, targets and networks together learn: a tiny RetinaFace finds what it was shown, from random weights."""

import cv2
import numpy as np
import pytest
import torch

from facerecon.core.types import Faces
from facerecon.detection.anchors import anchors, decode_boxes, decode_points, targets
from facerecon.detection.nms import suppress
from facerecon.geometry.boxes import iou
from facerecon.networks.losses import multi_task_loss
from facerecon.networks.mobilenet import MobileNet
from facerecon.networks.retinaface import RetinaFace, normalised

SIDE = 64


def draw_face(image, centre, size):
    """Draws an oval with eyes, nose and mouth; gives its box and five points, px."""
    centre, axes = np.array(centre), np.array([0.4, 0.5]) * size
    marks = centre + np.array([[-0.17, -0.1], [0.17, -0.1], [0, 0.08], [-0.13, 0.25], [0.13, 0.25]]) * size
    cv2.ellipse(image, centre.tolist(), np.round(axes).astype(int).tolist(), 0, 0, 360, (220, 170, 140), -1)
    for x, y in np.round(marks).astype(int).tolist():
        cv2.circle(image, (x, y), max(round(size / 16), 1), (40, 20, 20), -1)
    return np.concatenate([centre - axes, centre + axes]), marks


@pytest.fixture(scope="module")
def pictures():
    """Three noisy pictures of two, one and no faces."""
    rng = np.random.default_rng(0)
    images, truth = rng.integers(60, 120, (3, SIDE, SIDE, 3)).astype(np.uint8), []
    for image, faces in zip(images, ([((15, 17), 24), ((46, 42), 30)], [((30, 33), 44)], []), strict=True):
        drawn = [draw_face(image, *face) for face in faces]
        boxes, points = np.array([d[0] for d in drawn]), np.array([d[1] for d in drawn])
        truth.append(Faces(boxes, np.ones(len(boxes)), points) if drawn else Faces.none())
    return images, truth


@pytest.mark.parametrize(("classification", "regression"), [("mined", "smooth_l1"), ("focal", "giou")])
def test_a_tiny_network_learns_to_find_faces(pictures, classification, regression):
    images, truth = pictures
    laid = anchors(SIDE, SIDE)
    goal = targets(laid, truth, positive=0.4, negative=0.4)
    network = RetinaFace(MobileNet(0.25), width=16, slope=0.1).initialise(torch.Generator().manual_seed(0), prior=0.1)
    optimiser = torch.optim.Adam(network.parameters(), lr=3e-3)
    batch, history = normalised(images) / 64, []
    for _ in range(100):
        optimiser.zero_grad()
        losses = multi_task_loss(network(batch), goal, classification, regression, box_weight=1.0, point_weight=0.5)
        losses.total.backward()
        optimiser.step()
        history.append(losses.total.item())
    assert history[-1] < 0.1 * history[0]
    with torch.inference_mode():
        logits, offsets, point_offsets = (tensor.double().numpy() for tensor in network(batch))
    for row, faces in enumerate(truth):
        boxes = decode_boxes(offsets[row], laid)
        sure = np.flatnonzero(logits[row] > 0)
        kept = sure[suppress(boxes[sure], logits[row][sure]).kept]
        assert len(kept) == len(faces)
        if len(faces):
            overlap = iou(boxes[kept], faces.boxes)
            assert (overlap.max(axis=0) > 0.75).all()
            points = decode_points(point_offsets[row][kept], laid[kept])
            assert np.abs(points - faces.keypoints[overlap.argmax(axis=1)]).max() < 3
