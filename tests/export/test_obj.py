import numpy as np
import pytest
import pyvista
import trimesh
from PIL import Image

from facerecon.export import obj_files, write_obj
from facerecon.export.obj import ascii_stem


def test_plain_names_are_kept(reconstruction, tmp_path):
    write_obj(reconstruction, tmp_path / "head.obj")
    expected = {"head.obj", "head.mtl", "head.png"} | {f"head_{name}.png" for name in reconstruction.part_images}
    assert {path.name for path in tmp_path.iterdir()} == expected
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "head.png")), reconstruction.texture.image)


@pytest.mark.parametrize("folder, name", [("我的 照片", "头.obj"), ("a b", "my head.obj"), ("ы", "head.obj")])
def test_references_are_plain_ascii_and_exist(reconstruction, tmp_path, folder, name):
    path = tmp_path / folder / name
    path.parent.mkdir()
    write_obj(reconstruction, path)
    references = []
    for file in (path, *path.parent.glob("*.mtl")):
        words = (line.split(maxsplit=1) for line in file.read_text("ascii").splitlines())
        references += [line[1] for line in words if line and line[0] in ("mtllib", "map_Kd")]
    assert len(references) == 1 + 5
    assert all((path.parent / reference).is_file() and " " not in reference for reference in references)
    assert trimesh.load_scene(path).geometry


def test_stems():
    assert ascii_stem("head.obj") == "head"
    names = ["头.obj", "脸.obj", "a b.obj", "ab.obj", "头.v2.obj"]
    stems = [ascii_stem(name) for name in names]
    assert len(set(stems)) == len(names)
    assert all(stem.isascii() and " " not in stem for stem in stems)


def test_vertices_keep_count_and_order(reconstruction):
    text = obj_files(reconstruction)["head.obj"].decode("ascii").splitlines()
    rows = np.array([line.split()[1:] for line in text if line.startswith("v ")], float)
    np.testing.assert_allclose(rows, reconstruction.mesh.vertices, atol=5.1e-6)
    faces = [line.split()[1:] for line in text if line.startswith("f ")]
    corners = np.array([[corner.split("/") for corner in face] for face in faces], int) - 1
    order = np.argsort(reconstruction.mesh.parts, kind="stable")
    np.testing.assert_array_equal(corners[:, :, 0], reconstruction.mesh.triangles[order])
    np.testing.assert_array_equal(corners[:, :, 1], reconstruction.mesh.uv_triangles[order])


def test_one_material_a_part(reconstruction):
    text = obj_files(reconstruction)["head.obj"].decode("ascii").splitlines()
    used = [line.split()[1] for line in text if line.startswith("usemtl")]
    assert used == list(reconstruction.mesh.part_names)


def test_trimesh_and_pyvista_read_it_back(reconstruction, tmp_path):
    mesh = reconstruction.mesh
    write_obj(reconstruction, tmp_path / "head.obj")
    bounds = [mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)]
    scene = trimesh.load_scene(tmp_path / "head.obj", process=False)
    assert sum(len(g.faces) for g in scene.geometry.values()) == len(mesh.triangles)
    np.testing.assert_allclose(scene.bounds, bounds, atol=1e-5)
    read = pyvista.read(tmp_path / "head.obj")
    assert read.n_cells == len(mesh.triangles)
    np.testing.assert_allclose(np.reshape(read.bounds, (3, 2)).T, bounds, atol=1e-4)


def test_bare_mesh_without_uv(reconstruction, tmp_path):
    write_obj(reconstruction.neutral, tmp_path / "neutral.obj")
    assert {path.name for path in tmp_path.iterdir()} == {"neutral.obj", "neutral.mtl"}
    read = trimesh.load_mesh(tmp_path / "neutral.obj", process=False, maintain_order=True)
    np.testing.assert_allclose(read.vertices, reconstruction.neutral.vertices, atol=1e-5)
