import numpy as np
import pytest
import pyvista
import trimesh

from facerecon.export import ply_bytes, stl_bytes, write_ply, write_stl


def test_ply_keeps_every_vertex_in_its_order(reconstruction, tmp_path):
    neutral = reconstruction.neutral
    write_ply(neutral, tmp_path / "neutral.ply")
    read = trimesh.load_mesh(tmp_path / "neutral.ply", process=False)
    np.testing.assert_array_equal(read.vertices, neutral.vertices.astype(np.float32))
    np.testing.assert_array_equal(read.faces, neutral.triangles)
    other = pyvista.read(tmp_path / "neutral.ply")
    np.testing.assert_array_equal(other.points, neutral.vertices.astype(np.float32))
    np.testing.assert_array_equal(other.regular_faces, neutral.triangles)


def test_ply_is_little_endian_binary(reconstruction):
    assert ply_bytes(reconstruction.neutral).startswith(b"ply\nformat binary_little_endian 1.0\n")


def test_ply_colours(reconstruction, tmp_path):
    neutral = reconstruction.neutral
    colours = np.random.default_rng(0).integers(0, 256, (len(neutral.vertices), 3), np.uint8)
    write_ply(neutral, tmp_path / "neutral.ply", colours)
    read = trimesh.load_mesh(tmp_path / "neutral.ply", process=False)
    np.testing.assert_array_equal(read.visual.vertex_colors[:, :3], colours)
    with pytest.raises(ValueError, match="colours"):
        ply_bytes(neutral, colours[1:])


def test_ply_of_a_head_is_coloured_by_its_parts(reconstruction, tmp_path):
    write_ply(reconstruction, tmp_path / "head.ply")
    read = trimesh.load_mesh(tmp_path / "head.ply", process=False)
    mesh = reconstruction.mesh
    assert len(read.vertices) == len(mesh.vertices)
    for index, name in enumerate(mesh.part_names[1:], start=1):
        rows = np.unique(mesh.triangles[mesh.parts == index])
        expected = np.broadcast_to(reconstruction.part_images[name][0, 0], (len(rows), 3))
        np.testing.assert_array_equal(read.visual.vertex_colors[rows, :3], expected)


def test_stl_of_a_mesh_reads_back(reconstruction, tmp_path):
    mesh = reconstruction.mesh
    write_stl(mesh, tmp_path / "head.stl")
    assert (tmp_path / "head.stl").stat().st_size == 84 + 50 * len(mesh.triangles)
    read = trimesh.load_mesh(tmp_path / "head.stl", process=False)
    np.testing.assert_array_equal(read.triangles, mesh.vertices[mesh.triangles].astype(np.float32))
    other = pyvista.read(tmp_path / "head.stl")
    assert other.n_cells == len(mesh.triangles)
    bounds = np.stack([mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)], axis=1)
    np.testing.assert_allclose(np.reshape(other.bounds, (3, 2)), bounds, atol=1e-5)


def test_stl_is_not_taken_for_text(reconstruction):
    assert not stl_bytes(reconstruction.neutral).startswith(b"solid")
