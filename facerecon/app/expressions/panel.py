"""What the sliders in the browser are told: groups, names, presets, the opening film, and what was brought along."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from facerecon.app.expressions.presets import DEMO, REGIONS, members, preset, presets
from facerecon.app.expressions.transfer import Given
from facerecon.app.texts import t
from facerecon.core.arkit import ARKIT_NAMES
from facerecon.core.track import Track

MOST_KEYS = 500
"""More are not taken from a browser."""


def panel(given: Given | None) -> dict[str, Any]:
    """Writes down what express.js shows.

    Args:
        given: what a photo or a clip gave, or None.
    """
    return {
        "groups": [{"label": t(f"expressions.{region}"), "members": members(region)} for region in REGIONS],
        "named": {name: t(f"arkit.{name}") for name in ARKIT_NAMES},
        "titles": [{"key": family, "label": t(f"expressions.{family}")} for family in presets()],
        "presets": [
            {"family": family, "key": key, "label": t(f"preset.{key}"), "weights": weights}
            for family, table in presets().items()
            for key, weights in table.items()
        ],
        "demo": [{"at": second, "weights": preset(key)} for second, key in DEMO],
        "given": given and _told(given),
    }


def _told(given: Given) -> dict[str, Any]:
    times, weights = np.round(given.track.times, 3), np.round(given.track.weights, 3)
    return {"id": given.id, "label": t("expressions.given"), "times": times.tolist(), "weights": weights.tolist()}


def track_from(answer: Mapping[str, Any]) -> Track | None:
    """Reads the track that a browser sent; None where there is none, or it is not one."""
    try:
        track = Track(answer["times"], np.reshape(np.asarray(answer["weights"], float), (-1, len(ARKIT_NAMES))))
    except (ValueError, TypeError, KeyError):
        return None
    return track if 2 <= len(track.times) <= MOST_KEYS else None
