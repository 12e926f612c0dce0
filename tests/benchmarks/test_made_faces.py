"""The made pictures: always the same, as labelled, and without faces where they should be."""

import numpy as np
import pytest

from benchmarks.faces import SIZES, jittered, negative, picture, portrait
from benchmarks.faces.backgrounds import PHOTOS, background, photo
from benchmarks.faces.effects import bars, hand, photographed
from benchmarks.faces.heads import person
from benchmarks.faces.looks import TONES, anny, skin_tone
from benchmarks.faces.pictures import aim, find_places, visible_share
from benchmarks.faces.shapes import bent, body_pose, glasses, long_hair, mask, shoulders
from facerecon.detection import DETECTORS
from facerecon.geometry.boxes import iou, overlap_of_smaller
from facerecon.geometry.normals import vertex_normals
from facerecon.geometry.projection import project_head
from facerecon.geometry.transforms import apply, head_pose

UPRIGHT = (0.0, 0.0, 0.0)


def test_a_number_gives_one_picture_and_another_number_another():
    first, again, other, reseeded = picture(2), picture(2), picture(13), picture(2, seed=1)
    np.testing.assert_array_equal(first.image, again.image)
    np.testing.assert_array_equal(first.boxes, again.boxes)
    for different in (other, reseeded):
        assert first.image.shape != different.image.shape or (first.image != different.image).any()


def test_boxes_lie_in_the_picture_and_have_the_sizes_that_are_promised():
    for number in (0, 2, 13):
        made = picture(number)
        boxes = np.vstack([made.boxes, made.ignored])
        extent = boxes[:, 2:] - boxes[:, :2]
        sizes = np.sqrt(extent.prod(axis=1))
        assert 1 <= len(boxes) <= 6
        assert (sizes > SIZES[0] - 1e-6).all() and (sizes < SIZES[1] + 1e-6).all()
        assert (boxes[:, :2] >= 0).all() and (boxes[:, 2:] <= np.array(made.image.shape[1::-1]) - 1).all()
        assert made.image.dtype == np.uint8 and made.image.std() > 5


@pytest.mark.parametrize("pose", [UPRIGHT, (1.3, 0.4, -0.5), (-0.7, -0.5, 0.5)])
def test_the_view_shows_the_face_where_it_should(rng, pose):
    one = person(rng, pose, 60)
    camera, camera_from_head = aim(rng, one, pose, 60.0, np.array([200.0, 150.0]), (400, 300))
    points, depth = project_head(camera, camera_from_head, one.face)
    low, high = points.min(axis=0), points.max(axis=0)
    np.testing.assert_allclose((low + high) / 2, [200, 150])
    assert np.sqrt((high - low).prod()) == pytest.approx(60)
    assert (depth > 300).all()


def test_a_frontal_face_is_taller_than_wide_and_reaches_from_the_chin_to_the_hair(rng):
    one = person(rng, UPRIGHT, 60)
    width, height, _ = np.ptp(one.face, axis=0)
    assert 0.7 < width / height < 0.95
    lowest, highest = one.face[:, 1].min(), one.face[:, 1].max()
    assert lowest == pytest.approx(anny().landmarks("mediapipe478").on(anny().mean, anny().triangles)[152, 1], abs=30)
    assert 50 < highest < 90


def test_people_hide_no_more_than_a_part_of_one_another(rng):
    for _ in range(20):
        sizes = np.sort(rng.uniform(24, 200, 6))[::-1]
        spots = find_places(rng, sizes, 640, 480)
        assert [size for size, _ in spots] == sorted((size for size, _ in spots), reverse=True)
        assert spots[0][0] == sizes[0]
        boxes = np.array([[*(centre - size / 2), *(centre + size / 2)] for size, centre in spots])
        assert (overlap_of_smaller(boxes, boxes)[~np.eye(len(boxes), dtype=bool)] < 0.25).all()


def test_the_share_of_a_face_that_shows():
    outline = np.array([[10, 10], [29, 10], [29, 29], [10, 29]], np.float32)[:, None]
    mine = np.ones((40, 40), bool)
    assert visible_share(outline, mine) == 1
    mine[:, 20:] = False
    assert visible_share(outline, mine) == pytest.approx(0.5)
    assert visible_share(outline + 100, mine) == 0


def outward(piece, axis):
    """Tells which share of a piece's surface looks away from an axis, `(3,)` weights of the coordinates kept."""
    normals = vertex_normals(piece.vertices, piece.triangles)
    away = (piece.vertices - piece.vertices.mean(axis=0)) * axis
    return ((normals * away).sum(axis=1) > 0).mean()


