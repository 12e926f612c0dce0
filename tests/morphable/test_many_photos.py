"""Twenty photos of one person: their order does not matter, and they tell more than two."""

import numpy as np

from facerecon.core.types import Camera, Landmarks
from facerecon.geometry.projection import project_head
from facerecon.geometry.transforms import camera_from_head_rotation, rigid
from facerecon.morphable.fitting import fit_steps

CAMERA = Camera(1000, 1000, 1600.0, np.array([499.5, 499.5]))
COUNT = 20


def photographs(head, identity, rng):
    """Projects landmarks, from all sides, with noise of their own."""
    points = head.landmarks("ibug68").on(head.shape(identity), head.triangles)
    for yaw in np.radians(rng.uniform(-40, 40, COUNT)):
        pose = rigid(camera_from_head_rotation(yaw, 0, 0), np.array([0, 0, 700.0]))
        noisy = project_head(CAMERA, pose, points)[0] + rng.normal(0, 2.0, (68, 2))
        yield Landmarks(noisy, None, "ibug68", np.zeros(52))


def fitted(head, marks):
    *_, last = fit_steps(head, marks, [CAMERA] * len(marks), focal_known=[True] * len(marks))
    return last


def test_twenty_photos_in_any_order(anny, rng):
    identity = 0.8 * rng.normal(size=80)
    marks, order = list(photographs(anny, identity, rng)), rng.permutation(COUNT)
    all_of_them, shuffled, two = (fitted(anny, some) for some in (marks, [marks[k] for k in order], marks[:2]))
    heads = [anny.shape(step.identity) for step in (all_of_them, shuffled, two)]
    np.testing.assert_allclose(heads[1], heads[0], atol=1e-3)  # mm
    for k, row in enumerate(order):
        np.testing.assert_allclose(
            shuffled.views[k].camera_from_head, all_of_them.views[row].camera_from_head, atol=1e-3
        )
    truth, face = anny.shape(identity), anny.face_region > 0.5
    off = [np.linalg.norm((head - truth)[face], axis=1).mean() for head in (heads[0], heads[2])]
    assert off[0] < off[1]
