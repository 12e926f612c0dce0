"""Devices: the best one is a graphics card where there is one, and can always be used."""

import pytest
import torch

from facerecon.core.errors import SettingsError
from facerecon.networks.devices import best_device, check_device


@pytest.mark.parametrize(
    ("cuda", "mps", "best"),
    [(True, True, "cuda"), (True, False, "cuda"), (False, True, "mps"), (False, False, "cpu")],
)
def test_a_graphics_card_comes_first(monkeypatch, cuda, mps, best):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert best_device() == best


def test_the_best_device_can_be_used():
    check_device(best_device())
    with pytest.raises(SettingsError):
        check_device("no such device")
