import numpy as np

from facerecon.core.types import Mesh
from facerecon.geometry.seams import split_part, split_parts

# Two quads side by side; vertices are shared along the middle edge, uv are not; the third triangle is another part.
MESH = Mesh(
    vertices=np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [2, 0, 0], [5, 5, 5.0]]),
    triangles=np.array([[0, 1, 2], [1, 3, 2], [0, 1, 3]]),
    uv=np.array([[0, 0], [0.5, 0], [0.5, 0.5], [0.6, 0], [1, 0], [0.6, 0.5]]),
    uv_triangles=np.array([[0, 1, 2], [3, 4, 5], [0, 1, 4]]),
    parts=np.array([0, 0, 2]),
    part_names=("skin", "nothing", "tongue"),
)


def test_corners_survive_the_split():
    for index in (0, 2):
        part = split_part(MESH, index)
        chosen = MESH.parts == index
        np.testing.assert_array_equal(part.vertices[part.triangles], MESH.triangles[chosen])
        np.testing.assert_array_equal(part.uv[part.triangles], MESH.uv[MESH.uv_triangles[chosen]])


def test_only_seams_are_split():
    assert split_part(MESH, 0).vertices.tolist() == [0, 1, 1, 2, 2, 3]
    assert split_part(MESH, 2).vertices.tolist() == [0, 1, 3]


def test_empty_parts_are_left_out():
    assert list(split_parts(MESH)) == ["skin", "tongue"]
    assert len(split_part(MESH, 1).vertices) == 0


def test_without_uv_and_parts():
    bare = Mesh(MESH.vertices, MESH.triangles)
    part = split_part(bare)
    assert part.uv is None
    np.testing.assert_array_equal(part.vertices[part.triangles], MESH.triangles)
    assert part.vertices.tolist() == [0, 1, 2, 3]
    assert len(split_part(bare, 1).triangles) == 0
