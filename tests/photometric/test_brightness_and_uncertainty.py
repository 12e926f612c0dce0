"""What brightness tells makes a head surer, and nothing else of what is stated."""

import numpy as np

from facerecon.morphable.fitting import as_fit
from facerecon.morphable.uncertainty import Information, with_std
from facerecon.photometric.refine import photometric_steps


def test_brightness_makes_every_part_of_a_face_surer(one_photo):
    scene = one_photo
    start = scene.start()
    *_, last = photometric_steps(
        scene.head, scene.photos, scene.landmarks, start, scene.cameras, focal_known=scene.known, fit=scene.fit
    )
    told = [Information.at(scene.head, step, scene.fit) for step in (last.landmarks_alone, last)]
    np.testing.assert_allclose(told[1].photos - told[0].photos, last.information, atol=1e-9 * told[1].photos.max())
    np.testing.assert_array_equal(told[0].prior, told[1].prior)
    fit = as_fit(scene.head, last)
    blind, seeing = (
        with_std(scene.head, fit, last.landmarks_alone, scene.fit, information=information) for information in told
    )
    face = scene.head.face_region > 0.5
    assert np.median(seeing.std[face] / blind.std[face]) < 0.95
    np.testing.assert_array_equal(seeing.prior_std, blind.prior_std)
