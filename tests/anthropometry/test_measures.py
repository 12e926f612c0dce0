"""Measures of points whose distances and angles are known, and errors that experiments confirm."""

import numpy as np
import pytest

from facerecon.anthropometry.measures import DIMENSIONS, GROUPS, gradient, measure, propagated, value_of
from facerecon.geometry.transforms import apply, rigid, rotation_from_euler


@pytest.fixture
def points(rng):
    names = {name for dimension in DIMENSIONS.values() for name in dimension.points}
    return {name: rng.normal(0, 50, 3) for name in sorted(names)}


def alone(errors):
    """Points that err on their own."""
    return lambda slopes, _: propagated(slopes, errors)


def test_distances_and_angles_are_those_of_geometry(points):
    points |= {"al_r": np.array([-17.0, 0, 5]), "al_l": np.array([17.0, 0, 5])}
    points |= {"g": np.array([0.0, 3, 0]), "n": np.zeros(3), "prn": np.array([0.0, -4, 4])}
    assert value_of(DIMENSIONS["nose_width"], points) == pytest.approx(34)
    assert value_of(DIMENSIONS["nose_forehead_angle"], points) == pytest.approx(135)


@pytest.mark.parametrize("name", DIMENSIONS)
def test_where_the_head_stands_does_not_count(points, name):
    motion = rigid(rotation_from_euler(0.4, -0.2, 0.1), np.array([3.0, -80, 40]))
    moved = {key: apply(motion, place[None])[0] for key, place in points.items()}
    assert value_of(DIMENSIONS[name], moved) == pytest.approx(value_of(DIMENSIONS[name], points))


def test_tolerances_are_those_of_an_experiment(points, rng):
    errors = {name: float(error) for name, error in zip(points, rng.uniform(0.2, 2, len(points)), strict=True)}
    told = measure(points, alone(errors), 0.03)
    drawn = []
    for _ in range(1000):
        size = 1 + rng.normal(0, 0.03)
        moved = {name: size * (place + rng.normal(0, errors[name] / np.sqrt(3), 3)) for name, place in points.items()}
        drawn.append([value_of(DIMENSIONS[name], moved) for name in told])
    assert np.std(drawn, axis=0) == pytest.approx([found.tolerance for found in told.values()], rel=0.1)


def test_scale_hurts_distances_and_not_angles(points):
    sure = dict.fromkeys(points, 0.0)
    for name, found in measure(points, alone(sure), 0.05).items():
        expected = 0.0 if DIMENSIONS[name].is_angle else 0.05 * found.value
        assert found.tolerance == pytest.approx(expected, abs=1e-9)


def test_what_a_head_has_no_points_for_is_left_out(points):
    ears = {name for name in points if name.startswith(("sa_", "sba_", "t_"))}
    for name in ears:
        del points[name]
    left = measure(points, alone(dict.fromkeys(points, 1.0)), 0.0)
    assert set(DIMENSIONS) - set(left) == {
        "jaw_angle", "face_depth", "ear_length_left", "ear_length_right"
    }  # fmt: skip


def test_propagation_counts_every_point(points):
    errors = dict.fromkeys(points, 0.0) | {"n": 3.0}
    slopes = gradient(lambda p: float(p["n"][0] * 2), points)
    assert propagated(slopes, errors) == pytest.approx(2 * 3 / np.sqrt(3))


def test_every_group_has_measures():
    assert {dimension.group for dimension in DIMENSIONS.values()} == set(GROUPS)
    assert all(dimension.view in ("front", "side") for dimension in DIMENSIONS.values())
