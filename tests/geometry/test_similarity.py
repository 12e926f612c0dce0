import numpy as np
import pytest

from facerecon.geometry.similarity import invert, move, similarity, square_in, warp


def random_motion(rng):
    """A turn by any angle, a scale and a shift, `(2, 3)`."""
    angle, scale = rng.uniform(-np.pi, np.pi), np.exp(rng.uniform(-2, 2))
    c, s = scale * np.cos(angle), scale * np.sin(angle)
    return np.array([[c, -s, rng.normal(0, 100)], [s, c, rng.normal(0, 100)]])


@pytest.mark.parametrize("seed", range(20))
def test_motion_is_recovered(seed):
    rng = np.random.default_rng(seed)
    points, motion = rng.normal(size=(5, 2)) * 30, random_motion(rng)
    found = similarity(points, move(motion, points))
    assert np.allclose(found, motion)
    assert np.allclose(move(invert(found), move(found, points)), points)


@pytest.mark.parametrize("seed", range(20))
def test_nothing_near_it_is_better(seed):
    rng = np.random.default_rng(seed)
    source, target = rng.normal(size=(2, 5, 2))
    found = similarity(source, target)

    def cost(matrix):
        return ((move(matrix, source) - target) ** 2).sum()

    c, s = found[0, 0], found[1, 0]
    for d in 1e-3 * np.vstack([np.eye(4), -np.eye(4)]):
        other = np.array([[c + d[0], -s - d[1], found[0, 2] + d[2]], [s + d[1], c + d[0], found[1, 2] + d[3]]])
        assert cost(other) > cost(found)


@pytest.mark.parametrize("seed", range(20))
def test_mirrored_points_are_not_mirrored_back(seed):
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(5, 2))
    found = similarity(points, points * [-1, 1])
    assert np.linalg.det(found[:, :2]) >= 0
    assert np.allclose(found[:, 0] @ found[:, 1], 0) and np.allclose(*np.linalg.norm(found[:, :2], axis=0))


def test_points_at_one_place_are_refused():
    for points in (np.ones((5, 2)), np.full((5, 2), np.nan)):
        with pytest.raises(ValueError):
            similarity(points, np.eye(5)[:, :2])


@pytest.mark.parametrize("angle", [0, 0.3, -2])
def test_square_lies_where_it_was_described(angle):
    photo_from_picture = square_in(np.array([40.0, 60]), 20, angle, 50)
    assert np.allclose(move(photo_from_picture, np.array([24.5, 24.5])), [40, 60])
    corners = move(photo_from_picture, np.array([[-0.5, -0.5], [49.5, -0.5]]))  # outer edges of the pixels
    step = corners[1] - corners[0]
    assert np.linalg.norm(step) == pytest.approx(20)
    assert np.arctan2(step[1], step[0]) == pytest.approx(angle)


@pytest.mark.parametrize("scale", [0.07, 0.3, 1, 3.7])
def test_warped_pictures_lie_where_their_points_go(scale):
    """A smooth picture is known at every place: the warped one must show what lies there, to half a pixel and less."""
    y, x = np.mgrid[:800, :1000]
    image = np.stack([x / 4, y / 4, 0 * x], axis=2).round().astype(np.uint8)
    motion = np.array([[scale * 0.8, -scale * 0.6, 0], [scale * 0.6, scale * 0.8, 0]])
    motion[:, 2] = 24.5 - move(motion, np.array([500.0, 400]))
    picture = warp(image, motion, 50)
    v, u = np.mgrid[10:40, 10:40]
    there = move(invert(motion), np.column_stack([u.ravel(), v.ravel()]))
    seen = picture[10:40, 10:40].reshape(-1, 3)[:, :2] * 4.0
    inside = ((there > 20) & (there < [980, 780])).all(axis=1)
    assert np.abs(seen - there)[inside].max() < 4.1 + 0.3 / scale  # a grey value is 4 px wide
    assert np.abs((seen - there)[inside].mean(axis=0)).max() < 0.6


def test_fine_texture_is_averaged_not_sampled():
    checks = (np.indices((640, 640)).sum(axis=0) % 2 * 255).astype(np.uint8)[..., None].repeat(3, axis=2)
    small = warp(checks, np.array([[0.1, 0, 0], [0, 0.1, 0]]), 60)
    assert np.abs(small[5:-5, 5:-5].astype(int) - 127).max() < 8


def test_outside_is_black():
    white = np.full((20, 20, 3), 255, np.uint8)
    assert (warp(white, np.array([[1.0, 0, 100], [0, 1, 100]]), 40) == 0).all()
