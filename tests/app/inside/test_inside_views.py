"""Views of the photo: the face has the size that is asked for, and nothing beyond the photo is shown without need."""

from types import SimpleNamespace

import numpy as np
import pytest

from facerecon.app.inside.views import SIDE, SIZES, TRACED, TRACED_FACES, Subject, enlarged, shown
from facerecon.core.types import Faces, Photo
from facerecon.networks.retinaface import MEAN


def subject(shape=(600, 900), box=(400.0, 200, 500, 320)):
    rng = np.random.default_rng(1)
    photo = Photo(rng.integers(0, 250, (*shape, 3), dtype=np.uint8) // 2, "digest", None, "noise.png")
    faces = Faces(np.array([[10.0, 10, 30, 30], box]), np.array([0.9, 0.8]))
    return Subject("key", photo, faces, 1)


@pytest.mark.parametrize("face", SIZES)
def test_the_face_has_its_size(face):
    one = subject()
    view = one.view(SIDE, face)
    box = one.boxes(view)[1]
    assert np.sqrt(np.prod(box[2:] - box[:2])) == pytest.approx(face)
    assert view.image.shape == (SIDE, SIDE, 3)
    assert (box[:2] >= 0).all() and (box[2:] <= SIDE).all()


@pytest.mark.parametrize("box", [(0.0, 0, 60, 60), (840.0, 540, 899, 599), (400.0, 5, 460, 70)])
def test_a_face_at_the_border_brings_no_ground(box):
    one = subject(box=box)
    view = one.view(TRACED, one.traced_face)
    assert not (view.image == MEAN).all(axis=2).any()


@pytest.mark.parametrize("side", [30, 200, 330, 590])
def test_the_traced_view_is_full_of_photo_where_that_can_be(side):
    one = subject(box=(100.0, 5.0, 100.0 + side, 5.0 + side))
    assert TRACED_FACES[0] <= one.traced_face <= TRACED_FACES[1]
    empty = (one.view(TRACED, one.traced_face).image == MEAN).all(axis=2).any()
    assert empty == (side > 600 * TRACED_FACES[1] / TRACED)


@pytest.mark.parametrize(("side", "size"), [(10, 45), (75, 64), (105, 90), (300, 181), (590, 181)])
def test_the_first_size_about_fills_the_view(side, size):
    assert subject(box=(100.0, 5.0, 100.0 + side, 5.0 + side)).first_size == size


def test_a_small_photo_stands_in_the_middle():
    view = subject().view(SIDE, 20)
    ground = (view.image == MEAN).all(axis=2)
    rows, columns = np.flatnonzero(~ground.all(axis=1)), np.flatnonzero(~ground.all(axis=0))
    assert abs(rows[0] + rows[-1] + 1 - SIDE) <= 2 and abs(columns[0] + columns[-1] + 1 - SIDE) <= 2


def test_what_is_shown_is_the_view(rng):
    one = subject()
    small, large = one.view(TRACED, one.traced_face), shown(one, 3 * TRACED)
    view = one.view(3 * TRACED, 3 * one.traced_face)
    np.testing.assert_allclose(view.corner, small.corner)
    assert view.scale == pytest.approx(3 * small.scale) and large.shape == (960, 960, 3)


def test_enlarging_keeps_edges_on_edges():
    whole = Faces(np.array([[-0.5, -0.5, 319.5, 319.5]]), np.ones(1))
    np.testing.assert_allclose(enlarged(whole, 3).boxes, [[-0.5, -0.5, 959.5, 959.5]])


def test_every_face_and_box_has_a_key_of_its_own():
    one = subject()

    def key(boxes, chosen):
        faces = Faces(np.array(boxes, dtype=float), np.full(len(boxes), 0.9))
        result = SimpleNamespace(photos=(one.photo,), faces=(faces,), chosen=(chosen,))
        return Subject.of(SimpleNamespace(reconstruction=result)).key

    both = [[10, 10, 30, 30], [400, 200, 500, 320]]
    other = [[10, 10, 30, 30.5]]
    assert key(both, 0) == key(both[:1], 0)
    assert len({key(both, 0), key(both, 1), key(other, 0)}) == 3
