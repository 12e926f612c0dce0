import numpy as np
import pytest

from facerecon.core.types import Faces
from facerecon.detection.turning import any_way_up


@pytest.mark.parametrize(
    ("upright", "turned", "looks", "kept"), [(0.95, 0.99, 1, 1), (0.6, 0.99, 4, 4), (0.6, 0.7, 4, 1), (0.0, 0.8, 4, 4)]
)
def test_turned_only_where_nothing_is_sure(upright, turned, looks, kept):
    seen = []

    def search(turns):
        seen.append(turns)
        yield from ()
        return Faces(np.array([[1.0, 2, 3, 4]]), np.array([turned if turns else upright]), None)

    searching = any_way_up(search, sure=0.9, turned=0.8)
    with pytest.raises(StopIteration) as stop:
        next(searching)
    assert len(stop.value.value) == kept
    assert seen == [0, 1, 2, 3][:looks]
