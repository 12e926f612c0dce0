"""The search around any network, with one of known limits: it finds whole red discs of 0.06 to 0.9 of its view."""

import tracemalloc

import numpy as np
import pytest
import torch
from threadpoolctl import ThreadpoolController

from facerecon.core.errors import SettingsError
from facerecon.core.types import Faces
from facerecon.detection.network_detector import FLOOR, NetworkDetector
from facerecon.detection.search import Search
from facerecon.detection.selection import MOST, joined


class FakeDetector(NetworkDetector):
    name, family, assets = "fake", "SSD", ()
    threshold, overlap, sure = 0.5, 0.3, 0.8
    side, smallest = 160, 10

    def __init__(self, find, device="cpu"):
        super().__init__(device)
        self.find, self.batch = find, 4
        self.batches = []

    def load(self):
        return torch.nn.Linear(3, 2)

    def candidates(self, views):
        assert (
            views.shape[1:] == (self.side, self.side, 3)
            and views.dtype == np.uint8
            and torch.is_inference_mode_enabled()
        )
        self.batches.append(len(views))
        return [self.find(view) for view in views]

    @property
    def looks(self):
        """Counts the views since it was asked last."""
        count = sum(self.batches)
        self.batches.clear()
        return count


@pytest.fixture
def detector(discs):
    def find(view):  # every disc twice, as networks do, and something weak
        found = discs.find(view, 10 / 160, 0.9)
        again = Faces(found.boxes + [1, 1, 2, 2], found.scores - 0.1, found.keypoints)
        weak = Faces(np.array([[5.0, 5, 15, 15]]), np.array([0.2]), np.zeros((1, 5, 2)))
        return joined([found, again, weak])

    return FakeDetector(find)


@pytest.mark.parametrize("diameter", [11, 16, 23, 40, 80, 160, 320, 640, 1000])
def test_every_size_is_found_once(detector, discs, make_photo, diameter):
    disc = (871, 603, diameter)
    discs.check(detector.detect(make_photo(discs.picture((1300, 1700), disc))), disc)


@pytest.mark.parametrize("seed", range(2))
def test_many_everywhere_are_each_found_once(detector, discs, make_photo, seed):
    image, drawn = discs.crowd((900, 1200), 100, (14, 55), np.random.default_rng(seed))
    discs.check(detector.detect(make_photo(image)), *drawn)


def test_portrait_is_one_look(detector, discs, make_photo):
    detector.detect(make_photo(discs.picture((900, 1200), (600, 400, 300))))
    assert detector.looks == 1
    detector.detect(make_photo(discs.picture((900, 1200), (600, 400, 300))), Search(min_face=15))
    assert detector.looks > 40


def test_depth_follows_the_size_that_is_wanted(detector, discs, make_photo):
    photo = make_photo(discs.picture((900, 1200), (600, 400, 100), (300, 300, 40), (1000, 700, 6)))
    looks = []
    for smallest, count in ((0, 2), (80, 1), (30, 2), (11, 2), (5, 3)):
        faces = detector.detect(photo, Search(smallest))
        assert len(faces) == count and (faces.sizes >= smallest).all()
        looks.append(detector.looks)
    assert looks[1:] == sorted(looks[1:]) and looks[1] == 1 and looks[-1] > looks[-2]


@pytest.mark.parametrize(
    ("smallest", "largest", "kept"), [(0, 60, [1, 2]), (50, 200, [0]), (30, 60, [1]), (60, 90, [])]
)
def test_only_wanted_sizes(detector, discs, make_photo, smallest, largest, kept):
    drawn = [(600, 400, 104), (300, 300, 40), (1000, 700, 20)]
    photo = make_photo(discs.picture((900, 1200), *drawn))
    search = Search(smallest, largest)
    discs.check(detector.detect(photo, search), *(drawn[row] for row in kept))
    sizes = detector.propose(photo, search).sizes
    assert ((sizes >= smallest) & (sizes <= largest)).all()


