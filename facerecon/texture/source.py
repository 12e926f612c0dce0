"""What is painted from: photos, and photos seen in the mirror.

A source's colour is split into two bands. The low one lives on the vertices, where it can be corrected and extended
over the surface without knowing of uv seams; the high one is what the photo shows beyond it, texel by texel. Where one
source is fully trusted the two add up to the photo itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_matrix

from facerecon.texture.capture import Capture

_SHARPNESS = 4
_LEAST_QUALITY = 1e-3


@dataclass(frozen=True, eq=False)
class Source:
    capture: Capture
    "the photo"
    pixels: np.ndarray
    "`(V, 2)` px: where in the photo to look for each vertex"
    depth: np.ndarray
    "`(V,)` mm: how far from the camera that is"
    base: np.ndarray
    "`(V, 3)` RGB in [0, 255]: the photo's low band there"
    trust: np.ndarray
    "`(V,)` in [0, 1]"
    quality: np.ndarray
    "`(V,)` >= 0: trust times resolution times clarity, to choose between sources"
    gain: np.ndarray
    "`(V, 3)`: what takes the light out of the base and brings its colour to the other sources'"

    @property
    def colours(self) -> np.ndarray:
        """`(V, 3)` RGB: the corrected low band."""
        return np.clip(self.base * self.gain, 0, 255)

    def corrected(self, gain: np.ndarray) -> Source:
        """Gives the source with its colours multiplied by a further gain, `(V, 3)`."""
        return replace(self, gain=self.gain * gain)

    def mirrored(self, mirror: csr_matrix) -> Source:
        """Gives the source that shows each vertex where this one shows the other side of the face."""
        names = ("pixels", "depth", "base", "trust", "quality", "gain")
        return replace(self, **{name: mirror @ getattr(self, name) for name in names})


def make_source(capture: Capture, trust: np.ndarray, clarity: np.ndarray | float = 1.0) -> Source:
    """Makes a source of a photo.

    Args:
        capture: the photo.
        trust: `(V,)` in [0, 1], how far each vertex's picture is believed.
        clarity: `(V,)` or a number: how sharp it is, and free of glare, beside other photos.
    """
    depth = np.maximum(capture.vertices[:, 2], 1e-6)
    pixels_per_mm = capture.camera.focal / depth
    quality = trust * np.clip(capture.facing, 0, 1) * pixels_per_mm * clarity
    gain = capture.albedo / np.maximum(capture.colours, 1)
    return Source(capture, capture.pixels, capture.vertices[:, 2], capture.colours, trust, quality, gain)


def blend(sources: list[Source]) -> tuple[np.ndarray, np.ndarray]:
    """Mixes the low bands of sources softly.

    Returns:
        colours: `(V, 3)` RGB in [0, 255]; 0 where no source sees the vertex.
        trust: `(V,)` in [0, 1], that at least one source is right.
    """
    weights = np.stack([source.quality**1.5 for source in sources])
    total = weights.sum(axis=0)
    mixed = sum(weight[:, None] * source.colours for weight, source in zip(weights, sources, strict=True))
    doubt = np.prod([1 - source.trust for source in sources], axis=0)
    return mixed / np.where(total > 0, total, 1)[:, None], 1 - doubt


def details(sources: list[Source], carry: csr_matrix) -> tuple[np.ndarray, np.ndarray]:
    """Collects the high bands: by texel what the photos show beyond the low band, the best source winning sharply.

    Args:
        sources: any number.
        carry: `(N, V)` float32, interpolates data by vertex to the texels: rows of `Atlas.from_vertices`.

    Returns:
        detail: `(N, 3)` float32 RGB to be added to the low band; 0 where no source sees the texel.
        seen: `(N,)` bool.
    """
    count = carry.shape[0]
    detail, total = np.zeros((count, 3), np.float32), np.zeros(count, np.float32)
    best = max((source.quality.max() for source in sources), default=0.0) or 1.0
    for source in sources:
        weight = carry @ (source.quality / best).astype(np.float32)
        rows = np.flatnonzero(weight > _LEAST_QUALITY)
        if not len(rows):
            continue
        # A triangle is so small beside its distance that perspective inside it may be left out.
        columns = [source.pixels, source.depth, source.base, source.gain]
        values = (carry if len(rows) == count else carry[rows]) @ np.column_stack(columns).astype(np.float32)
        free = ~source.capture.hidden(values[:, :2], values[:, 2])
        rows, values = rows[free], values[free]
        share = weight[rows] ** _SHARPNESS
        high = (source.capture.look_up(values[:, :2]) - values[:, 3:6]) * values[:, 6:]
        detail[rows] += share[:, None] * high
        total[rows] += share
    seen = total > 0
    detail /= np.where(seen, total, 1)[:, None]
    return detail, seen
