"""Compares two faces: how far apart their embeddings, their landmarks and their fitted heads are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from facerecon.core.arrays import check_shape
from facerecon.core.errors import NoFaceError, SettingsError
from facerecon.core.types import Fit, Landmarks, Mesh, Photo
from facerecon.evaluation.known_pairs import head_pairs
from facerecon.geometry.graph import vertex_areas
from facerecon.geometry.normals import vertex_normals
from facerecon.geometry.procrustes import procrustes
from facerecon.geometry.similarity import move, similarity
from facerecon.geometry.transforms import apply
from facerecon.identity.embedding import Embedding, distance
from facerecon.landmarks.schemes import Scheme, convert, scheme
from facerecon.morphable.face_model import FaceModel
from facerecon.parts import Parts

if TYPE_CHECKING:
    from facerecon.identity.embedder import Embedder  # brings torch, which few runs need

PARTS: Mapping[str, tuple[str, ...]] = {
    "oval": ("face_oval", "jaw"),
    "brows": ("left_brow", "right_brow"),
    "eyes": ("left_eye", "right_eye"),
    "nose": ("nose", "nose_bridge", "nose_base"),
    "lips": ("lips_outer", "lips_inner"),
}
"""Part of a face → the groups, where a scheme has them, that outline it."""
REACH = 15.0
"""mm around the landmarks of nose, mouth and eyes that belong to them."""
MARGIN = 5.0
"""mm above and below the outermost landmarks that still count as face: what lies beyond, no landmark has seen."""
ROUNDS = 30
NEAR = 0.05
"""mm below which a vertex does not pull more when heads are laid on each other."""
LIKELY = 2.0
"""Standard deviations that a difference of one and the same head stays below in 95 % of cases."""


@dataclass(frozen=True, eq=False)
class LandmarkDifference:
    moved: np.ndarray
    "`(L, 2)` px of the first photo: the second's landmarks turned, scaled and shifted onto the first's"
    percent: np.ndarray
    "`(L,)` distance from the first's, % of the first's distance between the outer corners of the eyes"
    parts: dict[str, float]
    "part of PARTS → mean of its landmarks' `percent`"


@dataclass(frozen=True)
class RegionDifference:
    distance: float
    "mm, the mean over the region's area"
    outwards: float
    "mm along the normals, the mean over the area; positive: there the second head stands out"
    limit: float | None
    "mm that two photos of one and the same head stay below in 95 % of cases; None: nobody has measured it"

    @property
    def within(self) -> bool | None:
        """Whether the difference may come from the photos alone; None: that is not known."""
        return None if self.limit is None else self.distance <= self.limit


@dataclass(frozen=True, eq=False)
class HeadDifference:
    first_from_second: np.ndarray
    "`(4, 4)` rigid, mm: lays the second head on the first"
    face: np.ndarray
    "`(S,)` bool: which vertices of the skin are the face, by which the heads were laid on each other"
    distance: np.ndarray
    "`(S,)` mm between the same vertex of both, without expression"
    outwards: np.ndarray
    "`(S,)` mm along the first head's normals; positive: the second head stands out"
    regions: dict[str, RegionDifference]
    "a region of the face, or `face` for all of them"
    size: float
    "how large the second face is, the first being 1"
    size_error: float
    "one standard deviation of `size`, as far as the scales of both heads are known"


def embed_face(photo: Photo, landmarks: Landmarks, embedder: Embedder) -> Embedding:
    """Embeds the face whose landmarks are given."""
    return embedder.embed(photo, convert(landmarks, "five").points)


def embed_largest(photo: Photo, parts: Parts, embedder: Embedder) -> Embedding:
    """Embeds the largest face of a photo.

    Raises:
        NoFaceError: there is none, or its landmarks cannot be found.
    """
    boxes = parts.detector.detect(photo).boxes
    landmarks = parts.landmarker.locate(photo, boxes[0]) if len(boxes) else None
    if landmarks is None:
        raise NoFaceError(f"No face was found in “{photo.name}”.", name=photo.name)
    return embed_face(photo, landmarks, embedder)


def two_people(photos: Sequence[Photo], landmarks: Sequence[Landmarks], embedder: Embedder) -> bool:
    """Tells whether photos seem to show more than one person: some face lies far from half of the others, or more.

    Profiles, masks and bad light push one person's photos apart too: it is a doubt, not a finding. Of many photos some
    two are always farther apart than the threshold.
    """
    fives = [convert(marks, "five").points for marks in landmarks]
    found = embedder.embed_batch(photos, fives)
    return bool((_far(found, embedder).sum(axis=1) >= (len(found) - 1) / 2).any())


def strangers(photos: Sequence[Photo], landmarks: Sequence[Landmarks], embedder: Embedder) -> tuple[int, ...]:
    """Finds the photos whose face lies farther than the threshold from most of the others: perhaps somebody else's.

    It takes three photos to tell who is the odd one; of two, neither is. Where half of them are one person's and half
    another's, nobody is the stranger.
    """
    fives = [convert(marks, "five").points for marks in landmarks]
    found = embedder.embed_batch(photos, fives)
    if len(found) < 3:
        return ()
    odd = _far(found, embedder).sum(axis=1) > (len(found) - 1) / 2
    return tuple(np.flatnonzero(odd).tolist()) if odd.sum() < len(found) / 2 else ()


def _far(found: Sequence[Embedding], embedder: Embedder) -> np.ndarray:
    """Tells which pairs of faces lie farther apart than the threshold, `(N, N)` bool."""
    return np.array([[distance(one, other) > embedder.threshold for other in found] for one in found])


def compare_landmarks(first: Landmarks, second: Landmarks) -> LandmarkDifference:
    """Measures how far landmarks differ once turn, size and place in the photo are taken off.

    What is left is the face's shape as it is seen: its own, and also its expression, its turn out of the picture's
    plane, and the camera's distance.

    Raises:
        SettingsError: they are of two schemes, or of one that does not outline every part of the face.
    """
    if first.scheme != second.scheme:
        names = dict(source=second.scheme, target=first.scheme)
        raise SettingsError(
            f"Landmarks of “{first.scheme}” and “{second.scheme}” cannot be compared.", "wrong_landmarks", **names
        )
    known = scheme(first.scheme)
    if not all(_rows(known, part) for part in PARTS):
        raise SettingsError(f"Landmarks of “{known.name}” are too few to be compared.")
    moved = move(similarity(second.points, first.points), second.points)
    corners = first.points[[known.names["right_eye_outer"], known.names["left_eye_outer"]]]
    away = np.linalg.norm(moved - first.points, axis=1)
    percent = 100 * away / np.linalg.norm(corners[0] - corners[1])
    return LandmarkDifference(moved, percent, {part: float(percent[_rows(known, part)].mean()) for part in PARTS})


def _rows(known: Scheme, *parts: str) -> list[int]:
    """Lists the landmarks of parts of a face, each once."""
    return sorted({row for part in parts for name in PARTS[part] for row in known.groups.get(name, ())})


def face_regions(head: FaceModel) -> dict[str, np.ndarray]:
    """Divides the face of a head: region → `(S,)` bool, which vertices of the skin belong to it.

    Around the landmarks of nose, mouth, eyes and brows lie their regions; what is left is forehead above the brows,
    jaw below the mouth, and cheeks.
    """
    known = scheme("mediapipe478")
    points = head.landmarks(known.name).on(head.mean, head.triangles)
    skin = head.mean[: head.skin_vertices]
    heights = points[_rows(known, "oval"), 1]
    face = head.face_region[: head.skin_vertices] > 0.5
    face &= (skin[:, 1] > heights.min() - MARGIN) & (skin[:, 1] < heights.max() + MARGIN)
    cores = {"nose": _rows(known, "nose"), "mouth": _rows(known, "lips"), "eyes": _rows(known, "eyes", "brows")}
    away = np.stack([cKDTree(points[rows]).query(skin)[0] for rows in cores.values()])
    nearest = np.where(away.min(axis=0) < REACH, away.argmin(axis=0), -1)
    regions = {name: face & (nearest == index) for index, name in enumerate(cores)}
    rest = face & (nearest < 0)
    brow, mouth = points[_rows(known, "brows"), 1].mean(), points[cores["mouth"], 1].mean()
    above, below = skin[:, 1] > brow, skin[:, 1] < mouth
    return regions | {"forehead": rest & above, "cheeks": rest & ~above & ~below, "jaw": rest & below}


def compare_heads(head: FaceModel, first: Fit, second: Fit) -> HeadDifference:
    """Compares two fits of one head model: identity only, both without expression.

    Args:
        head: the model that was fitted.
        first: to one person's photos.
        second: to another's, or the same person's.
    """
    regions = face_regions(head)
    skins = [head.skin(head.shape(fit.identity)) for fit in (first, second)]
    found = compare_skins(*skins, regions)
    limits = head_pairs(head.name).limits
    # Two photos of one head err alike, because the same average stands in for what neither shows: measured limits know
    # that, the fits' own errors do not.
    if not limits and first.std is not None and second.std is not None:
        squared = (first.std**2 + second.std**2)[: head.skin_vertices]
        limits = {name: LIKELY * float(np.sqrt(squared[rows].mean())) for name, rows in _with_face(regions).items()}
    return replace(
        found,
        regions={name: replace(region, limit=limits.get(name)) for name, region in found.regions.items()},
        size_error=float(found.size * np.hypot(first.scale.relative_error, second.scale.relative_error)),
    )


def compare_skins(first: Mesh, second: Mesh, regions: Mapping[str, np.ndarray]) -> HeadDifference:
    """Lays the second head on the first by turn and shift alone, and measures what is left.

    Args:
        first: mm.
        second: mm, the same vertices in the same order.
        regions: region → `(S,)` bool; together they are the face, by which the heads are laid on each other.
    """
    check_shape(second.vertices, first.vertices.shape, "second")
    areas = sum(vertex_areas(skin.vertices, skin.triangles) for skin in (first, second))
    everywhere = _with_face(regions)
    face = everywhere["face"]
    motion = laid_on(second.vertices, first.vertices, areas * face)
    away = apply(motion, second.vertices) - first.vertices
    distance = np.linalg.norm(away, axis=1)
    outwards = (away * vertex_normals(first.vertices, first.triangles)).sum(axis=1)
    measured = {
        name: RegionDifference(*(float(np.average(v[rows], weights=areas[rows])) for v in (distance, outwards)), None)
        for name, rows in everywhere.items()
    }
    scaled = procrustes(second.vertices, first.vertices, areas * face, scale=True)
    size = 1 / float(np.linalg.norm(scaled[0, :3]))
    return HeadDifference(motion, face, distance, outwards, measured, size, 0.0)


def _with_face(regions: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {"face": np.any(list(regions.values()), axis=0), **regions}


def laid_on(source: np.ndarray, target: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Finds the rigid motion with the least sum of distances, not of their squares.

    So the parts that are alike come to lie on each other, and a part that differs cannot pull them off. It is found by
    weighting least squares anew with each point's inverse distance (Weiszfeld 1937).

    Args:
        source: `(N, 3)` mm.
        target: `(N, 3)` mm, corresponding points.
        weights: `(N,)` >= 0.

    Returns:
        target_from_source: `(4, 4)`.
    """
    motion = procrustes(source, target, weights)
    for _ in range(ROUNDS):
        away = np.linalg.norm(apply(motion, source) - target, axis=1)
        motion = procrustes(source, target, weights / np.maximum(away, NEAR))
    return motion
