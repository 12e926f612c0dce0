"""Tolerances of a head's measures, from the fit's covariance or from how far landmarks stray."""

from dataclasses import replace

import numpy as np
import pytest

from facerecon.anthropometry.measures import DIMENSIONS, gradient, value_of
from facerecon.core.types import FILLED, SEEN, Fit, Scale, Texture
from facerecon.geometry.normals import vertex_normals
from facerecon.measuring import (
    PointErrors,
    change_errors,
    face_thirds,
    find_hairline,
    forehead,
    head_points,
    measure_head,
)
from facerecon.morphable.uncertainty import Surface, calibration
from facerecon.report import report

FIT = Fit(np.zeros(80), (), None, Scale("model_average", 0.0))


def test_tolerances_are_those_of_heads_that_are_drawn(anny, rng, monkeypatch):
    known = replace(calibration(), rest=0.0, beyond=1.0)
    monkeypatch.setattr("facerecon.measuring.calibration", lambda: known)
    root = 0.15 * rng.normal(size=(80, 80)) / np.sqrt(80)
    told = measure_head(anny, replace(FIT, covariance=root @ root.T))
    surface, normals, drawn = Surface(anny, FIT.identity), vertex_normals(anny.mean, anny.triangles), []
    for _ in range(120):
        vertices = anny.shape(root @ rng.normal(size=80))
        # Heads are compared at one size: what is known of the size has an error of its own.
        growth = surface.gauge(((vertices - anny.mean) * normals).sum(axis=1)[:, None])[6, 0]
        points = head_points(anny, vertices)
        drawn.append([_value(name, points) / (1 if DIMENSIONS[name].is_angle else 1 + growth) for name in told])
    assert np.std(drawn, axis=0) == pytest.approx([one.tolerance for one in told.values()], rel=0.25)


def _value(name, points):
    return value_of(DIMENSIONS[name], points)


def test_points_that_move_together_keep_their_distance(anny):
    """A fit that is unsure of where the whole mouth is can still be sure of its width."""
    apart = PointErrors(anny, FIT)
    points = head_points(anny, anny.mean)
    mode = PointErrors(anny, replace(FIT, covariance=np.diag(np.eye(80)[0])))
    for name in ("mouth_width", "eye_height_left"):
        slopes = gradient(lambda moved, name=name: _value(name, moved), points)
        assert mode(slopes, _value(name, points)) < apart(slopes, _value(name, points)) + 2


def test_ears_are_as_unsure_as_what_lies_around_the_face(anny, monkeypatch):
    fit = replace(FIT, covariance=np.eye(80))
    told = []
    for beyond in (1.0, 2.0):
        known = replace(calibration(), beyond=beyond)
        monkeypatch.setattr("facerecon.measuring.calibration", lambda known=known: known)
        told.append(measure_head(anny, fit))
    before, after = told
    assert after["ear_length_left"].tolerance > 1.5 * before["ear_length_left"].tolerance
    assert after["nose_width"].tolerance == pytest.approx(before["nose_width"].tolerance, rel=0.01)


def test_without_a_covariance_landmarks_stray_as_they_were_found_to(anny):
    found = measure_head(anny, FIT)
    assert found["eye_inner_distance"].tolerance < found["jaw_width"].tolerance < 10
    assert found.keys() == DIMENSIONS.keys()


def test_the_scale_is_added(anny):
    sure = measure_head(anny, FIT)
    rough = measure_head(anny, replace(FIT, scale=Scale("model_average", 0.05)))
    for name, found in rough.items():
        more = 0.0 if DIMENSIONS[name].is_angle else 0.05 * found.value
        assert found.tolerance == pytest.approx(np.hypot(sure[name].tolerance, more))


def test_a_photo_knows_some_measures_better_than_others(parts, astronaut_head):
    assert astronaut_head.fit.covariance is not None
    found = measure_head(parts.head, astronaut_head.fit)
    assert found["eye_inner_distance"].tolerance < found["face_depth"].tolerance
    errors = change_errors(parts.head, astronaut_head.fit)
    assert all(0.3 < error < 12 for error in errors.values())


def test_the_hairline_is_where_the_texture_turns_into_hair(parts, astronaut_head):
    head, wanted = parts.head, 64.0
    vertices = head.shape(astronaut_head.fit.identity)
    row = np.zeros(len(head.mean), dtype=np.int64)
    row[head.triangles] = head.uv_triangles
    _, border = forehead(head, vertices).at(head.uv[row], np.array([wanted]))[0]
    size = 512
    image = np.full((size, size, 3), (205, 165, 145), np.uint8)
    image[: round(border * size)] = (60, 42, 30)  # the forehead goes up in the picture too
    texture = Texture(image, np.full((size, size), SEEN, np.uint8))
    found = find_hairline(head, replace(astronaut_head, texture=texture))
    assert found.source == "guessed" and found.height == pytest.approx(wanted, abs=2)
    unseen = replace(texture, provenance=np.full((size, size), FILLED, np.uint8))
    assert find_hairline(head, replace(astronaut_head, texture=unseen)).source == "usual"
    points, thirds = face_thirds(head, astronaut_head.fit, found)
    assert points["tr"][1] > points["g"][1] + 45 and sum(one.share for one in thirds.values()) == pytest.approx(1)
    known = measure_head(head, astronaut_head.fit)
    assert thirds["middle"].length == pytest.approx(known["middle_third"].value)
    assert thirds["upper"].tolerance > 6


def test_the_report_tells_what_was_measured(parts, astronaut_head):
    told = report(astronaut_head)["measurements"]
    for name, found in measure_head(parts.head, astronaut_head.fit).items():
        unit = "degrees" if DIMENSIONS[name].is_angle else "mm"
        assert told[name] == {
            unit: pytest.approx(found.value, abs=0.01), f"tolerance_{unit}": pytest.approx(found.tolerance, abs=0.01)
        }  # fmt: skip


@pytest.mark.parametrize("name", ["anny", "ict"])
def test_the_mean_of_a_head_model_has_the_size_of_a_head(name, open_head):
    head = open_head(name)
    found = measure_head(head, replace(FIT, identity=np.zeros(len(head.identity_basis))))
    assert found.keys() == DIMENSIONS.keys()
    plausible = {"eye_inner_distance": (26, 42), "nose_width": (26, 44), "nose_protrusion": (12, 25)}
    plausible |= {"mouth_width": (40, 62), "face_height": (98, 135), "ear_length_left": (45, 75)}
    for measure, (low, high) in plausible.items():
        assert low < found[measure].value < high, measure
