"""Pictures for the parts that are not skin: eyes with the person's iris colour, teeth, tongue."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from facerecon.core.arrays import check_shape
from facerecon.texture.iris import read_disc, ring_colour
from facerecon.texture.mouth import Mouth
from facerecon.texture.ramp import ramp

BROWN = (92, 62, 42)
"RGB of the commonest iris, for eyes too small or too dark to read"
SCLERA = (226, 218, 210)
TEETH, TONGUE, GUMS = (226, 217, 198), (176, 98, 96), (186, 104, 104)
_TOOTH_EDGES = (0.0, 0.25, 0.45, 0.66, 0.84, 1.0)
"where one tooth ends and the next begins, from the middle to the side of the arch, foreshortened as from the front"
_BACK = np.array([0.80, 0.62, 0.58])
"what is left of the sclera's colour far from the iris, where vessels redden it"
_SMALLEST_PX = 2.5
_FEWEST = 12
_READABLE = (24.0, 170.0)
"grey values between which an iris can lie; below it is a pupil or a shadow, above it sclera or glare"
_GREY = 2
"largest difference of channels in a black-and-white photo"
_CONTRAST = 0.9
"an iris is darker than what is beside it; a closed lid is not"
_IRIS_DARK, _PUPIL, _LIMBUS = 0.45, 0.36, 0.82
_FIBRES = 71
_RING_BEGINS, _RING_ENDS = (0.38, 0.55), (0.86, 0.68)
"in radii: where a photo's iris takes over from the painted one, and gives it back"


def iris_colour(image: np.ndarray, centre: np.ndarray, radius: float) -> np.ndarray:
    """Reads the colour of an iris from a photo.

    Takes the median over the ring between pupil and limbus, its upper third left out (lid and lashes), glare and
    shadow too.

    Args:
        image: `(H, W, 3)` RGB uint8.
        centre: `(2,)` px, of the iris.
        radius: px, of the iris.

    Returns:
        `(3,)` uint8 RGB; brown where the eye is too small, too dark or closed.
    """
    check_shape(image, ("H", "W", 3), "image")
    ring = _around(image, centre, radius, 0.5, 0.85, lambda x, y: y > -0.35 * np.hypot(x, y))
    grey = ring.mean(axis=1)
    ring = ring[(grey > _READABLE[0]) & (grey < _READABLE[1])]
    if radius < _SMALLEST_PX or len(ring) < _FEWEST:
        return np.array(BROWN, dtype=np.uint8)
    grey = ring.mean(axis=1)
    beside = _around(image, centre, radius, 1.15, 1.7, _beside)
    if len(beside) and np.median(grey) > _CONTRAST * np.quantile(beside.mean(axis=1), 0.7):
        return np.array(BROWN, dtype=np.uint8)
    # What sclera or skin strays into the ring is brighter than the iris.
    return np.median(ring[grey <= np.quantile(grey, 0.7)], axis=0).astype(np.uint8)


def sclera_colour(image: np.ndarray, centre: np.ndarray, radius: float) -> np.ndarray:
    """Reads the colour of the white of an eye from a photo, so that it is as bright as the skin beside it.

    Args:
        image: `(H, W, 3)` RGB uint8.
        centre: `(2,)` px, of the iris.
        radius: px, of the iris.

    Returns:
        `(3,)` uint8 RGB; a common value where the eye is too small or closed.
    """
    check_shape(image, ("H", "W", 3), "image")
    sides = _around(image, centre, radius, 1.15, 1.7, _beside)
    if radius < _SMALLEST_PX or len(sides) < _FEWEST:
        return np.array(SCLERA, dtype=np.uint8)
    grey = sides.mean(axis=1)
    white = np.median(sides[grey >= np.quantile(grey, 0.75)], axis=0)
    # A sclera has hardly any colour: what is redder was lid. Shadow of lids and lashes makes it look darker than it is.
    white = 0.5 * white + 0.5 * white.mean()
    white = white * np.clip(white.mean(), 150, 230) / max(white.mean(), 1)
    return np.clip(white, 0, 255).astype(np.uint8)


def _beside(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Tells which offsets lie to the left or right, where the white of an eye is."""
    return np.abs(y) < 0.35 * np.abs(x)


