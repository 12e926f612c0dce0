"""What FCOS and CenterNet are taught: all of the box against a bell around its middle."""

import numpy as np

from facerecon.app.detection import taught
from facerecon.core.types import Faces
from facerecon.drawing.crops import crop
from facerecon.drawing.targets import draw_targets


def test_only_faces_whose_middle_is_shown_the_chosen_one_first():
    image = np.zeros((400, 600, 3), np.uint8)
    boxes = np.array([[500.0, 300, 560, 370], [100, 100, 200, 220], [190, 110, 230, 160]])
    cut = crop(image, boxes[1], taught.SIDE, margin=0.5)
    inside = taught.boxes_in(cut, Faces(boxes, np.ones(3)), boxes[1])
    assert np.allclose(cut.to_photo(inside.reshape(-1, 2)).reshape(-1, 4), boxes[[1, 2]])


def test_fcos_teaches_all_of_the_box_and_centernet_its_middle():
    image, boxes = np.zeros((taught.SIDE, taught.SIDE, 3), np.uint8), np.array([[120.0, 100, 400, 420]])
    outlines = draw_targets(image, np.zeros((64, 64)), 8, boxes)
    lit = [(draw(image, boxes) != outlines).any(axis=2) for draw in (taught.sides, taught.middles)]
    y, x = np.nonzero(lit[1])
    assert abs(x.mean() - 260) < 4 and abs(y.mean() - 260) < 4
    assert lit[0].sum() > 0.9 * 280 * 320 > 10 * lit[1].sum() > 0
