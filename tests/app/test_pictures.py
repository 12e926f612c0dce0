"""Pictures and measures of the pages: geometry against its mathematics."""

import cv2
import numpy as np
import pytest

from facerecon.app import pictures, thumbnails
from facerecon.core.types import FILLED, SEEN, Camera, Photo, Texture
from facerecon.geometry.projection import project_head
from facerecon.geometry.transforms import camera_from_head_rotation, rigid


@pytest.fixture
def photo(rng):
    return Photo(rng.integers(0, 256, (300, 500, 3), dtype=np.uint8), "abc", None, "noise.png")


def test_a_cropped_camera_sees_what_the_crop_shows(photo, rng):
    camera = Camera(500, 300, 620.0, np.array([249.5, 149.5]))
    pose = rigid(camera_from_head_rotation(0.3, -0.1, 0.05), np.array([20.0, -10.0, 700.0]))
    points = rng.normal(scale=60, size=(50, 3))
    cut = thumbnails.face_crop(photo, np.array([180.0, 90.0, 320.0, 230.0]))
    direct = project_head(thumbnails.cropped_camera(cut, camera), pose, points)[0]
    carried = cut.to_crop(project_head(camera, pose, points)[0])
    np.testing.assert_allclose(direct, carried, atol=1e-9)


@pytest.mark.parametrize("yaw", [0.0, 0.4, -1.2, np.pi])
def test_a_portrait_holds_the_whole_head(anny, yaw):
    mesh = anny.mesh(anny.mean)
    camera, pose = thumbnails.portrait_camera(mesh, 200, yaw)
    points, depth = project_head(camera, pose, mesh.vertices)
    assert (depth > 0).all()
    assert points.min() > 0 and points.max() < 199
    assert np.ptp(points[:, 1]) > 120  # and fills it


def test_tiles_are_squares_with_something_on_them(anny):
    mesh = anny.mesh(anny.mean)
    tile = thumbnails.mesh_tile(mesh, 96)
    assert tile.shape == (96, 96, 3) and tile.std() > 20
    assert thumbnails.data_uri(tile).startswith("data:image/jpeg;base64,/9j/")


def test_without_a_box_the_middle_is_cut(photo):
    cut = thumbnails.face_crop(photo, None, 300)
    np.testing.assert_array_equal(cut.image, photo.image[:, 100:400])


def test_shrinking_keeps_what_it_is_of(photo):
    small = pictures.shrunk(photo, 10)
    assert small.image.shape == (30, 50, 3) and small.digest != photo.digest
    assert abs(float(small.image.mean()) - float(photo.image.mean())) < 1
    assert pictures.shrunk(photo, 100) is photo
    assert pictures.shrunk(photo, 1).image.shape == (8, 8, 3)


def test_reduced_never_enlarges(photo):
    assert pictures.reduced(photo.image, 1000) is photo.image
    assert pictures.reduced(photo.image, 250).shape == (150, 250, 3)


def test_what_a_detector_saw_is_shown_pixel_by_pixel(rng):
    photo = Photo(rng.integers(0, 256, (300, 500, 3), dtype=np.uint8), "noise", None, "noise.png")
    small = pictures.shrunk(photo, 2)
    shown = cv2.imdecode(np.frombuffer(pictures.seen_picture(small, (300, 500)), np.uint8), cv2.IMREAD_COLOR_RGB)
    assert shown.shape == (840, 1400, 3)
    for row, column in np.ndindex(small.image.shape[:2]):  # each of its pixels is a plain block
        middle = shown[round((row + 0.5) * 840 / 8), round((column + 0.5) * 1400 / 10)]
        assert np.abs(middle.astype(int) - small.image[row, column]).max() < 12


def test_a_face_from_near_knows_where_it_is_from(rng):
    photo = Photo(rng.integers(0, 256, (300, 500, 3), dtype=np.uint8), "noise", None, "noise.png")
    box = np.array([180.0, 90.0, 320.0, 190.0])
    image, frame = pictures.near_picture(photo, box)
    assert cv2.imdecode(np.frombuffer(image, np.uint8), cv2.IMREAD_COLOR).shape[:2] == (pictures.NEAR, pictures.NEAR)
    np.testing.assert_allclose((frame[:2] + frame[2:]) / 2, (box[:2] + box[2:]) / 2)
    assert np.ptp(frame[[0, 2]]) == pytest.approx(np.ptp(frame[[1, 3]])) and np.ptp(frame[[0, 2]]) > 140


def test_provenance_counts_what_is_seen_from_the_front(anny):
    mesh, region = anny.mesh(anny.mean), anny.face_region
    blank = np.zeros((256, 256, 3), np.uint8)
    for value, wanted in ((SEEN, [1, 0, 0]), (FILLED, [0, 0, 1])):
        texture = Texture(blank, np.full((256, 256), value, np.uint8))
        np.testing.assert_allclose(pictures.provenance_shares(mesh, region, texture), wanted)
    # A texture that is seen on the subject's left only covers half of a symmetric face.
    halves = np.full((256, 256), FILLED, np.uint8)
    left = mesh.uv[mesh.uv_triangles[(mesh.vertices[mesh.triangles][:, :, 0] > 0).all(axis=1) & (mesh.parts == 0)]]
    columns = np.clip((left[..., 0] * 256).astype(int), 0, 255)
    side = slice(128, None) if np.median(columns) > 128 else slice(None, 128)
    halves[:, side] = SEEN
    shares = pictures.provenance_shares(mesh, region, Texture(blank, halves))
    assert shares.sum() == pytest.approx(1)
    assert shares[0] == pytest.approx(0.5, abs=0.03)
