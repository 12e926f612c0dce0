"""The ICT head: where its data may lie, what is said when they are not there, and what it is like when they are."""

import numpy as np
import pytest

from facerecon.cli import main
from facerecon.core.arkit import ARKIT_NAMES
from facerecon.core.errors import AssetError
from facerecon.geometry.transforms import apply, rigid, rotation_from_vector
from facerecon.morphable.ict import IctHead, _as_arkit
from facerecon.morphable.ict_files import EXPRESSIONS, IDENTITIES, NEUTRAL, read_folder, read_shapes
from facerecon.samples import load_sample
from scripts.head.ict_errors import flipped, truths

SQUARE = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [2, 0, 0], [2, 1, 0.0]])


@pytest.fixture
def nowhere(monkeypatch, tmp_path):
    monkeypatch.setenv("FACERECON_ASSETS", str(tmp_path / "none"))
    monkeypatch.setenv("FACERECON_CACHE", str(tmp_path / "cache"))
    return tmp_path


@pytest.fixture
def repository(tmp_path):
    """A folder like FaceXModel, of two quads."""
    folder = tmp_path / "ICT-FaceKit" / "FaceXModel"
    folder.mkdir(parents=True)
    faces = "vt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\nf 1/1 2/2 3/3 4/4\nf 2/1/1 5/2/1 6/3/1 3/4/1\n"
    names = [NEUTRAL, *(f"identity{row:03d}.obj" for row in range(IDENTITIES)), *(f"{n}.obj" for n in EXPRESSIONS)]
    for number, name in enumerate(names):
        lines = "".join(f"v {x} {y} {z + number}\n" for x, y, z in SQUARE)
        (folder / name).write_text(f"# made for a test\n{lines}{faces}")
    return folder


def test_without_its_data_one_line_says_how_to_get_them(nowhere):
    with pytest.raises(AssetError, match="github.com/ICT-VGL/ICT-FaceKit") as caught:
        IctHead()
    assert caught.value.exit_status == 4 and "\n" not in str(caught.value)


def test_the_shell_ends_with_status_4(nowhere, capsys, tmp_path):
    from PIL import Image

    photo = tmp_path / "photo.png"
    Image.fromarray(load_sample("astronaut").image).save(photo)
    assert main(["reconstruct", str(photo), "--head", "ict", "--out", str(tmp_path / "out")]) == 4
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert "ICT-FaceKit" in said and "Traceback" not in said
    assert not (tmp_path / "out").exists()


def test_the_public_repository_is_read(nowhere, repository, monkeypatch):
    for place in (repository, repository.parent, repository.parent.parent):
        monkeypatch.setenv("FACERECON_ASSETS", str(place))
        shapes = read_shapes()
        assert shapes.mean == pytest.approx(SQUARE)
        assert shapes.identity[6] == pytest.approx(np.tile([0, 0, 7.0], (6, 1)))
        assert shapes.expressions[-1] == pytest.approx(np.tile([0, 0, 153.0], (6, 1)))
        assert shapes.quads.tolist() == [[0, 1, 2, 3], [1, 4, 5, 2]]
        assert shapes.quads_uv.tolist() == [[0, 1, 2, 3]] * 2 and shapes.uv.shape == (4, 2)
    assert len(list((nowhere / "cache").glob("ict_*.npz"))) == 1  # the second and the third time were quick


def test_a_repository_that_is_not_whole_is_refused(nowhere, repository):
    (repository / "jawOpen.obj").unlink()
    with pytest.raises(AssetError, match="jawOpen"):
        read_folder(repository)


def test_expressions_become_arkits():
    fields = np.arange(1.0, 54)[:, None, None] * np.ones((1, 2, 3))
    found = dict(zip(ARKIT_NAMES, _as_arkit(fields)[:, 0, 0], strict=True))
    theirs = dict(zip(EXPRESSIONS, range(1, 54), strict=True))
    assert found["browInnerUp"] == theirs["browInnerUp_L"] + theirs["browInnerUp_R"]
    assert found["cheekPuff"] == theirs["cheekPuff_L"] + theirs["cheekPuff_R"]
    assert found["eyeBlinkLeft"] == theirs["eyeBlink_L"] and found["jawOpen"] == theirs["jawOpen"]
    assert found["tongueOut"] == 0 and sum(value > 0 for value in found.values()) == 51


