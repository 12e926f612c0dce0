import ctypes
import sys

import pytest

from facerecon.core import system
from facerecon.core.errors import SystemLibraryError


def test_everything_is_there_on_this_machine():
    assert system.missing_libraries() == []
    system.require_system_libraries()


def test_missing_libraries_name_their_packages(monkeypatch):
    real = ctypes.CDLL

    def without(name, *rest, **options):
        if name in ("libGL.so.1", "libglib-2.0.so.0", "libgthread-2.0.so.0"):
            raise OSError(f"{name}: cannot open shared object file")
        return real(name, *rest, **options)

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(system.ctypes, "CDLL", without)
    with pytest.raises(SystemLibraryError) as caught:
        system.require_system_libraries()
    assert str(caught.value).endswith("sudo apt-get install libgl1 libglib2.0-0")
    assert caught.value.exit_status == 4 and "\n" not in str(caught.value)


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_other_systems_bring_their_own(monkeypatch, platform):
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(system.ctypes, "CDLL", None)
    assert system.missing_libraries() == []
