import numpy as np

from facerecon.drawing.targets import DIM, OPACITY, draw_distances, draw_targets, face_colour

NONE = np.zeros((0, 4))


def test_each_pixel_of_the_map_colours_its_square(rng):
    image = rng.integers(0, 256, (22, 30, 1), dtype=np.uint8).repeat(3, axis=2)  # the last squares are cut off
    values, owner = rng.uniform(0, 1, (6, 8)), rng.integers(-1, 3, (6, 8))
    picture = draw_targets(image, values, 4, NONE, owner)
    for y, x in np.ndindex(22, 30):
        face, share = owner[y // 4, x // 4], OPACITY * values[y // 4, x // 4]
        ground = image[y, x] * DIM
        colour = np.array(face_colour(face)) if face >= 0 else ground
        assert np.abs(picture[y, x] - (ground * (1 - share) + colour * share)).max() < 2


def test_without_owners_all_is_one_colour():
    picture = draw_targets(np.zeros((8, 8, 3), np.uint8), np.eye(2), 4, NONE)
    assert (picture[:4, :4] == picture[4:, 4:]).all() and picture[0, 0].any() and not picture[:4, 4:].any()


def test_boxes_are_outlined_each_in_its_colour():
    image = np.zeros((60, 80, 3), np.uint8)
    boxes = np.array([[5.0, 5, 30, 40], [40.0, 10, 70, 50]])
    picture = draw_targets(image, np.zeros((15, 20)), 4, boxes)
    for row, (x0, y0, x1, y1) in enumerate(boxes.astype(int)):
        for x, y in ((x0, (y0 + y1) // 2), (x1, (y0 + y1) // 2), ((x0 + x1) // 2, y0), ((x0 + x1) // 2, y1)):
            assert np.abs(picture[y, x] - np.array(face_colour(row), float)).max() < 40  # antialiased
    assert face_colour(0) != face_colour(1) and not image.any()


def test_distances_reach_the_sides():
    image = np.zeros((80, 100, 3), np.uint8)
    picture = draw_distances(image, np.array([40.0, 30]), np.array([20.0, 10, 50, 40]), row=1)
    for x, y in ((20, 30), (40, 20), (90, 30), (40, 70), (60, 30), (40, 50)):
        assert np.abs(picture[y, x] - np.array(face_colour(1), float)).max() < 40  # antialiased
    assert (picture[30, 40] == 255).all()
    seen = picture.any(axis=2)
    assert not seen[:, :16].any() and not seen[:16].any() and not seen[:, 95:].any() and not seen[75:].any()
    assert not image.any()
