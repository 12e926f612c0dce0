"""Refines a fit of several photos by the skin they share: flow in uv, triangulated through the head model.

In rounds: each photo is brought into uv by the head of the moment (`unwrapping`), what is the same skin is found by
optical flow between the uv pictures (`matching`), and identity, poses, expressions and focal lengths move until the
rays of matching pixels meet on the head (`evidence`), by Levenberg and Marquardt's method, the landmarks and the priors
of the fit included. The flow needs no more than the landmarks' first guess; the better the head, the surer the flow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from facerecon.core.types import Camera, Landmarks, Photo
from facerecon.geometry.projection import project_head
from facerecon.morphable.face_model import FaceModel
from facerecon.morphable.fitting import FitSettings, FitStep
from facerecon.morphable.normal_equations import NormalEquations, bounded_step
from facerecon.morphable.observation import ViewState
from facerecon.morphable.refining import Photographed
from facerecon.multiview.evidence import Evidence, Pair, gather
from facerecon.multiview.matching import Matches, flow, match
from facerecon.multiview.unwrapping import Unwrapped, unwrap
from facerecon.texture.atlas import Atlas

LEAST_MATCHES = 60
"""fewer say nothing"""
BEST_ANGLE = np.radians(35)
_FEW = 6
"""flows: those of three photos"""


@dataclass(frozen=True)
class DenseSettings:
    rounds: int = 4
    "how often photos are unwrapped and matched anew"
    steps: int = 8
    "at most so many steps a round"
    noise: float = 0.5
    "mm, standard deviation of a match, at least"
    spread: float = 2.0
    "the same over the median disagreement that the last round left: coarse photos and changing light match badly"
    shared: float = 5.0
    "how many neighbouring matches err as one"
    alike: float = 0.4
    "correlation below which two patches are not held for the same skin"
    spacing: int = 6
    "texels between matches; more where many pairs of photos tell of the same skin"
    agreement: float = 0.45
    "mm: where half of the matches still disagree by more, light, expression or blur has misled the flow"
    pairs: int = 12
    "at most so many pairs of photos, those first that see the face from directions some 35° apart"
    log_focal_std: float = 1.0
    "how uncertain a focal length is that no file tells; the matches tell it better"


@dataclass(frozen=True, eq=False)
class DenseStep:
    """One round."""

    step: FitStep
    "identity, views, and what the landmarks say to them"
    matches: int
    "how many were used"
    before: float
    "mm, median disagreement of the matches at the head they were found with"
    after: float
    "mm, the same matches at the head of this step"
    evidence: Evidence
    "what these matches say there"


def dense_steps(
    model: FaceModel,
    photos: Sequence[Photo],
    landmarks: Sequence[Landmarks],
    start: FitStep,
    atlas: Atlas,
    cameras: Sequence[Camera],
    *,
    focal_known: Sequence[bool],
    fit: FitSettings | None = None,
    settings: DenseSettings | None = None,
) -> Iterator[DenseStep]:
    """Refines round by round, and ends where the photos share too little skin or do not agree about it.

    Args:
        model: the head model.
        photos: two at least.
        landmarks: by photo.
        start: the fit to the landmarks.
        atlas: of the model's own mesh.
        cameras: by photo, the first guesses of the fit.
        focal_known: by photo, whether EXIF told the focal length.
        fit: settings of the fit to the landmarks.
        settings: see DenseSettings.
    """
    settings, fit = settings or DenseSettings(), fit or FitSettings()
    fit = replace(fit, log_focal_std=settings.log_focal_std)
    problem = Photographed(model, photos, landmarks, cameras, focal_known, fit, start.expected)
    face = atlas.from_vertices @ model.face_region.astype(np.float32) > 0.5
    current, noise = problem.look(start.identity, start.views), settings.noise
    for number in range(1, settings.rounds + 1):
        pairs = _matched(problem, settings, current, atlas, face)
        count = sum(len(pair.trust) for pair in pairs)
        if count < LEAST_MATCHES:
            return
        moved, before, found = _moved(problem, settings.steps, current, pairs, noise)
        after = found.disagreement
        if after > settings.agreement:
            return
        noise = max(settings.noise, settings.spread * after)
        current = replace(moved, iteration=start.iteration + number)
        yield DenseStep(current, count, before, after, found)


def _matched(
    problem: Photographed, settings: DenseSettings, step: FitStep, atlas: Atlas, face: np.ndarray
) -> list[Pair]:
    """Finds matches between all photos, both ways."""
    heads = problem.heads(step)
    unwrapped = [
        unwrap(photo, view, head, problem.model.triangles, atlas, face)
        for photo, view, head in zip(problem.photos, step.views, heads, strict=True)
    ]
    numbers = _chosen(step.views, settings.pairs)
    flows = {(i, j): flow(unwrapped[i].picture, unwrapped[j].picture) for i, j in numbers}
    row_of_texel = np.full(atlas.size**2, -1)
    row_of_texel[atlas.texels] = np.arange(len(atlas.texels))
    basis = np.concatenate([problem.model.identity_basis, problem.model.expression_basis])
    pairs = []
    spacing, shared = _thinned(settings, len(numbers))
    for i, j in numbers:
        found = match(unwrapped[i], unwrapped[j], flows[i, j], flows[j, i], spacing, settings.alike)
        if not len(found.trust):
            continue
        chosen = atlas.from_vertices[row_of_texel[found.texels]]
        # Each row has the three corners of one triangle.
        corners, weights = chosen.indices.reshape(-1, 3), chosen.data.reshape(-1, 3).astype(np.float64)
        moves = np.einsum("kmcd,mc->mdk", basis[:, corners], weights, optimize=True)
        pixels = _pixels(step, unwrapped, found, (i, j))
        pairs.append(Pair((i, j), corners, weights, pixels, found.trust / shared, moves))
    return pairs


def _thinned(settings: DenseSettings, flows: int) -> tuple[int, float]:
    """Spreads matches out where there are many flows: they take no longer, and a pair of photos tells as much."""
    spacing = round(settings.spacing * np.sqrt(max(flows / _FEW, 1)))
    return spacing, settings.shared * (settings.spacing / spacing) ** 2


def _chosen(views: tuple[ViewState, ...], most: int) -> list[tuple[int, int]]:
    """Chooses pairs of photos, each both ways: near ones tell no depth, far ones share no skin."""
    directions = np.array([view.camera_from_head[2, :3] for view in views])
    angles = np.arccos((directions @ directions.T).clip(-1, 1))
    order = sorted(combinations(range(len(views)), 2), key=lambda pair: abs(angles[pair] - BEST_ANGLE))
    return [pair for i, j in order[:most] for pair in ((i, j), (j, i))]


def _pixels(
    step: FitStep, unwrapped: list[Unwrapped], found: Matches, photos: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Finds at which pixels of both photos matches lie, `(M, 2)` each."""
    i, j = photos
    points = unwrapped[i].points.reshape(-1, 3)[found.texels].astype(np.float64)
    first, _ = project_head(step.views[i].camera, step.views[i].camera_from_head, points)
    second, _ = project_head(step.views[j].camera, step.views[j].camera_from_head, found.points)
    return first, second


def _moved(
    problem: Photographed, most: int, step: FitStep, pairs: list[Pair], noise: float
) -> tuple[FitStep, float, Evidence]:
    """Moves the head until the matches agree: the step, the median disagreement before, mm, and what they say then."""

    def weigh(step: FitStep) -> Evidence:
        return gather(pairs, step.views, problem.heads(step), len(step.identity), noise)

    current, found, damping = step, weigh(step), 1e-6
    before = found.disagreement
    for _ in range(most):
        equations = NormalEquations.at(problem.model, current, problem.fit)
        matrix, gradient = equations.matrix + found.matrix, equations.gradient + found.gradient
        cost = current.cost["total"] + found.cost
        while damping < 10:
            delta = bounded_step(matrix, gradient, *equations.bounds(current), damping)
            candidate = problem.look(*equations.moved(current, delta))
            seen = weigh(candidate)
            gain = cost - candidate.cost["total"] - seen.cost
            if gain > 0:
                break
            damping *= 10
        else:
            break
        current, found, damping = candidate, seen, max(damping / 10, 1e-9)
        if gain < 1e-3 * cost:
            break
    return current, before, found
