"""A head becomes one closed body: analytic shapes keep their volume, a real head prints."""

import numpy as np
import pytest
import trimesh
from scipy.spatial import cKDTree

from facerecon.core.errors import SettingsError
from facerecon.core.types import Mesh
from facerecon.export import write_stl
from facerecon.export.solid import FOOT, printable
from facerecon.geometry.intersections import self_intersections
from facerecon.geometry.spheres import fit_sphere
from facerecon.geometry.topology import euler_characteristic
from facerecon.morphable import HEADS


def as_body(mesh):
    """Reads a mesh as a slicer does: float32, vertices at one place are one."""
    read = trimesh.Trimesh(mesh.vertices.astype(np.float32), mesh.triangles)
    assert read.is_watertight and read.is_winding_consistent and read.body_count == 1
    return read


def ball(radius=90.0, centre=(0, 0, 0)):
    sphere = trimesh.creation.icosphere(4, radius)
    return sphere.vertices + centre, np.asarray(sphere.faces)


def test_an_open_bowl_gets_a_foot():
    sphere = trimesh.creation.icosphere(4, 90.0)
    upper = np.asarray(sphere.faces)[(sphere.vertices[sphere.faces][:, :, 1] > -1e-6).all(axis=1)]
    read = as_body(printable(Mesh(sphere.vertices, upper)))
    # Half the ball, its rim a polygon in the plane y = 0, and a slab of the foot's height below.
    rim = sphere.vertices[np.abs(sphere.vertices[:, 1]) < 1e-6]
    order = np.argsort(np.arctan2(rim[:, 2], rim[:, 0]))
    x, z = rim[order][:, 0], rim[order][:, 2]
    area = 0.5 * abs((x * np.roll(z, -1) - z * np.roll(x, -1)).sum())
    assert read.volume == pytest.approx(sphere.volume / 2 + FOOT * area, rel=1e-4)
    assert read.bounds[0][2] == 0 and read.bounds[1][2] == pytest.approx(90 + FOOT)


def test_bodies_that_meet_are_united_and_what_floats_inside_is_left_out():
    skin, eye = ball(), ball(20, (0, 0, 90))
    inside, apart = ball(10), ball(8, (0, 140, 0))
    vertices, triangles, parts = [], [], []
    for part, (points, faces) in enumerate((skin, eye, inside, apart)):
        triangles.append(faces + sum(map(len, vertices)))
        vertices.append(points)
        parts.append(np.full(len(faces), part))
    names = ("skin", "nose", "stone", "moon")
    mesh = Mesh(np.concatenate(vertices), np.concatenate(triangles), None, None, np.concatenate(parts), names)
    body = printable(mesh)
    assert euler_characteristic(body.triangles) == 2
    # Two balls less the lens that they share (MathWorld, “Sphere-Sphere Intersection”, eq. 16).
    r, s, d = 90.0, 20.0, 90.0
    lens = np.pi * (r + s - d) ** 2 * (d**2 + 2 * d * s - 3 * s**2 + 2 * d * r + 6 * r * s - 3 * r**2) / (12 * d)
    assert as_body(body).volume == pytest.approx(4 / 3 * np.pi * (r**3 + s**3) - lens, rel=3e-3)


def test_an_edge_with_three_triangles_is_refused():
    triangles = np.asarray(trimesh.creation.icosphere(1).faces)
    three = np.concatenate([triangles, triangles[:1]])  # an edge with three triangles
    with pytest.raises(ValueError, match="manifold"):
        printable(Mesh(ball(1)[0][: triangles.max() + 1], three))


@pytest.mark.parametrize("height", [0.0, -5.0, float("nan"), float("inf")])
def test_heights_that_are_none(reconstruction, tmp_path, height):
    with pytest.raises(SettingsError, match="high"):
        write_stl(reconstruction, tmp_path / "a.stl", height)
    assert not list(tmp_path.iterdir())


def crossings(mesh, depth=2e-3):
    """Counts pairs of triangles that run through each other by more than rounding, `depth` in mm."""
    pairs, corners = self_intersections(mesh.vertices, mesh.triangles), mesh.vertices[mesh.triangles]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-30)
    through = []
    for one, other in (pairs.T, pairs[:, ::-1].T):
        away = np.einsum("pkc,pc->pk", corners[one] - corners[other, :1], normals[other])
        through.append(np.minimum(away.max(axis=1, initial=0), -away.min(axis=1, initial=0)))
    return int((np.minimum(*through) > depth).sum()) if len(pairs) else 0


