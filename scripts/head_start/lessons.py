"""What the learned head start is taught: landmarks on rendered heads, and landmarks that are merely imagined.

Rendered ones were found by MediaPipe in photos of people of two head models (`scripts/head/photos.py`). For imagined
ones a head is drawn, projected, and its points err as measured (`morphable.landmark_errors`), by a mean that is more or
less large, along the principal directions more or less far: so that what is learnt does not lean on the renders' own
habits (domain randomisation: Tobin et al. 2017, arXiv:1703.06907).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from facerecon.core.arkit import ARKIT_NAMES
from facerecon.core.types import Camera, Landmarks
from facerecon.geometry.transforms import camera_from_head_rotation, rigid
from facerecon.landmarks.schemes import scheme
from facerecon.morphable.anny import AnnyHead
from facerecon.morphable.landmark_errors import head_axes
from facerecon.morphable.learned_start import LANDMARKER, SCHEME, Aligned, Aligner
from facerecon.morphable.observation import ViewState, observe
from facerecon.morphable.pose import DEFAULT_FOCAL
from facerecon.suites.expressions import draw_expression
from scripts.head.landmark_errors import NO_FACE, ODD, head_error, truth_of

YAW, PITCH, ROLL = np.radians((50, 14, 8))
FRAME, FOCALS, FACE = (480, 600), (0.75, 2.4), (0.26, 0.42)
"px; focal length over the longer side; outer eye distance of a frontal face over the width"
EYES = 90.0
"mm between the outer corners"
MEAN, WIDE, OWN = 0.4, (0.8, 1.5), 0.5
"how far the mean error is taken to be off, how long its directions, and mm by which points err more by themselves"
EXPRESSIVE = 0.6
LOPSIDED = np.r_[np.ones(60), -np.ones(20)]
"of identities under left → right"
SWAP = [
    ARKIT_NAMES.index(name.replace("Left", "?").replace("Right", "Left").replace("?", "Right")) for name in ARKIT_NAMES
]
"of scores"


@dataclass(frozen=True, eq=False)
class Lessons:
    """Aligned landmarks and what should be told of them."""

    offsets: np.ndarray
    "`(N, 478, 2)` mm"
    scores: np.ndarray
    "`(N, 52)`"
    terms: np.ndarray
    "`(N, 7)`"
    identity: np.ndarray
    "`(N, I)`"
    person: np.ndarray
    "`(N,)` number of whoever it is"
    kind: np.ndarray
    "`(N,)` whose head it is: `ict`, `anny`, or `imagined`"
    measured: np.ndarray
    "`(N,)` bool: as the fit sees it, with a default focal length, and not the mirror image"

    @classmethod
    def of(cls, found: Sequence[tuple[Aligned, np.ndarray, int, str, bool]]) -> Lessons:
        """Stacks what was aligned, the true identity, the person's number and kind, and whether it is measured."""
        photos, *others = zip(*found, strict=True)
        stacks = [np.array([getattr(one, name) for one in photos]) for name in ("offsets", "scores", "terms")]
        return cls(*stacks, *map(np.array, others))

    def __getitem__(self, rows: np.ndarray) -> Lessons:
        return Lessons(*(getattr(self, field.name)[rows] for field in fields(self)))

    def __len__(self) -> int:
        return len(self.identity)

    def photos(self) -> Iterator[Aligned]:
        """Gives them one by one."""
        return map(Aligned, self.offsets, self.scores, self.terms)

    def joined(self, other: Lessons) -> Lessons:
        """Puts other lessons behind these."""
        pairs = ((getattr(self, field.name), getattr(other, field.name)) for field in fields(self))
        return Lessons(*(np.concatenate(pair) for pair in pairs))

    def with_mirror_images(self) -> Lessons:
        """Adds what a mirror would show."""
        image = replace(
            self,
            offsets=self.offsets[:, scheme(SCHEME).mirror] * [-1, 1],
            scores=self.scores[:, SWAP],
            terms=self.terms * ODD,
            identity=self.identity * LOPSIDED,
            measured=np.zeros(len(self), bool),
        )
        return self.joined(image)


