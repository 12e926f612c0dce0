"""Boxes as HTML: at their places, in their colours, each suppressed one with its suppressor; and the comparing plot."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from facerecon.core.types import Faces
from facerecon.drawing.crops import crop
from facerecon.drawing.detections import Finds, boxes_html, detector_tone, whole
from facerecon.drawing.theme import DETECTORS, STAGES
from facerecon.geometry.boxes import iou


class Elements(HTMLParser):
    """Collects class, style and text of every element that has a style."""

    def __init__(self, html: str):
        super().__init__()
        self.found: list[tuple[str, str, list[str]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        if "style" in named:
            self.found.append((named.get("class", tag), named["style"], []))

    def handle_data(self, data):
        self.found[-1][2].append(data)

    def of(self, kind):
        return [one for one in self.found if one[0].split()[0] == kind]


def place(style: str, frame: np.ndarray) -> np.ndarray:
    """Reads a place back: px of the picture."""
    share = {name: float(value) / 100 for name, value in re.findall(r"(\w+):(-?[\d.]+)%", style)}
    extent = frame[2:] - frame[:2]
    corner = frame[:2] + extent * (share["left"], share["top"])
    return np.concatenate([corner, corner + extent * (share.get("width", 0), share.get("height", 0))])


@pytest.fixture
def finds(rng):
    points = rng.uniform(30, 90, (2, 5, 2))
    kept = Faces(np.array([[20.0, 30, 80, 100], [100, 10, 140, 60]]), np.array([0.91, 0.62]), points)
    gone = Faces(np.array([[25.0, 30, 80, 110], [102, 12, 139, 66], [10, 20, 90, 99]]), np.array([0.5, 0.4, 0.3]))
    return Finds("Net <1>", DETECTORS["retinaface"], kept, gone, np.array([0, 1, 0]))


@pytest.mark.parametrize("frame", [[-0.5, -0.5, 199.5, 149.5], [10.0, 5.0, 90.0, 85.0]])
def test_boxes_and_points_come_back_to_their_places(finds, frame):
    frame = np.array(frame)
    html = Elements(boxes_html(frame, [finds]))
    for kind, boxes in (("box", finds.faces.boxes), ("suppressed", finds.suppressed.boxes)):
        back = np.array([place(style, frame) for _, style, _ in html.of(kind)])
        rows = iou(back, boxes).argmax(axis=1)
        assert sorted(rows) == list(range(len(boxes)))
        np.testing.assert_allclose(back, boxes[rows], atol=0.03)
    dots = np.array([place(style, frame)[:2] for _, style, _ in html.of("i")])
    np.testing.assert_allclose(np.sort(dots, axis=0), np.sort(finds.faces.keypoints.reshape(-1, 2), axis=0), atol=0.03)


def test_a_suppressed_box_is_followed_by_the_one_that_suppressed_it(finds):
    frame = whole(np.zeros((150, 200, 3)))
    html = Elements(boxes_html(frame, [finds]))
    kinds = [kind for kind, _, _ in html.found]
    assert "".join(f"{kind} " for kind in kinds).endswith("suppressed suppressor " * 3)
    pairs = zip(html.of("suppressed"), html.of("suppressor"), strict=True)
    for (_, gone, text), (_, better, _) in pairs:
        row = int(iou(place(gone, frame)[None], finds.suppressed.boxes)[0].argmax())
        winner = finds.suppressor[row]
        np.testing.assert_allclose(place(better, frame), finds.faces.boxes[winner], atol=0.03)
        overlap = iou(finds.suppressed.boxes[[row]], finds.faces.boxes[[winner]])[0, 0]
        scores = f"{finds.suppressed.scores[row]:.2f} < {finds.faces.scores[winner]:.2f}"
        assert text == [f"Net <1> {scores} · IoU {overlap:.2f}"]


def test_large_boxes_lie_below_small_ones(finds):
    frame = whole(np.zeros((150, 200, 3)))
    html = Elements(boxes_html(frame, [finds]))
    for kind in ("box", "suppressed"):
        sizes = [np.prod(np.diff(place(style, frame).reshape(2, 2), axis=0)) for _, style, _ in html.of(kind)]
        assert sizes == sorted(sizes, reverse=True)


def test_suppressed_boxes_can_be_left_out_and_the_chosen_face_stands_out(finds):
    frame = whole(np.zeros((150, 200, 3)))
    html = Elements(boxes_html(frame, [finds], [1], suppressed=False))
    assert not html.of("suppressed")
    assert [("faint" in kind, text[0]) for kind, _, text in html.of("box")] == [(True, "0.91"), (False, "0.62")]
    assert not any("faint" in kind for kind, _, _ in Elements(boxes_html(frame, [finds], [None])).of("box"))


def test_a_score_without_room_above_its_box_stands_inside(finds):
    html = Elements(boxes_html(np.array([0.0, 28, 200, 150]), [finds]))
    assert ["low" in kind for kind, _, _ in html.of("box")] == [True, True]
    html = Elements(boxes_html(np.array([0.0, 0, 200, 150]), [finds]))
    assert ["low" in kind for kind, _, _ in html.of("box")] == [False, False]


def test_several_detectors_have_their_colours_and_their_mark(finds):
    other = Finds("Other", DETECTORS["centerface"], Faces.none(), Faces.none(), np.zeros(0, int))
    html = boxes_html(np.array([0.0, 0, 1, 1]), [finds, other])
    assert html.startswith('<div class="boxes many">')
    assert re.findall(r"--tone:(#\w+)", html) == [DETECTORS["retinaface"].dark, DETECTORS["centerface"].dark]
    assert boxes_html(np.array([0.0, 0, 1, 1]), [other]).startswith('<div class="boxes">')


def test_a_crop_and_its_frame_show_the_same_place():
    image = np.zeros((150, 200, 3), np.uint8)
    image[60:81, 90:121] = 255
    box = np.array([89.5, 59.5, 120.5, 80.5])  # the edges of the white block
    cut = crop(image, box, 400, margin=0.3)
    x0, y0, x1, y1 = (
        np.round((box.reshape(2, 2) - cut.frame[:2]) / (cut.frame[2:] - cut.frame[:2]) * 400).astype(int).ravel()
    )
    assert (cut.image[y0 + 9 : y1 - 9, x0 + 9 : x1 - 9] > 200).all()
    outside = cut.image.copy()
    outside[y0 - 9 : y1 + 9, x0 - 9 : x1 + 9] = 0
    assert outside.max() < 60


def test_a_detector_without_a_colour_gets_that_of_the_stage():
    assert detector_tone("brand-new") == STAGES["detection"]
    assert detector_tone("retinaface") == DETECTORS["retinaface"]
