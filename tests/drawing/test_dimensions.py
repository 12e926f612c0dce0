"""Dimension lines as SVG: they lie where they should, and their numbers stay inside the picture."""

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from facerecon.drawing.dimensions import LETTER, TEXT, DimensionLine, dimensions_svg

NAMESPACE = "{http://www.w3.org/2000/svg}"


def drawn(*lines):
    return ElementTree.fromstring(dimensions_svg(lines, 720, 720))


def polylines(svg):
    return [
        np.array([[float(x) for x in pair.split(",")] for pair in line.get("points").split()])
        for line in svg.iter(f"{NAMESPACE}polyline")
    ]


def test_a_line_lies_beside_what_it_measures():
    places = np.array([[100.0, 200.0], [300.0, 200.0]])
    found = polylines(drawn(DimensionLine(places, "40 mm", "#fff", (0.0, 50.0))))
    assert found[0] == pytest.approx(places + (0, 50))
    joined = [line for line in found if len(line) == 2 and line[0] == pytest.approx(places[0])]
    assert joined and joined[0][1] == pytest.approx([100, 250])


def test_an_angle_has_its_arc_at_its_corner():
    places = np.array([[400.0, 100.0], [400.0, 300.0], [600.0, 300.0]])
    legs, arc = polylines(drawn(DimensionLine(places, "90°", "#fff")))
    assert legs == pytest.approx(places)
    radii = np.linalg.norm(arc - places[1], axis=1)
    assert radii == pytest.approx(radii[0], abs=0.1)
    assert arc[0][0] == pytest.approx(400, abs=0.1) and arc[-1][1] == pytest.approx(300, abs=0.1)


@pytest.mark.parametrize("x", [2.0, 360.0, 718.0])
def test_numbers_stay_inside_the_picture(x):
    line = DimensionLine(np.array([[x, 100.0], [x, 300.0]]), "115 mm", "#fff")
    (text,) = drawn(line).iter(f"{NAMESPACE}text")
    reach = LETTER * TEXT * len(text.text)
    before = {"start": 0, "middle": reach / 2, "end": reach}[text.get("text-anchor")]
    assert 0 <= float(text.get("x")) - before <= 720 - reach


def test_what_is_written_is_escaped():
    svg = dimensions_svg([DimensionLine(np.array([[0.0, 0], [9, 9]]), "<b>&", "#fff")], 720, 720)
    assert "<b>" not in svg and re.search("&lt;b&gt;&amp;", svg)
