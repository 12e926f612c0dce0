import numpy as np
import pytest

from facerecon.drawing import landmark_figures as figures
from facerecon.drawing.landmark_scene import landmark_scene, point_colours
from facerecon.drawing.overlays import draw_points
from facerecon.drawing.theme import region_tone, rgb

GREY = np.full((120, 160, 3), 128, np.uint8)
GREY.flags.writeable = False  # whoever draws into the input fails here


def test_an_ellipse_lies_so_many_standard_deviations_away(rng):
    centres = rng.uniform(0, 100, (7, 2))
    roots = rng.normal(size=(7, 2, 2))
    covariances = roots @ roots.transpose(0, 2, 1)
    away = figures.ellipses(centres, covariances, sigmas=3) - centres[:, None]
    mahalanobis = np.einsum("npi,nij,npj->np", away, np.linalg.inv(covariances), away)
    np.testing.assert_allclose(mahalanobis, 9)
    # The points go around: their polygon has nearly the ellipse's area.
    x, y = away[..., 0], away[..., 1]
    area = np.abs((x * np.roll(y, -1, 1) - y * np.roll(x, -1, 1)).sum(axis=1)) / 2
    np.testing.assert_allclose(area, np.pi * 9 * np.sqrt(np.linalg.det(covariances)), rtol=0.01)


def test_a_point_that_never_moves_is_a_point():
    curve = figures.ellipses(np.array([[5.0, 6]]), np.zeros((1, 2, 2)))
    np.testing.assert_array_equal(curve, np.broadcast_to([5.0, 6], curve.shape))


def test_ellipses_are_filled_in_their_colours():
    centres = np.array([[40.0, 60], [48, 60], [120, 60]])
    curves = figures.ellipses(centres, np.tile(np.eye(2) * 36, (3, 1, 1)))
    red, blue = (255, 0, 0), (0, 0, 255)
    drawn = figures.draw_ellipses(GREY, curves, np.uint8([red, red, blue]), fill=0.5).astype(int)
    assert drawn[60, 120, 2] > 180 and drawn[60, 120, 0] < 80
    assert drawn[60, 44, 0] > 180  # also where two of a colour overlap
    assert (drawn[:20] == 128).all()
    np.testing.assert_array_equal(figures.draw_ellipses(GREY, curves[:0], np.zeros((0, 3), np.uint8)), GREY)


@pytest.mark.parametrize("turn", [0.0, 0.6, 1.2])
def test_the_irises_line_is_the_long_axis(turn):
    axes = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) * [[30], [18]]
    along = np.array([0.4, 2.1, 0.4 + np.pi, 2.1 + np.pi])  # ends of two diameters that are not the axes
    # Conjugate diameters are a quarter turn apart.
    along[1::2] = along[::2] + np.pi / 2
    ring = np.array([80.0, 60]) + np.column_stack([np.cos(along), np.sin(along)]) @ axes
    changed = (figures.draw_iris(GREY, ring) != GREY).any(axis=2)
    for share in (-0.95, -0.5, 0, 0.5, 0.95):
        x, y = np.round([80, 60] + share * axes[0]).astype(int)
        assert changed[y, x]
    short = np.round([80, 60] + 0.5 * axes[1]).astype(int)
    assert not changed[short[1], short[0]]


def test_a_measure_reaches_from_point_to_point():
    start, end = np.array([20.0, 80]), np.array([140.0, 80])
    drawn = figures.draw_measure(GREY, start, end, "62 mm")
    changed = (drawn != GREY).any(axis=2)
    assert changed[80, 20:140].all() and not changed[80, :14].any()
    assert changed.sum() > 400


def test_spread_bars_read_from_the_top_in_the_parts_colours():
    figure = figures.spread_bars({"eyes": 0.4, "lips": 1.25}, x_title="%", labels={"eyes": "Eyes", "lips": "Lips"})
    assert list(figure.data[0].y) == ["Lips", "Eyes"] and list(figure.data[0].x) == [1.25, 0.4]
    assert list(figure.data[0].text) == ["1.2", "0.4"]
    assert list(figure.data[0].marker.color) == [region_tone(part).light for part in ("lips", "eyes")]


GROUPS = {"left_eye": [0, 1], "lips_outer": [1, 2]}


def test_the_same_colours_in_two_and_three_dimensions():
    points = np.array([[20.0, 30], [60, 30], [100, 30], [140, 90]])
    drawn = draw_points(GREY, points, GROUPS, radius=5)
    colours = point_colours(4, GROUPS)
    np.testing.assert_array_equal(colours[:3], [rgb(region_tone(n).dark) for n in ("eye", "lip", "lip")])
    for (x, y), colour in zip(points.astype(int), colours, strict=True):
        np.testing.assert_array_equal(drawn[y, x], colour)


def test_a_scene_holds_every_point_line_and_triangle(rng):
    points = rng.normal(size=(30, 3)) * 40
    lines = np.array([[0, 1], [1, 2]])
    beads = landmark_scene(points, GROUPS, lines)
    assert set(beads.actors) == {"points", "lines"}
    surface = landmark_scene(points, GROUPS, lines, np.array([[0, 1, 2], [2, 1, 3]]))
    assert set(surface.actors) == {"points", "surface", "edges"}
    for plotter in (beads, surface):
        balls = plotter.actors["points"].mapper.dataset
        assert balls.n_points % 30 == 0
        middles = balls.points.reshape(30, -1, 3)
        np.testing.assert_allclose((middles.max(axis=1) + middles.min(axis=1)) / 2, points, atol=0.5)
        plotter.close()
