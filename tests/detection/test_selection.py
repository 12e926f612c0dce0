import numpy as np
import pytest

from facerecon.core.errors import SettingsError
from facerecon.core.types import Faces
from facerecon.detection.nms import suppress
from facerecon.detection.search import EVERY_SIZE, Search
from facerecon.detection.selection import MOST, best_first, joined, proposed, rows_of, select
from facerecon.geometry.boxes import iou


@pytest.fixture
def faces(rng):
    corner = rng.uniform(0, 100, (80, 2))
    boxes = np.concatenate([corner, corner + rng.uniform(5, 60, (80, 2))], axis=1)
    return best_first(Faces(boxes, rng.uniform(0, 1, 80), rng.uniform(0, 100, (80, 5, 2))))


@pytest.mark.parametrize("threshold", [0, 0.5, 0.9, 1.1])
@pytest.mark.parametrize("overlap", [0, 0.4, 1])
def test_every_proposal_is_kept_or_suppressed_or_too_weak(faces, threshold, overlap):
    chosen = select(faces, threshold, overlap)
    strong = np.flatnonzero(faces.scores >= threshold)
    assert sorted([*chosen.kept, *chosen.suppressed]) == strong.tolist()
    assert set(chosen.suppressor) <= set(chosen.kept) and len(chosen.suppressor) == len(chosen.suppressed)
    covered = iou(faces.boxes, faces.boxes)
    assert (covered[chosen.suppressed, chosen.suppressor] > overlap).all()
    assert (faces.scores[chosen.suppressor] >= faces.scores[chosen.suppressed]).all()
    assert (chosen.faces.boxes == faces.boxes[chosen.kept]).all()
    assert (chosen.faces.keypoints == faces.keypoints[chosen.kept]).all()
    assert (np.diff(chosen.faces.sizes) <= 0).all()
    if overlap == 1:
        assert len(chosen.faces) == len(strong)


def test_a_higher_threshold_only_takes_away_the_weak(faces):
    kept = [set(select(faces, threshold, 0.4).kept) for threshold in (0.2, 0.5, 0.8)]
    assert kept[0] >= kept[1] >= kept[2] and len(kept[0]) > len(kept[2]) > 0


def test_proposals_do_not_change_what_is_selected(faces):
    best = suppress(faces.boxes, faces.scores, 0.4, 0.7).kept
    proposals = proposed(faces, 0.4, EVERY_SIZE)
    assert (np.diff(proposals.scores) <= 0).all()
    # What lies in a better face is gone; all else is what plain suppression keeps.
    kept = select(proposals, 0, 0.4).faces
    assert {tuple(box) for box in rows_of(faces, best).boxes} >= {tuple(box) for box in kept.boxes}
    assert (best_first(kept).boxes[0] == faces.boxes[0]).all()


def test_part_of_an_unwanted_face_is_no_face():
    # A face of 100 px, found a little too small as well; and one of 40 px with an eye of 10 px.
    boxes = np.array([[0.0, 0, 100, 100], [5, 5, 95, 95], [200, 200, 240, 240], [205, 205, 215, 215]])
    candidates = Faces(boxes, np.array([0.9, 0.8, 0.7, 0.6]))
    for search, rows in (
        (EVERY_SIZE, [0, 1, 2]),
        (Search(max_face=95), [2]),
        (Search(min_face=95), [0]),
        (Search(min_face=50), [0, 1]),
        (Search(min_face=30, max_face=50), [2]),
    ):
        assert proposed(candidates, 0.4, search).boxes.tolist() == boxes[rows].tolist()


def test_too_many_proposals_keep_one_a_face():
    place = np.arange(60)[:, None] * [30.0, 0, 30, 0]
    boxes = np.concatenate([place + [0, 0, 20, 20]] * 10)
    scores = np.linspace(0.9, 0.3, 600)  # the last faces' best boxes are worse than the first's worst
    kept = proposed(Faces(boxes, scores), 0.4, EVERY_SIZE)
    assert len(kept) == MOST and len(select(kept, 0.1, 0.4).faces) == 60
    worst = np.concatenate([place + [0, 0, 20, 20]] * 10, axis=0)[np.argsort(np.tile(np.arange(60), 10), kind="stable")]
    kept = proposed(Faces(worst, scores), 0.4, EVERY_SIZE)
    assert len(kept) == MOST and len(select(kept, 0.1, 0.4).faces) == 60


def test_joined_and_rows():
    one = Faces(np.zeros((2, 4)), np.array([0.1, 0.2]), np.ones((2, 5, 2)))
    plain = Faces(np.ones((1, 4)), np.array([0.3]))
    both = joined([one, Faces.none(), one])
    assert both.scores.tolist() == [0.1, 0.2, 0.1, 0.2] and both.keypoints.shape == (4, 5, 2)
    assert joined([one, plain]).keypoints is None and joined([plain, Faces.none()]).keypoints is None
    assert len(joined([])) == 0 and len(select(Faces.none(), 0.5, 0.5).faces) == 0
    assert len(proposed(Faces.none(), 0.5, EVERY_SIZE)) == 0
    assert rows_of(plain, np.array([0])).keypoints is None


@pytest.mark.parametrize("sizes", [(-1, 5), (5, 4), (float("inf"), float("inf")), (float("nan"), 5), (0, float("nan"))])
def test_sizes_that_make_no_sense(sizes):
    with pytest.raises(SettingsError, match="upwards"):
        Search(*sizes)
