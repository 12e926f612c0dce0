"""The whole chain on a real scan: found from its shape alone, fitted, bent. Skipped where the scan is not at hand."""

import os
from pathlib import Path

import pytest

from benchmarks.nonrigid import real

EVAL = Path(os.environ.get("FACERECON_EVAL", Path(__file__).parents[2] / "shared/eval"))


@pytest.mark.slow
@pytest.mark.skipif(not (EVAL / "james").is_dir(), reason="the annotated scan is not at hand")
def test_a_real_scan_becomes_a_head(parts):
    result = real(parts, EVAL / "james", found=True)
    assert result["folded triangles"] == 0
    assert result["bent: scan to head, median over the face"] < 0.5
    assert result["bent: landmarks 18-68 to annotated, median"] < 3
