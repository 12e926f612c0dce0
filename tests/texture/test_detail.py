"""A head with known wrinkles is rendered; the fitted head knows nothing of them, its shading does."""

import cv2
import numpy as np
import pytest

from facerecon.core.types import Camera, Mesh, Photo, View
from facerecon.drawing.render import render
from facerecon.drawing.shading import Light, Lighting
from facerecon.geometry.normals import vertex_normals
from facerecon.geometry.transforms import camera_from_head_rotation, rigid
from facerecon.mesh.subdivide import subdivide
from facerecon.texture.atlas import build_atlas
from facerecon.texture.detail import LIMIT, fine_shape
from facerecon.texture.layout import lay_out

SIZE = 512
LAMP = Lighting((Light((-0.7, 0.5, 0.6), (0.8, 0.8, 0.8), wrap=0.3),), (0.3, 0.3, 0.3), (0.2, 0.2, 0.2))
CAMERA = Camera(900, 1100, 2600.0, np.array([449.5, 549.5]))
POSE = rigid(camera_from_head_rotation(0.2, 0, 0), np.array([0, -15, 900.0]))


def photo_of(mesh, colours, rng):
    image = render(Mesh(mesh.vertices, mesh.triangles), CAMERA, POSE, style="colours", colours=colours, lighting=LAMP)
    soft = cv2.GaussianBlur(image, (0, 0), 0.7) + rng.normal(0, 2, image.shape)
    return Photo(soft.clip(0, 255).astype(np.uint8), "", None, "wrinkled")


def fine(mesh):
    for _ in range(2):
        mesh, _ = subdivide(mesh)
    return mesh


def in_uv(mesh, values):
    """Carries `(V, C)` values of a fine mesh into a picture, `(SIZE², C)`."""
    skin = mesh.parts == 0
    atlas = build_atlas(mesh.uv, mesh.uv_triangles[skin], mesh.triangles[skin], len(mesh.vertices), SIZE)
    picture = np.zeros((SIZE**2, values.shape[1]))
    picture[atlas.texels] = atlas.from_vertices @ values
    return picture


def unit(vectors):
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)


def from_map(normal_map, rows, points, normals):
    """Reads a normal map as glTF has it: x to the right of the picture, y to its top."""
    right = unit((step := points[rows + 1] - points[rows]) - (step * normals).sum(axis=1, keepdims=True) * normals)
    up = np.cross(normals, right)
    up *= np.where((up * (points[rows + SIZE] - points[rows])).sum(axis=1, keepdims=True) > 0, -1, 1)
    x, y, z = (normal_map.reshape(-1, 3)[rows].astype(float) / 127.5 - 1).T
    return unit(x[:, None] * right + y[:, None] * up + z[:, None] * normals)


@pytest.fixture(scope="module")
def scene(anny):
    rng = np.random.default_rng(1)
    base = anny.mesh(anny.shape(rng.normal(size=80) * 0.5))
    smooth = fine(base)
    normals = vertex_normals(smooth.vertices, smooth.triangles)
    x, y, z = smooth.vertices.T
    wrinkles = 0.25 * np.sin(0.7 * (y + 0.3 * x)) + 0.25 * np.sin(0.57 * (x - 0.2 * y))
    bent = smooth.vertices + normals * (wrinkles * (z > z.max() - 110))[:, None]
    return base, smooth, Mesh(bent, smooth.triangles), lay_out(base, SIZE, base.vertices), anny.face_region


def errors(scene, found):
    """Median angle to the true normals, degrees: of the fitted head, and of its normal map."""
    base, smooth, wrinkled, _, _ = scene
    true = in_uv(smooth, vertex_normals(wrinkled.vertices, wrinkled.triangles))
    plain, points = in_uv(smooth, vertex_normals(smooth.vertices, smooth.triangles)), in_uv(smooth, smooth.vertices)
    rows = np.flatnonzero(found.displacement.ravel())
    rows = rows[points[rows, 2] > points[:, 2].max() - 80]
    normals, truth = unit(plain[rows]), unit(true[rows])
    mapped = from_map(found.normal_map, rows, points, normals)
    angles = (np.degrees(np.arccos((one * truth).sum(axis=1).clip(-1, 1))) for one in (normals, mapped))
    return tuple(float(np.median(one)) for one in angles), len(rows)


@pytest.mark.parametrize(("paint", "share"), [(0.0, 0.75), (0.06, 0.92)])
def test_normals_come_nearer_to_the_truth(scene, paint, share):
    """On plain skin, and on skin with blotches of another hue as fine as the wrinkles."""
    rng = np.random.default_rng(2)
    base, smooth, wrinkled, layout, region = scene
    blotches = np.sin(smooth.vertices @ rng.normal(0, 0.5, (3, 12)) + rng.uniform(0, 6, 12)).sum(axis=1) / np.sqrt(6)
    colours = np.array([200, 160, 140]) * (1 + paint * blotches[:, None] * [0.7, 1.1, 1.3])
    photo = photo_of(wrinkled, colours.clip(0, 255).astype(np.uint8), rng)
    found = fine_shape(photo, View(CAMERA, POSE, np.zeros(52), np.zeros(0)), base, region, layout)
    (before, after), count = errors(scene, found)
    assert count > 20_000
    assert after < share * before
    assert np.abs(found.displacement).max() <= LIMIT
    assert (found.normal_map[found.displacement == 0][:, 2] > 200).all()


def test_a_smooth_head_gets_little_detail(scene):
    rng = np.random.default_rng(2)
    base, smooth, _, layout, region = scene
    photo = photo_of(smooth, np.full((len(smooth.vertices), 3), (200, 160, 140), np.uint8), rng)
    found = fine_shape(photo, View(CAMERA, POSE, np.zeros(52), np.zeros(0)), base, region, layout)
    shown = found.displacement[found.displacement != 0]
    assert np.percentile(np.abs(shown), 90) < 0.12


def test_a_photo_without_the_face_tells_nothing(scene):
    base, _, _, layout, region = scene
    photo = Photo(np.full((1100, 900, 3), 90, np.uint8), "", None, "wall")
    away = POSE.copy()
    away[0, 3] = 5000.0
    assert fine_shape(photo, View(CAMERA, away, np.zeros(52), np.zeros(0)), base, region, layout) is None
