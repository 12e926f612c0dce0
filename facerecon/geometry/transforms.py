"""Rigid motions and rotations: 4x4 matrices named `b_from_a`, rotation vectors, and head angles as people say them.

Head angles (radians): yaw > 0 turns the head to its own left, pitch > 0 looks up, roll > 0 tilts the head to its own
left shoulder. A camera that looks at a frontal, upright face has `camera_from_head` rotation diag(1, -1, -1).
"""

from __future__ import annotations

import numpy as np

from facerecon.core.arrays import check_shape

CAMERA_FROM_FRONTAL = np.diag([1.0, -1.0, -1.0])
"Rotation from a frontal head's axes (x left, y up, z out of the face) to the camera's (x right, y down, z forward)."
CAMERA_FROM_FRONTAL.flags.writeable = False


def rigid(rotation: np.ndarray, translation: np.ndarray) -> np.ndarray:
    """Joins a `(3, 3)` rotation and a `(3,)` translation into a `(4, 4)` matrix."""
    matrix = np.eye(4)
    matrix[:3, :3] = rotation
    matrix[:3, 3] = translation
    return matrix


def apply(b_from_a: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Moves `(N, 3)` points (rows) by a `(4, 4)` affine matrix."""
    check_shape(b_from_a, (4, 4), "b_from_a")
    check_shape(points, ("N", 3), "points")
    return points @ b_from_a[:3, :3].T + b_from_a[:3, 3]


def invert(b_from_a: np.ndarray) -> np.ndarray:
    """Gives `a_from_b` of a `(4, 4)` rigid, similarity or affine matrix."""
    check_shape(b_from_a, (4, 4), "b_from_a")
    linear = np.linalg.inv(b_from_a[:3, :3])
    return rigid(linear, -linear @ b_from_a[:3, 3])


def rotation_from_vector(vector: np.ndarray) -> np.ndarray:
    """Turns a `(3,)` rotation vector (axis times angle, radians) into a `(3, 3)` matrix, by Rodrigues' formula."""
    vector = np.asarray(vector, dtype=np.float64)
    check_shape(vector, (3,), "vector")
    angle = np.linalg.norm(vector)
    x, y, z = vector
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    # np.sinc(a / pi) = sin(a) / a, exact at 0; (1 - cos a) / a^2 is half of sinc(a / 2)^2.
    return np.eye(3) + np.sinc(angle / np.pi) * cross + 0.5 * np.sinc(angle / (2 * np.pi)) ** 2 * (cross @ cross)


def vector_from_rotation(rotation: np.ndarray) -> np.ndarray:
    """Turns a `(3, 3)` rotation matrix into its `(3,)` rotation vector, of length at most pi.

    Goes through the unit quaternion's largest component (Shepperd 1978), so that it is stable near 0 and near pi.
    """
    rotation = np.asarray(rotation, dtype=np.float64)
    check_shape(rotation, (3, 3), "rotation")
    xx, yy, zz = np.diag(rotation)
    squares = np.array([1 + xx + yy + zz, 1 + xx - yy - zz, 1 - xx + yy - zz, 1 - xx - yy + zz])
    skew = np.array([rotation[2, 1] - rotation[1, 2], rotation[0, 2] - rotation[2, 0], rotation[1, 0] - rotation[0, 1]])
    sums = rotation + rotation.T
    largest = int(np.argmax(squares))
    if largest == 0:
        quaternion = np.array([squares[0], *skew])
    else:
        axis = largest - 1
        quaternion = np.array([skew[axis], *sums[axis]])
        quaternion[largest] = squares[largest]
    quaternion /= np.linalg.norm(quaternion)
    quaternion *= -1.0 if quaternion[0] < 0 else 1.0
    sine = np.linalg.norm(quaternion[1:])
    angle = 2 * np.arctan2(sine, quaternion[0])
    return quaternion[1:] * (angle / sine if sine > 1e-12 else 2.0)


def rotation_from_euler(yaw: float, pitch: float, roll: float) -> np.ndarray:
    """Builds the `(3, 3)` rotation, in head axes, of a frontal head that is rolled, then pitched, then yawed.

    Args:
        yaw: radians, > 0 turns the face (+z) to the subject's left (+x).
        pitch: radians, > 0 turns the face up (+y).
        roll: radians, > 0 tilts the top of the head (+y) to the subject's left (+x).
    """
    (cy, sy), (cp, sp), (cr, sr) = ((np.cos(a), np.sin(a)) for a in (yaw, pitch, roll))
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_x = np.array([[1, 0, 0], [0, cp, sp], [0, -sp, cp]])
    about_z = np.array([[cr, sr, 0], [-sr, cr, 0], [0, 0, 1]])
    return about_y @ about_x @ about_z


def euler_from_rotation(rotation: np.ndarray) -> tuple[float, float, float]:
    """Finds (yaw, pitch, roll) in radians of a `(3, 3)` rotation: the inverse of `rotation_from_euler`.

    Where the face looks straight up or down, yaw and roll are the same motion: roll is then 0.
    """
    rotation = np.asarray(rotation, dtype=np.float64)
    check_shape(rotation, (3, 3), "rotation")
    level = np.hypot(rotation[0, 2], rotation[2, 2])
    pitch = np.arctan2(rotation[1, 2], level)
    if level < 1e-9:
        return float(np.arctan2(-rotation[2, 0], rotation[0, 0])), float(pitch), 0.0
    yaw = np.arctan2(rotation[0, 2], rotation[2, 2])
    roll = np.arctan2(-rotation[1, 0], rotation[1, 1])
    return float(yaw), float(pitch), float(roll)


def camera_from_head_rotation(yaw: float, pitch: float, roll: float) -> np.ndarray:
    """Builds the `(3, 3)` rotation from the head's axes to the camera's, for head angles in radians."""
    return CAMERA_FROM_FRONTAL @ rotation_from_euler(yaw, pitch, roll)


def head_pose(camera_from_head: np.ndarray) -> tuple[float, float, float]:
    """Reads (yaw, pitch, roll) in radians from a `(4, 4)` or `(3, 3)` `camera_from_head`."""
    return euler_from_rotation(CAMERA_FROM_FRONTAL @ np.asarray(camera_from_head)[:3, :3])