class TestWithItsData:
    @pytest.fixture(scope="class")
    def ict(self, open_head):
        return open_head("ict")

    def test_parts_and_expressions(self, ict):
        assert ict.part_names == ("skin", "eye_left", "eye_right", "teeth", "tongue")
        assert ict.expression_names == ARKIT_NAMES
        left = np.unique(ict.triangles[ict.parts == 1])
        assert (ict.mean[left, 0] > 0).all()
        for part in range(1, 5):
            assert (ict.parts == part).sum() > 500
        assert 0.03 < ict.iris_uv_radius < 0.15

    def test_sides_and_jaw(self, ict):
        for name, sign in (("Left", 1), ("Right", -1)):
            moved = np.abs(ict.expression_basis[ARKIT_NAMES.index(f"eyeBlink{name}")]).sum(axis=1)
            assert sign * (moved @ ict.mean[:, 0]) > 0
        chin = ict.landmarks("ibug68")[np.array([8])]
        opened = ict.expression_basis[ARKIT_NAMES.index("jawOpen")].astype(float)
        assert chin.on(opened, ict.triangles)[0, 1] < -8

    def test_landmarks_sit_where_their_names_say(self, ict):
        points = ict.landmarks("ibug68").on(ict.mean, ict.triangles)
        assert np.abs(points[30, 2] - points[:, 2].max()) < 1
        assert (points[[37, 38, 43, 44], 1] > points[[41, 40, 47, 46], 1]).all()
        assert points[48, 0] < points[51, 0] < points[54, 0]
        irises = ict.landmarks("mediapipe478")[np.arange(468, 478)]
        assert set(ict.parts[irises.triangle]) == {1, 2}
        assert 0.3 < np.median(ict.landmark_spread("mediapipe478")) < 3

    def test_identity_keeps_the_origin(self, ict, rng):
        head = ict.shape(rng.normal(size=100))
        corners = ict.landmarks("ibug68")[[36, 45]].on(head, ict.triangles)
        assert np.abs(corners.mean(axis=0)).max() < 0.2

    def test_errors_of_landmarks_were_measured(self, ict):
        for name, count in (("mediapipe478", 478), ("ibug68", 68)):
            found = ict.landmark_errors("mediapipe", name)
            assert found.polynomial.shape == (7, count, 2) and found.renders > 1000
            assert found.by_identity.shape == (2, 100, count, 2) and found.scores.shape == (3, 52)
            # Detectors show less of what makes a face special than there is: errors go against it.
            points, spots = ict.landmarks(name), found.by_identity[0]
            moved = np.array([points.on(field, ict.triangles)[:, :2] for field in ict.identity_basis.astype(float)])
            assert -0.5 < (spots * moved).sum() / (moved**2).sum() < -0.05
        assert ict.landmark_errors("nobody", "ibug68") is None

    def test_the_outline_lies_on_the_skin_of_the_head(self, ict):
        rows, vertices = ict.outline()
        assert len(rows) == len(vertices) == 36 and vertices.max() < ict.skin_vertices

    def test_mirror_images_have_an_identity(self, ict, rng):
        flip, face = flipped(ict), ict.face_region > 0.5
        person = rng.normal(size=100)
        image = ict.shape(person)[ict.mirror] * [-1, 1, 1]
        assert np.sqrt(((ict.shape(person @ flip) - image)[face] ** 2).mean()) < 0.3
        np.testing.assert_allclose(flip @ flip, np.eye(100), atol=0.15)

    def test_people_in_photos_lie_where_they_were_rendered(self, ict, rng):
        shapes, corners, person = read_shapes(), np.array([10, 20]), rng.normal(size=100)
        camera_from_photo = rigid(rotation_from_vector([0.3, 0.2, -0.1]), np.array([5.0, 8, 700]))
        row = {"identity": person, "expression": np.zeros(52), "camera_from_head": camera_from_photo}
        (true,) = truths([row], ict, corners)
        theirs = 10 * (shapes.mean + np.tensordot(person, shapes.identity.astype(float), axes=1))
        theirs -= 10 * shapes.mean[corners].mean(axis=0)
        rendered, ours = apply(camera_from_photo, theirs), apply(true.camera_from_head, ict.shape(person))
        np.testing.assert_allclose(rendered[: ict.skin_vertices], ours[: ict.skin_vertices], atol=1e-3)
