import numpy as np
import pytest

from facerecon.core.types import Faces
from facerecon.detection.turning import any_way_up, turned_back


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_turned_back_undoes_rot90(turns):
    rng = np.random.default_rng(turns)
    image = np.zeros((37, 53), int)
    cells = rng.choice(37 * 53, 5, replace=False)
    y, x = np.unravel_index(cells, image.shape)
    image[y, x] = np.arange(1, 6)
    turned = np.rot90(image, turns)
    points = np.array([np.argwhere(turned == k)[0][::-1] for k in range(1, 6)], dtype=float)
    box = np.concatenate([points.min(axis=0), points.max(axis=0)])
    back = turned_back(Faces(box[None], np.ones(1), points[None]), turns, image.shape)
    assert (back.keypoints[0] == np.stack([x, y], axis=1)).all()
    assert (back.boxes[0] == [x.min(), y.min(), x.max(), y.max()]).all()
    assert turned_back(Faces(box[None], np.ones(1)), turns, image.shape).keypoints is None


@pytest.mark.parametrize(
    ("upright", "turned", "looks", "kept"), [(0.95, 0.99, 1, 1), (0.6, 0.99, 4, 4), (0.6, 0.7, 4, 1), (0.0, 0.8, 4, 4)]
)
def test_turned_only_where_nothing_is_sure(upright, turned, looks, kept):
    seen = []

    def search(image, is_upright):
        assert is_upright == (not seen)
        seen.append(image.shape)
        yield from ()
        return Faces(np.array([[1.0, 2, 3, 4]]), np.array([upright if is_upright else turned]), None)

    searching = any_way_up(np.zeros((20, 30, 3), np.uint8), search, sure=0.9, turned=0.8)
    with pytest.raises(StopIteration) as stop:
        next(searching)
    assert len(stop.value.value) == kept
    assert seen == [(20, 30, 3), (30, 20, 3), (20, 30, 3), (30, 20, 3)][:looks]
