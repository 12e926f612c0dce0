import numpy as np
import pytest

from facerecon.core.errors import SettingsError
from facerecon.core.types import Landmarks
from facerecon.geometry.transforms import rotation_from_vector
from facerecon.landmarks.iris import IRIS_MM, iris_diameters, iris_scale
from facerecon.landmarks.schemes import scheme

FOCAL = 900.0


def irises(turn=(0, 0, 0), roll=0.0, distance=600.0, apart=63.0):
    """Two discs of the iris' size before a pinhole camera, their four points each, as 478 landmarks."""
    points = np.zeros((478, 3))
    groups = scheme("mediapipe478").groups
    for side, sign in (("right", -1), ("left", 1)):
        centre = np.array([sign * apart / 2, 0, 0])
        points[groups["pupils"][0 if side == "right" else 1]] = centre
        angles = roll + np.array([0, 0.5, 1, 1.5]) * np.pi
        disc = np.stack([np.cos(angles), np.sin(angles), np.zeros(4)], axis=1) * IRIS_MM / 2
        points[list(groups[f"{side}_iris"])] = centre + disc @ rotation_from_vector(np.array(turn, float)).T
    camera = points + [0, 0, distance]
    return Landmarks(camera[:, :2] / camera[:, 2:] * FOCAL, None, "mediapipe478")


@pytest.mark.parametrize("turn", [(0, 0, 0), (0.5, 0, 0), (0, 0.6, 0), (0.3, -0.5, 0)])
@pytest.mark.parametrize("roll", [0.0, 0.4])
def test_a_turned_disc_keeps_its_long_axis(turn, roll):
    assert iris_diameters(irises(turn, roll)) == pytest.approx([FOCAL * IRIS_MM / 600] * 2, rel=0.01)


@pytest.mark.parametrize("distance", [300.0, 600.0, 1500.0])
def test_distance_and_pupils_come_back(distance):
    found = iris_scale(irises(distance=distance), FOCAL)
    assert found.distance == pytest.approx(distance, rel=1e-3)
    assert found.pupil_distance == pytest.approx(63, rel=1e-3)
    assert found.relative_error == pytest.approx(0.5 / 11.7, rel=1e-6)


def test_irises_that_disagree_are_less_sure():
    marks = irises()
    points = marks.points.copy()
    left = list(scheme("mediapipe478").groups["left_iris"])
    points[left] = points[left].mean(axis=0) + (points[left] - points[left].mean(axis=0)) * 1.2
    found = iris_scale(Landmarks(points, None, "mediapipe478"), FOCAL)
    assert found.relative_error == pytest.approx(np.hypot(0.5 / 11.7, 0.2 / 2.2), rel=1e-6)


def test_turned_head_shows_its_pupils_nearer():
    assert iris_scale(irises(apart=63 * np.cos(0.5)), FOCAL, yaw=0.5).pupil_distance == pytest.approx(63, rel=1e-3)


def test_without_irises():
    with pytest.raises(SettingsError):
        iris_diameters(Landmarks(np.zeros((68, 2)), None, "ibug68"))
    with pytest.raises(SettingsError):
        iris_scale(Landmarks(np.zeros((478, 2)), None, "mediapipe478"), FOCAL)