def _around(
    image: np.ndarray,
    centre: np.ndarray,
    radius: float,
    inner: float,
    outer: float,
    keep: Callable[[np.ndarray, np.ndarray], np.ndarray],
) -> np.ndarray:
    """Collects the `(N, 3)` pixels of a ring, inner and outer radius in units of `radius`, for which `keep(x, y)`."""
    reach = int(np.ceil(radius * outer))
    col, row = np.meshgrid(*(np.arange(int(c) - reach, int(c) + reach + 2) for c in centre))
    x, y = col - centre[0], row - centre[1]
    away = np.hypot(x, y) / max(radius, 1e-9)
    inside = (row >= 0) & (row < image.shape[0]) & (col >= 0) & (col < image.shape[1])
    chosen = inside & (away >= inner) & (away <= outer) & keep(x, y)
    return image[row[chosen], col[chosen]].astype(np.float64)


def eye_image(
    size: int,
    uv_centre: tuple[float, float],
    uv_radius: float,
    iris: np.ndarray,
    sclera: np.ndarray = SCLERA,
    disc: np.ndarray | None = None,
) -> np.ndarray:
    """Paints an eyeball whose uv layout shows the iris as a disc.

    Args:
        size: px, of the square picture.
        uv_centre: of the iris.
        uv_radius: of the iris.
        iris: `(3,)` RGB in [0, 255].
        sclera: `(3,)` RGB in [0, 255].
        disc: the iris of a photo, from `iris_disc`; None: it is painted.

    Returns:
        `(size, size, 3)` uint8.
    """
    place = (np.arange(size) + 0.5) / size
    x, y = np.meshgrid((place - uv_centre[0]) / uv_radius, (place - uv_centre[1]) / uv_radius)
    away, angle = np.hypot(x, y), np.arctan2(y, x)
    pixel = 1 / (uv_radius * size)
    farthest = max(away.max(), 1.5)
    back = ramp(away, 1.5, farthest)[..., None]
    white = np.asarray(sclera, dtype=float) * (1 - back * (1 - _BACK))
    # Fibres: a few waves of numbers without common divisors look irregular, and need no random numbers.
    fibres = sum(np.cos(k * angle + 1.7 * k) for k in (_FIBRES, 43, 29, 17)) / 4
    middle = ramp(away, _PUPIL, 0.62) * ramp(away, 1.0, 0.7)
    light = 0.85 + 0.35 * middle + 0.12 * fibres * ramp(away, _PUPIL, 0.5)
    light *= _IRIS_DARK + (1 - _IRIS_DARK) * ramp(away, 1.0, _LIMBUS)
    coloured = np.asarray(iris, dtype=float) * light[..., None]
    coloured = coloured * ramp(away, _PUPIL - pixel, _PUPIL + pixel)[..., None] + 8
    if disc is not None:
        # Pupil and limbus stay painted: a landmark is not as exact as they are sharp.
        own = (ramp(away, *_RING_BEGINS) * ramp(away, *_RING_ENDS))[..., None]
        coloured = own * read_disc(disc, np.minimum(away, 1), angle) + (1 - own) * coloured
    # The limbus is no line: iris and sclera mix over a tenth of the radius.
    mix = ramp(away, 1.05 + pixel, 0.95 - pixel)[..., None]
    return np.clip(np.rint(white * (1 - mix) + coloured * mix), 0, 255).astype(np.uint8)


def plain_image(colour: tuple[int, int, int] = TONGUE, size: int = 16) -> np.ndarray:
    """Makes a `(size, size, 3)` uint8 picture of one colour."""
    return np.tile(np.asarray(colour, dtype=np.uint8), (size, size, 1))


