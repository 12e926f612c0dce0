"""One contract for every entry of the table, and what BlazeFace must find."""

import subprocess
import sys
import threading
from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data
import torch

from facerecon.assets import find, found
from facerecon.core.errors import SettingsError
from facerecon.core.types import Faces
from facerecon.detection import DETECTORS
from facerecon.detection.detector import Detector
from facerecon.detection.network_detector import NetworkDetector
from facerecon.detection.search import Search
from facerecon.detection.selection import MOST, select
from facerecon.geometry.boxes import iou

ROOT = Path(__file__).parents[2]
FACE = np.array([[174.0, 73.0, 276.0, 175.0]])
NETWORKS = [name for name in DETECTORS if issubclass(DETECTORS.load(name), NetworkDetector)]


@pytest.fixture(scope="module")
def opened():
    """Opens a detector once; one whose weights nobody gets by default is skipped where they are not here."""
    parts = {}

    def get(name):
        for asset in map(find, DETECTORS.load(name).assets):
            if not asset.default and found(asset) is None:
                pytest.skip(f"{asset.file} is not on this machine")
        if name not in parts:
            parts[name] = DETECTORS.create(name)
        return parts[name]

    yield get
    for part in parts.values():
        part.close()


@pytest.fixture(params=list(DETECTORS))
def detector(request, opened):
    return opened(request.param)


@pytest.fixture(params=NETWORKS)
def network(request, opened):
    return opened(request.param)


@pytest.fixture
def blazeface(opened):
    return opened("mediapipe")


@pytest.mark.parametrize("name", list(DETECTORS))
def test_class_tells_what_it_is_before_it_is_made(name):
    kind = DETECTORS.load(name)
    assert kind.name == name and kind.family in ("SSD", "RetinaNet", "FCOS", "YOLO")
    assert kind.assets and all(map(find, kind.assets))
    assert 0 < kind.threshold < 1 and 0 < kind.overlap < 1


def test_the_four_small_ones_are_there_by_default():
    defaults = [name for name in DETECTORS if all(find(asset).default for asset in DETECTORS.load(name).assets)]
    assert defaults == ["mediapipe", "retinaface", "centerface", "tiny-yolo"] and DETECTORS.default == "mediapipe"


def test_contract(detector, astronaut, make_photo):
    photo = make_photo(astronaut)
    faces = detector.detect(photo)
    assert isinstance(detector, Detector) and isinstance(faces, Faces)
    assert detector.parameters is None or 1e4 < detector.parameters < 1e9
    assert len(faces) == 1 and iou(faces.boxes, FACE).max() > 0.6
    assert detector.threshold < faces.scores[0] <= 1
    if faces.keypoints is not None:
        right_eye, left_eye, nose, right_mouth, left_mouth = faces.keypoints[0]
        assert right_eye[0] < nose[0] < left_eye[0]  # the subject's right is on our left
        assert right_mouth[0] < left_mouth[0]
        assert max(right_eye[1], left_eye[1]) < nose[1] < min(right_mouth[1], left_mouth[1])
    again = detector.detect(photo)
    assert (again.boxes == faces.boxes).all() and (again.scores == faces.scores).all()


def test_detect_is_a_selection_of_the_proposals(detector, astronaut, make_photo):
    photo = make_photo(astronaut)
    proposals, faces = detector.propose(photo), detector.detect(photo)
    assert len(faces) <= len(proposals) <= MOST and (np.diff(proposals.scores) <= 0).all()
    chosen = select(proposals, detector.threshold, detector.overlap).faces
    for name in ("boxes", "scores", "keypoints"):
        assert np.array_equal(getattr(chosen, name), getattr(faces, name))


def test_no_face_is_empty(detector, make_photo):
    rng = np.random.default_rng(0)
    for image in (
        rng.integers(0, 256, (400, 500, 3), dtype=np.uint8),
        skimage.data.rocket(),
        skimage.data.coffee(),
        skimage.data.chelsea(),
    ):
        assert len(detector.detect(make_photo(image))) == 0


