"""The arithmetic behind one number, as HTML: patch times kernel, products, their sum, the bias, and what comes out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

import numpy as np

from facerecon.app.texts import t
from facerecon.drawing.maps import value_colours
from facerecon.networks.trace import Products

MOST_PATCHES, MOST_NUMBERS = 3, 8
"""Channels that are shown one by one: with kernels of several numbers, and of one."""
HEADS = ("patch", "kernel", "products")


def strongest(found: Products) -> np.ndarray:
    """Finds the channels whose products weigh most, the strongest first; three colours keep their order."""
    if len(found.channels) <= MOST_PATCHES:
        return np.arange(len(found.channels))
    most = MOST_PATCHES if found.kernel[0].size > 1 else MOST_NUMBERS
    return np.argsort(-np.abs(found.products.sum(axis=(1, 2))), kind="stable")[:most]


def products_table(found: Products, names: Sequence[str], after: tuple[str, float] | None) -> str:
    """Writes a number as the sum that it is: the strongest channels one by one, the rest together, bias and total.

    Args:
        found: the number's products.
        names: of the channels shown, strongest first.
        after: name of the activation that follows, and the number that it makes of this one.
    """
    shown = strongest(found)
    totals = found.products.sum(axis=(1, 2))
    rest = float(np.delete(totals, shown).sum())
    exponents = power(found.patch[shown]), power(found.kernel[shown]), 0
    matrices = found.patch[shown], found.kernel[shown], found.products[shown]
    columns = [_matrices(*column) for column in zip(matrices, exponents, (3, 3, 4), strict=True)]
    terms = [
        (name, float(totals[channel]), _equation(cells), "")
        for name, channel, *cells in zip(names, shown, *columns, strict=True)
    ]
    if many := len(found.channels) - len(shown):
        terms.append((t("inside.rest", count=many), rest, "", "plain"))
    terms += [(t("inside.bias"), found.bias, "", "plain"), (t("inside.sum"), found.value, "", "plain total")]
    if after:
        terms.append((*after, "", "plain total"))
    reach = max(abs(value) for _, value, *_ in terms)
    heads = _equation([_head(*head) for head in zip(HEADS, exponents, strict=True)])
    rows = "".join(_row(*term, reach) for term in terms)
    width = found.kernel.shape[2]
    return f'<div class="inside sum" style="--columns:{width}"><div class="heads"><b></b>{heads}</div>{rows}</div>'


def _row(name: str, value: float, equation: str, kind: str, reach: float) -> str:
    """Writes one term: its name, its matrices, its value and a bar from zero."""
    share = 50 * value / max(reach, 1e-12)
    place = f"left:{50 + min(share, 0):.2f}%;width:{abs(share):.2f}%"
    sign = "minus" if value < 0 else "plus"
    written = number(value, decimals(reach))
    return (
        f'<div class="{kind}"><b>{escape(name)}</b>{equation}<span class="value">{written}</span>'
        f'<span class="bar {sign}"><i style="{place}"></i></span></div>'
    )


def _equation(parts: Sequence[str]) -> str:
    """Writes patch × kernel = products."""
    return '<div class="equation">{}<i>×</i>{}<i>=</i>{}</div>'.format(*parts)


def _head(name: str, exponent: int) -> str:
    """Writes what a column of matrices is, and the power of ten that its numbers are multiples of."""
    factor = f" × 10<sup>−{-exponent}</sup>" if exponent else ""
    return f'<span class="head">{escape(t(f"inside.head_{name}"))}{factor}</span>'


def _matrices(values: np.ndarray, exponent: int, digits: int) -> list[str]:
    """Writes matrices `(N, K, L)` on one scale, as multiples of a power of ten; the largest number has the digits."""
    scaled = values / 10.0**exponent
    return [matrix(one, float(np.abs(scaled).max()), digits) for one in scaled]


def power(values: np.ndarray) -> int:
    """Chooses a power of ten, a multiple of three, that makes small numbers readable; 0 from 0.1 on.

    Example:
        >>> power(np.array([0.0047, -0.0002])), power(np.array([0.5])), power(np.array([120.0]))
        (-3, 0, 0)
    """
    largest = float(np.abs(values).max())
    return 3 * math.floor(math.log10(largest) / 3) if 0 < largest < 0.1 else 0


def matrix(values: np.ndarray, scale: float, digits: int = 4, marked: tuple[int, int] | None = None) -> str:
    """Writes a small matrix with its numbers on their colours.

    Args:
        values: `(K, L)`.
        scale: value of the full colour; it is written with `digits` digits, and all others as finely.
        digits: significant ones.
        marked: row and column of the number to put a frame around.
    """
    flat = values.ravel()
    places = 0 if (flat == np.round(flat)).all() else decimals(scale, digits)
    colours = value_colours(flat, (-scale, scale), diverging=True)
    cells = []
    for index, (value, (r, g, b)) in enumerate(zip(flat, colours, strict=True)):
        ink = "#fff" if abs(value) > 0.62 * scale else "#1d2025"
        frame = " marked" if marked == divmod(index, values.shape[1]) else ""
        look = f"background:rgb({r},{g},{b});color:{ink}"
        cells.append(f'<span class="cell{frame}" style="{look}">{number(float(value), places)}</span>')
    return f'<div class="matrix" style="--columns:{values.shape[1]}">{"".join(cells)}</div>'


def decimals(value: float, digits: int = 4) -> int:
    """Gives how many decimals show a number with so many significant digits; three at most.

    Example:
        >>> decimals(0.43), decimals(12.3), decimals(104.0, 3)
        (3, 2, 0)
    """
    return min(max(digits - 1 - math.floor(math.log10(abs(value))), 0), 3) if value else 3


def number(value: float, places: int | None = None) -> str:
    """Writes a number with so many decimals (by default, as many as it needs), a true minus sign and no minus zero.

    Example:
        >>> number(-0.0314), number(12.3456), number(-0.0001)
        ('−0.031', '12.35', '0.000')
    """
    text = f"{value:.{decimals(value) if places is None else places}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", "−")


def scale_bar(scale: float) -> str:
    """Writes the legend of a map: its colours from minus to plus its scale."""
    stops = value_colours(np.linspace(-1, 1, 9), (-1, 1), diverging=True)
    gradient = ",".join(f"rgb({r},{g},{b})" for r, g, b in stops)
    return (
        f'<div class="inside scale"><span>{number(-scale)}</span>'
        f'<i style="background:linear-gradient(90deg,{gradient})"></i><span>{number(scale)}</span></div>'
    )
