"""A sum on the page holds every term, in numbers that can be checked by hand."""

import re

import numpy as np
import pytest

from facerecon.app import texts
from facerecon.app.inside.sums import decimals, matrix, number, power, products_table, scale_bar, strongest
from facerecon.networks.trace import Products


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setattr(texts.state, "language", lambda: "en")


def products(rng, channels: int, size: int) -> Products:
    patch, kernel = rng.normal(size=(2, channels, size, size))
    values = patch * kernel
    return Products(np.arange(channels), patch, kernel, values, 0.25, float(values.sum()) + 0.25, (3, 4), (2, 3))


def shown(table: str) -> list[float]:
    return [float(text.replace("−", "-")) for text in re.findall(r'class="value">([^<]*)<', table)]


@pytest.mark.parametrize(
    ("channels", "size", "rows"), [(1, 3, 1), (3, 3, 3), (64, 3, 3), (64, 1, 8), (5, 1, 5), (8, 1, 8)]
)
def test_every_term_is_there(rng, channels, size, rows):
    found = products(rng, channels, size)
    names = [f"m{k}" for k in strongest(found)]
    table = products_table(found, names, ("bent", 0.5))
    *parts, total, after = shown(table)
    assert len(names) == rows and len(parts) == rows + (channels > rows) + 1  # … the rest, the bias
    step = 10.0 ** -decimals(max(map(abs, [*parts, total])))  # all values end at the same decimal
    assert sum(parts) == pytest.approx(total, abs=step / 2 * (len(parts) + 1))
    assert total == pytest.approx(found.value, abs=step / 2 * 1.001) and after == 0.5
    assert table.count('class="matrix"') == 3 * rows
    assert table.count('class="cell') == 3 * rows * size * size


def test_the_strongest_channels_come_first(rng):
    found = products(rng, 40, 3)
    weights = np.abs(found.products.sum(axis=(1, 2)))
    chosen = strongest(found)
    assert weights[chosen].tolist() == sorted(weights, reverse=True)[:3]
    assert strongest(products(rng, 3, 3)).tolist() == [0, 1, 2]  # colours keep their order


def test_names_are_escaped(rng):
    assert "<b>a&lt;b</b>" in products_table(products(rng, 1, 3), ["a<b"], None)


@pytest.mark.parametrize(
    ("value", "text"), [(-0.0314, "−0.031"), (12.3456, "12.35"), (-123.4, "−123.4"), (-0.0001, "0.000"), (0, "0.000")]
)
def test_numbers(value, text):
    assert number(value) == text


def test_small_numbers_are_multiples_of_a_power_of_ten():
    assert power(np.array([0.0047, -0.0002])) == -3
    assert power(np.array([0.05])) == -3 and power(np.array([2e-5])) == -6
    assert power(np.array([0.5])) == power(np.array([120.0])) == power(np.zeros(3)) == 0
    assert decimals(0.43) == 3 and decimals(12.3) == 2 and decimals(104.0, 3) == 0 and decimals(0) == 3


def test_a_matrix_shows_whole_numbers_as_such():
    written = re.findall(r">([−\d.]+)<", matrix(np.array([[-104.0, 12.0], [0.0, 3.0]]), 104, 3, marked=(1, 0)))
    assert written == ["−104", "12", "0", "3"]
    cells = matrix(np.array([[-0.4, 0.1]]), 0.4, marked=(0, 1)).split("<span")
    assert "marked" not in cells[1] and "marked" in cells[2]


def test_the_scale_is_told_in_both_directions():
    bar = scale_bar(2.5)
    assert "−2.500" in bar and ">2.500" in bar and bar.count("rgb(") == 9
