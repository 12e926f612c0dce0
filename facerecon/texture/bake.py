"""Baking: the skin's texture from photos, the order of its steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from facerecon.core.types import FILLED, Mesh, Photo, Texture, View
from facerecon.texture.capture import Capture, capture
from facerecon.texture.extend import extend
from facerecon.texture.fill import filling, shade
from facerecon.texture.fuse import Piece, fuse, pieces_of
from facerecon.texture.hair import Hair, find_hair
from facerecon.texture.harmonise import matching_gain
from facerecon.texture.layout import Layout, lay_out
from facerecon.texture.light import delit, under
from facerecon.texture.observe import Observation, observe
from facerecon.texture.paint import Painting, paint, run_all
from facerecon.texture.quality import clear_of_glare, relative_sharpness, sharpness
from facerecon.texture.ramp import ramp
from facerecon.texture.skin import SkinColour
from facerecon.texture.slip import find_slip, moved
from facerecon.texture.source import Source, blend, make_source
from facerecon.texture.trust import judge

_UNKNOWN_SKIN = SkinColour(
    np.array([65.0, 14.0, 17.0]), np.diag(1 / np.square([15.0, 6.0, 6.0])), np.array([199.0, 149.0, 128.0])
)
"for a head of which no photo shows enough"
_SEEN_MM, _MIRRORED_MM, _FILLED_MM = 8.0, 25.0, 60.0
"over which distance each kind may give way where it meets another: what is only a guess gives way first"
_LIGHT_MM = 60.0
"over which distance the light becomes even, away from what is seen"


def bake(
    photos: Sequence[Photo],
    mesh: Mesh,
    views: Sequence[View],
    vertices_by_view: Sequence[np.ndarray],
    size: int,
    *,
    mirror_vertices: np.ndarray | None = None,
    face_region: np.ndarray | None = None,
    foreground: Sequence[np.ndarray | None] | None = None,
    layout: Layout | None = None,
    rng: np.random.Generator | None = None,
    bare: bool = False,
    align: bool = True,
) -> Texture:
    """Bakes the skin's texture from photos of one person, and keeps where most of each texel's colour comes from.

    Args:
        photos: any number.
        mesh: the whole head (its topology, uv and parts; eyes and teeth hide skin).
        views: camera and pose of each photo.
        vertices_by_view: `(V, 3)` mm, head frame: the head with each photo's expression.
        size: px of the square texture.
        mirror_vertices: `(V, 3)` mm, see `lay_out`; not used when `layout` is given.
        face_region: `(V,)` in [0, 1]: 1 on the face, where whatever the photo shows is painted; elsewhere only what has
            the colour of skin. None: 1 everywhere.
        foreground: by photo None or `(H, W)` in [0, 1], the person's pixels.
        layout: what `lay_out` prepared for this topology and size, to save time.
        rng: for the grain of what is filled; None: the same grain each time.
        bare: whether the texture's image is the albedo, where that is known.
        align: whether each photo is brought to where those before it are (`find_slip`).
    """
    layout = layout or lay_out(mesh, size, mirror_vertices)
    if layout.atlas.size != size:
        raise ValueError(f"the layout is for {layout.atlas.size} px, not {size}")
    region = np.ones(len(mesh.vertices)) if face_region is None else np.asarray(face_region, dtype=np.float64)
    given = zip(photos, views, vertices_by_view, foreground or [None] * len(photos), strict=True)
    taken = run_all(
        [
            partial(capture, photo.image, view.camera, view.camera_from_head, vertices, mesh.triangles, layout, mask)
            for photo, view, vertices, mask in given
        ]
    )
    seen = run_all([partial(observe, one, region, layout) for one in taken if one is not None])
    sources = _harmonised(seen, region, layout, align)
    texture = _blend_all(seen, sources, layout, rng or np.random.default_rng(0))
    image = texture.albedo if bare and texture.albedo is not None else texture.image
    return replace(texture, image=image, lights=_lights(taken, seen))


def _lights(taken: list[Capture | None], seen: list[Observation]) -> np.ndarray:
    """Lists the photos' lights, `(P, 9, 3)`; NaN where one is not known."""
    lights, of_seen = np.full((len(taken), 9, 3), np.nan), iter(seen)
    for number, one in enumerate(taken):
        light = next(of_seen).light if one is not None else None
        if light is not None:
            lights[number] = light.coefficients
    return lights


