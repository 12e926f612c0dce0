"""Clouds of our own mean head, and motions to find again."""

import numpy as np
import pytest

from facerecon.core.types import PointCloud
from facerecon.geometry.transforms import rigid, rotation_from_vector, vector_from_rotation


@pytest.fixture(scope="session")
def head(anny):
    """The mean head's skin as a surface."""
    skin = anny.skin(anny.mean)
    return PointCloud(skin.vertices, triangles=skin.triangles)


@pytest.fixture(scope="session")
def sampled(head):
    """Samples the head: `sampled(rng, count, noise)` gives a cloud without normals or triangles."""
    a, b, c = (head.points[head.triangles[:, k]] for k in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)

    def sample(rng, count, noise=0.0):
        rows, weights = rng.choice(len(area), count, p=area / area.sum()), rng.dirichlet(np.ones(3), count)
        points = np.einsum("nk,nkd->nd", weights, head.points[head.triangles[rows]])
        return PointCloud(points + noise * rng.normal(size=points.shape))

    return sample


@pytest.fixture(scope="session")
def motion():
    """Makes a motion: `motion(rng, degrees, mm)`."""

    def make(rng, degrees, mm=0.0):
        axis, way = (vector / np.linalg.norm(vector) for vector in rng.normal(size=(2, 3)))
        return rigid(rotation_from_vector(np.radians(degrees) * axis), mm * way)

    return make


@pytest.fixture(scope="session")
def errors():
    """Measures a motion against the true one at a place `(3,)`: degrees, mm."""

    def measure(found, true, place=(0, 0, 0)):
        turn = np.degrees(np.linalg.norm(vector_from_rotation(found[:3, :3] @ true[:3, :3].T)))
        at = np.append(place, 1)
        return float(turn), float(np.linalg.norm((found @ at - true @ at)[:3]))

    return measure
