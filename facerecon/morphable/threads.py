"""How many threads the fit's linear algebra uses: one."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from threadpoolctl import ThreadpoolController


@cache
def _linear_algebra() -> ThreadpoolController:
    return ThreadpoolController()


def single_threaded(function: Callable[..., Any]) -> Callable[..., Any]:
    """Runs a function with one thread of linear algebra.

    The fit's matrices are small: a second thread gains nothing, and where another program uses the cores, waiting for
    it takes ten times as long as the sum.
    """

    @wraps(function)
    def run(*arguments: Any, **named: Any) -> Any:
        with _linear_algebra().limit(limits=1, user_api="blas"):
            return function(*arguments, **named)

    return run
