"""What the benchmarks measured, as the package brings it along for the pages."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from importlib import resources
from typing import Any


@functools.cache
def measured(name: str) -> Mapping[str, Any]:
    """Reads what `benchmarks/NAME.py` measured last."""
    return json.loads(resources.files("facerecon.evaluation").joinpath(f"data/{name}.json").read_text("utf-8"))
