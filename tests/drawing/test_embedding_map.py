"""The map of a triplet: a valid SVG, whose circles are the loss's zones."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from facerecon.drawing.embedding_map import SIDE, SPAN, Frame, embedding_map

SVG = "{http://www.w3.org/2000/svg}"
POINTS = np.array([[0.0, 0.0], [0.3, 0.0], [0.1, 0.5]])
LINK = "data:image/jpeg;base64,AAAA&<>"


def drawn(points=POINTS, learned=None, margin=0.2, others=()):
    learned = points if learned is None else learned
    return ET.fromstring(embedding_map(Frame((0.1, 0.1)), points, [LINK] * 3, margin, learned, others))


def test_a_frame_goes_there_and_back(rng):
    frame, points = Frame((0.2, -0.1)), rng.normal(size=(5, 2))
    np.testing.assert_allclose(frame.to_plane(frame.to_picture(points)), points, atol=1e-12)
    np.testing.assert_allclose(frame.to_picture(np.array([[0.2, -0.1]])), [[(SIDE - 1) / 2] * 2])
    low, high = frame.to_picture(np.array([[0.0, 0.0], [0.0, 0.5]]))
    assert high[1] < low[1]  # up is up
    assert np.linalg.norm(high - low) == pytest.approx(0.5 * SIDE / SPAN)


def test_the_ring_is_where_a_negative_is_semi_hard():
    circles = [node for node in drawn().iter(f"{SVG}circle") if node.get("stroke-dasharray") or node.get("stroke")]
    radii = sorted(float(node.get("r")) * SPAN / SIDE for node in circles[:3])
    assert radii[0] == pytest.approx(0.3, abs=1e-3)
    assert radii[2] == pytest.approx((0.3**2 + 0.2) ** 0.5, abs=1e-3)
    assert radii[1] == pytest.approx((radii[0] + radii[2]) / 2, abs=1e-3)


def test_faces_and_arrows():
    still, moving = drawn(), drawn(learned=POINTS + [[0.1, 0], [0, 0.1], [0, 0]], others=[(np.zeros(2), LINK)])
    assert [len(list(root.iter(f"{SVG}image"))) for root in (still, moving)] == [3, 4]
    assert [len(list(root.iter(f"{SVG}polygon"))) for root in (still, moving)] == [0, 2]
    assert all(node.get("href") == LINK for node in moving.iter(f"{SVG}image"))
