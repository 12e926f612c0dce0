"""The app's door when the system lacks something."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[2]


def test_a_missing_system_library_is_named_with_its_package(monkeypatch):
    monkeypatch.setattr("facerecon.core.system.missing_libraries", lambda: ["libGL.so.1"])
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).run()
    assert not app.exception
    assert [error.value for error in app.error][0].endswith("sudo apt-get install libgl1")
