"""The code that ran: the source of a function of the package, read from the very file that was imported."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import streamlit as st

from facerecon.app.texts import t


def show_code(*functions: Callable[..., Any]) -> None:
    """Shows the source of functions, folded until somebody wants it."""
    with st.expander(t("page.code"), icon=":material/code:"):
        for function in functions:
            st.caption(where(function))
            st.code(inspect.cleandoc(inspect.getsource(function)), "python")


def where(function: Callable[..., Any]) -> str:
    """Names a function as one would import it.

    Example:
        >>> where(show_code)
        'facerecon.app.code.show_code'
    """
    return f"{function.__module__}.{function.__qualname__}"
