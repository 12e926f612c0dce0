import numpy as np

from facerecon.geometry.projection import project_head
from facerecon.photometric.picture import compare
from facerecon.photometric.refine import photometric_steps


def test_the_face_is_rendered_as_bright_as_it_is(three_photos):
    scene = three_photos
    steps = photometric_steps(
        scene.head, scene.photos, scene.landmarks, scene.start(), scene.cameras, focal_known=scene.known, fit=scene.fit
    )
    first, *_, last = steps
    before, after = (compare(scene.head, scene.photos[2], step, 2, 120) for step in (first, last))
    assert after.photo.shape == after.rendered.shape == (120, 120, 3)
    inside = after.covered > 0.99
    left = np.abs(after.residual[inside] - np.median(after.residual[inside]))
    assert inside.mean() > 0.3 and np.median(left) < 0.06
    assert np.median(left) < np.median(np.abs(before.residual[inside] - np.median(before.residual[inside])))
    # Beside the face the photo is as it was.
    beside = after.covered == 0
    assert beside.any() and (after.photo[beside] == after.rendered[beside]).all()
    assert (after.residual[beside] == 0).all()


def test_the_face_lies_where_the_photo_shows_it(one_photo):
    scene = one_photo
    *_, last = photometric_steps(
        scene.head, scene.photos, scene.landmarks, scene.start(), scene.cameras, focal_known=scene.known, fit=scene.fit
    )
    found = compare(scene.head, scene.photos[0], last, 0, 120)
    pixels, _ = project_head(scene.cameras[0], scene.views[0], scene.vertices[last.rows])
    rows, columns = np.nonzero(found.covered > 0.5)
    box = np.ptp(np.column_stack([columns, rows]), axis=0) / 120
    assert (box > 0.6).all() and (np.ptp(pixels, axis=0) > 100).all()
