"""What the points of each landmark scheme are: groups, lines, mirror pairs and maps, as data.

Only this room knows that the tip of the nose is point 4 of `mediapipe478` and point 30 of `ibug68`. Left and right are
the subject's. The files are written by `scripts/landmark_schemes.py`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from types import MappingProxyType

import numpy as np

from facerecon.assets.canonical_face import canonical_face
from facerecon.core.arkit import ARKIT_NAMES
from facerecon.core.arrays import read_only
from facerecon.core.errors import SettingsError
from facerecon.core.types import Landmarks

NAMES = ("mediapipe478", "mediapipe468", "ibug68", "five")


@dataclass(frozen=True, eq=False)
class Scheme:
    name: str
    "one of NAMES"
    count: int
    "L, how many points"
    groups: Mapping[str, tuple[int, ...]]
    "name of a part of the face → its points, in order along the line"
    closed: frozenset[str]
    "the groups whose line is a loop"
    names: Mapping[str, int]
    "name in anatomy, the same in every scheme that has it → its point"
    connections: np.ndarray
    "`(C, 2)` points to join by lines, for drawing"
    mirror: np.ndarray
    "`(L,)` the point on the other side of the face; its own inverse"
    sources: Mapping[str, tuple[tuple[int, ...], ...]]
    "name of another scheme → for each point here, the points there whose mean it is"


@cache
def scheme(name: str) -> Scheme:
    """Reads a scheme.

    Raises:
        SettingsError: there is no scheme of that name.
    """
    if name not in NAMES:
        known = ", ".join(NAMES)
        raise SettingsError(f"There is no landmark scheme “{name}”; known are: {known}.", name=name, known=known)
    data = json.loads(resources.files("facerecon.landmarks.schemes").joinpath(f"{name}.json").read_text("utf-8"))
    groups = {group: tuple(points) for group, points in data["groups"].items()}
    return Scheme(
        name=name,
        count=data["count"],
        groups=MappingProxyType(groups),
        closed=frozenset(groups) - frozenset(data["open"]),
        names=MappingProxyType(data["names"]),
        connections=read_only(np.array(data["connections"]).reshape(-1, 2), np.int64),
        mirror=read_only(np.array(data["mirror"]), np.int64),
        sources=MappingProxyType({key: tuple(map(tuple, value)) for key, value in data["sources"].items()}),
    )


def triangles() -> np.ndarray:
    """Gives the `(898, 3)` triangles of the first 468 points of `mediapipe478`, from MediaPipe's canonical face."""
    return canonical_face().triangles


def convert(landmarks: Landmarks, target: str) -> Landmarks:
    """Converts landmarks to a scheme of fewer points; each is the mean of the points that stand for it.

    Raises:
        SettingsError: the target is unknown, or cannot be made from this scheme.
    """
    if target == landmarks.scheme:
        return landmarks
    named = scheme(target).sources.get(landmarks.scheme)
    if named is None:
        raise SettingsError(
            f"Landmarks of the scheme “{landmarks.scheme}” cannot become “{target}”.",
            "wrong_landmarks",
            **dict(source=landmarks.scheme, target=target),
        )
    points = np.array([landmarks.points[list(rows)].mean(axis=0) for rows in named])
    depth = landmarks.depth
    if depth is not None:
        depth = np.array([depth[list(rows)].mean() for rows in named])
    return replace(landmarks, points=points, depth=depth, scheme=target)


def outer_eye_distance(landmarks: Landmarks) -> float:
    """Measures between the outer corners of the eyes, px: the two points of both eyes that are farthest apart."""
    groups = scheme(landmarks.scheme).groups
    left, right = (landmarks.points[list(groups[name])] for name in ("left_eye", "right_eye"))
    return float(np.linalg.norm(left[:, None] - right[None], axis=2).max())


def mirror(landmarks: Landmarks, width: int) -> Landmarks:
    """Gives the landmarks of the mirrored photo, left and right points and expressions changed over.

    Args:
        landmarks: of a photo.
        width: the photo's, px; the pixel x becomes width - 1 - x.
    """
    rows = scheme(landmarks.scheme).mirror
    points = landmarks.points[rows] * [-1, 1] + [width - 1, 0]
    depth = None if landmarks.depth is None else landmarks.depth[rows]
    scores = None if landmarks.blendshapes is None else landmarks.blendshapes[_mirrored_expressions()]
    return replace(landmarks, points=points, depth=depth, blendshapes=scores)


@cache
def _mirrored_expressions() -> list[int]:
    """Lists for each ARKit expression the one of the other side."""
    sides = str.maketrans({"\0": "Right", "\1": "Left"})
    names = [name.replace("Left", "\0").replace("Right", "\1").translate(sides) for name in ARKIT_NAMES]
    return [ARKIT_NAMES.index(name) for name in names]
