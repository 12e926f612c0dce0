"""The whole app without a browser."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

APP = Path(__file__).parents[2] / "app.py"


@pytest.fixture
def start(tmp_path, monkeypatch):
    """Opens a new session in a language; a page that cannot be drawn in a minute has failed."""

    def opened(language: str = "en", page: str | None = None) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=60)
        app.session_state["language"] = language
        return app.run() if page is None else app.switch_page(f"pages/{page}.py").run()

    return opened


@pytest.fixture(scope="session")
def jpeg():
    """Writes a picture as the bytes of a JPEG file."""

    def encoded(image) -> bytes:
        import io

        from PIL import Image

        file = io.BytesIO()
        Image.fromarray(image).save(file, "JPEG", quality=92)
        return file.getvalue()

    return encoded
