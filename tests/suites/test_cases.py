import numpy as np
import pytest

from facerecon.core.errors import AssetError
from facerecon.core.types import Mesh
from facerecon.evaluation.statistics import ErrorStatistics
from facerecon.geometry.nearest import nearest_on_surface
from facerecon.suites.cases import REDUCED
from facerecon.suites.data import find_data
from facerecon.suites.expressions import draw_expression
from facerecon.suites.ict import evenly
from facerecon.suites.own import AnnySuite
from facerecon.suites.paint import EYE, SKIN, TEETH, Canvas, painted
from facerecon.suites.studio import FRAME, Sitter, aim, take


@pytest.fixture(scope="module")
def suite():
    return AnnySuite()


@pytest.fixture(scope="module")
def sitter(suite):
    head = suite.head
    marks = head.landmarks("ibug68").on(head.mean, head.triangles)
    colours = painted(Canvas(suite.finer @ head.mean, suite.kinds, marks), np.random.default_rng(0))
    return Sitter(Mesh(suite.finer @ head.mean, suite.mesh.triangles), colours, marks)


def test_paint_tells_the_parts_of_a_face_apart(suite, sitter):
    vertices, colours = sitter.mesh.vertices, sitter.paint.astype(float)
    skin = colours[(suite.kinds == SKIN) & (np.linalg.norm(vertices - sitter.landmarks68[30], axis=1) < 12)]
    lips = colours[(suite.kinds == SKIN) & (np.linalg.norm(vertices - sitter.landmarks68[57], axis=1) < 3)]
    assert lips[:, 1].mean() < 0.8 * skin[:, 1].mean()
    assert (np.ptp(colours[suite.kinds == EYE], axis=0) > 100).all()  # pupil and white
    assert (colours[suite.kinds == TEETH] > 150).all()
    # Skin is one colour, lighter or darker: no green people.
    hue = skin / skin.sum(axis=1, keepdims=True)
    assert hue.std(axis=0).max() < 0.01 and skin[:, 0].mean() > skin[:, 1].mean() > skin[:, 2].mean()


def test_the_photo_shows_what_is_said_of_it(sitter):
    photo, seen = take(sitter, np.radians(20), np.random.default_rng(1), "x.jpg")
    assert photo.image.shape == (FRAME[1], FRAME[0], 3) and photo.focal_px is None
    assert (seen.points68 > 0).all() and (seen.points68 < FRAME).all()
    rows, columns = np.round(seen.points68[17:] * REDUCED).astype(int).T[::-1]
    # The far brow may lie on the outline itself.
    assert seen.silhouette[rows, columns].mean() > 0.9 and 0.1 < seen.silhouette.mean() < 0.8
    again, _ = take(sitter, np.radians(20), np.random.default_rng(1), "x.jpg")
    other, _ = take(sitter, np.radians(20), np.random.default_rng(2), "x.jpg")
    assert again.digest == photo.digest != other.digest


def test_yaw_turns_the_nose_to_the_subject_s_left(sitter):
    for yaw in (-40, 0, 40):
        _, pose = aim(sitter.landmarks68, np.radians(yaw), np.random.default_rng(0))
        ahead = pose[:3, :3] @ [0, 0, 1]
        # The subject's left is the picture's right; the face looks to the camera, against its z.
        assert np.degrees(np.arctan2(ahead[0], -ahead[2])) == pytest.approx(yaw, abs=0.5)


def test_expressions_are_symmetric_and_named(rng):
    names = ("mouthSmile_L", "mouthSmile_R", "jawOpen", "browDownLeft", "browDownRight", "unknown")
    drawn = np.array([draw_expression(names, rng) for _ in range(60)])
    np.testing.assert_array_equal(drawn[:, 0], drawn[:, 1])
    np.testing.assert_array_equal(drawn[:, 3], drawn[:, 4])
    assert (drawn[:, :5].max(axis=0) > 0.2).all() and not drawn[:, 5].any() and drawn.max() <= 1


def test_a_surface_is_sampled_by_its_area(rng):
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [10, 0, 5], [13, 0, 5], [10, 2, 5.0]])
    triangles = np.array([[0, 1, 2], [3, 4, 5]])
    cloud = evenly(vertices, triangles, 7000, rng)
    assert nearest_on_surface(vertices, triangles, cloud.points)[0].max() < 1e-9
    large = cloud.points[:, 2] > 2
    assert large.mean() == pytest.approx(6 / 7, abs=0.02)
    np.testing.assert_allclose(cloud.points[large].mean(axis=0), vertices[3:].mean(axis=0), atol=0.05)
    np.testing.assert_allclose(cloud.normals, np.tile([0, 0, 1.0], (7000, 1)))


def test_our_own_heads_are_known_exactly(suite, monkeypatch):
    monkeypatch.setattr("facerecon.suites.own.portraits", lambda sit, name, rng: ())
    first, second = suite.subjects(2, 5)
    again, _ = suite.subjects(2, 5)
    np.testing.assert_array_equal(first.vertices, again.vertices)
    assert ErrorStatistics.of(np.linalg.norm(first.vertices - second.vertices, axis=1)).median > 0.5
    skin = suite.head.skin(np.vstack([first.vertices, suite.head.mean[suite.head.skin_vertices :]]))
    around = first.beyond.points
    for points in (first.truth.points, around):
        assert nearest_on_surface(skin.vertices, skin.triangles, points)[0].max() < 1e-9
    chin = first.truth.landmarks68[8, 1]
    assert around[:, 1].min() > chin and not first.truth.ball.holds(around).any()
    assert around[:, 2].min() < skin.vertices[:, 2].min() + 5  # the back of the head is there


def test_data_are_looked_for_where_they_are_named(tmp_path, monkeypatch):
    for name in ("given", "named", "assets"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("FACERECON_EVAL", str(tmp_path / "named"))
    monkeypatch.setenv("FACERECON_ASSETS", str(tmp_path / "assets"))
    with pytest.raises(AssetError, match="--data DIR") as caught:
        find_data("thing.npz", [tmp_path / "given"], "a thing")
    assert caught.value.exit_status == 4
    for name in ("assets", "named", "given"):
        (tmp_path / name / "thing.npz").touch()
        assert find_data("thing.npz", [tmp_path / "given"], "a thing") == tmp_path / name / "thing.npz"