def _blend_all(seen: list[Observation], sources: list[Source], layout: Layout, rng: np.random.Generator) -> Texture:
    """Finds what is mirrored, hair and light, and paints."""
    known = [one for one in seen if one.skin is not None]
    skin, bare = (known[0].skin, known[0].bare) if known else (_UNKNOWN_SKIN, _UNKNOWN_SKIN)
    mirrors = _mirrors(sources, bare, layout)
    hair = find_hair([one.capture for one in known], skin, layout)
    first = seen[0] if seen else None
    shading = first.light.shading(first.capture.normals) if first and first.light else None
    return _paint(sources, mirrors, bare, hair, shading, layout, rng)


def _harmonised(seen: list[Observation], region: np.ndarray, layout: Layout, align: bool) -> list[Source]:
    """Makes sources of the photos and brings each one's colours to those before it."""
    sources: list[Source] = []
    for one, clear in zip(seen, _clarity(seen), strict=True):
        trust = judge(one.capture, region, one.skin, layout)
        source = make_source(one.capture, trust, clear)
        if sources and align:
            slip = find_slip(sources, one.capture, trust, layout)
            source = make_source(delit(moved(one.capture, slip, layout), one.light), trust, clear)
        if sources:
            colours, trust = blend(sources)
            both = trust * source.trust * np.clip(one.capture.facing, 0, 1) ** 2
            source = source.corrected(matching_gain(layout, source.colours, colours, both))
        sources.append(source)
    return sources


def _clarity(seen: list[Observation]) -> list[np.ndarray]:
    """Weighs each photo's vertices, `(V,)`, by how sharp they are beside the others', and by highlights on them."""
    there = [one.capture.free & (one.capture.facing > 0) for one in seen]
    if len(seen) < 2:
        sharp = [np.ones(len(visible)) for visible in there]
    else:
        sharp = relative_sharpness(run_all([partial(sharpness, one.capture) for one in seen]), there)
    return [
        clear * (1 if one.bare is None else clear_of_glare(one.capture.albedo, one.bare.typical))
        for one, clear in zip(seen, sharp, strict=True)
    ]


def _mirrors(sources: list[Source], skin: SkinColour, layout: Layout) -> list[Source]:
    """Makes the mirrored sources, their colours brought to the side that is seen."""
    if layout.mirror is None or not sources:
        return []
    mirrors = [source.mirrored(layout.mirror) for source in sources]
    colours, trust = blend(sources)
    other, other_trust = blend(mirrors)
    alike = skin.likelihood(colours) * skin.likelihood(other)
    gain = matching_gain(layout, other, colours, trust * other_trust * alike)
    return [one.corrected(gain) for one in mirrors]


def _paint(
    sources: list[Source],
    mirrors: list[Source],
    skin: SkinColour,
    hair: Hair,
    shading: np.ndarray | None,
    layout: Layout,
    rng: np.random.Generator,
) -> Texture:
    """Mixes what is seen, mirrored and filled, without light, and puts it under that of `shading`, `(V, 3)`."""
    nothing = np.zeros((len(layout.reference), 3)), np.zeros(len(layout.reference))
    (seen, trust), (mirrored, mirror_trust) = (blend(group) if group else nothing for group in (sources, mirrors))
    by_mirror = (1 - trust) * mirror_trust
    share = trust + by_mirror
    known = trust[:, None] * seen + by_mirror[:, None] * mirrored
    filled = filling(layout, known / np.where(share > 0, share, 1)[:, None], share, skin, hair)
    low = fuse(
        layout,
        [
            *pieces_of(sources, trust, _SEEN_MM),
            *pieces_of(mirrors, by_mirror, _MIRRORED_MM),
            Piece(filled, 1 - share, ((1 - share) / _FILLED_MM) ** 2),
        ],
    )
    bright = _relighting(low, np.ones_like(low) if shading is None else shading, share, layout)
    over = hair.colour - skin.typical
    painted = paint(Painting(sources, mirrors, low, bright, trust, by_mirror, hair.share, over), layout, rng)
    spread = layout.atlas.spread
    return Texture(
        image=spread(painted.image),
        provenance=np.where(layout.atlas.near, spread(painted.provenance), np.uint8(FILLED)),
        albedo=None if shading is None else spread(painted.albedo),
    )


def _relighting(low: np.ndarray, shading: np.ndarray, share: np.ndarray, layout: Layout) -> np.ndarray:
    """Gives what turns colours without light into colours under the photo's, `(V, 3)`; it ends far from what is seen.

    What a harmonic says of normals that no photo shows is only its prior's.
    """
    light, known = np.log(shading), ramp(share, 0.0, 0.5)
    beyond = extend(layout, light, known, np.zeros(3), _LIGHT_MM)
    light = known[:, None] * light + (1 - known[:, None]) * beyond
    folds = share + (1 - share) * shade(layout)
    return folds[:, None] * under(low, np.exp(light)) / np.maximum(low, 1)
