"""What the Detection page makes of proposals: finds, the same face in two detectors' boxes, the code that is shown."""

import numpy as np
import pytest

from facerecon.app.detection import bench
from facerecon.core.types import Faces, Photo
from facerecon.detection import DETECTORS
from facerecon.detection.selection import select
from facerecon.geometry.boxes import iou


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setattr("facerecon.app.texts.state.language", lambda: "en")


@pytest.fixture
def proposals(rng):
    corners = rng.uniform(0, 100, (60, 2))
    return Faces(np.hstack([corners, corners + rng.uniform(20, 60, (60, 2))]), np.sort(rng.random(60))[::-1])


def test_finds_split_the_proposals_and_name_the_suppressor_by_its_face(proposals):
    found = bench.finds("retinaface", bench.Look(proposals, 1.0), 0.4, 0.3)
    np.testing.assert_array_equal(found.faces.boxes, select(proposals, 0.4, 0.3).faces.boxes)
    assert len(found.faces) + len(found.suppressed) == (proposals.scores >= 0.4).sum()
    assert len(found.suppressed) > 5
    for row, better in enumerate(found.suppressor):
        assert found.suppressed.scores[row] <= found.faces.scores[better]
        assert iou(found.suppressed.boxes[[row]], found.faces.boxes[[better]])[0, 0] > 0.3


def test_the_same_face_is_the_box_that_overlaps_most():
    faces = Faces(np.array([[0, 0, 50, 50], [100, 0, 150, 50], [103, 0, 153, 52.0]]), np.full(3, 0.9))
    assert bench.same_face(faces, np.array([104.0, 1, 154, 52])) == 2
    assert bench.same_face(faces, np.array([20.0, 20, 200, 200])) is None
    assert bench.same_face(faces, None) is None and bench.same_face(Faces.none(), faces.boxes[0]) is None


def test_the_heads_box_moves_with_the_photo(monkeypatch):
    photo, small = (Photo(np.zeros((side, 2 * side, 3), np.uint8), "d", None, "p") for side in (300, 30))
    faces = Faces(np.array([[-0.5, -0.5, 199.5, 99.5], [99.5, 99.5, 299.5, 199.5]]), np.ones(2))

    class Session:
        faces = {"d": 1}

    monkeypatch.setattr(bench.state, "session", Session)
    np.testing.assert_allclose(bench.head_box(photo, faces, small), [9.5, 9.5, 29.5, 19.5])
    assert bench.head_box(photo, Faces.none(), small) is None


@pytest.mark.parametrize("name", list(DETECTORS))
def test_the_code_of_a_detector_is_its_own(name):
    first, *decoders = bench.code([name])
    assert first.__qualname__.split(".")[0] in {kind.__name__ for kind in bench.kind(name).__mro__}
    assert all(function.__name__.startswith("decode") for function in decoders)
    assert decoders or first.__name__ == "propose"
    assert not bench.code([name, name])
