"""The search that looks closer, with a detector of known limits: discs, and only of 0.13 to 0.7 of its picture."""

from functools import partial

import numpy as np
import pytest

from facerecon.core.types import Faces
from facerecon.detection.confirmation import CONFIRMED, SAME, SURE, TILE, TURNED, confirmed_faces
from facerecon.detection.pyramid import Pyramid
from facerecon.detection.search import EVERY_SIZE, Search
from facerecon.detection.selection import joined, proposed, select
from facerecon.detection.tiling import look
from facerecon.detection.turning import any_way_up


def candidates(image, find, search=EVERY_SIZE):
    (found,) = look([confirmed_faces(Pyramid(image, TILE), search)], lambda views: [find(view) for view in views])
    return found


def faces_in(image, find, search=EVERY_SIZE):
    return select(proposed(candidates(image, find, search), SAME, search), CONFIRMED, SAME).faces


@pytest.mark.parametrize("diameter", [40, 57, 80, 113, 160, 250, 400, 640, 1000, 1600, 2300])
def test_every_size_is_found_once(discs, diameter):
    disc = (1711, 1303, diameter)
    discs.check(faces_in(discs.picture((2600, 3400), disc), discs.find), disc)


def test_small_ones_everywhere_are_each_found_once(discs):
    image, drawn = discs.crowd((1200, 1600), 200, (40, 100), np.random.default_rng(0))
    discs.check(faces_in(image, discs.find), *drawn)


def test_disc_that_reaches_beyond_the_picture(discs):
    faces = faces_in(discs.picture((400, 600), (300, 200, 560)), discs.find)
    assert len(faces) <= 1  # cut off it is no disc; nothing else may be made up
    centred = (250, 250, 470)
    discs.check(faces_in(discs.picture((500, 500), centred), discs.find), centred)


def test_points_follow_their_box(discs):
    faces = faces_in(discs.picture((700, 900), (400, 300, 120)), discs.find)
    left, right, middle = faces.keypoints[0, :3]
    assert np.abs(middle - [400, 300]).max() < 1.5
    assert left[0] < middle[0] < right[0]  # mirrored views were mirrored back
    assert np.abs((left + right) / 2 - middle).max() < 1


def test_portrait_needs_few_looks_and_a_wanted_size_as_many_as_it_needs(discs):
    looks = []

    def counted(image):
        assert image.shape == (TILE, TILE, 3)
        looks.append(1)
        return discs.find(image)

    def count(image, search=EVERY_SIZE):
        looks.clear()
        faces_in(image, counted, search)
        return len(looks)

    portrait, nothing = (discs.picture((1500, 2000), *some) for some in ([(1000, 750, 450)], []))
    assert count(portrait) < 40 and count(nothing) > 150
    assert count(portrait, Search(40)) > 150
    assert count(nothing, Search(200)) < 30


@pytest.mark.parametrize(("wanted", "kept"), [((0, 1e9), "abc"), ((50, 78), "b"), ((25, 1e9), "abc"), ((0, 50), "c")])
def test_only_wanted_sizes(discs, wanted, kept):
    drawn = {"a": (300, 250, 86), "b": (700, 300, 70), "c": (100, 500, 30)}
    if wanted[0] == 0:
        drawn["c"] = (100, 500, 42)  # as small as is searched for unasked
    faces = faces_in(discs.picture((600, 900), *drawn.values()), discs.find, Search(*wanted))
    discs.check(faces, *(drawn[name] for name in kept))


def test_candidate_that_is_nothing_from_near_is_refused_but_proposed(discs):
    def fooled(image):  # sees something in the middle of every picture
        weak = Faces(np.array([[100.0, 100, 155, 155]]), np.array([0.6]), np.full((1, 5, 2), 127.5))
        return joined([discs.find(image), weak])

    disc = (300, 260, 90)
    image = discs.picture((500, 600), disc)
    discs.check(faces_in(image, fooled), disc)
    scores = candidates(image, fooled).scores
    assert ((scores > 0.5) & (scores < CONFIRMED)).any() and np.isclose(scores.max(), 0.9)


def test_proposals_hold_the_finds_around_a_face(discs):
    found = candidates(discs.picture((500, 600), (300, 260, 150)), discs.find)
    chosen = select(proposed(found, SAME, EVERY_SIZE), CONFIRMED, SAME)
    assert len(chosen.faces) == 1 and len(chosen.suppressed) >= 1
    assert (chosen.suppressor == chosen.kept[0]).all() and found.scores[0] == found.scores.max()


def test_photo_that_lies_on_its_side(discs):
    for turns in range(4):
        image = np.rot90(discs.crowned(), turns)
        pyramid = Pyramid(image, TILE)
        searches = [any_way_up(partial(confirmed_faces, pyramid, EVERY_SIZE), SURE, TURNED)]
        (found,) = look(searches, lambda views: [discs.find_crowned(view) for view in views])
        faces = select(found, CONFIRMED, SAME).faces
        rows, columns = np.nonzero(image[..., 0].astype(int) - image[..., 1] > 120)
        assert len(faces) == 1
        assert np.abs(faces.boxes[0] - [columns.min(), rows.min(), columns.max(), rows.max()]).max() < 3
