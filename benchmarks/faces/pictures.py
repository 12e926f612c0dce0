"""Composes labelled pictures: random people before random backgrounds, with true boxes; and pictures without faces.

A true box bounds the picture of the face: chin, cheeks up to the ears, nose, and the forehead up to where hair begins
on average (see `heads.FOREHEAD`), also where something hides a part of it. That is how WIDER FACE (Yang et al. 2016),
on which most detectors were trained, draws them. A face of which less than LEAST_SEEN shows is ignored.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from benchmarks.faces.backgrounds import CAT, background, photo
from benchmarks.faces.effects import bars, hand, photographed
from benchmarks.faces.heads import Person, person
from facerecon.core.types import Camera
from facerecon.drawing.render import render_layer
from facerecon.geometry.boxes import overlap_of_smaller
from facerecon.geometry.projection import project_head
from facerecon.geometry.transforms import camera_from_head_rotation, rigid

SIZES = (24.0, 600.0)
"px, square root of the true box's area"
SAMPLED = 128
"px: smaller faces are rendered at a multiple of their size, at least so large"
YAW, PITCH, ROLL = np.radians((75, 30, 30))
LEAST_SEEN = 0.4
FRAMES = ((640, 480), (800, 600), (1024, 768), (1280, 960), (768, 1024), (960, 1280))
CROWDS = (0.35, 0.25, 0.15, 0.1, 0.1, 0.05)
"how often there are one to six faces"
COVERS = ("", "mask", "sunglasses", "hand", "bars")
BEFORE = {"hand": hand, "bars": bars}
"covers that are drawn before the face; the others are worn"
OFTEN = (0.68, 0.08, 0.08, 0.08, 0.08)


@dataclass(frozen=True, eq=False)
class Picture:
    image: np.ndarray
    "`(H, W, 3)` RGB uint8"
    boxes: np.ndarray
    "`(F, 4)` px, the true boxes"
    ignored: np.ndarray
    "`(I, 4)` px: of faces that hardly show"


@dataclass(frozen=True, eq=False)
class Shown:
    """A person in a picture, and where they are."""

    person: Person
    camera: Camera
    camera_from_head: np.ndarray
    "`(4, 4)`"

    @property
    def points(self) -> np.ndarray:
        """`(N, 2)` px, of the person's face."""
        return project_head(self.camera, self.camera_from_head, self.person.face)[0]

    @property
    def box(self) -> np.ndarray:
        """`(4,)` px, the true box."""
        return np.concatenate([self.points.min(axis=0), self.points.max(axis=0)])


def picture(number: int, seed: int = 0) -> Picture:
    """Makes the labelled picture of a number; always the same one."""
    rng = np.random.default_rng((seed, number))
    sizes = np.sort(np.exp(rng.uniform(*np.log(SIZES), rng.choice(6, p=CROWDS) + 1)))[::-1]
    width, height = _frame(rng, sizes[0])
    image = background(rng, width, height)
    owner, shown = np.full((height, width), -1), []
    # The smallest are the farthest: the others come before them.
    for size, centre in reversed(find_places(rng, sizes, width, height)):
        cover = rng.choice(COVERS, p=OFTEN)
        pose = (rng.uniform(-1, 1) * YAW, *(rng.triangular(-1, 0, 1, 2) * (PITCH, ROLL)))
        shown.append(show(rng, image, pose, size, centre, cover, owner, len(shown)))
    boxes = np.array([one.box for one in shown])
    outlines = [cv2.convexHull(one.points.astype(np.float32)) for one in shown]
    seen = np.array([visible_share(outline, owner == index) for index, outline in enumerate(outlines)])
    return Picture(photographed(rng, image), boxes[seen >= LEAST_SEEN], boxes[seen < LEAST_SEEN])


def negative(number: int, seed: int = 0) -> Picture:
    """Makes the picture without faces of a number: things, hands, people from behind; the first shows a cat."""
    rng = np.random.default_rng((seed, 1_000_000 + number))
    width, height = FRAMES[rng.integers(len(FRAMES))]
    image = photo(CAT, rng, width, height, zoom=1.0) if number == 0 else background(rng, width, height)
    size = np.exp(rng.uniform(*np.log((60, 0.5 * height))))
    centre = rng.uniform(0.3, 0.7, 2) * (width, height)
    if number % 4 == 1:
        turn = rng.uniform(-0.2, 0.2)
        one = person(rng, (turn, 0.0, 0.0), size)
        view = aim(rng, one, (turn + np.pi, 0.0, 0.0), size, centre, (width, height))
        _lay(render_layer(one.mesh, *view, one.look), image)
    elif number % 4 == 2:
        box = np.concatenate([centre - 0.5 * size, centre + 0.5 * size])
        _lay(hand(rng, box, (height, width)), image)
    return Picture(photographed(rng, image), np.zeros((0, 4)), np.zeros((0, 4)))


