"""What every builder promises, and what each one does."""

from dataclasses import replace

import numpy as np
import pytest

from facerecon.core.errors import SettingsError
from facerecon.core.types import Camera, Landmarks, PointCloud
from facerecon.geometry.nearest import Surface
from facerecon.geometry.normals import triangle_normals
from facerecon.geometry.projection import project_head
from facerecon.geometry.topology import border_loops, euler_characteristic
from facerecon.geometry.transforms import apply, invert, rigid, rotation_from_vector
from facerecon.mesh import BUILDERS
from facerecon.mesh.builder import BuilderError, MeshBuilder
from facerecon.mesh.depth_grid import DepthGrid, grid_mesh
from facerecon.mesh.landmark_mask import LandmarkMask, mask_triangles
from facerecon.mesh.poisson_cloud import PoissonCloud
from facerecon.mesh.report import mesh_report
from facerecon.meshes import learned_head, mesh_source
from facerecon.morphable import HEADS


@pytest.fixture(scope="module")
def source(astronaut_head, parts):
    head, fit = parts.head, astronaut_head.fit
    shaped = head.mesh(head.shape(fit.identity, fit.views[0].expression))
    return mesh_source(astronaut_head, shaped, head_of_cloud=learned_head(head))


@pytest.mark.parametrize("name", BUILDERS)
def test_every_builder_makes_a_surface_near_the_head(name, source):
    builder = BUILDERS.create(name)
    assert isinstance(builder, MeshBuilder) and builder.name == name
    mesh = builder.build(source)
    assert np.isfinite(mesh.vertices).all() and len(mesh.triangles) > 500
    assert np.array_equal(np.unique(mesh.triangles), np.arange(len(mesh.vertices)))
    assert mesh_report(mesh, crossings=False).manifold
    some = mesh.triangles[:: max(len(mesh.triangles) // 2000, 1)]
    skin = source.head.triangles[source.head.parts == 0]
    away, where, _ = Surface(source.head.vertices, skin).nearest(mesh.vertices[some].mean(axis=1))
    assert np.median(away) < 4
    mine, there = triangle_normals(mesh.vertices, some), triangle_normals(source.head.vertices, skin)[where]
    assert ((mine * there).sum(axis=1) > 0)[away < 2].mean() > 0.75  # outside; lids and lips have insides is outside


def test_the_mask_has_two_eyes_and_a_mouth(source):
    mesh = LandmarkMask().build(source)
    assert len(mesh.vertices) == 468 and euler_characteristic(mesh.triangles) == -2
    loops = [set(loop.tolist()) for loop in border_loops(mesh.triangles)]
    assert all(set(hole) in loops for hole in source.holes)
    pixels, _ = project_head(source.view.camera, source.view.camera_from_head, mesh.vertices)
    np.testing.assert_allclose(pixels, source.landmarks.points[:468], atol=1e-6)
    np.testing.assert_allclose(mesh.uv * source.view.camera.width - 0.5, pixels, atol=1e-6)


def test_a_ring_is_a_hole_and_a_closed_mouth_is_none(rng):
    angle = np.linspace(0, 2 * np.pi, 11)[:-1]
    ring = np.column_stack([50 + 20 * np.cos(angle), 50 + 6 * np.sin(angle)])
    free = rng.uniform(0, 100, (80, 2))
    free = free[np.linalg.norm((free - 50) / [20, 6], axis=1) > 1.2]
    points = np.concatenate([ring, free])
    triangles = mask_triangles(points, (), [range(10)])
    assert euler_characteristic(triangles) == 0
    shut = points.copy()
    shut[:10, 1] = 50 + 0.01 * np.sin(angle)
    assert not np.isin(mask_triangles(shut, (), [range(10)]), range(10)).all(axis=1).any()


def test_lips_that_cross_leave_a_surface(source):
    """A closed mouth, whose upper line is found below the lower one in places."""
    points = source.landmarks.points.copy()
    lips = list(source.holes[2])
    waves = points[lips].mean(axis=0)[1] + 0.4 * np.sin(np.arange(len(lips)) * 2.1)
    points[lips, 1] = waves
    marks = replace(source.landmarks, points=points)
    assert mesh_report(LandmarkMask().build(replace(source, landmarks=marks))).manifold


def test_a_depth_map_becomes_the_surface_it_shows():
    """A slanted plane with a plate before it: every vertex lies on one of them, and no triangle between them."""
    camera = Camera(60, 40, 80.0, np.array([29.5, 19.5]))
    x, y = np.meshgrid(np.arange(60), np.arange(40))
    depth = 300 / (1 - 0.3 * (x - 29.5) / 80)  # z = 300 + 0.3 x
    plate = (abs(x - 30) < 8) & (abs(y - 20) < 8)
    depth[plate] = 200
    depth[:3] = np.inf
    mesh = grid_mesh(depth, camera, np.eye(4))
    off = np.abs(mesh.vertices[:, 2] - 300 - 0.3 * mesh.vertices[:, 0])
    on_plate = np.abs(mesh.vertices[:, 2] - 200) < 1e-9
    assert ((off < 1e-9) | on_plate).all() and on_plate.sum() == 15 * 15
    of_plate = on_plate[mesh.triangles]
    assert (of_plate.all(axis=1) | ~of_plate.any(axis=1)).all()
    assert sorted(len(loop) for loop in border_loops(mesh.triangles))[0] == 4 * 14
    assert (triangle_normals(mesh.vertices, mesh.triangles)[:, 2] < 0).all()  # towards the camera


def test_finer_spacing_makes_more_triangles(source):
    coarse, fine = (DepthGrid(spacing).build(source) for spacing in (6.0, 3.0))
    assert len(fine.triangles) == pytest.approx(4 * len(coarse.triangles), rel=0.25)
    away = Surface(source.head.vertices, source.head.triangles).nearest(fine.vertices)[0]
    assert away.max() < 0.01  # float32


def test_poisson_takes_noise_off(source):
    mesh = PoissonCloud(4.0).build(source)
    skin = source.head.triangles[source.head.parts == 0]
    surface = Surface(source.head.vertices, skin)
    face = (mesh.vertices[:, 2] > -40) & (mesh.vertices[:, 1] > -40)
    assert np.median(surface.nearest(mesh.vertices[face])[0]) < 0.6
    assert len(border_loops(mesh.triangles)) <= 3  # the neck is open


def test_what_is_missing_is_told(source):
    with pytest.raises(BuilderError, match="network"):
        BUILDERS.create("learned").build(replace(source, head_of_cloud=None))
    with pytest.raises(BuilderError, match="how deep"):
        flat = Landmarks(source.landmarks.points, None, source.landmarks.scheme)
        LandmarkMask().build(replace(source, landmarks=flat))
    with pytest.raises(BuilderError, match="normals"):
        PoissonCloud().build(replace(source, cloud=PointCloud(source.cloud.points)))
    with pytest.raises(BuilderError, match="does not see"):
        grid_mesh(np.full((4, 4), np.inf), Camera(4, 4, 5.0, np.zeros(2)), np.eye(4))
    with pytest.raises(SettingsError):
        BUILDERS.create("marching-cubes")


def test_the_networks_find_the_head_however_it_lies(source, parts):
    turn = rigid(rotation_from_vector(np.array([0.4, 1.9, -0.7])), np.array([40.0, -90.0, 300.0]))
    moved = PointCloud(apply(turn, source.cloud.points))
    found = apply(invert(turn), learned_head(parts.head)(moved).vertices)
    skin = parts.head.triangles[parts.head.parts == 0]
    assert np.median(Surface(found, skin).nearest(source.cloud.points[::20])[0]) < 3.5


def test_other_head_models_were_not_learnt():
    assert learned_head(HEADS.create("canonical")) is None
