"""Which devices networks can run on here."""

from __future__ import annotations

from facerecon.core.errors import SettingsError


def check_device(device: str) -> None:
    """Checks that a device exists: `cpu`, `cuda`, `cuda:1`, `mps` …

    Raises:
        SettingsError: torch does not know it, or this machine does not have it.
    """
    if device == "cpu":
        return  # torch takes a second to import
    import torch

    try:
        wanted = torch.device(device)
        torch.empty(1, device=wanted)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise SettingsError(f"The device “{device}” cannot be used here; “cpu” always can.", device=device) from error


def best_device() -> str:
    """Names the device on which networks run fastest here: a graphics card where torch can use one."""
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"
