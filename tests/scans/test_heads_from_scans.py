"""From a scan's file to a head in a folder: nearer to the truth than the mean head, its size from the scan."""

import json

import numpy as np
import pytest
import scan_files as files
import trimesh

from facerecon.cli import main
from facerecon.core.errors import NoFaceError, ScanError, SettingsError
from facerecon.core.types import SEEN, Photo, PointCloud
from facerecon.geometry.nearest import Surface
from facerecon.geometry.procrustes import procrustes
from facerecon.geometry.transforms import apply, invert, rotation_from_euler
from facerecon.reconstruction import reconstruct, reconstruct_steps
from facerecon.scanning.heads import find_head
from facerecon.scans import DepthMap, as_scan

INCH = 25.4


@pytest.fixture(scope="module")
def head(anny):
    """A head that the model cannot make: of random shape, with a dent and bumps; `(V, 3)` mm, skin only."""
    rng = np.random.default_rng(3)
    skin = anny.shape(0.8 * rng.normal(size=len(anny.identity_basis)))[: anny.skin_vertices]
    for centre in ([40, -50, 0], [-25, -40, 20], [0, 45, 20]):
        away = np.linalg.norm(skin - centre, axis=1, keepdims=True)
        skin = skin + np.array([[0, 0, 3.0]]) * np.exp(-((away / 15) ** 2)) * rng.choice([-1, 1])
    return skin


@pytest.fixture(scope="module")
def scan(anny, head):
    """The head as scanned: its front only, turned, in inches: points and triangles."""
    rng = np.random.default_rng(4)
    skin = anny.skin(head)
    front = skin.triangles[(head[skin.triangles, 2] > -90).all(axis=1)]
    used, triangles = np.unique(front, return_inverse=True)
    points = head[used] + 0.15 * rng.normal(size=(len(used), 3))
    turned = points @ rotation_from_euler(0.9, 0.3, -0.4).T + [300, -80, 1200]
    return PointCloud(turned / INCH, triangles=triangles.reshape(-1, 3))


@pytest.fixture(scope="module")
def folder(scan, tmp_path_factory):
    """What the shell makes of it."""
    place = tmp_path_factory.mktemp("扫描")
    (place / "头部.stl").write_bytes(files.stl(scan.points, scan.triangles))
    arguments = ["reconstruct", str(place / "头部.stl"), "--out", str(place / "out"), "--texture-size", "512"]
    assert main(arguments) == 0
    return place / "out"


def _error(anny, skin, truth):
    """Gives the mean distance of the face to the true surface, aligned without scale, mm."""
    face = anny.face_region[: anny.skin_vertices] > 0.5
    moved = apply(procrustes(skin[face], truth[face]), skin[face])
    return Surface(truth, anny.triangles[anny.parts == 0]).nearest(moved)[0].mean()


@pytest.mark.slow
def test_the_head_is_nearer_than_the_mean(anny, head, folder):
    neutral = trimesh.load_mesh(folder / "neutral.ply", process=False)
    assert np.array_equal(neutral.faces, anny.skin(anny.mean).triangles)
    before, after = (
        _error(anny, skin, head) for skin in (anny.mean[: anny.skin_vertices], np.asarray(neutral.vertices))
    )
    assert after < 0.5 and after < 0.35 * before


@pytest.mark.slow
def test_the_report_tells_unit_scale_and_what_is_missing(folder):
    report = json.loads((folder / "report.json").read_text("utf-8"))
    assert report["photos"] == [] and len(report["neutral_landmarks68_mm"]) == 68
    assert report["scale"] == {"source": "scan", "relative_error": 0.01}
    assert {"unit_guessed", "no_colours"} <= set(report["warnings"])
    (file,) = report["scans"]["files"]
    assert (file["name"], file["unit"]) == ("头部.stl", "inch")
    matrix = np.array(file["head_from_scan"])
    assert np.isclose(np.cbrt(np.linalg.det(matrix[:3, :3])), INCH)
    assert report["scans"]["residual_mm"] < 0.3 and 0.2 < report["scans"]["scanned_share"] < 0.8
    assert {"head.glb", "head.obj", "head.png", "neutral.ply"} <= {path.name for path in folder.iterdir()}


@pytest.mark.slow
def test_depth_and_photo_become_a_head(anny, subject, parts):
    before_a_wall = np.where(np.isfinite(subject.depth), subject.depth, 1800.0)
    depth = DepthMap(before_a_wall, subject.camera, subject.photo)
    stages = []
    for step in reconstruct_steps([depth], parts.settings, parts):
        stages.append(step.stage)
    result = step.value
    assert list(dict.fromkeys(stages)) == [
        *("landmarks", "cleaning", "registration", "fitting", "bending", "mesh", "texture", "model")
    ]
    assert result.fit.scale.source == "depth" and result.photos == (subject.photo,)
    assert len(result.faces) == len(result.landmarks) == len(result.fit.views) == 1
    # The mesh wears the photo's expression and stands where the head stood.
    pose = invert(subject.camera_from_head) @ result.fit.views[0].camera_from_head
    bent = apply(pose, result.mesh.vertices[: anny.skin_vertices])
    seen = np.isfinite(result.scan.distances) & (anny.face_region[: anny.skin_vertices] > 0.5)
    assert np.median(Surface(subject.vertices, subject.triangles).nearest(bent[seen])[0]) < 0.3
    assert _error(anny, result.neutral.vertices, subject.neutral) < _error(
        anny, anny.mean[: anny.skin_vertices], subject.neutral
    )
    assert (result.texture.provenance == SEEN).mean() > 0.15


def _find(scan, parts):
    *_, (_, found) = find_head(scan, parts, parts.settings)
    return found


def test_a_face_tells_the_unit(scan, head, parts):
    guessed = _find(as_scan(scan), parts)
    assert (guessed.unit, guessed.millimetres, guessed.notes) == ("inch", INCH, ("unit_guessed",))
    placed = apply(guessed.head_from_cloud, guessed.cloud.points)
    assert np.abs(np.percentile(placed, 50, axis=0) - np.percentile(head[head[:, 2] > -90], 50, axis=0)).max() < 25
    with pytest.raises(ScanError, match="0.04. times as large"):
        _find(as_scan(scan, unit="mm"), parts)
    strange = _find(as_scan(PointCloud(scan.points * 0.37, triangles=scan.triangles)), parts)
    assert (strange.unit, strange.notes) == ("?", ("unit_unknown",))


def test_two_heads_and_no_head_are_refused(scan, parts):
    # Side by side, as somebody who looks at them sees it.
    upright = (scan.points * INCH - [300, -80, 1200]) @ rotation_from_euler(0.9, 0.3, -0.4)
    two = PointCloud(
        np.concatenate([upright, upright + [260, 10, 0]]),
        triangles=np.concatenate([scan.triangles, scan.triangles + len(upright)]),
    )
    with pytest.raises(ScanError, match="2 faces"):
        _find(as_scan(two), parts)
    with pytest.raises(NoFaceError):
        _find(as_scan(PointCloud(np.zeros((50, 3)))), parts)


def test_photos_and_scans_are_not_mixed(scan, parts, make_photo):
    photo = make_photo(np.zeros((64, 64, 3), np.uint8))
    with pytest.raises(SettingsError, match="mixed"):
        list(reconstruct_steps([photo, scan], parts.settings, parts))
    with pytest.raises(SettingsError):
        reconstruct([], parts=parts)
    assert isinstance(photo, Photo)
