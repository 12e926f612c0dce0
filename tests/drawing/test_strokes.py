import numpy as np
import pytest

from facerecon.drawing.strokes import draw_curve, draw_dots, draw_lines, paint, stroke_width

RED = (255, 0, 0)
BLACK = np.zeros((60, 80, 3), np.uint8)
BLACK.flags.writeable = False


@pytest.mark.parametrize("x, y", [(20, 30), (20.5, 30.25), (33.75, 11.125)])
def test_dots_lie_at_fractions_of_a_pixel(x, y):
    cover = draw_dots(BLACK, np.array([[x, y]]), RED, 4.0)[..., 0].astype(float)
    rows, columns = np.mgrid[:60, :80]
    centre = np.array([(cover * columns).sum(), (cover * rows).sum()]) / cover.sum()
    np.testing.assert_allclose(centre, (x, y), atol=0.15)
    assert cover.sum() / 255 == pytest.approx(np.pi * 16, rel=0.2)


def test_only_the_line_is_coloured():
    drawn = draw_lines(BLACK, np.array([[10.0, 20]]), np.array([[60.0, 20]]), RED, width=3)
    assert (drawn[20, 12:58] == RED).all()
    assert not drawn[:16].any() and not drawn[25:].any() and not drawn[:, 64:].any()


def test_diagonals_are_antialiased():
    drawn = draw_lines(BLACK, np.array([[5.0, 5]]), np.array([[70.0, 40]]), RED)
    assert len(np.unique(drawn[..., 0])) > 4


def test_thin_lines_are_faint():
    whole = draw_curve(BLACK, np.array([[10.0, 20], [60, 20]]), RED, width=1)
    faint = draw_curve(BLACK, np.array([[10.0, 20], [60, 20]]), RED, width=0.5)
    assert faint.astype(float).sum() == pytest.approx(whole.sum() / 2, rel=0.02)


def test_a_closed_curve_returns():
    square = np.array([[10.0, 10], [50, 10], [50, 40], [10, 40]])
    drawn = draw_curve(BLACK, square, RED, closed=True)
    assert (drawn[20:30, 10, 0] > 200).all()
    assert not draw_curve(BLACK, square, RED, closed=False)[20:30, 10].any()


@pytest.mark.parametrize(
    "points", [np.full((3, 2), np.nan), np.full((3, 2), 1e9), np.zeros((0, 2)), np.full((2, 2), -50.0)]
)
def test_what_is_outside_leaves_the_picture_alone(points):
    np.testing.assert_array_equal(draw_dots(BLACK, points, RED, 2), BLACK)
    np.testing.assert_array_equal(draw_lines(BLACK, points, points, RED), BLACK)
    np.testing.assert_array_equal(draw_curve(BLACK, points, RED), BLACK)


def test_paint_mixes():
    image = np.full((2, 2, 3), 100, np.uint8)
    cover = np.array([[0, 255], [51, 0]], np.uint8)
    mixed = paint(image, cover, (200, 0, 100), opacity=0.5)
    np.testing.assert_array_equal(mixed[0], [[100, 100, 100], [150, 50, 100]])
    np.testing.assert_array_equal(mixed[1], [[110, 90, 100], [100, 100, 100]])


def test_strokes_grow_with_the_picture():
    small, large = (stroke_width(np.zeros((s, s, 3), np.uint8)) for s in (100, 4000))
    assert small == 1 and large > 10
