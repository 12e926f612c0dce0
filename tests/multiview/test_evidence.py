"""Matches are made from a known head and known cameras, and must lead back to them."""

from dataclasses import replace

import numpy as np
import pytest

from facerecon.core.types import Camera
from facerecon.geometry.projection import project_head
from facerecon.geometry.transforms import camera_from_head_rotation, rigid
from facerecon.morphable.fitting import FitStep
from facerecon.morphable.normal_equations import NormalEquations, bounded_step
from facerecon.morphable.observation import ViewState
from facerecon.multiview.evidence import Pair, gather

COUNT, IDENTITIES = 400, 80


def view(yaw, focal=1500.0):
    camera = Camera(800, 1000, focal, np.array([399.5, 499.5]))
    pose = rigid(camera_from_head_rotation(yaw, 0.05, 0.02), np.array([5.0, -10, 700]))
    return ViewState(camera, pose, np.full(52, 0.1), np.full(52, 0.1), focal, 0.3, np.full(52, 0.2))


@pytest.fixture
def scene(anny, rng):
    """A person in three photos, and what matches between them are."""
    identity = rng.normal(size=IDENTITIES) * 0.7
    views = tuple(view(np.radians(yaw)) for yaw in (-24, 0, 26))
    front = (anny.face_region[anny.triangles] > 0.9).all(axis=1)
    corners = anny.triangles[rng.choice(np.flatnonzero(front), COUNT)]
    weights = rng.dirichlet(np.ones(3), COUNT)
    return identity, views, pairs(anny, identity, views, corners, weights)


def pairs(model, identity, views, corners, weights, slide=0.0):
    """Matches; with `slide` their pixels are of points beside the ones they are said to be of, on the same triangle."""
    true = weights + slide * np.array([1, -0.5, -0.5])
    basis = np.concatenate([model.identity_basis, model.expression_basis])
    moves = np.einsum("kmcd,mc->mdk", basis[:, corners], weights)
    pixels = []
    for seen in views:
        points = (model.shape(identity, seen.expression)[corners] * true[:, :, None]).sum(axis=1)
        pixels.append(project_head(seen.camera, seen.camera_from_head, points)[0])
    numbers = [(i, j) for i in range(len(views)) for j in range(len(views)) if i != j]
    trust = np.ones(len(corners))
    return [Pair((i, j), corners, weights, (pixels[i], pixels[j]), trust, moves) for i, j in numbers]


def at(model, found, identity, views):
    return gather(found, views, [model.shape(identity, seen.expression) for seen in views], IDENTITIES, 0.5)


def test_the_truth_costs_nothing(anny, scene):
    identity, views, found = scene
    evidence = at(anny, found, identity, views)
    assert evidence.cost < 1e-12
    assert evidence.disagreement < 1e-9
    np.testing.assert_allclose(evidence.gradient, 0, atol=1e-6)


def test_a_slide_along_the_surface_costs_nothing(anny, scene):
    """Both photos show a point beside the one that the match names: the head is right all the same."""
    identity, views, found = scene
    slid = pairs(anny, identity, views, found[0].corners, found[0].weights, 0.1)
    assert at(anny, slid, identity, views).disagreement < 0.02
    moved = np.linalg.norm(slid[0].pixels[0] - found[0].pixels[0], axis=1)
    assert np.median(moved) > 0.5  # px: the slide itself is no trifle


def test_gradient_equals_differences(anny, scene, rng):
    identity, views, found = scene
    identity = identity + rng.normal(size=IDENTITIES) * 0.03
    evidence = at(anny, found, identity, views)
    own = np.r_[np.full(3, 0.01), np.full(3, 1.0), 0.01, np.full(52, 0.01)]
    scale = np.r_[np.full(IDENTITIES, 0.1), np.tile(own, 3)]
    direction, step = rng.normal(size=len(scale)) * scale, 1e-4
    equations = NormalEquations(np.eye(len(scale)), np.zeros(len(scale)), IDENTITIES)
    state = FitStep(0, identity, views, (), {})
    costs = [at(anny, found, *equations.moved(state, sign * step * direction)).cost for sign in (1, -1)]
    # The carrying matrix of the slide changes too, which Gauss and Newton's method leaves out.
    assert 2 * evidence.gradient @ direction == pytest.approx((costs[0] - costs[1]) / (2 * step), rel=0.1)


def test_matches_lead_back_to_the_head(anny, scene):
    """From the mean head, wrong poses and focal lengths: the matches and a weak prior find the shape again."""
    identity, views, found = scene
    there = tuple(
        replace(
            seen,
            camera=replace(seen.camera, focal=1400.0),
            camera_from_head=rigid(camera_from_head_rotation(turn, 0.0, 0.0), np.array([5.0, -10, 690])),
        )
        for seen, turn in zip(views, np.radians((-22, 1, 24)), strict=True)
    )
    state, damping = FitStep(0, np.zeros(IDENTITIES), there, (), {}), 1e-6
    weak = np.r_[np.full(IDENTITIES, 1e-2), np.tile(np.r_[np.full(6, 1e-3), 10, np.full(52, 100.0)], 3)]
    first = at(anny, found, state.identity, state.views)
    for _ in range(12):
        evidence = at(anny, found, state.identity, state.views)
        pull = np.r_[1e-2 * state.identity, np.zeros(59 * 3)]
        equations = NormalEquations(evidence.matrix + np.diag(weak), evidence.gradient + pull, IDENTITIES)
        delta = bounded_step(equations.matrix, equations.gradient, *equations.bounds(state), damping)
        state = FitStep(0, *equations.moved(state, delta), (), {})
    last = at(anny, found, state.identity, state.views)
    assert first.disagreement > 1
    assert last.disagreement < 0.02
    between = [state.views[k].camera_from_head[:3, :3] @ views[k].camera_from_head[:3, :3].T for k in range(3)]
    turned = np.degrees(np.arccos([(np.trace(a @ between[0].T) - 1) / 2 for a in between[1:]]))
    assert turned.max() < 1  # between the photos; the head's own frame is the model's affair
