import hashlib
import sys
from pathlib import Path

import numpy as np
import pytest

from facerecon.assets import Asset, sources

sys.path.insert(0, str(Path(__file__).parent))
from file_server import FileServer  # noqa: E402

CONTENT = np.random.default_rng(7).bytes(700_000)


@pytest.fixture
def content():
    return CONTENT


@pytest.fixture
def make_asset():
    def make(*rows, content=CONTENT, file="weights.bin"):
        return Asset(
            name="weights",
            file=file,
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            licence="CC0-1.0",
            origin="a test",
            homepage="",
            sources=rows,
        )

    return make


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache of its own, no named folders, and no waiting between attempts."""
    monkeypatch.setenv("FACERECON_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("FACERECON_ASSETS", raising=False)
    monkeypatch.setattr(sources, "PAUSE_SECONDS", 0)
    return tmp_path / "cache"


@pytest.fixture
def server(content):
    with FileServer(content) as running:
        yield running
