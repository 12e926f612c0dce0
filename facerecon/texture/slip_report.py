"""How far two photos of one person are from meeting on the head, and how much of that dense flow mends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from facerecon.core.types import Photo, View
from facerecon.geometry.projection import project_head
from facerecon.texture.capture import capture
from facerecon.texture.layout import Layout
from facerecon.texture.slip import find_slip, straightened
from facerecon.texture.source import make_source
from facerecon.texture.trust import judge, learn_from

_SEEN = 0.5
"trust from which a vertex counts as seen"
_FEWEST = 200


@dataclass(frozen=True, eq=False)
class SlipReport:
    photo: int
    "the photo that was compared with the first one"
    pixels: np.ndarray
    "`(V, 2)` px of that photo: where the fit says each vertex is"
    slip: np.ndarray
    "`(V, 2)` px: how far from there it is, beside the first photo"
    shared: np.ndarray
    "`(V,)` bool: seen well in both"
    left: np.ndarray
    "`(V, 2)` px: what the same flow finds once the photo was brought to where the fit says"

    @property
    def before(self) -> float:
        """Median slip, px."""
        return float(np.median(np.linalg.norm(self.slip[self.shared], axis=1)))

    @property
    def after(self) -> float:
        """Median of what is left, px."""
        return float(np.median(np.linalg.norm(self.left[self.shared], axis=1)))


def slip_report(
    photos: Sequence[Photo],
    views: Sequence[View],
    vertices_by_view: Sequence[np.ndarray],
    triangles: np.ndarray,
    region: np.ndarray,
    layout: Layout,
) -> SlipReport | None:
    """Compares the first photo with the one that shows most of the same skin.

    Args:
        photos: any number.
        views: camera and pose of each.
        vertices_by_view: `(V, 3)` mm, head frame.
        triangles: `(T, 3)` of the whole head.
        region: `(V,)` in [0, 1], 1 on the face.
        layout: of the texture.

    Returns:
        None where no other photo shows enough of the same skin.
    """
    taken = [
        capture(photo.image, view.camera, view.camera_from_head, vertices, triangles, layout)
        for photo, view, vertices in zip(photos, views, vertices_by_view, strict=True)
    ]
    if len(taken) < 2 or taken[0] is None:
        return None
    trust = [
        np.zeros(len(region)) if one is None else judge(one, region, learn_from(one, region, layout), layout)
        for one in taken
    ]
    both = [np.minimum(trust[0], other) > _SEEN for other in trust]
    number = 1 + int(np.argmax([shared.sum() for shared in both[1:]]))
    second, shared = taken[number], both[number]
    if second is None or shared.sum() < _FEWEST:
        return None
    first = [make_source(taken[0], trust[0])]
    slip = find_slip(first, second, trust[number], layout)
    left = find_slip(first, straightened(second, slip, layout), trust[number], layout)
    view = views[number]
    pixels, _ = project_head(view.camera, view.camera_from_head, vertices_by_view[number])
    scale = view.camera.focal / second.camera.focal
    return SlipReport(number, pixels, slip * scale, shared, left * scale)
