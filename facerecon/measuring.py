"""Measures a fitted head: its named points, what they measure, how sure that is, its asymmetry, planned changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import cv2
import numpy as np
from scipy.sparse import csr_matrix

from facerecon.anthropometry.asymmetry import Asymmetry, asymmetry
from facerecon.anthropometry.measures import Measurement, Points, gradient, measure, propagated
from facerecon.anthropometry.points import model_vertices, named_points, sources
from facerecon.anthropometry.reshape import CHANGES, displacements
from facerecon.anthropometry.thirds import ERRORS, HIGHEST, LOWEST, USUAL, Midline, border, midline, thirds
from facerecon.core.types import SEEN, Fit, Reconstruction
from facerecon.geometry.barycentric import interpolate
from facerecon.geometry.geodesics import Geodesics, Spot, path_length
from facerecon.geometry.graph import vertex_areas
from facerecon.geometry.nearest import nearest_on_surface
from facerecon.geometry.normals import vertex_normals
from facerecon.geometry.sampling import sample_uv
from facerecon.morphable.face_model import FaceModel
from facerecon.morphable.uncertainty import Surface, calibration
from facerecon.texture.skin import lab

SCHEME = "mediapipe478"
BLUR = 5
"""px of the texture that are averaged where its colour is read."""
UNSEEN_ERROR = 4.0
"""mm that a point errs by which no landmarker sees, where the fit does not tell: the ears are those of the prior."""


def head_points(head: FaceModel, vertices: np.ndarray) -> dict[str, np.ndarray]:
    """Finds the named points on `(V, 3)` vertices of a head model: name → `(3,)` mm."""
    landmarks = head.landmarks(SCHEME).on(vertices, head.triangles)
    return named_points(vertices, landmarks, head.name, head.mirror)


class PointErrors:
    """How far the named points of a fitted head may be from where they are, and what that does to a measure.

    From the fit's own covariance of the identity, where it has one: points that move together keep their distance. What
    the head's size adds is left to the scale. Else, as a stand-in, each point errs on its own by as much as landmarks
    of its kind were found to stray on this head model.

    Args:
        head: the model that was fitted.
        fit: to photos or scans.
    """

    def __init__(self, head: FaceModel, fit: Fit):
        self._covariance = fit.covariance
        if fit.covariance is None:
            spread = head.landmark_spread(SCHEME)
            seen = {name: float(np.mean(spread[list(rows)])) for name, rows in sources().items()}
            self._errors = dict.fromkeys(model_vertices(head.name, head.mirror), UNSEEN_ERROR) | seen
            return
        vertices = head.shape(fit.identity)
        known = calibration()
        growth = known.growth(head.face_region)[:, None]
        self._by_identity = [head_points(head, growth * mode) for mode in head.identity_basis.astype(np.float64)]
        moved = np.einsum("kvc,vc->vk", head.identity_basis, vertex_normals(vertices, head.triangles), optimize=True)
        *_, self._growth = Surface(head, fit.identity).gauge(moved)
        # What the head's basis cannot express is told along the normals, and taken to be the same along the skin.
        grown = head_points(head, np.tile(growth, 3))
        self._errors = {name: np.sqrt(3) * known.rest * float(factor[0]) for name, factor in grown.items()}

    def __call__(self, slopes: Points, length: float) -> float:
        """Gives the standard deviation of a measure from its gradient, and its value as far as it is a length."""
        alone = propagated(slopes, self._errors)
        if self._covariance is None:
            return alone
        by_identity = np.array(
            [sum(slope @ mode[name] for name, slope in slopes.items()) for mode in self._by_identity]
        )
        by_identity -= length * self._growth
        return float(np.sqrt(alone**2 + by_identity @ self._covariance @ by_identity))


def measure_head(head: FaceModel, fit: Fit) -> dict[str, Measurement]:
    """Measures a fitted head without expression: name of a dimension → value and tolerance."""
    points = head_points(head, head.shape(fit.identity))
    return measure(points, PointErrors(head, fit), fit.scale.relative_error)


def head_asymmetry(head: FaceModel, fit: Fit) -> Asymmetry:
    """Compares the skin of a fitted head, without expression, with its mirror image; the face decides."""
    skin = head.skin(head.shape(fit.identity))
    weights = vertex_areas(skin.vertices, skin.triangles) * head.face_region[: head.skin_vertices]
    normals = vertex_normals(skin.vertices, skin.triangles)
    return asymmetry(skin.vertices, head.mirror[: head.skin_vertices], normals, weights)


@dataclass(frozen=True, eq=False)
class Way:
    """What lies between two points of the skin."""

    path: np.ndarray
    "`(P, 3)` mm along the skin"
    straight: float
    "mm"
    along: float
    "mm"


def skin_surface(head: FaceModel, fit: Fit) -> Geodesics:
    """Prepares the skin of a fitted head, without expression, for distances along it."""
    skin = head.skin(head.shape(fit.identity))
    return Geodesics(skin.vertices, skin.triangles)


def spots_at(surface: Geodesics, places: np.ndarray) -> tuple[Spot, ...]:
    """Finds the points of a surface nearest to `(N, 3)` places."""
    _, triangle, weights = nearest_on_surface(surface.vertices, surface.triangles, places)
    return tuple(Spot(int(row), tuple(share.tolist())) for row, share in zip(triangle, weights, strict=True))


def way_between(surface: Geodesics, first: Spot, second: Spot) -> Way:
    """Measures between two points of a surface, straight and along it."""
    path = surface.path(first, second)
    return Way(path, float(np.linalg.norm(path[-1] - path[0])), path_length(path))


@dataclass(frozen=True)
class Third:
    """One third of the face."""

    length: float
    "mm"
    share: float
    "of the three together"
    tolerance: float
    "mm, one standard deviation"


@dataclass(frozen=True)
class Hairline:
    """Where hair begins on the midline."""

    height: float
    "mm up the midline from the brow"
    source: str
    "a key of `thirds.ERRORS`"


def find_hairline(head: FaceModel, result: Reconstruction) -> Hairline:
    """Looks in a head's texture for where skin turns into hair above the brow; else takes that of most people."""
    line = forehead(head, head.shape(result.fit.identity))
    row = np.zeros(len(head.mean), dtype=np.int64)
    row[head.triangles] = head.uv_triangles
    heights = np.arange(0.0, min(HIGHEST + 20, line.heights[-1]))
    uv = line.at(head.uv[row], heights)
    colours = lab(sample_uv(cv2.blur(result.texture.image, (BLUR, BLUR)), uv).astype(np.float64))
    seen = sample_uv(result.texture.provenance, uv, nearest=True) == SEEN
    found = border(heights, colours, seen)
    # At the lower end of what is searched there is a fringe, if anything.
    return Hairline(USUAL, "usual") if found is None or found <= LOWEST else Hairline(found, "guessed")


