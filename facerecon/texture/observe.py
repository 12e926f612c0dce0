"""What one photo tells of the person: skin, light, and colours without that light."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facerecon.texture.capture import Capture
from facerecon.texture.layout import Layout
from facerecon.texture.light import Light, delit
from facerecon.texture.skin import SkinColour
from facerecon.texture.trust import learn_from, light_of


@dataclass(frozen=True, eq=False)
class Observation:
    capture: Capture
    "the photo"
    skin: SkinColour | None
    "as the photo shows it, in its light; None: it shows too little"
    bare: SkinColour | None
    "without the light; None likewise"
    light: Light | None
    "of the photo; None: not known"


def observe(capture: Capture, region: np.ndarray, layout: Layout) -> Observation:
    """Learns a photo's skin colours and light, and takes the light out; `region` is `(V,)`, 1 on the face."""
    skin = learn_from(capture, region, layout)
    light = light_of(capture, region, skin, layout)
    if light is None:
        return Observation(capture, skin, skin, None)
    capture = delit(capture, light)
    return Observation(capture, skin, learn_from(capture, region, layout, capture.albedo), light)