def show(
    rng: np.random.Generator,
    image: np.ndarray,
    pose: tuple[float, float, float],
    size: float,
    centre: np.ndarray,
    cover: str,
    owner: np.ndarray | None = None,
    index: int = -1,
) -> Shown:
    """Draws a random person into a picture.

    Args:
        rng: decides everything else.
        image: `(H, W, 3)` RGB uint8, changed in place.
        pose: yaw, pitch and roll of the head, radians.
        size: px, square root of the true box's area.
        centre: `(2,)` px, of the true box.
        cover: one of COVERS.
        owner: `(H, W)`, changed in place: gets `index` where the person shows, -1 where the cover does.
        index: of the person.
    """
    one = person(rng, pose, size, cover)
    camera, camera_from_head = aim(rng, one, pose, size, centre, image.shape[1::-1])
    shown = Shown(one, camera, camera_from_head)
    look = replace(one.look, supersample=int(np.clip(np.ceil(SAMPLED / size), 1, 6)))
    _lay(render_layer(one.mesh, camera, camera_from_head, look), image, owner, index)
    if cover in BEFORE:
        _lay(BEFORE[cover](rng, shown.box, image.shape[:2]), image, owner)
    return shown


def _frame(rng: np.random.Generator, largest: float) -> tuple[int, int]:
    """Chooses the picture's width and height, so that the largest face fits."""
    fitting = [frame for frame in FRAMES if min(frame) > 1.5 * largest]
    return fitting[rng.integers(len(fitting))]


def find_places(rng: np.random.Generator, sizes: np.ndarray, width: int, height: int) -> list[tuple[float, np.ndarray]]:
    """Finds places for faces, the largest first, where nearer people hide no more than a part of them.

    A size for which there is no place is left out.
    """
    spots: list[tuple[float, np.ndarray]] = []
    taken = np.zeros((0, 4))
    for size in sizes:
        margin = 0.65 * size
        for centre in rng.uniform((margin, margin), (width - margin, height - margin), (30, 2)):
            box = np.concatenate([centre - 0.5 * size, centre + 0.5 * size])
            if (overlap_of_smaller(box[None], taken) < 0.25).all():
                head = np.concatenate([centre - [0.8 * size, size], centre + [0.8 * size, size]])
                body = np.array([centre[0] - 1.2 * size, centre[1] + 0.7 * size, centre[0] + 1.2 * size, height])
                taken = np.vstack([taken, head, body])
                spots.append((float(size), centre))
                break
    return spots


def aim(
    rng: np.random.Generator,
    one: Person,
    pose: tuple[float, float, float],
    size: float,
    centre: np.ndarray,
    frame: tuple[int, int],
) -> tuple[Camera, np.ndarray]:
    """Finds the camera that shows a face at a size and place, and `camera_from_head (4, 4)`; the distance is random."""
    rotation = camera_from_head_rotation(*pose)
    distance = rng.uniform(500, 1800)
    camera_from_head = rigid(rotation, np.array([0, 0, distance]) - rotation @ one.face.mean(axis=0))
    points, _ = project_head(Camera(*frame, distance, np.zeros(2)), camera_from_head, one.face)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = size / np.sqrt((high - low).prod())
    return Camera(*frame, distance * scale, centre - scale * (low + high) / 2), camera_from_head


def _lay(layer: np.ndarray, image: np.ndarray, owner: np.ndarray | None = None, index: int = -1) -> None:
    """Lays `(H, W, 4)` RGBA over a picture, in place, and notes in `owner (H, W)` whose pixels these are now."""
    left, top, width, height = cv2.boundingRect(layer[..., 3])
    here = np.s_[top : top + height, left : left + width]
    alpha = layer[here][..., 3:].astype(np.float32) / 255
    image[here] = np.round(image[here] * (1 - alpha) + layer[here][..., :3] * alpha)
    if owner is not None:
        owner[here][alpha[..., 0] > 0.5] = index


def visible_share(outline: np.ndarray, mine: np.ndarray) -> float:
    """Measures which share of a convex outline `(N, 1, 2)` px belongs to its owner."""
    inside = cv2.fillConvexPoly(np.zeros(mine.shape, np.uint8), np.round(outline).astype(np.int32), 1) > 0
    return float(mine[inside].mean()) if inside.any() else 0.0
