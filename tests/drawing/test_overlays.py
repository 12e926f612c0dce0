import numpy as np
import pytest

from facerecon.core.types import Faces
from facerecon.drawing import overlays
from facerecon.drawing.theme import AXES, OUTLINE, REGIONS, STAGES, rgb


def near(image, colour, tolerance=60):
    """`(H, W)` bool: where the picture has nearly that colour."""
    return np.abs(image.astype(int) - colour).sum(axis=2) < tolerance


@pytest.fixture
def faces():
    keypoints = np.array([[[60.0, 80], [100, 80], [80, 100], [65, 120], [95, 120]]])
    return Faces(np.array([[40.0, 50, 120, 150]]), np.array([0.987]), keypoints)


def test_boxes_colour_their_edges_only(photo, faces):
    drawn = overlays.draw_boxes(photo, faces, keypoints=False)
    assert near(drawn[100:140, 40:41], rgb(STAGES["detection"].dark)).all()
    np.testing.assert_array_equal(drawn[60:140, 50:110], photo[60:140, 50:110])
    np.testing.assert_array_equal(drawn[160:], photo[160:])
    np.testing.assert_array_equal(drawn[:, 130:], photo[:, 130:])


def test_keypoints_and_score_are_drawn(photo, faces):
    drawn = overlays.draw_boxes(photo, faces)
    assert near(drawn[80:81, 60:61], rgb(STAGES["detection"].dark)).all()
    tag = drawn[30:50, 41:60]
    assert near(tag, rgb(STAGES["detection"].dark)).mean() > 0.3
    assert near(tag, overlays.HALO).any()


def test_no_face_leaves_the_photo_alone(photo):
    np.testing.assert_array_equal(overlays.draw_boxes(photo, Faces.none()), photo)


def test_the_chosen_face_is_stronger(photo):
    two = Faces(np.array([[20, 60, 80, 120], [130, 60, 190, 120.0]]), np.array([0.9, 0.8]))
    drawn = overlays.draw_boxes(photo, two, chosen=1)
    colour = rgb(STAGES["detection"].dark)
    assert near(drawn[70:110, 128:133], colour).sum() > near(drawn[70:110, 18:23], colour).sum()


@pytest.mark.parametrize("corner", [(-30, -30), (500, 300), (235, 0), (0, 199), (10, 3)])
def test_labels_survive_the_edges(photo, corner):
    assert overlays.draw_label(photo, "0.99", corner, (255, 0, 0)).shape == photo.shape


def test_points_have_the_colour_of_their_group(photo):
    points = np.array([[50.0, 50], [150, 50], [100, 150]])
    drawn = overlays.draw_points(photo, points, {"left_eye": [1], "lips": [2]}, radius=4)
    assert tuple(drawn[50, 50]) == rgb(STAGES["landmarks"].dark)
    assert tuple(drawn[50, 150]) == rgb(REGIONS["eye"].dark)
    assert tuple(drawn[150, 100]) == rgb(REGIONS["lip"].dark)
    np.testing.assert_array_equal(drawn[70:130], photo[70:130])


def test_connections_join_points(photo):
    points = np.array([[50.0, 50], [150, 50], [150, 150]])
    drawn = overlays.draw_connections(photo, points, {"nose": np.array([[0, 1]])}, width=2)
    assert near(drawn[50:51, 60:140], rgb(REGIONS["nose"].dark)).all()
    np.testing.assert_array_equal(drawn[60:], photo[60:])
    plain = overlays.draw_connections(photo, points, np.array([[1, 2]]), width=2)
    assert near(plain[60:140, 150:151], rgb(STAGES["landmarks"].dark)).all()


def test_shared_edges_are_drawn_once():
    black = np.zeros((100, 100, 3), np.uint8)
    points = np.array([[10.0, 10], [90, 10], [90, 90], [10, 90]])
    both = overlays.draw_triangles(black, points, np.array([[0, 1, 2], [0, 2, 3]]), (200, 200, 200), 2, opacity=0.5)
    assert both.max() == 100
    assert both[50, 50, 0] == 100


def test_outline_follows_the_mask(photo):
    rows, columns = np.mgrid[:200, :240]
    distance = np.hypot(rows - 100, columns - 120)
    drawn = overlays.draw_outline(photo, distance < 50, (255, 0, 255), width=1)
    changed = (drawn != photo).any(axis=2)
    assert changed.any() and np.abs(distance[changed] - 50).max() < 3
    angles = np.arctan2(rows - 100, columns - 120)[changed]
    assert len(np.unique(np.round(angles, 1))) > 60


def test_residuals_reach_from_point_to_point(photo):
    points, fitted = np.array([[50.0, 50], [100, 100]]), np.array([[80.0, 50], [100, 100]])
    drawn = overlays.draw_residuals(photo, points, fitted, width=2)
    assert near(drawn[50:51, 58:78], rgb(STAGES["fitting"].dark)).all()
    assert near(drawn[50:51, 50:51], rgb(STAGES["landmarks"].dark)).all()


def test_pose_axes_point_as_a_person_would_say(photo, camera, pose):
    """Face to face, the subject's left is on the picture's right, and up is up."""
    black = np.zeros_like(photo)
    drawn = overlays.draw_pose(black, camera, pose, length=80)
    x, y = (np.argwhere(near(drawn, rgb(colour), 20)).mean(axis=0) for colour in AXES[:2])
    assert x[1] > 130 and abs(x[0] - 99.5) < 3
    assert y[0] < 85 and abs(y[1] - 119.5) < 3


def test_pose_behind_the_camera_is_not_drawn(photo, camera, pose):
    behind = pose.copy()
    behind[2, 3] = -500
    np.testing.assert_array_equal(overlays.draw_pose(photo, camera, behind), photo)


def test_points_that_slide_have_their_own_colour():
    photo = np.full((80, 80, 3), 90, np.uint8)
    points, fitted = np.array([[20.0, 20.0], [20.0, 60.0]]), np.array([[60.0, 20.0], [60.0, 60.0]])
    drawn = overlays.draw_residuals(photo, points, fitted, width=2, sliding=[1])
    plain = overlays.draw_residuals(photo, points, fitted, width=2)
    np.testing.assert_array_equal(drawn[:40], plain[:40])
    yellow = np.abs(drawn[60, 60].astype(int) - rgb(OUTLINE.dark)).max()
    assert yellow < 30 and not np.array_equal(drawn[40:], plain[40:])