def test_pieces_show_their_outside():
    landmarks = anny().landmarks("mediapipe478").on(anny().mean, anny().triangles)
    assert outward(shoulders(np.eye(4), 1.0), np.array([1, 0, 1])) > 0.95
    assert outward(long_hair(150, 2.2, 14, 2), np.array([1, 0, 1])) > 0.9
    for piece in (mask(landmarks), glasses(52, 40)):
        normals = vertex_normals(piece.vertices, piece.triangles)
        front = np.abs(piece.vertices[:, 0]) < 45
        assert (normals[front, 2] > 0).mean() > 0.9, piece.name


def test_the_neck_goes_with_the_body_and_the_face_does_not():
    mean, on_body = anny().mean, body_pose((0.8, 0.2, 0.1), follows=0.3)
    moved = bent(mean, mean, on_body)
    marks = anny().landmarks("mediapipe478")
    np.testing.assert_allclose(marks.on(moved, anny().triangles), marks.on(mean, anny().triangles), atol=1e-9)
    lowest = mean[:, 1] < -186
    np.testing.assert_allclose(moved[lowest], apply(on_body, mean)[lowest], atol=2)
    np.testing.assert_allclose(body_pose((0.5, 0.0, 0.0), follows=1.0), np.eye(4), atol=1e-12)


def test_skins_span_the_range_of_people(rng):
    tones = np.array([skin_tone(rng) for _ in range(300)])
    brightness = tones.mean(axis=1)
    assert brightness.min() < 55 and brightness.max() > 215
    counts, _ = np.histogram(brightness, np.linspace(TONES[-1].mean(), TONES[0].mean(), 6))
    assert counts.min() > 20
    assert (tones[:, 0] > tones[:, 2]).all()


def test_covers_cover_a_part_of_the_face(rng):
    box = np.array([80.0, 60, 160, 160])
    for cover in (hand, bars):
        for _ in range(5):
            layer = cover(rng, box, (240, 320))
            inside = layer[60:160, 80:160, 3] > 127
            assert layer.shape == (240, 320, 4) and 0.03 < inside.mean() < 0.95


def test_a_camera_changes_a_picture_but_keeps_what_it_shows(rng):
    image = np.zeros((120, 160, 3), np.uint8)
    image[:, 80:] = 200
    for _ in range(10):
        taken = photographed(rng, image)
        assert taken.shape == image.shape and taken.dtype == np.uint8
        assert taken[:, 100:].mean() > taken[:, :60].mean() + 60


def test_backgrounds_have_every_size(rng):
    for width, height in ((640, 480), (33, 90)):
        for _ in range(12):
            made = background(rng, width, height)
            assert made.shape == (height, width, 3) and made.dtype == np.uint8


def test_no_background_shows_a_person(rng, make_photo, astronaut):
    with DETECTORS.create("mediapipe") as detector:
        assert detector.detect(make_photo(astronaut)).scores[0] > 0.85
        for name in PHOTOS:
            found = detector.detect(make_photo(photo(name, rng, 400, 300, zoom=1.0)))
            assert (found.scores < 0.75).all(), name  # a galaxy may be taken for a face, but hardly


def test_pictures_without_faces_have_no_boxes():
    for number in (0, 1, 2, 3):
        made = negative(number)
        assert len(made.boxes) == len(made.ignored) == 0 and made.image.ndim == 3


def test_a_portrait_shows_the_person_it_tells_of(rng):
    pose, cover = (0.4, -0.2, 0.1), "hand"
    made = portrait(rng, pose, 48, cover)
    box, person = made.shown.box, made.shown.person
    assert np.sqrt((box[2:] - box[:2]).prod()) == pytest.approx(48)
    assert (box > 0).all() and (box < len(made.image)).all()
    np.testing.assert_allclose(head_pose(made.shown.camera_from_head), pose, atol=1e-9)
    vertices = anny().shape(person.identity, person.expression)
    np.testing.assert_allclose(anny().landmarks("mediapipe478").on(vertices, anny().triangles), person.face[:478])


def test_jittered_boxes_stay_near(rng):
    box = np.array([100.0, 50, 180, 160])
    boxes = np.array([jittered(rng, box) for _ in range(50)])
    assert iou(boxes, box[None]).min() > 0.5 and iou(boxes, box[None]).max() < 1
    assert np.abs(boxes.mean(axis=0) - box).max() < 8
