"""What cannot be registered is refused in a sentence, and what is merely dirty is registered all the same."""

import time

import numpy as np
import pytest

from facerecon.core.errors import CloudError, FaceReconError
from facerecon.core.types import PointCloud
from facerecon.geometry.transforms import apply
from facerecon.registration.clouds import cleaned
from facerecon.registration.register import register

LINE = np.outer(np.arange(50.0), [1, 2, 3])


@pytest.mark.parametrize(
    "points",
    [
        np.zeros((0, 3)),
        np.ones((1, 3)),
        np.ones((500, 3)),
        np.full((500, 3), np.nan),
        np.full((500, 3), np.inf),
        LINE,
        LINE + 1e6,
        np.full((500, 3), 1e200),
    ],
    ids=["empty", "one", "copies", "nan", "inf", "line", "far line", "huge"],
)
def test_clouds_without_shape_are_refused(head, points):
    for pair in ((PointCloud(points), head), (head, PointCloud(points))):
        with pytest.raises(CloudError) as told:
            register(*pair)
        assert str(told.value).endswith(".")


@pytest.mark.parametrize("factor", [0.001, 0.1, 25.4, 1000])
def test_other_units_are_told_of(head, factor):
    with pytest.raises(CloudError, match="times as large") as told:
        register(head, PointCloud(factor * head.points))
    assert told.value.advice == "cloud_units"


def test_other_units_are_no_matter_where_the_scale_is_sought(sampled, motion, errors):
    rng = np.random.default_rng(2)
    true = motion(rng, 120, 0.3)
    true[:3, :3] *= 0.001
    target = PointCloud(apply(true, sampled(rng, 4000).points))
    found = register(sampled(rng, 3000), target, with_scale=True).target_from_source
    assert np.cbrt(np.linalg.det(found[:3, :3])) == pytest.approx(0.001, rel=0.005)
    assert errors(1000 * found, 1000 * true)[1] < 2


def test_dirt_is_passed_over(sampled, motion, errors):
    """Not-a-numbers, copies, and normals that lie."""
    rng = np.random.default_rng(4)
    true, clean = motion(rng, 60, 100), sampled(rng, 3000).points
    dirty = np.vstack([clean[:5], clean, np.full((20, 3), np.nan), [[np.inf, 0, 0]]])
    found = register(PointCloud(dirty), PointCloud(apply(true, sampled(rng, 3000).points)))
    assert errors(found.target_from_source, true)[0] < 0.5
    assert found.inliers.shape == (len(dirty),) and not found.inliers[-21:].any() and found.inliers.sum() > 1500


def test_cleaning_joins_the_corners_of_triangles():
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 0, 0], [np.nan, 0, 0], [1, 1, 0], [0, -0.0, 0]])
    clean, rows = cleaned(PointCloud(points, triangles=[[0, 1, 2], [3, 5, 2], [4, 1, 2], [0, 6, 5]]))
    assert rows.tolist() == [0, 1, 2, 5]
    assert clean.triangles.tolist() == [[0, 1, 2], [1, 3, 2]]


@pytest.mark.parametrize("shape", ["sphere", "plane", "two heads", "noise", "chair"])
def test_shapes_without_an_answer_end_in_time(head, shape):
    """Whatever comes out: it comes, it is rigid, and it never mirrors."""
    rng = np.random.default_rng(6)
    if shape == "sphere":
        points = rng.normal(size=(3000, 3))
        points *= 90 / np.linalg.norm(points, axis=1, keepdims=True)
    elif shape == "plane":
        points = rng.uniform(-100, 100, (3000, 3)) * [1, 1, 0]
    elif shape == "two heads":
        points = np.vstack([head.points, head.points + [300, 0, 0]])
    elif shape == "noise":
        points = rng.uniform(-100, 100, (3000, 3))
    else:
        sides = rng.integers(3, size=3000)
        points = rng.uniform(-100, 100, (3000, 3))
        points[np.arange(3000), sides] = np.sign(points[np.arange(3000), sides]) * 100
    start = time.process_time()
    try:
        found = register(PointCloud(points), head)
    except FaceReconError:
        return
    finally:
        assert time.process_time() - start < 20
    linear = found.target_from_source[:3, :3]
    assert np.allclose(linear @ linear.T, np.eye(3), atol=1e-9) and np.linalg.det(linear) > 0
