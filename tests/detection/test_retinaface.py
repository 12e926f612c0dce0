"""RetinaFace as a detector: what it decodes, small faces, batches, and weights that are not what they should be."""

import cv2
import numpy as np
import pytest
import torch

from facerecon.core.errors import AssetError
from facerecon.core.types import Faces
from facerecon.detection import retinaface
from facerecon.detection.anchors import anchors, decode_boxes
from facerecon.detection.network_detector import FLOOR
from facerecon.geometry.boxes import iou
from facerecon.networks.retinaface import normalised, resnet50_retinaface


@pytest.fixture(scope="module")
def detector():
    with retinaface.RetinaFace() as made:
        yield made


def view_of(detector, image):
    scale = detector.side / max(image.shape[:2])
    view = np.full((detector.side, detector.side, 3), 128, np.uint8)
    small = cv2.resize(image, None, fx=scale, fy=scale)
    view[: small.shape[0], : small.shape[1]] = small
    return view


def test_candidates_are_every_anchor_above_the_floor(detector, astronaut):
    view = view_of(detector, astronaut)
    with torch.inference_mode():
        logits, offsets, _ = (tensor[0].double().numpy() for tensor in detector.network(normalised(view[None])))
        (faces,) = detector.candidates(view[None])
    scores = 1 / (1 + np.exp(-logits))
    rows = np.flatnonzero(scores > FLOOR)
    assert len(rows) > 10 and np.allclose(faces.scores, scores[rows], atol=1e-6)
    assert np.allclose(faces.boxes, decode_boxes(offsets[rows], anchors(640, 640)[rows]), atol=1e-3)
    inside = (faces.keypoints > faces.boxes[:, None, :2]) & (faces.keypoints < faces.boxes[:, None, 2:])
    assert inside[faces.scores > 0.9].all()


def test_a_view_does_not_depend_on_its_batch(detector, astronaut, rng):
    noise = rng.integers(0, 256, (640, 640, 3), dtype=np.uint8)
    views = np.stack([noise, view_of(detector, astronaut), view_of(detector, astronaut[:300, ::-1])])
    with torch.inference_mode():
        together = detector.candidates(views)
        alone = [detector.candidates(view[None])[0] for view in views]
    for one, other in zip(together, alone, strict=True):
        assert len(one) == len(other)
        assert np.allclose(one.scores, other.scores, atol=1e-4) and np.allclose(one.boxes, other.boxes, atol=1e-2)


@pytest.mark.parametrize("size", [24, 60, 160])
def test_faces_of_many_sizes_in_a_large_photo(detector, scene, make_photo, size):
    image, box = scene(size, 511, 133, shape=(1000, 1600))
    faces = detector.detect(make_photo(image))
    assert len(faces) == 1 and iou(faces.boxes, box[None]).max() > 0.6


@pytest.mark.parametrize("text", ["WEIGHTS = 3", "WEIGHTS = b'", "import os", "", "WEIGHTS = b'no network'"])
def test_a_file_of_something_else(tmp_path, monkeypatch, text):
    (tmp_path / "weights.py").write_text(text)
    monkeypatch.setattr(retinaface, "locate", lambda name: tmp_path / "weights.py")
    with pytest.raises(AssetError):
        retinaface.RetinaFace()


def test_the_large_detector_is_the_same_with_another_network(monkeypatch, astronaut, make_photo):
    """With random weights it answers in the same form; what it computes is tested beside the network."""
    network = resnet50_retinaface().initialise(torch.Generator().manual_seed(0), prior=0.3)
    monkeypatch.setattr(retinaface, "locate", lambda name: name)
    monkeypatch.setattr(retinaface, "read_resnet50_retinaface", {"retinaface_resnet50": network}.get)
    with retinaface.RetinaFaceResNet50() as large:
        large.side = 96
        assert large.parameters == 27_264_608
        with torch.inference_mode():
            faces = large.candidates(np.stack([cv2.resize(astronaut, (96, 96))] * 2))
    assert all(isinstance(one, Faces) and len(one) and one.keypoints.shape == (len(one), 5, 2) for one in faces)
    assert np.allclose(faces[0].boxes, faces[1].boxes)
