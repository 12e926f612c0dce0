"""Vertices of the same topology, and photos."""

import numpy as np
import pytest

from facerecon.evaluation.photos import reprojection_errors, silhouette_iou
from facerecon.evaluation.vertices import vertex_errors
from facerecon.geometry.transforms import apply, rigid, rotation_from_vector


def test_a_moved_head_has_no_vertex_error(rng):
    true = rng.normal(0, 50, (200, 3))
    turn = rigid(rotation_from_vector(rng.normal(size=3)), rng.normal(0, 50, 3))
    np.testing.assert_allclose(vertex_errors(apply(turn, true), true, np.ones(200)), 0, atol=1e-9)
    larger = vertex_errors(1.1 * true, true, np.ones(200))
    assert larger.mean() > 1
    np.testing.assert_allclose(vertex_errors(1.1 * true, true, np.ones(200), scale=True), 0, atol=1e-9)


def test_what_does_not_count_is_measured_but_does_not_pull(rng):
    true = rng.normal(0, 50, (200, 3))
    found, weights = true.copy(), np.ones(200)
    found[7] += [3, 4, 0]
    weights[7] = 0
    errors = vertex_errors(found, true, weights)
    assert errors[7] == pytest.approx(5) and np.delete(errors, 7).max() < 1e-9


def test_reprojection_is_a_share_of_the_size():
    np.testing.assert_allclose(reprojection_errors(np.array([[3.0, 4], [0, 0]]), np.zeros((2, 2)), 50), [0.1, 0])


def test_overlap_of_outlines():
    square = np.zeros((20, 20), bool)
    square[5:15, 5:15] = True
    shifted = np.roll(square, 5, axis=1)
    assert silhouette_iou(square, square) == 1
    assert silhouette_iou(square, shifted) == pytest.approx(50 / 150)
    assert silhouette_iou(np.zeros((2, 2), bool), np.zeros((2, 2), bool)) == 1
    with pytest.raises(ValueError, match="shape"):
        silhouette_iou(square, square[:10])
