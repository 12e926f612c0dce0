import itertools

import numpy as np
import plotly.graph_objects as go
import pytest

from facerecon.drawing import theme
from facerecon.drawing.shading import to_linear

# Machado, Oliveira and Fernandes 2009, severity 1: what protanopes and deuteranopes see, in linear RGB.
BLIND = np.array(
    [
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    ]
)


def linear(colour):
    return to_linear(np.array(theme.rgb(colour), np.uint8)).astype(float)


def contrast(first, second):
    """WCAG 2.1."""
    light = sorted(float(linear(c) @ (0.2126, 0.7152, 0.0722)) for c in (first, second))
    return (light[1] + 0.05) / (light[0] + 0.05)


def oklab(rgb):
    """Ottosson 2020."""
    to_cone = [
        [0.41222147, 0.53633254, 0.05144599],
        [0.21190350, 0.68069955, 0.10739696],
        [0.08830246, 0.28171884, 0.62997870],
    ]
    to_lab = [
        [0.21045426, 0.79361779, -0.00407205],
        [1.97799850, -2.42859220, 0.45059371],
        [0.02590404, 0.78277177, -0.80867577],
    ]
    return np.array(to_lab) @ np.cbrt(np.maximum(np.array(to_cone) @ rgb, 0))


def difference(first, second, seen=1.0):
    return 100 * np.linalg.norm(oklab(np.dot(seen, linear(first))) - oklab(np.dot(seen, linear(second))))


@pytest.mark.parametrize("dark", [False, True])
def test_stages_and_accent_stand_out_from_the_surface(dark):
    for tone in (*theme.STAGES.values(), theme.ACCENT, *theme.REGIONS.values(), *theme.DETECTORS.values()):
        assert contrast(tone.on(dark), theme.SURFACE.on(dark)) >= 3


@pytest.mark.parametrize("dark", [False, True])
def test_text_is_readable(dark):
    assert contrast(theme.TEXT.on(dark), theme.SURFACE.on(dark)) >= 7
    assert contrast(theme.QUIET.on(dark), theme.SURFACE.on(dark)) >= 4.5


@pytest.mark.parametrize("dark", [False, True])
def test_stages_differ(dark):
    colours = [tone.on(dark) for tone in theme.STAGES.values()]
    assert min(difference(a, b) for a, b in itertools.combinations(colours, 2)) >= 12
    for first, second in itertools.pairwise(colours):
        assert min(difference(first, second, seen) for seen in BLIND) >= 10


@pytest.mark.parametrize("dark", [False, True])
def test_detectors_differ_for_all_eyes(dark):
    for first, second in itertools.combinations((tone.on(dark) for tone in theme.DETECTORS.values()), 2):
        assert difference(first, second) >= 15
        assert min(difference(first, second, seen) for seen in BLIND) >= 10


def test_provenance_differs_for_red_green_blind_eyes():
    for dark, seen in itertools.product([False, True], BLIND):
        colours = [tone.on(dark) for tone in theme.PROVENANCE]
        assert min(difference(a, b, seen) for a, b in itertools.combinations(colours, 2)) >= 10


def test_stages_are_those_of_the_pipeline():
    assert list(theme.STAGES) == ["detection", "landmarks", "fitting", "mesh", "texture", "model"]


def test_region_tone():
    assert theme.region_tone("left_eye") == theme.region_tone("eyeBlinkRight") == theme.REGIONS["eye"]
    assert theme.region_tone("left_eye_iris") == theme.REGIONS["iris"]
    assert theme.region_tone("browInnerUp") == theme.region_tone("left_eyebrow") == theme.REGIONS["brow"]
    assert theme.region_tone("something") == theme.ACCENT


def test_css_variables_follow_the_variant():
    light, dark = theme.css_variables(False), theme.css_variables(True)
    assert light.keys() == dark.keys() and all(name.startswith("--") for name in light)
    assert light["--stage-mesh"] == theme.STAGES["mesh"].light
    assert dark["--accent"] == theme.ACCENT.dark


def test_figures_are_transparent():
    figure = theme.dress(go.Figure(go.Bar(x=[1], y=[2])), dark=True)
    assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0,0,0,0)"
    assert figure.layout.xaxis.title.font.color == theme.QUIET.dark
