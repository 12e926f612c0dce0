"""The dial shows the turns of heads, their left at the left."""

import re
from xml.etree import ElementTree

import numpy as np

from facerecon.drawing.theme import ACCENT
from facerecon.drawing.yaw_dial import CENTRE, NEXT, place, yaw_dial

LABELS = ("left", "front", "right")


def test_places_go_round_the_head():
    assert place(0.0, 10)[1] < CENTRE[1] and np.allclose(place(0.0, 10)[0], CENTRE[0])
    assert place(0.5, 10)[0] < CENTRE[0] < place(-0.5, 10)[0]
    np.testing.assert_allclose(np.linalg.norm(place(0.7, 33.0) - CENTRE), 33)


def test_every_photo_has_its_sector_and_the_suggestion_its_own():
    drawn = yaw_dial([0.0, 0.6], -0.7, labels=LABELS)
    tree = ElementTree.fromstring(drawn)
    filled = [node for node in tree.iter() if node.get("fill") == ACCENT.light]
    dashed = [node for node in tree.iter() if node.get("stroke-dasharray")]
    assert len(filled) == 2 and len(dashed) == 1 and dashed[0].get("stroke") == NEXT.light
    middle = [np.mean([float(x) for x in re.findall(r"[ML](\d+\.?\d*)", node.get("d"))]) for node in (*filled, *dashed)]
    assert middle[2] > middle[0] > middle[1]
    assert "stroke-dasharray" not in yaw_dial([0.0], None, labels=LABELS, dark=True)
