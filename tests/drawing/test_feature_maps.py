"""Feature maps as pictures: zero is white, every value keeps its sign and place, and mosaics have no holes."""

import numpy as np
import pytest

from facerecon.drawing.anchors import LEVELS
from facerecon.drawing.feature_maps import (
    clearest,
    diagram,
    map_levels,
    map_scales,
    mosaic,
    mosaic_columns,
    palette,
    scale_of,
    score_picture,
)
from facerecon.drawing.theme import SURFACE, rgb


def test_zero_is_white_and_signs_are_mirrored(rng):
    values = rng.normal(size=(20, 30))
    levels = map_levels(values, 2.0).astype(int)
    np.testing.assert_array_equal(levels + map_levels(-values, 2.0), 256)
    assert map_levels(np.zeros((1, 1)), 2.0)[0, 0] == 128
    assert levels.min() >= 1
    colours = palette().astype(int)
    assert colours[128, :3].min() > 235
    assert colours[1, 2] > colours[1, 0] and colours[255, 0] > colours[255, 2]  # blue, red
    assert colours[0, 3] == 0 and (colours[1:, 3] == 255).all()


def test_levels_keep_the_order_of_values(rng):
    values = np.sort(rng.normal(size=(1, 500)), axis=1)
    assert (np.diff(map_levels(values, 1.5).astype(int)) >= 0).all()


def test_a_few_outliers_do_not_blanch_a_map(rng):
    values = rng.normal(size=(100, 100))
    spiked = values.copy()
    spiked[0, :10] = 1e4
    assert scale_of(spiked) < 2 * scale_of(values)
    assert scale_of(np.zeros((4, 4))) == 1


def test_next_to_nothing_stays_pale():
    maps = np.stack([np.full((8, 8), 1.0), np.full((8, 8), 1e-4)])
    assert abs(int(map_levels(maps[1], map_scales(maps)[1])[0, 0]) - 128) < 2


@pytest.mark.parametrize("count", [3, 4, 8, 16, 20, 32, 64, 128, 256])
def test_a_mosaic_has_every_map_at_its_place(count, rng):
    maps = rng.normal(size=(count, 12, 10))
    levels, (columns, rows) = mosaic(maps)
    assert columns * rows == count
    height, width = levels.shape[0] // rows, levels.shape[1] // columns
    assert (height * rows, width * columns) == levels.shape
    scales = map_scales(maps)
    for number in (0, count // 2, count - 1):
        row, column = divmod(number, columns)
        cell = levels[row * height : (row + 1) * height, column * width : (column + 1) * width]
        inside = cell[np.ix_(cell.any(axis=1), cell.any(axis=0))]
        np.testing.assert_array_equal(inside, map_levels(maps[number], scales[number]))


def test_mosaics_are_wider_than_high():
    for count in (8, 16, 64, 256):
        columns = mosaic_columns(count)
        assert 1 <= columns / (count / columns) <= 8


def test_the_clearest_map_is_the_one_with_contrast(rng):
    maps = np.full((5, 16, 16), 3.0) + 0.01 * rng.normal(size=(5, 16, 16))
    maps[3] = rng.choice([-2.0, 2.0], size=(16, 16))
    assert clearest(maps) == 3
    edge = np.zeros((2, 16, 16))
    edge[0, 0], edge[0, -1] = 9, -9  # contrast in the border alone
    edge[1] = rng.normal(size=(16, 16))
    assert clearest(edge) == 1


def test_scores_colour_their_cells_only():
    image = np.full((64, 96, 3), 200, np.uint8)
    scores = np.zeros((8, 12))
    scores[2, 3] = 1.0
    drawn = score_picture(image, scores, LEVELS["p4"])
    np.testing.assert_array_equal(drawn[16:24, 24:32].reshape(-1, 3), [rgb(LEVELS["p4"].dark)] * 64)
    assert (drawn[0, 0] < image[0, 0]).all() and (drawn[15, 24] == drawn[0, 0]).all()


def test_a_diagram_shows_its_tiles_and_arrows():
    red, blue = (np.full((5, 5, 3), colour, np.uint8) for colour in ((200, 0, 0), (0, 0, 200)))
    tiles = {(0, 0): red, (1, 0): blue, (1, 1): red}
    drawn = diagram(tiles, [((0, 0), (1, 0)), ((1, 0), (1, 1))], (100, 120), 60)
    assert drawn.shape == (240, 200, 3)
    assert (drawn[30, 50] == (200, 0, 0)).all() and (drawn[30, 150] == (0, 0, 200)).all()
    ground = np.array(rgb(SURFACE.light))
    assert (drawn[150:230, 5:80] == ground).all()
    between, below = drawn[20:60, 82:118], drawn[75:125, 140:160]
    assert (between != ground).any() and (below != ground).any()
