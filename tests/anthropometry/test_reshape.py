"""Planned changes: as many millimetres as asked for, both sides alike, local, and without folds."""

from dataclasses import replace

import numpy as np
import pytest

from facerecon.anthropometry.reshape import CHANGES, displacements, strength
from facerecon.core.types import Fit, Scale
from facerecon.export import glb_bytes
from facerecon.measuring import (
    head_asymmetry,
    head_points,
    planned,
    reshaped,
)
from tests.glb_reader import Glb

FIT = Fit(np.zeros(80), (), None, Scale("model_average", 0.03))


@pytest.fixture(scope="module")
def points(anny):
    return head_points(anny, anny.mean)


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("share", [-1.0, 0.4, 1.0])
def test_the_measure_changes_by_what_was_asked_for(anny, points, name, share):
    change = CHANGES[name]
    amount = share * change.most
    field = strength(change, amount, points) * change.at(np.array(list(points.values())), points)
    moved = {key: place + step for (key, place), step in zip(points.items(), field, strict=True)}
    assert change.measure(moved) - change.measure(points) == pytest.approx(amount, abs=1e-4)
    # On the mesh, which interpolates the field within its triangles, nearly so.
    bent = anny.mean + displacements({name: amount}, points, anny.mean)
    measured = change.measure(head_points(anny, bent)) - change.measure(points)
    assert measured == pytest.approx(amount, rel=0.08)


@pytest.mark.parametrize("sign", [-1, 1])
def test_all_at_once_folds_nothing(anny, points, sign):
    bent = anny.mean + displacements({name: sign * c.most for name, c in CHANGES.items()}, points, anny.mean)
    skin = anny.triangles[anny.parts == 0]
    before, after = (np.cross(v[skin[:, 1]] - v[skin[:, 0]], v[skin[:, 2]] - v[skin[:, 0]]) for v in (anny.mean, bent))
    cosine = (before * after).sum(axis=1) / np.linalg.norm(before, axis=1) / np.linalg.norm(after, axis=1)
    assert (cosine > 0).mean() > 0.999


@pytest.mark.parametrize("name", CHANGES)
def test_both_sides_move_alike_and_what_is_far_stays(anny, points, name):
    moved = displacements({name: CHANGES[name].most}, points, anny.mean)
    assert moved == pytest.approx(moved[anny.mirror] * (-1, 1, 1), abs=0.1)  # the landmarks are not quite symmetric
    scalp = anny.mean[:, 1] > 60
    assert not moved[scalp].any()
    assert np.linalg.norm(moved, axis=1).max() < 2.5 * CHANGES[name].most


def test_nothing_asked_for_moves_nothing(anny, points):
    assert not displacements(dict.fromkeys(CHANGES, 0.0), points, anny.mean).any()


def test_a_change_is_one_of_the_fitted_head(anny, rng):
    fit = replace(FIT, identity=rng.normal(0, 1, 80))
    points = head_points(anny, anny.shape(fit.identity))
    expected = displacements({"nose_width": 3.0}, points, anny.shape(fit.identity))
    assert planned(anny, fit, {"nose_width": 3.0}) == pytest.approx(expected)


def test_the_mean_head_is_symmetric(anny):
    assert head_asymmetry(anny, FIT).score < 0.05


def test_the_changed_head_keeps_its_expressions_and_goes_into_a_file(parts, astronaut_head):
    fit, matrix = astronaut_head.fit, parts.refinement(1).matrix
    moved = planned(parts.head, fit, {"chin_forward": 6.0})
    changed = reshaped(astronaut_head, matrix, moved)
    assert np.array_equal(changed.morphs, astronaut_head.morphs)
    assert changed.neutral.vertices == pytest.approx(
        astronaut_head.neutral.vertices + moved[: len(changed.neutral.vertices)]
    )
    assert changed.mesh.vertices - astronaut_head.mesh.vertices == pytest.approx(matrix @ moved)
    chin = changed.neutral_landmarks68[8] - astronaut_head.neutral_landmarks68[8]
    assert chin[2] > 3
    before, after = (Glb(glb_bytes(head)).json["accessors"] for head in (astronaut_head, changed))
    assert len(before) == len(after)
