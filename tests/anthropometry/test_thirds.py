"""Thirds of a face and the hairline, on a line whose colours are known."""

import numpy as np
import pytest

from facerecon.anthropometry.thirds import HIGHEST, border, midline, thirds
from facerecon.measuring import head_points

HEIGHTS = np.arange(0.0, 130.0)
SKIN, HAIR = np.array([65.0, 18, 20]), np.array([28.0, 6, 10])


def painted(at, rng, noise=3.0):
    return np.where(HEIGHTS[:, None] < at, SKIN, HAIR) + rng.normal(0, noise, (len(HEIGHTS), 3))


@pytest.mark.parametrize("at", [40.0, 58.0, 90.0])
def test_the_border_of_hair_is_found(at, rng):
    seen = np.full(len(HEIGHTS), True)
    assert border(HEIGHTS, painted(at, rng), seen) == pytest.approx(at, abs=1.5)
    assert border(HEIGHTS, painted(at, rng), HEIGHTS < at + 12) == pytest.approx(at, abs=2)


def test_where_nothing_changes_or_nothing_is_seen_there_is_none(rng):
    seen = np.full(len(HEIGHTS), True)
    assert border(HEIGHTS, painted(500, rng), seen) is None  # bald
    assert border(HEIGHTS, painted(60, rng), HEIGHTS < 50) is None  # cut off at the forehead
    assert border(HEIGHTS, painted(60, rng), ~seen) is None
    assert border(HEIGHTS, painted(22, rng), seen) is None
    fringe = painted(18, rng) + np.where(HEIGHTS[:, None] > 70, [30, 0, 0], 0)  # with a lighter streak higher up
    assert border(HEIGHTS, fringe, seen) is None
    assert border(HEIGHTS, painted(60, rng), seen & (HEIGHTS != 20)) is None  # what is behind a gap does not count


@pytest.mark.parametrize("name", ["anny", "ict"])
def test_the_midline_goes_up_the_middle_of_the_forehead(name, open_head):
    head = open_head(name)
    skin, brow = head.mean[: head.skin_vertices], head_points(head, head.mean)["g"]
    line = midline(skin, head.mirror[: head.skin_vertices], brow)
    assert (np.diff(line.heights) > 0).all() and line.heights[0] > 0 and line.heights[-1] > HIGHEST
    wanted = np.arange(5.0, HIGHEST)
    places = line.at(head.mean, wanted)
    assert np.abs(places[:, 0]).max() < 0.5 and (np.diff(places[:, 1]) > 0).all()
    steps = np.linalg.norm(np.diff(places, axis=0), axis=1)
    assert (steps < 1 + 1e-9).all() and np.median(steps) == pytest.approx(1)  # heights are lengths along it


def test_thirds_are_shares_of_what_they_divide():
    heights = {"tr": 60.0, "g": 0.0, "sn": -70.0, "gn": -140.0}
    found = thirds({name: np.array([0, y, 0]) for name, y in heights.items()})
    lengths, shares = zip(*found.values(), strict=True)
    assert list(found) == ["upper", "middle", "lower"] and lengths == (60, 70, 70)
    assert shares == pytest.approx((0.3, 0.35, 0.35))
