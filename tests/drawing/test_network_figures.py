"""Charts of activations, levels and losses hold the numbers they were given."""

import numpy as np
import pytest
import torch

from facerecon.drawing.activations import ACTIVATIONS, activation_curve
from facerecon.drawing.anchors import level_curves, loss_curves, share_bars


@pytest.mark.parametrize(
    ("name", "truth"),
    [
        ("relu", torch.relu),
        ("leaky_relu", lambda x: torch.nn.functional.leaky_relu(x, 0.1)),
        ("sigmoid", torch.sigmoid),
        ("tanh", torch.tanh),
    ],
)
def test_activations_are_those_of_torch(name, truth):
    x = np.concatenate([np.linspace(-6, 6, 101), [-800.0, 800.0]])
    np.testing.assert_allclose(ACTIVATIONS[name](x), truth(torch.from_numpy(x)).numpy(), atol=1e-12)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_patch_lies_on_the_curve(name, rng):
    patch = rng.normal(size=(3, 3))
    figure = activation_curve(name, patch, 0.3, x_title="x", y_title="y")
    dots = figure.data[-1]
    np.testing.assert_allclose(dots.x, [*patch.ravel(), 0.3])
    np.testing.assert_allclose(dots.y, ACTIVATIONS[name](np.array(dots.x)))
    assert figure.layout.xaxis.range[0] <= min(dots.x) and max(dots.x) <= figure.layout.xaxis.range[1]


def test_level_curves_are_the_peaks(rng):
    sizes, peaks = [8, 16, 32], rng.random((3, 3))
    figure = level_curves(sizes, peaks, 16, x_title="px", y_title="score", dark=True)
    assert [line.name for line in figure.data] == ["P3", "P4", "P5"]
    np.testing.assert_array_equal([line.y for line in figure.data], peaks.T)
    assert figure.layout.shapes[0].x0 == 16


def test_loss_curves_are_their_formulas():
    kinds = {"face": np.array([0.9]), "hard": np.array([0.4, 0.5]), "easy": np.linspace(0.9, 1, 5000)}
    words = {"x_title": "p", "y_title": "loss", "names": ("CE", "FL"), "labels": {kind: kind for kind in kinds}}
    figure = loss_curves(2.0, 0.25, kinds, **words)
    cross_entropy, focal, *dots = figure.data
    p = np.array(focal.x)
    np.testing.assert_allclose(cross_entropy.y, -np.log(p))
    np.testing.assert_allclose(focal.y, -0.25 * (1 - p) ** 2 * np.log(p))
    assert [min(len(values), 417) for values in kinds.values()] == [len(one.x) for one in dots]


def test_share_bars_add_up():
    shares = {"anchors": np.array([0.01, 0.01, 0.98]), "loss": np.array([0.2, 0.5, 0.3])}
    figure = share_bars(shares, labels={kind: kind for kind in ("face", "hard", "easy")})
    assert [bar.name for bar in figure.data] == ["face", "hard", "easy"]
    np.testing.assert_allclose(np.sum([bar.x for bar in figure.data], axis=0), 100)
    assert list(figure.data[0].y) == ["loss", "anchors"]  # a bar chart counts upwards