def forehead(head: FaceModel, vertices: np.ndarray) -> Midline:
    """Finds the midline of `(V, 3)` vertices of a head model from the brow upwards."""
    count = head.skin_vertices
    return midline(vertices[:count], head.mirror[:count], head_points(head, vertices)["g"])


def face_thirds(head: FaceModel, fit: Fit, hairline: Hairline) -> tuple[Points, dict[str, Third]]:
    """Measures the thirds of a fitted head: its named points with `tr`, and each third.

    The upper third errs by its hairline and by the size of the head, which outweigh how far the brow may be off.
    """
    vertices = head.shape(fit.identity)
    points, known = head_points(head, vertices), measure_head(head, fit)
    points["tr"] = forehead(head, vertices).at(vertices, np.array([hairline.height]))[0]
    found = thirds(points)
    upper = float(np.hypot(ERRORS[hairline.source], fit.scale.relative_error * found["upper"][0]))
    tolerances = {"upper": upper} | {name: known[f"{name}_third"].tolerance for name in ("middle", "lower")}
    return points, {name: Third(*told, tolerances[name]) for name, told in found.items()}


def planned(head: FaceModel, fit: Fit, amounts: Mapping[str, float]) -> np.ndarray:
    """Gives what planned changes add to the vertices of a fitted head, `(V, 3)` mm; see `reshape.CHANGES`."""
    vertices = head.shape(fit.identity)
    return displacements(amounts, head_points(head, vertices), vertices)


def change_errors(head: FaceModel, fit: Fit) -> dict[str, float]:
    """Tells how well a fit knows what each of `reshape.CHANGES` alters: one standard deviation, mm, scale aside."""
    points, errors = head_points(head, head.shape(fit.identity)), PointErrors(head, fit)
    return {name: errors(gradient(change.measure, points), change.measure(points)) for name, change in CHANGES.items()}


def reshaped(result: Reconstruction, finer: csr_matrix, moved: np.ndarray) -> Reconstruction:
    """Carries displacements over to a finished head; its expressions stay what they add.

    Args:
        result: the head.
        finer: `(V2, V)` what made the vertices of its mesh from those of the head model.
        moved: `(V, 3)` mm, of the head model's vertices.
    """
    skin = moved[: len(result.neutral.vertices)]
    neutral = replace(result.neutral, vertices=result.neutral.vertices + skin)
    _, triangle, weights = nearest_on_surface(
        result.neutral.vertices, result.neutral.triangles, result.neutral_landmarks68
    )
    return replace(
        result,
        mesh=replace(result.mesh, vertices=result.mesh.vertices + finer @ moved),
        neutral=neutral,
        neutral_landmarks68=result.neutral_landmarks68 + interpolate(skin, neutral.triangles, triangle, weights),
    )
