"""Progress bars on a terminal."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import Any


@contextlib.contextmanager
def stage_bar() -> Iterator[Callable[[str, float], None]]:
    """Shows how far a reconstruction has come."""
    described = ["starting"]
    form = "{desc} {percentage:3.0f}%|{bar}| {elapsed}"
    # Steps are few and of very different lengths: each is shown at once.
    with bar(total=100, bar_format=form, labels=described, mininterval=0, miniters=0) as advance:
        advance(0)

        def show(stage: str, fraction: float) -> None:
            described[:] = [stage]
            advance(100 * fraction)

        yield show


@contextlib.contextmanager
def bar(labels: list[str] | None = None, **options: Any) -> Iterator[Callable[[float], None]]:
    """Shows a progress bar on a terminal, nothing elsewhere; it appears with the first step and vanishes at the end.

    Args:
        labels: a list whose last entry is written before the bar.
        options: of tqdm.
    """
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda done: None
        return
    from tqdm import tqdm

    bars: list[tqdm] = []

    def advance(done: float) -> None:
        if not bars:
            bars.append(tqdm(leave=False, file=sys.stderr, **options))
        if labels:
            bars[0].set_description_str(labels[-1], refresh=False)
        bars[0].update(done - bars[0].n)

    try:
        yield advance
    finally:
        for shown in bars:
            shown.close()
