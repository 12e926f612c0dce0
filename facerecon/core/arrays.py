"""Shape checks for public doors, and read-only views for the values that flow between stages."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np


def check_shape(array: np.ndarray, shape: tuple[int | str, ...], name: str) -> dict[str, int]:
    """Checks an array against a shape in which a string stands for any size.

    Args:
        array: what to check.
        shape: for instance `("N", 3)`; the same letter must have the same size each time.
        name: how to call the array in the error.

    Returns:
        The size of each letter.

    Raises:
        ValueError: the number of axes or a size does not fit.
    """
    sizes: dict[str, int] = {}
    wanted = "(" + ", ".join(map(str, shape)) + ")"
    if array.ndim != len(shape):
        raise ValueError(f"{name} must have shape {wanted}, got {array.shape}")
    for size, want in zip(array.shape, shape, strict=True):
        expected = sizes.setdefault(want, size) if isinstance(want, str) else want
        if size != expected:
            raise ValueError(f"{name} must have shape {wanted}, got {array.shape}")
    return sizes


def read_only(array: np.ndarray | None, dtype: type | None = None) -> np.ndarray | None:
    """Gives a contiguous read-only view of an array (a copy only where the type differs)."""
    if array is None:
        return None
    view = np.ascontiguousarray(array, dtype=dtype).view()
    view.flags.writeable = False
    return view


def freeze(value: Any, **dtypes: type) -> None:
    """Makes every array field of a frozen dataclass read-only and of its declared type."""
    for field in fields(value):
        content = getattr(value, field.name)
        if content is not None and field.name in dtypes:
            object.__setattr__(value, field.name, read_only(np.asarray(content), dtypes[field.name]))
