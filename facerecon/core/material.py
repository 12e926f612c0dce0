"""What the skin's surface is like, in the four numbers of physically based rendering that most programs read."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from facerecon.core.errors import SettingsError

PLASTIC = 0.04
"share of the light that a surface of refractive index 1.5 mirrors when it falls on it straight: glTF's specular 1"

BLOOD = (1.0, 0.5, 0.3)
"linear RGB: the colour in which light comes back from inside skin, red set to 1 (Jensen et al. 2001, “A practical \
model for subsurface light transport”, table 1, skin1)"

FILM = 0.25
"roughness of the film that `clearcoat` spreads"


@dataclass(frozen=True)
class Material:
    roughness: float = 0.6
    "0: a mirror, 1: matt"
    specular: float = 0.7
    "how much it mirrors, as a share of `PLASTIC`: skin's refractive index, 1.4, gives 0.7"
    clearcoat: float = 0.0
    "how much of it a thin smooth film covers: sweat, oil"
    tint: float = 0.0
    "how far its colour, which has the photo's own redness already, goes on towards `BLOOD`"

    def __post_init__(self):
        for field in fields(self):
            value = float(getattr(self, field.name))
            if not 0 <= value <= 1:  # not a number is not either
                raise SettingsError(f"The skin's {field.name} lies between 0 and 1, not at {value:g}.")
            object.__setattr__(self, field.name, value)

    @property
    def colour(self) -> tuple[float, float, float]:
        """Gives what the texture's linear colours are multiplied by."""
        red, green, blue = (1 - self.tint * (1 - share) for share in BLOOD)
        return red, green, blue

    @property
    def refraction(self) -> float:
        """Gives the refractive index that mirrors as much (Fresnel, straight on: F₀ = ((n − 1) / (n + 1))²)."""
        root = float(np.sqrt(PLASTIC * self.specular))
        return (1 + root) / (1 - root)
