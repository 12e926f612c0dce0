"""The code that ran: the source of a function of the package, read from the very file that was imported."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from typing import Any

import streamlit as st

from facerecon.app.texts import t


def show_code(*functions: Callable[..., Any]) -> None:
    """Shows the source of functions, folded until somebody wants it."""
    with st.expander(t("page.code"), icon=":material/code:"):
        for function in functions:
            st.caption(where(function))
            st.code(source(function), "python")


def source(function: Callable[..., Any]) -> str:
    """Reads the source of a function or method, moved to the left margin.

    Example:
        >>> source(where).splitlines()[0]
        'def where(function: Callable[..., Any]) -> str:'
    """
    return textwrap.dedent(inspect.getsource(function)).rstrip()


def where(function: Callable[..., Any]) -> str:
    """Names a function as one would import it.

    Example:
        >>> where(show_code)
        'facerecon.app.code.show_code'
    """
    return f"{function.__module__}.{function.__qualname__}"
