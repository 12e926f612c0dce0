"""Numbers as people read them: two significant digits, with a unit."""

from __future__ import annotations

import math


def two_digits(value: float) -> str:
    """Writes a number with two significant digits, without an exponent; whole numbers above 99 stay whole.

    Example:
        >>> two_digits(0.01234), two_digits(1.96), two_digits(47.6), two_digits(36114.2)
        ('0.012', '2.0', '48', '36,114')
    """
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else "–"
    decimals = 1 - math.floor(math.log10(abs(float(f"{value:.1e}"))))
    return f"{value:,.{max(decimals, 0)}f}"


def duration(milliseconds: float) -> tuple[str, str]:
    """Writes a duration as a number and its unit.

    Example:
        >>> duration(14.2), duration(2345.0), duration(0.31)
        (('14', 'ms'), ('2.3', 's'), ('0.31', 'ms'))
    """
    seconds = milliseconds >= 1000
    return (two_digits(milliseconds / 1000), "s") if seconds else (two_digits(milliseconds), "ms")


def millions(number: int | None) -> str:
    """Writes a large number in millions; what is not known is a dash.

    Example:
        >>> millions(450_960), millions(27_300_000), millions(None)
        ('0.45 M', '27 M', '–')
    """
    return "–" if number is None else f"{two_digits(number / 1e6)} M"


def size(count: int) -> tuple[str, str]:
    """Writes a file's size as a number and its unit.

    Example:
        >>> size(1_530_000), size(8_100)
        (('1.5', 'MB'), ('8.1', 'kB'))
    """
    return (two_digits(count / 1e6), "MB") if count >= 1e6 else (two_digits(count / 1e3), "kB")