def default_camera(camera: Camera) -> Camera:
    """Gives the camera that is guessed where no file tells the focal length."""
    return replace(camera, focal=DEFAULT_FOCAL * max(camera.width, camera.height))


def rendered(rows: Sequence[dict], aligner: Aligner, size_mode: int) -> Lessons:
    """Aligns the rows of `scripts/head/photos.py`, with the true focal length and with a guessed one; size is 0."""
    found, people = [], {}
    for row in rows:
        true = truth_of(row)
        points = row["points"].astype(np.float64)
        if np.median(np.linalg.norm(head_error(row, true, Landmarks(points, None, SCHEME)), axis=1)) > NO_FACE:
            continue
        marks = Landmarks(points, None, SCHEME, row["scores"], LANDMARKER)
        shape = np.where(np.arange(len(true.identity)) == size_mode, 0, true.identity)
        person = people.setdefault((row["kind"], row["number"]), len(people))
        for camera, known in ((default_camera(row["camera"]), False), (row["camera"], True)):
            found.append((aligner(marks, camera), shape, person, row["kind"], not known))
    return Lessons.of(found)


def imagined(head: AnnyHead, aligner: Aligner, count: int, rng: np.random.Generator) -> Lessons:
    """Draws so many people, each in one photo that is never rendered."""
    found = []
    for person in range(count):
        identity = rng.normal(size=len(head.identity_basis))
        identity[head.size_mode] = 0
        marks, camera = seen(head, identity, rng)
        found.append((aligner(marks, default_camera(camera)), identity, person, "imagined", False))
    return Lessons.of(found)


def seen(head: AnnyHead, identity: np.ndarray, rng: np.random.Generator) -> tuple[Landmarks, Camera]:
    """Projects a head with some expression, and lets the landmarks and scores err."""
    errors = head.landmark_errors(LANDMARKER, SCHEME)
    weights = draw_expression(head.expression_names, rng) * (rng.random() < EXPRESSIVE)
    width, height = FRAME
    camera = Camera(width, height, rng.uniform(*FOCALS) * height, np.array([(width - 1) / 2, (height - 1) / 2]))
    turn = camera_from_head_rotation(*(rng.uniform(-1, 1, 3) * (YAW, PITCH, ROLL)))
    distance = camera.focal * EYES / (rng.uniform(*FACE) * width)
    pose = rigid(turn, np.array([*rng.uniform(-4, 4, 2), distance]) - turn @ [0, -30, -20])
    nobody = np.ones(len(weights))
    view = ViewState(camera, pose, weights, nobody, camera.focal, 1.0, nobody)
    true = observe(head, Landmarks(np.zeros((478, 2)), None, SCHEME), identity, view, 1.0, 3.0).projected
    axes, millimetres = head_axes(camera, pose)
    mean = errors.mean(camera, pose)
    lean = errors.mean(camera, pose, identity) - mean
    together = rng.uniform(*WIDE) * np.tensordot(rng.normal(size=len(errors.directions)), errors.directions, axes=1)
    own = rng.normal(size=true.shape) * np.hypot(errors.rest, rng.uniform(0, OWN))
    points = true + mean * rng.uniform(1 - MEAN, 1 + MEAN) + lean * rng.uniform(1 - MEAN, 1 + MEAN)
    points = points + (together + own) @ axes / millimetres
    offset, factor, spread = (head.from_arkit(row) for row in errors.scores)
    told = ((weights + spread * rng.normal(size=len(weights)) - offset) / factor).clip(0, 1)
    scores = np.zeros(len(ARKIT_NAMES))
    scores[[ARKIT_NAMES.index(name) for name in head.expression_names]] = told
    return Landmarks(points, None, SCHEME, scores, LANDMARKER), camera
