import numpy as np
import pytest

from facerecon.geometry.transforms import (
    apply,
    camera_from_head_rotation,
    euler_from_rotation,
    head_pose,
    invert,
    rigid,
    rotation_from_euler,
    rotation_from_vector,
    vector_from_rotation,
)

LEFT, UP, FACE = np.eye(3)


def random_rotation(rng):
    q, r = np.linalg.qr(rng.normal(size=(3, 3)))
    q = q * np.sign(np.diag(r))
    return q if np.linalg.det(q) > 0 else -q


def vectors():
    rng = np.random.default_rng(1)
    for angle in (0.0, 1e-300, 1e-12, 1e-8, 1e-4, 0.3, 1.5, np.pi - 1e-3, np.pi - 1e-7, np.pi - 1e-12):
        for _ in range(5):
            axis = rng.normal(size=3)
            yield angle * axis / np.linalg.norm(axis)


def test_rigid_motions_form_a_group():
    rng = np.random.default_rng(0)
    points = rng.normal(size=(20, 3)) * 100
    for _ in range(20):
        b_from_a = rigid(random_rotation(rng), rng.normal(size=3) * 50)
        c_from_b = rigid(random_rotation(rng), rng.normal(size=3) * 50)
        np.testing.assert_allclose(apply(c_from_b @ b_from_a, points), apply(c_from_b, apply(b_from_a, points)))
        np.testing.assert_allclose(apply(invert(b_from_a), apply(b_from_a, points)), points, atol=1e-10)
        np.testing.assert_allclose(invert(b_from_a) @ b_from_a, np.eye(4), atol=1e-12)
        np.testing.assert_allclose(invert(c_from_b @ b_from_a), invert(b_from_a) @ invert(c_from_b), atol=1e-10)


def test_invert_knows_scale():
    rng = np.random.default_rng(5)
    similar = rigid(2.5 * random_rotation(rng), rng.normal(size=3))
    np.testing.assert_allclose(invert(similar) @ similar, np.eye(4), atol=1e-12)


def test_rotation_vectors_are_rotations_about_their_axis():
    for vector in vectors():
        rotation = rotation_from_vector(vector)
        np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-14)
        assert np.linalg.det(rotation) == pytest.approx(1, abs=1e-14)
        np.testing.assert_allclose(rotation @ vector, vector, atol=1e-14)
        assert np.trace(rotation) == pytest.approx(1 + 2 * np.cos(np.linalg.norm(vector)), abs=1e-14)


def test_rotation_vector_turns_right_handed():
    np.testing.assert_allclose(rotation_from_vector(np.pi / 2 * FACE) @ LEFT, UP, atol=1e-15)


def test_rotation_vector_round_trip():
    for vector in vectors():
        np.testing.assert_allclose(vector_from_rotation(rotation_from_vector(vector)), vector, atol=1e-9)
    rng = np.random.default_rng(2)
    for _ in range(200):
        rotation = random_rotation(rng)
        vector = vector_from_rotation(rotation)
        assert np.linalg.norm(vector) <= np.pi + 1e-12
        np.testing.assert_allclose(rotation_from_vector(vector), rotation, atol=1e-12)


@pytest.mark.parametrize("axis", np.eye(3))
def test_half_turns(axis):
    rotation = rotation_from_vector(np.pi * axis)
    np.testing.assert_allclose(np.abs(vector_from_rotation(rotation)), np.pi * axis, atol=1e-12)


def test_rotation_vectors_compose_along_one_axis():
    axis = np.array([0.6, 0.0, 0.8])
    product = rotation_from_vector(0.4 * axis) @ rotation_from_vector(1.1 * axis)
    np.testing.assert_allclose(product, rotation_from_vector(1.5 * axis), atol=1e-14)


def test_head_angles_mean_what_people_say():
    turned = rotation_from_euler(0.3, 0, 0) @ FACE
    assert turned @ LEFT > 0 and turned @ UP == 0
    looking = rotation_from_euler(0, 0.3, 0) @ FACE
    assert looking @ UP > 0 and looking @ LEFT == 0
    tilted = rotation_from_euler(0, 0, 0.3) @ UP
    assert tilted @ LEFT > 0 and tilted @ FACE == 0


def test_frontal_head_faces_the_camera():
    np.testing.assert_array_equal(camera_from_head_rotation(0, 0, 0), np.diag([1, -1, -1]))
    # A head turned to its own left shows the face towards the right of the picture (+x).
    assert (camera_from_head_rotation(0.3, 0, 0) @ FACE)[0] > 0
    # Looking up moves the nose up in the picture: -y.
    assert (camera_from_head_rotation(0, 0.3, 0) @ FACE)[1] < 0


def test_euler_round_trip():
    rng = np.random.default_rng(3)
    for _ in range(300):
        yaw, roll = rng.uniform(-np.pi, np.pi, 2)
        pitch = rng.uniform(-np.pi / 2, np.pi / 2) * 0.999
        rotation = rotation_from_euler(yaw, pitch, roll)
        np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-14)
        assert np.linalg.det(rotation) == pytest.approx(1)
        np.testing.assert_allclose(euler_from_rotation(rotation), (yaw, pitch, roll), atol=1e-9)
        pose = rigid(camera_from_head_rotation(yaw, pitch, roll), rng.normal(size=3))
        np.testing.assert_allclose(head_pose(pose), (yaw, pitch, roll), atol=1e-9)


@pytest.mark.parametrize("pitch", [np.pi / 2, -np.pi / 2])
def test_euler_where_yaw_and_roll_are_one(pitch):
    rotation = rotation_from_euler(0.4, pitch, 0.9)
    angles = euler_from_rotation(rotation)
    assert angles[2] == 0
    np.testing.assert_allclose(rotation_from_euler(*angles), rotation, atol=1e-9)


def test_wrong_shapes_are_refused():
    with pytest.raises(ValueError, match="points must have shape"):
        apply(np.eye(4), np.zeros(3))
    with pytest.raises(ValueError, match="b_from_a"):
        apply(np.eye(3), np.zeros((1, 3)))
