"""Handles are hit exactly, and a rigid motion of the handles is a rigid motion of the mesh."""

import numpy as np
import pytest

from facerecon.geometry.arap import arap, arap_steps
from facerecon.geometry.transforms import apply, rigid, rotation_from_vector

SIDE = 12


@pytest.fixture(scope="module")
def sheet():
    x, y = np.meshgrid(np.arange(SIDE, dtype=float), np.arange(SIDE, dtype=float))
    vertices = np.column_stack([x.ravel(), y.ravel(), 0.3 * np.sin(x.ravel())])
    at = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    a, b, c, d = (corner.ravel() for corner in (at[:-1, :-1], at[:-1, 1:], at[1:, :-1], at[1:, 1:]))
    return vertices, np.concatenate([np.column_stack([a, b, d]), np.column_stack([a, d, c])])


def test_rigidly_moved_handles_move_the_mesh_rigidly(sheet, rng):
    vertices, triangles = sheet
    moved = apply(rigid(rotation_from_vector([1.0, -2.0, 0.5]), [3, -7, 11]), vertices)
    handles = rng.choice(len(vertices), 5, replace=False)
    np.testing.assert_allclose(arap(vertices, triangles, handles, moved[handles]), moved, atol=1e-6)


def test_a_deformation_turns_with_its_frame(sheet, rng):
    vertices, triangles = sheet
    handles = np.array([0, SIDE - 1, len(vertices) // 2, len(vertices) - 1])
    targets = vertices[handles] + rng.normal(0, 1, (4, 3))
    turn = rigid(rotation_from_vector([0.4, 2.0, -1.0]), [5, 0, 2])
    options = {"iterations": 10, "tolerance": 0.0}
    straight = arap(vertices, triangles, handles, targets, **options)
    turned = arap(vertices, triangles, handles, apply(turn, targets), **options)
    np.testing.assert_allclose(turned, apply(turn, straight), atol=1e-5)


def test_handles_are_hit_and_the_energy_falls(sheet, rng):
    vertices, triangles = sheet
    handles = np.array([0, SIDE - 1, len(vertices) - SIDE, len(vertices) - 1])
    targets = vertices[handles] + rng.normal(0, 3, (4, 3))
    steps = list(arap_steps(vertices, triangles, handles, targets))
    energies = [step.energy for step in steps]
    assert all(after <= before * (1 + 1e-9) for before, after in zip(energies, energies[1:], strict=False))
    assert energies[-1] < 0.7 * energies[0]
    for step in steps:
        np.testing.assert_array_equal(step.vertices[handles], targets)


def test_a_bar_bends_without_losing_its_length(sheet):
    """A half turn of one end: a linear deformation would shrink the middle, a rigid one does not."""
    vertices, triangles = sheet
    left, right = np.flatnonzero(vertices[:, 0] < 1), np.flatnonzero(vertices[:, 0] > SIDE - 2)
    turn = rigid(rotation_from_vector([0, np.pi / 2, 0]), [0, 0, 0])
    targets = np.concatenate([vertices[left], apply(turn, vertices[right])])
    bent = arap(vertices, triangles, np.concatenate([left, right]), targets)
    row = np.arange(SIDE)
    length = [np.linalg.norm(np.diff(points[row], axis=0), axis=1).sum() for points in (vertices, bent)]
    assert length[1] > 0.8 * length[0]


def test_other_parts_stay(sheet):
    vertices, triangles = sheet
    both = np.concatenate([vertices, vertices + [0, 0, 50]])
    bent = arap(both, np.concatenate([triangles, triangles + len(vertices)]), np.array([3]), vertices[[3]] + [1, 2, 3])
    np.testing.assert_allclose(bent[: len(vertices)], vertices + [1, 2, 3], atol=1e-6)
    np.testing.assert_array_equal(bent[len(vertices) :], both[len(vertices) :])


@pytest.mark.parametrize("handles", [[], [1, 1], [-1], [10_000]])
def test_wrong_handles_are_refused(sheet, handles):
    with pytest.raises(ValueError, match="handles"):
        arap(*sheet, np.array(handles, dtype=int), np.zeros((len(handles), 3)))