def teeth_image(
    colour: np.ndarray = TEETH, gums: np.ndarray = GUMS, size: int = 256, mouth: Mouth | None = None
) -> np.ndarray:
    """Paints both rows of teeth as seen from the front: crowns with dark gaps between them, gums above and below.

    The layout is the head model's: u over the arch's width, v from the upper gums to the lower ones.

    Args:
        colour: `(3,)` RGB of the crowns.
        gums: `(3,)` RGB.
        size: px.
        mouth: what a photo shows; its colour stands for `colour`, and its picture, of that size, for the painted one.

    Returns:
        `(size, size, 3)` uint8.
    """
    colour = colour if mouth is None else mouth.teeth
    place = (np.arange(size) + 0.5) / size
    u, v = np.meshgrid(np.abs(place - 0.5) / 0.48, place)  # 0 between the incisors, 1 at the arch's end
    gap = np.min([np.abs(u - edge) for edge in _TOOTH_EDGES], axis=0)
    shade = (0.84 + 0.16 * ramp(gap, 0.0, 0.03)) * (1 - 0.35 * u**2)
    crowns = np.asarray(colour, dtype=float) * shade[..., None]
    scallop = 0.015 * np.cos(np.pi * gap / 0.1)
    gum = np.maximum(ramp(v, 0.27 + scallop, 0.24 + scallop), ramp(v, 0.73 - scallop, 0.76 - scallop))[..., None]
    painted = crowns * (1 - gum) + np.asarray(gums, dtype=float) * gum
    if mouth is not None and mouth.picture is not None:
        painted += mouth.share[..., None] * (mouth.picture - painted)
    return np.clip(np.rint(painted), 0, 255).astype(np.uint8)


def part_images(
    irises: tuple[np.ndarray, np.ndarray],
    uv_centre: tuple[float, float],
    uv_radius: float,
    sclera: np.ndarray = SCLERA,
    size: int = 512,
    discs: tuple[np.ndarray | None, np.ndarray | None] = (None, None),
    mouth: Mouth | None = None,
) -> dict[str, np.ndarray]:
    """Makes the pictures of all parts that are not skin, by name.

    Args:
        irises: RGB of the subject's left and right iris, arrays `(3,)`; one that could not be read (`BROWN`) takes
            the other's colour.
        uv_centre: of the irises in their uv layout.
        uv_radius: of the irises.
        sclera: RGB of the white of the eyes; teeth and tongue are made as bright as it, and as grey.
        size: px, of the eyes' pictures.
        discs: of the left and right iris, from `iris_disc`; one that is None takes the other's, if there is one.
        mouth: from `mouth_of`; None: no photo shows teeth.
    """
    exposure = float(np.mean(sclera)) / float(np.mean(SCLERA))
    colourless = max(np.ptp(colour) for colour in (sclera, *irises)) <= _GREY
    teeth, gums, tongue = (
        np.clip(np.multiply(np.full(3, np.mean(colour)) if colourless else colour, exposure), 0, 255)
        for colour in (TEETH, GUMS, TONGUE)
    )
    # Eyes rarely differ as much as two readings of a few pixels do.
    read = [iris for iris in irises if not np.array_equal(iris, BROWN)] or list(irises)
    common = np.mean(read, axis=0)
    own = irises if len(read) == len(irises) else (common, common)
    shown = [disc if disc is not None else discs[1 - side] for side, disc in enumerate(discs)]
    left, right = (
        eye_image(
            size, uv_centre, uv_radius, 0.8 * common + 0.2 * iris if disc is None else ring_colour(disc), sclera, disc
        )
        for iris, disc in zip(own, shown, strict=True)
    )
    tongue = tongue if mouth is None or mouth.tongue is None else mouth.tongue
    crowns = teeth_image(teeth, gums, mouth=mouth)
    return {"eye_left": left, "eye_right": right, "teeth": crowns, "tongue": plain_image(tongue)}