@pytest.mark.parametrize(("shape", "value"), [((1, 1), 200), ((64, 64), 0), ((1, 1000), 128)])
def test_no_face_in_strange_pictures(detector, make_photo, shape, value):
    faces = detector.detect(make_photo(np.full((*shape, 3), value, np.uint8)))
    assert len(faces) == 0 and faces.boxes.shape == (0, 4) and faces.scores.shape == (0,)


def test_grey_photo(detector, astronaut, make_photo):
    grey = cv2.cvtColor(astronaut, cv2.COLOR_RGB2GRAY)[..., None].repeat(3, axis=2)
    faces = detector.detect(make_photo(grey))
    assert len(faces) == 1 and iou(faces.boxes, FACE).max() > 0.6


def test_huge_photo(detector, scene, make_photo):
    image, box = scene(700, 3111, 1433, (6000, 8000))
    faces = detector.detect(make_photo(image), Search(min_face=400))
    assert len(faces) == 1 and iou(faces.boxes, box[None]).max() > 0.6


def test_small_face_needs_tiles(detector, scene, make_photo):
    image, box = scene(50, 811, 433, (1000, 1500))
    faces = detector.detect(make_photo(image))
    assert len(faces) == 1 and iou(faces.boxes, box[None]).max() > 0.5


def test_network_goes_as_deep_as_a_wanted_size_needs(network, scene, make_photo):
    image, box = scene(60, 2511, 1433)
    faces = network.detect(make_photo(image), Search(min_face=50))
    assert len(faces) == 1 and iou(faces.boxes, box[None]).max() > 0.5


@pytest.mark.parametrize(("smallest", "largest", "count"), [(0, 50, 0), (50, 200, 1), (200, 1000, 0)])
def test_only_wanted_sizes(detector, astronaut, make_photo, smallest, largest, count):
    search = Search(smallest, largest)
    proposals = detector.propose(make_photo(astronaut), search)
    assert len(select(proposals, detector.threshold, detector.overlap).faces) == count
    assert ((proposals.sizes >= smallest) & (proposals.sizes <= largest)).all()


