import numpy as np
import pytest

from facerecon.drawing.mesh_figures import before_after, curvature_colours, draw_delaunay
from facerecon.drawing.theme import STAGES, rgb
from facerecon.geometry.delaunay import circumcircles, delaunay_steps

WORDS = {"names": ("vorher", "nachher"), "x_title": "Winkel", "y_title": "%"}


@pytest.mark.parametrize("dark", [False, True])
def test_shares_are_of_each_ones_own_number(dark):
    before, after = np.full(10, 5.0), np.r_[np.full(300, 25.0), np.full(100, 45.0), np.nan]
    figure = before_after(before, after, (0, 60), dark=dark, **WORDS)
    bars, line = figure.data
    assert (bars.name, line.name) == ("nachher", "vorher") and figure.layout.showlegend
    assert max(line.y) == 100 and sorted(bars.y)[-2:] == [25, 75]
    assert bars.x[int(np.argmax(bars.y))] == pytest.approx(25, abs=1)
    assert bars.marker.color == STAGES["mesh"].on(dark)
    assert sum(before_after(np.array([90.0]), after, (0, 60), **WORDS).data[1].y) == 0  # beyond the limits


def test_red_bulges_and_blue_is_hollow():
    out, flat, hollow, unknown = curvature_colours(np.array([0.2, 0.0, -0.2, np.nan])).astype(int)
    assert out[0] > out[2] + 50 and hollow[2] > hollow[0] + 50
    assert np.ptp(flat) < 15 and flat.min() > 220 and (unknown == 128).all()


def test_the_broken_circles_pass_through_their_corners():
    points = np.random.default_rng(1).uniform(40, 160, (12, 2))
    *_, step = (s for s in delaunay_steps(points) if len(s.cavity))
    black = np.zeros((200, 200, 3), np.uint8)
    picture = draw_delaunay(black, points, step)
    centres, radii = circumcircles(points, step.cavity)
    spots = np.concatenate(
        [
            c + r * np.array([[np.cos(a), np.sin(a)] for a in np.linspace(0, 6, 40)])
            for c, r in zip(centres, radii, strict=True)
        ]
    )
    spots = np.round(spots[((spots > 1) & (spots < 198)).all(axis=1)]).astype(int)
    assert (picture[spots[:, 1], spots[:, 0]].max(axis=1) > 0).mean() > 0.9
    x, y = np.round(points[step.point]).astype(int)
    assert picture[y, x].max() > 100 and not black.any()
    assert np.abs(picture.astype(int) - rgb(STAGES["mesh"].dark)).sum(axis=2).min() < 40