@pytest.fixture(scope="module")
def printed(astronaut_head, tmp_path_factory):
    """The astronaut's head, 100 mm high, as a slicer reads it."""
    folder = tmp_path_factory.mktemp("打印 文件")
    write_stl(astronaut_head, folder / "头.stl", height_mm=100)
    return trimesh.load_mesh(folder / "头.stl")


def life_size(printed, head):
    """The print as a mesh in the head frame, mm."""
    skin = head.mesh.vertices[np.unique(head.mesh.triangles[head.mesh.parts == 0])]
    scale = (np.ptp(skin[:, 1]) + FOOT) / 100
    x, y, z = np.asarray(printed.vertices).T * scale
    middle = (skin.min(axis=0) + skin.max(axis=0)) / 2
    return Mesh(np.column_stack([x + middle[0], z + skin[:, 1].min() - FOOT, middle[2] - y]), printed.faces)


def test_a_real_head_can_be_printed(printed):
    assert printed.is_watertight and printed.is_winding_consistent and printed.body_count == 1
    np.testing.assert_allclose(printed.bounds[:, 2], (0, 100), atol=1e-4)
    # A head of a grown-up with its neck, without the shoulders: litres at life-size, some 300 mm.
    assert 3.5 < printed.volume * 3**3 / 1e6 < 7
    # It stands on a flat foot, and the nose is in front.
    flat = printed.area_faces[(printed.triangles[:, :, 2] < 1e-6).all(axis=1)].sum()
    assert flat > 0.2 * np.prod(printed.extents[:2])
    nose = printed.vertices[printed.vertices[:, 1].argmin()]
    assert abs(nose[0]) < 5 and 35 < nose[2] < 65


def test_printing_makes_no_new_crossings(printed, astronaut_head):
    mesh = astronaut_head.mesh
    skin = Mesh(mesh.vertices, mesh.triangles[mesh.parts == 0])
    body = life_size(printed, astronaut_head)
    assert crossings(body) <= crossings(skin) + 2
    # And the face is where it was.
    near = cKDTree(body.vertices).query(astronaut_head.mesh.vertices[np.unique(skin.triangles)])[0]
    assert np.median(near) < 1e-4


def winding(mesh, points):
    """How often a surface goes around each point: the sum of solid angles (Van Oosterom and Strackee 1983)."""
    result = []
    for point in points:
        a, b, c = (mesh.vertices[mesh.triangles] - point).transpose(1, 0, 2)
        la, lb, lc = (np.linalg.norm(side, axis=1) for side in (a, b, c))
        dot = la * lb * lc + (a * b).sum(1) * lc + (b * c).sum(1) * la + (c * a).sum(1) * lb
        result.append(np.arctan2((a * np.cross(b, c)).sum(1), dot).sum() / (2 * np.pi))
    return np.array(result)


def test_the_eyes_are_there_and_nothing_behind_them(printed, astronaut_head):
    body, mesh = life_size(printed, astronaut_head), astronaut_head.mesh
    for part in (1, 2):
        centre, radius = fit_sphere(mesh.vertices[np.unique(mesh.triangles[mesh.parts == part])])
        turn = np.linspace(0.5 * np.pi, 1.5 * np.pi, 9)
        for reach in (0.9, 1.05, 1.3):
            behind = centre + reach * radius * np.stack([np.sin(turn), 0 * turn, np.cos(turn)], axis=1)
            np.testing.assert_allclose(winding(body, behind), 1, atol=1e-3)
        before = centre + (0, 0, radius + 3)
        np.testing.assert_allclose(winding(body, [before]), 0, atol=1e-3)


def test_a_mask_becomes_a_block_with_a_face():
    """A head model without a back is drawn out to behind."""
    face = HEADS.create("canonical")
    body = as_body(printable(face.mesh(face.mean)))
    depth = np.ptp(face.mean[:, 2])
    assert body.extents[1] == pytest.approx(depth + FOOT, abs=1e-4)
    back = body.area_faces[(body.triangles[:, :, 1] > body.bounds[1][1] - 1e-4).all(axis=1)].sum()
    assert back > 0.6 * body.extents[0] * body.extents[2]
