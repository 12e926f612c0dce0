"""Faces that are symmetric, or asymmetric in a known way, however they stand."""

import numpy as np
import pytest

from facerecon.anthropometry.asymmetry import FLIP, asymmetry
from facerecon.geometry.graph import vertex_areas
from facerecon.geometry.normals import vertex_normals
from facerecon.geometry.transforms import apply, rigid, rotation_from_euler

MOTION = rigid(rotation_from_euler(0.3, -0.2, 0.15), np.array([12.0, -7, 30]))


def compare(vertices, triangles, mirror, weights=None):
    areas = vertex_areas(vertices, triangles) if weights is None else weights
    return asymmetry(vertices, mirror, vertex_normals(vertices, triangles), areas)


@pytest.fixture(scope="module")
def skin(anny):
    return anny.skin(anny.mean), anny.mirror[: anny.skin_vertices]


def symmetric(skin):
    mesh, mirror = skin
    return (mesh.vertices + mesh.vertices[mirror] * FLIP) / 2


def test_a_symmetric_head_has_none_however_it_stands(skin):
    mesh, mirror = skin
    found = compare(apply(MOTION, symmetric(skin)), mesh.triangles, mirror)
    assert found.score < 1e-9 and found.distance.max() < 1e-8
    # The plane of symmetry has turned with the head.
    assert found.axis == pytest.approx(MOTION[:3, :3] @ (1, 0, 0), abs=1e-9)


def test_a_bump_on_one_side_is_found_there(skin):
    mesh, mirror = skin
    vertices = symmetric(skin)
    normals = vertex_normals(vertices, mesh.triangles)
    cheek = np.linalg.norm(vertices - [45, -45, 0], axis=1)
    vertices = vertices + 2.0 * normals * np.clip(1 - cheek / 25, 0, 1)[:, None]
    found = compare(vertices, mesh.triangles, mirror)
    peak = int(np.argmax(found.distance))
    assert cheek[peak] < 25 or cheek[mirror[peak]] < 25
    assert found.distance.max() == pytest.approx(2.0, rel=0.15)
    left = int(np.argmin(cheek))
    assert found.outwards[left] > 1.5 and found.outwards[mirror[left]] < -1.5


def test_both_sides_tell_the_same(skin, rng):
    mesh, mirror = skin
    vertices = symmetric(skin) + rng.normal(0, 0.5, mesh.vertices.shape)
    found = compare(vertices, mesh.triangles, mirror, np.ones(len(vertices)))
    assert found.distance == pytest.approx(found.distance[mirror], abs=1e-6)
    # Noise of σ on three axes and both sides: root mean square σ √6.
    assert found.score == pytest.approx(0.5 * np.sqrt(6), rel=0.05)
