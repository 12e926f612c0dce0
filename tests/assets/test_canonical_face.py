import zipfile

import numpy as np
import pytest

from facerecon.assets.canonical_face import MEMBER, canonical_face, read_canonical_face
from facerecon.core.errors import AssetError


def test_head_frame():
    face = canonical_face()
    assert face.vertices.shape == (468, 3) and face.uv.shape == (468, 2) and face.triangles.shape == (898, 3)
    assert np.allclose(face.vertices[33] + face.vertices[263], 0)
    assert face.vertices[263, 0] > 40 and face.vertices[10, 1] > 40 and face.vertices[152, 1] < -100
    assert face.vertices[:, 2].argmax() == 4  # the tip of the nose
    assert np.linalg.norm(face.vertices[33] - face.vertices[263]) == pytest.approx(89, abs=1)
    assert face.uv[10, 1] < face.uv[152, 1] and face.uv.min() >= 0 and face.uv.max() <= 1


def test_symmetric_and_wound_outward():
    face = canonical_face()
    distance = np.linalg.norm((face.vertices * [-1, 1, 1])[:, None] - face.vertices[None], axis=2)
    assert distance.min(axis=1).max() < 1e-9
    a, b, c = (face.vertices[face.triangles[:, k]] for k in range(3))
    assert (np.cross(b - a, c - a)[:, 2] > 0).mean() > 0.95


def test_one_sheet_whose_holes_are_the_eyes_and_the_mouth():
    face = canonical_face()
    edges = np.concatenate([face.triangles[:, [i, (i + 1) % 3]] for i in range(3)])
    assert len(np.unique(edges, axis=0)) == len(edges)  # each directed edge once: consistent winding
    directed = set(map(tuple, edges.tolist()))
    border = [edge for edge in directed if edge[::-1] not in directed]
    undirected = (len(directed) + len(border)) // 2
    assert 468 - undirected + 898 == 1  # Euler's number of a disc: eyes and mouth are closed
    assert len(border) == 36  # the face's oval


def test_landmark_weights():
    weights = canonical_face().weights
    assert weights.shape == (468,) and (weights >= 0).all() and 20 < (weights > 0).sum() < 60


@pytest.mark.parametrize("cut", [0, 1, 100, 9001])
def test_damaged_bundle_is_refused(tmp_path, cut):
    from facerecon.assets import locate

    with zipfile.ZipFile(locate("face_landmarker")) as bundle:
        message = bundle.read(MEMBER)
    path = tmp_path / "bad.task"
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr(MEMBER, message[:cut])
    with pytest.raises(AssetError, match="bad.task"):
        read_canonical_face(path)


def test_bundle_without_the_face(tmp_path):
    (tmp_path / "a.task").write_bytes(b"no zip")
    with pytest.raises(AssetError):
        read_canonical_face(tmp_path / "a.task")