def test_one_detector_serves_several_threads(detector, astronaut, make_photo):
    photo = make_photo(astronaut)
    expected = detector.detect(photo).boxes
    results = [None] * 3

    def work(index):
        results[index] = detector.detect(photo).boxes

    threads = [threading.Thread(target=work, args=(index,)) for index in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all((boxes == expected).all() for boxes in results)


def test_batch_of_unequal_sizes_equals_one_by_one(network, astronaut, make_photo, monkeypatch):
    images = [astronaut, astronaut[60:200, 150:300], astronaut[::2, ::3]]
    monkeypatch.setattr(network, "batch", 3)
    together = network.propose_batch(images)
    monkeypatch.setattr(network, "batch", 1)
    for image, faces in zip(images, together, strict=True):
        alone = network.propose(make_photo(image))
        assert len(alone) == len(faces)
        np.testing.assert_allclose(alone.boxes, faces.boxes, atol=1e-2)
        np.testing.assert_allclose(alone.scores, faces.scores, atol=1e-4)


def test_networks_keep_no_gradients(network, astronaut, make_photo):
    network.detect(make_photo(astronaut))
    assert torch.is_grad_enabled() and not network.network.training
    assert not any(p.requires_grad or p.grad is not None for p in network.network.parameters())


def test_closing_twice_is_fine(detector):
    with type(detector)(device="cpu") as made:
        made.close()


def test_unknown_name():
    for ask in (DETECTORS.create, DETECTORS.load):
        with pytest.raises(SettingsError, match="mediapipe"):
            ask("nothing")


@pytest.mark.parametrize("size", [40, 150])
def test_small_faces_in_a_large_photo(blazeface, scene, make_photo, size):
    image, box = scene(size, 2511, 1433)
    faces = blazeface.detect(make_photo(image))
    assert len(faces) == 1 and iou(faces.boxes, box[None]).max() > 0.7


@pytest.mark.parametrize("grow", [-12, 0, 20])
@pytest.mark.parametrize("scale", [1, 12])
def test_faces_that_fill_the_picture(detector, astronaut, make_photo, grow, scale):
    x0, y0, x1, y1 = (FACE[0] + [-grow, -grow, grow, grow]).astype(int)
    image = cv2.resize(astronaut[y0:y1, x0:x1], None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    box = (FACE[0] - [x0, y0, x0, y0] + 0.5) * scale - 0.5
    faces = detector.detect(make_photo(image))
    # Only BlazeFace's boxes are those of the truth; others leave out the cheeks or go up to the hair.
    assert len(faces) == 1 and iou(faces.boxes, box[None]).max() > (0.7 if detector.name == "mediapipe" else 0.45)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_photo_turned_by_quarters(detector, astronaut, make_photo, turns):
    turned = detector.detect(make_photo(np.rot90(astronaut, turns)))
    corners = FACE.reshape(2, 2)
    for _ in range(turns):
        corners = np.stack([corners[:, 1], 511 - corners[:, 0]], axis=1)
    box = np.concatenate([corners.min(axis=0), corners.max(axis=0)])
    assert len(turned) == 1 and iou(turned.boxes, box[None]).max() > 0.5


def test_several_faces_largest_first_each_once(detector, astronaut, make_photo):
    image = np.full((700, 1400, 3), 60, np.uint8)
    boxes = []
    for scale, left in ((0.5, 20), (1.3, 350), (0.8, 980)):
        small = cv2.resize(astronaut[:300], None, fx=scale, fy=scale)[:, : 1400 - left]
        image[50 : 50 + small.shape[0], left : left + small.shape[1]] = small
        boxes.append((FACE[0] + 0.5) * scale - 0.5 + [left, 50, left, 50])
    faces = detector.detect(make_photo(image))
    assert len(faces) == 3 and (np.diff(faces.sizes) < 0).all()
    matches = iou(faces.boxes, np.array(boxes))
    assert (matches.argmax(axis=1) == [1, 2, 0]).all() and (matches.max(axis=1) > 0.7).all()


@pytest.mark.parametrize("angle", [30, 60, 90, 135, 180, 225, 270, 330])
def test_any_way_up(blazeface, astronaut, make_photo, angle):
    turn = cv2.getRotationMatrix2D((225, 124), angle, 1)
    faces = blazeface.detect(make_photo(cv2.warpAffine(astronaut, turn, (512, 512))))
    assert len(faces) == 1
    assert np.abs((faces.boxes[0, :2] + faces.boxes[0, 2:]) / 2 - [225, 124]).max() < 15
    eyes = faces.keypoints[0, 1] - faces.keypoints[0, 0]
    lean = np.degrees(np.arctan2(-eyes[1], eyes[0]))
    assert abs((lean - angle + 180) % 360 - 180) < 20


def test_mirrored_photo_gives_mirrored_faces(detector, astronaut, make_photo):
    faces = detector.detect(make_photo(astronaut))
    mirrored = detector.detect(make_photo(astronaut[:, ::-1]))
    back = 511 - mirrored.boxes[0, [2, 1, 0, 3]]
    back[[1, 3]] = mirrored.boxes[0, [1, 3]]
    assert np.abs(back - faces.boxes[0]).max() < 5
    if faces.keypoints is None:
        return
    points = mirrored.keypoints[0, [1, 0, 2, 4, 3]] * [-1, 1] + [511, 0]
    assert np.abs(points - faces.keypoints[0]).max() < 5


def test_silent_even_when_never_closed():
    code = """
import skimage.data
from facerecon.core.types import Photo
from facerecon.detection import DETECTORS
from facerecon.detection.detector import Detector
from facerecon.landmarks import LANDMARKERS
photo = Photo(skimage.data.astronaut(), "", None, "")
detector, landmarker = DETECTORS.create("mediapipe"), LANDMARKERS.create("mediapipe")
assert landmarker.locate(photo, detector.detect(photo).boxes[0]) is not None
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
