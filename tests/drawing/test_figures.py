import json

import numpy as np
import pytest

from facerecon.core.arkit import ARKIT_NAMES
from facerecon.drawing import figures
from facerecon.drawing.theme import STAGES

RNG = np.random.default_rng(2)


def words(figure):
    """All texts of a figure that a visitor can read."""
    layout = figure.layout
    return {layout.xaxis.title.text, layout.yaxis.title.text} - {None}


@pytest.mark.parametrize("dark", [False, True])
def test_error_curve_shows_the_errors(dark):
    errors = np.geomspace(20, 1, 30)
    figure = figures.error_curve({"rms": errors}, x_title="Schritt", y_title="px", current=7, dark=dark)
    np.testing.assert_array_equal(figure.data[0].y, errors)
    assert list(figure.data[1].x) == [7] and figure.data[1].y[0] == errors[7]
    assert words(figure) == {"Schritt", "px"}
    assert not figure.layout.showlegend
    assert figure.data[0].line.color == STAGES["fitting"].on(dark)


def test_error_curves_get_a_legend():
    figure = figures.error_curve({"a": [3, 2], "b": [4, 1]}, x_title="", y_title="", logarithmic=True)
    assert figure.layout.showlegend and figure.layout.yaxis.type == "log"


def test_blendshape_bars_show_every_score():
    scores, fitted = RNG.uniform(0, 1, (2, 52))
    figure = figures.blendshape_bars(scores, x_title="s", fitted=fitted, names=("MediaPipe", "fit"))
    shown = dict(zip(figure.data[0].y, figure.data[0].x, strict=True))
    marked = dict(zip(figure.data[1].y, figure.data[1].x, strict=True))
    assert shown == dict(zip(ARKIT_NAMES, scores, strict=True))
    assert marked == dict(zip(ARKIT_NAMES, fitted, strict=True))
    # Grouped: each region is one run of bars.
    runs = [c for i, c in enumerate(figure.data[0].marker.color) if i == 0 or figure.data[0].marker.color[i - 1] != c]
    assert len(runs) == len(set(runs))


def test_blendshape_bars_of_some_regions():
    scores = RNG.uniform(0, 1, 52)
    labels = {"browInnerUp": "眉"}
    shown = []
    for regions in (("eye",), ("mouth", "jaw"), ("brow", "cheek", "nose", "tongue")):
        bars = figures.blendshape_bars(scores, x_title="s", regions=regions, labels=labels).data[0]
        assert all(name == "眉" or name.startswith(regions) for name in bars.y)
        shown += bars.y
    assert sorted(shown) == sorted(["眉", *(name for name in ARKIT_NAMES if name != "browInnerUp")])
    with pytest.raises(ValueError, match="scores"):
        figures.blendshape_bars(scores[1:], x_title="s")


@pytest.mark.parametrize("values", [RNG.gamma(2, 1, 478), np.ones(9), np.zeros(0), np.array([1.0, np.nan, 3, np.inf])])
def test_histogram_counts_everything(values):
    figure = figures.histogram(values, x_title="px", y_title="n", mark=1.5, mark_text="m")
    assert sum(figure.data[0].y) == np.isfinite(values).sum()
    assert len(figure.data[0].y) >= 8
    assert figure.layout.annotations[0].text == "m"


def test_timing_bars_follow_the_pipeline():
    timings = {"total": 900.0, "model": 3.5, "detection": 10.0, "landmarks": 20.0, "fitting": 250.0}
    figure = figures.timing_bars(timings, x_title="ms", labels={"fitting": "拟合"})
    assert list(figure.data[0].y) == ["model", "拟合", "landmarks", "detection"]  # upwards
    assert list(figure.data[0].x) == [3.5, 250.0, 20.0, 10.0]
    assert list(figure.data[0].text) == ["3.5", "250", "20", "10"]
    assert figure.data[0].marker.color[0] == STAGES["model"].light


def test_figures_are_plain_json():
    figure = figures.histogram(RNG.normal(size=50), x_title="mm", y_title="n", stage="mesh")
    assert json.loads(figure.to_json())["layout"]["paper_bgcolor"] == "rgba(0,0,0,0)"


def test_shares_are_plotted_by_class_and_by_limit_in_their_colours():
    series = [
        figures.Series("A", [0.2, 0.8, 0.9], STAGES["mesh"]),
        figures.Series("B", [0.1, 0.7, 0.95], STAGES["model"]),
    ]
    for figure, x in (
        (figures.by_class(series, ["24", "48", "96"], x_title="x", y_title="y"), ["24", "48", "96"]),
        (figures.cumulative_errors(series, [0, 5, 10], x_title="x", y_title="y", dark=True), [0, 5, 10]),
    ):
        assert [trace.name for trace in figure.data] == ["A", "B"]
        assert all(list(trace.x) == x for trace in figure.data)
        assert [list(trace.y) for trace in figure.data] == [one.values for one in series]
        assert figure.layout.yaxis.range[0] == 0
    assert [trace.line.color for trace in figure.data] == [one.tone.dark for one in series]
