import numpy as np
import pytest

from facerecon.core.types import Faces
from facerecon.detection import confirmation, network_detector
from facerecon.detection.pyramid import Pyramid
from facerecon.detection.search import Search
from facerecon.detection.tiling import centred, ends, finest_side, look, tile_corners, tile_sides, tiles

TILE = 256


@pytest.mark.parametrize("size", [1, 100, 256, 257, 300, 600, 1001, 5000])
@pytest.mark.parametrize("overlap", [0.2, 1 / 3])
def test_tiles_cover_the_axis_and_overlap(size, overlap):
    corners = tile_corners(size, TILE, overlap)
    assert corners[0] <= 0 and corners[-1] + TILE >= size
    assert (np.diff(corners) <= TILE * (1 - overlap) + 1e-9).all()
    if size >= TILE:
        assert corners[0] == 0 and corners[-1] == size - TILE
    else:
        assert corners == [(size - TILE) / 2]


def test_tiles_cover_the_photo():
    pyramid = Pyramid(np.zeros((700, 1000, 3), np.uint8), 64)
    covered = np.zeros((700, 1000), int)
    for view in tiles(pyramid, 300.0, 64, 0.2):
        left, top = np.rint(view.corner).astype(int)
        covered[max(top, 0) : top + 300, max(left, 0) : left + 300] += 1
        assert view.extent == 300 and view.side == 64
    assert covered.min() >= 1 and covered.max() <= 4


def test_centred_shows_the_whole_photo_in_grey():
    photo = np.full((100, 400, 3), 9, np.uint8)
    whole, frame = (centred(Pyramid(photo, 64), times, 64).image() for times in (1, 2))
    # One row or column at the photo's border may mix both.
    assert (whole[25:39] == 9).all() and (whole[:23] == 128).all() and (whole[41:] == 128).all()
    assert (frame[29:35, 17:47] == 9).all() and 6 * 30 <= (frame < 128).all(axis=2).sum() <= 10 * 34


def test_levels_follow_one_another_closely():
    for finest in (200, 640):
        for longer in (32, 200, 512, 1000, 4000, 20_000):
            sides = tile_sides(longer, finest)
            assert sides[0] == longer and sides[-1] == pytest.approx(min(longer, finest))
            # A face too small for one level is not too large for the next one's overlap.
            steps = np.divide(sides[1:], sides[:-1])
            assert ((steps >= 0.5 - 1e-9) & (steps < 1)).all()
    assert confirmation.SMALLEST / confirmation.TILE < confirmation.OVERLAP / 1.5
    assert network_detector.OVERLAP < confirmation.OVERLAP


def test_wanted_size_decides_the_finest_tile():
    assert finest_side(Search(), 256, 51, 200) == 200
    assert finest_side(Search(min_face=100), 256, 64, 200) == 400  # 100 px of 400 are 64 of 256
    assert finest_side(Search(min_face=1), 256, 64, 200) == 128  # shown at twice its size, no more


def test_portrait_ends_the_search_unless_a_size_is_wanted():
    face = Faces(np.array([[0.0, 0, 100, 100]]), np.ones(1))
    assert ends(face, Search(), 1000) and not ends(face, Search(), 1001)
    assert not ends(face, Search(min_face=1), 1000) and not ends(Faces.none(), Search(), 1)


def test_searches_side_by_side_each_get_their_own_views():
    largest = []

    def find(pictures):
        largest.append(len(pictures))
        # A "face" at the view's top left corner, of the size that the picture's colour tells.
        return [Faces(np.array([[-0.5, -0.5, v, v]], dtype=float), np.ones(1)) for v in pictures[:, 0, 0, 0]]

    def search(colour, counts):
        pyramid = Pyramid(np.full((64, 64, 3), colour, np.uint8), 64)
        parts = []
        for count in counts:
            seen = yield [centred(pyramid, 1, 64)] * count
            assert len(seen) == count
            parts += [faces.boxes[0, 2] for faces in seen]
        return Faces(np.array([[0, 0, part, part] for part in parts]), np.ones(len(parts)))

    wanted = [(10, (1, 3, 2)), (20, (2,)), (30, (5, 0, 1))]
    results = look([search(*one) for one in wanted], find, batch=4)
    for (colour, counts), faces in zip(wanted, results, strict=True):
        assert len(faces) == sum(counts) and (faces.boxes[:, 2] == colour).all()
    assert max(largest) == 4 and sum(largest) == 14
    assert look([], find) == []