@pytest.mark.parametrize("shape", [(400, 400), (300, 500)])
def test_face_that_fills_the_picture_is_seen_in_a_frame(detector, discs, make_photo, shape):
    disc = (shape[1] // 2, shape[0] // 2, min(shape) - 4)
    discs.check(detector.detect(make_photo(discs.picture(shape, disc))), disc)
    assert detector.looks == 2


@pytest.mark.parametrize("turns", range(4))
def test_photo_that_lies_on_its_side(discs, make_photo, turns):
    detector = FakeDetector(discs.find_crowned)
    image = np.rot90(discs.crowned(), turns)
    faces = detector.detect(make_photo(image))
    rows, columns = np.nonzero(image[..., 0].astype(int) - image[..., 1] > 120)
    assert len(faces) == 1
    assert np.abs(faces.boxes[0] - [columns.min(), rows.min(), columns.max(), rows.max()]).max() < 5


def test_proposals_hold_what_detect_finds_and_more(detector, discs, make_photo):
    image, drawn = discs.crowd((500, 700), 100, (30, 60), np.random.default_rng(3))
    proposals, faces = detector.propose(make_photo(image)), detector.detect(make_photo(image))
    assert {tuple(box) for box in faces.boxes} <= {tuple(box) for box in proposals.boxes}
    assert 2 * len(drawn) < len(proposals) <= MOST and (np.diff(proposals.scores) <= 0).all()
    assert proposals.scores.min() > FLOOR


def test_batch_of_unequal_sizes_equals_one_by_one(detector, discs, make_photo):
    rng = np.random.default_rng(4)
    images = [discs.crowd(shape, 100, (14, 55), rng)[0] for shape in ((900, 1200), (100, 100), (300, 1000))]
    images += [np.rot90(discs.crowned()), np.zeros((1, 1, 3), np.uint8), discs.picture((700, 600), (300, 300, 200))]
    together = detector.propose_batch(images)
    assert max(detector.batches) == detector.batch
    for image, faces in zip(images, together, strict=True):
        alone = detector.propose(make_photo(image))
        for name in ("boxes", "scores", "keypoints"):
            assert (getattr(alone, name) == getattr(faces, name)).all()
    assert detector.propose_batch([]) == []


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 1), (2, 2), (40, 8000)])
@pytest.mark.parametrize("value", [0, 128, 255])
def test_no_disc_in_strange_pictures(detector, make_photo, shape, value):
    faces = detector.detect(make_photo(np.full((*shape, 3), value, np.uint8)))
    assert len(faces) == 0 and faces.boxes.shape == (0, 4) and faces.keypoints.shape == (0, 5, 2)


def test_disc_in_a_strip(detector, discs, make_photo):
    disc = (5000, 20, 30)
    discs.check(detector.detect(make_photo(discs.picture((40, 8000), disc))), disc)


def test_memory_does_not_grow_with_the_number_of_tiles(discs, make_photo):
    detector = FakeDetector(lambda view: Faces.none())
    detector.side = 512
    photo = make_photo(np.zeros((5800, 8700, 3), np.uint8))  # 50 megapixels
    tracemalloc.start()
    detector.detect(photo)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # The smaller copies of the photo are a third of it; the rest is one batch of views.
    assert detector.looks > 300 and peak < 0.4 * photo.image.nbytes


def test_detectors_without_points(discs, make_photo):
    def find(view):
        found = discs.find_crowned(view)
        return Faces(found.boxes, found.scores)

    faces = FakeDetector(find).detect(make_photo(np.rot90(discs.crowned())))
    assert len(faces) == 1 and faces.keypoints is None


@pytest.mark.parametrize(("threads", "expected"), [(1, 1), (None, 3)])
def test_threads_of_torch_are_limited_here_and_no_longer(discs, make_photo, threads, expected):
    seen = []

    def find(view):
        seen.append(torch.get_num_threads())
        return Faces.none()

    detector = FakeDetector(find)
    detector.threads = threads
    with ThreadpoolController().limit(limits=3, user_api="openmp"):
        detector.detect(make_photo(np.zeros((9, 9, 3), np.uint8)))
        assert set(seen) == {expected} and torch.get_num_threads() == 3


def test_device_parameters_and_closing(discs):
    with pytest.raises(SettingsError, match="nonsense"):
        FakeDetector(discs.find, "nonsense")
    with FakeDetector(discs.find) as detector:
        assert detector.parameters == 8
        assert not any(parameter.requires_grad for parameter in detector.network.parameters())
    detector.close()
