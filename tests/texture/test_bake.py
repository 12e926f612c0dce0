"""The whole bake against an analytic truth."""

from dataclasses import replace

import numpy as np
import pytest
from synthetic_head import BACKGROUND, SKIN, egg, lay_out_egg, paint, photograph, psnr

from facerecon.core.types import FILLED, MIRRORED, SEEN, Camera, Mesh
from facerecon.geometry.nearest import nearest_on_surface
from facerecon.texture import bake, lay_out

MESH = egg()
SIZE = 384
LAYOUT = lay_out_egg(MESH, SIZE)
POINTS = LAYOUT.atlas.from_vertices @ MESH.vertices
HAIR, COLLAR = np.array([60.0, 42, 30]), np.array([25.0, 30, 110])


def run(*shots, mesh=MESH, layout=LAYOUT, **more):
    photos, views = zip(*shots, strict=True)
    return bake(photos, mesh, views, [mesh.vertices] * len(photos), layout.atlas.size, layout=layout, **more)


def texels(texture, layout=LAYOUT):
    rows = layout.atlas.texels
    return texture.image.reshape(-1, 3)[rows].astype(float), texture.provenance.ravel()[rows]


def facing(view, points=POINTS):
    normals = points / np.array([70.0, 100, 85]) ** 2
    eye = -view.camera_from_head[:3, :3].T @ view.camera_from_head[:3, 3]
    towards = eye - points
    lengths = np.linalg.norm(normals, axis=1) * np.linalg.norm(towards, axis=1)
    return np.einsum("nk,nk->n", normals, towards) / lengths


def greenness(colours):
    return colours[:, 1] - colours[:, [0, 2]].max(axis=1)


@pytest.mark.parametrize("yaw", [0.0, 0.6])
def test_the_truth_is_recovered_where_it_is_seen_and_mirrored(yaw):
    shot = photograph(MESH, yaw)
    colours, provenance = texels(run(shot))
    cosine, other = facing(shot[1]), facing(shot[1], POINTS * [-1, 1, 1])
    seen, mirrored = provenance == SEEN, provenance == MIRRORED
    assert psnr(colours[seen], paint(POINTS[seen])) > 45
    assert (cosine[seen] > 0.15).all() and (provenance[cosine > 0.5] == SEEN).all()
    assert (provenance[(cosine < 0.1) & (other < 0.1)] == FILLED).all()
    if yaw:
        assert mirrored.mean() > 0.1
        assert psnr(colours[mirrored], paint(POINTS[mirrored])) > 35
        assert (other[mirrored] > 0.15).all() and (other[mirrored] > cosine[mirrored]).all()
    assert greenness(colours).max() < 0  # the background is nowhere
    filled = provenance == FILLED
    assert np.abs(colours[filled] - SKIN * 0.93).max() < 45


def test_what_is_mirrored_keeps_its_colour_beside_guessed_hair():
    def hairy(points):
        return np.where((points[:, 1:2] > 45) | (points[:, 2:] < -20), HAIR, paint(points))

    colours, provenance = texels(run(photograph(MESH, 0.6, painted=hairy)))
    cheek = (provenance == MIRRORED) & (POINTS[:, 1] < 30) & (POINTS[:, 2] > 0)
    assert psnr(colours[cheek], paint(POINTS[cheek])) > 39


def test_without_a_symmetric_head_nothing_is_mirrored():
    texture = run(photograph(MESH, 0.6), layout=lay_out(MESH, 128))
    assert set(np.unique(texture.provenance)) == {SEEN, FILLED}


def test_what_is_hidden_is_not_painted():
    """A red plate before the mouth belongs to the head (teeth, say): the skin behind it is filled, never red."""
    plate = np.array([[-30, -40, 100], [30, -40, 100], [-30, -10, 100], [30, -10, 100.0]])
    fine = egg(80, 160)
    count = len(fine.vertices)
    mesh = Mesh(
        np.vstack([fine.vertices, plate]),
        np.vstack([fine.triangles, [[count, count + 1, count + 2], [count + 1, count + 3, count + 2]]]),
        fine.uv,
        np.vstack([fine.uv_triangles, [[0, 1, 2], [0, 1, 2]]]),
        np.repeat([0, 1], [len(fine.triangles), 2]),
        ("skin", "teeth"),
    )

    def painted(points):
        return np.where((points[:, 2] > 99)[:, None], [250.0, 0, 0], paint(points))

    layout = lay_out(mesh, SIZE, mesh.vertices)
    colours, provenance = texels(run(photograph(mesh, painted=painted), mesh=mesh, layout=layout), layout)
    assert (colours[:, 0] - colours[:, 1]).max() < 70  # the skin's own difference is below 50
    points = layout.atlas.from_vertices @ mesh.vertices
    x, y, z = points.T
    behind = (np.abs(x) < 22) & (y > -32) & (y < -16) & (z > 0)
    assert (provenance[behind] == FILLED).all()
    assert np.abs(colours[behind] - paint(points[behind])).mean() < 40  # the plate takes some of the light


def test_one_sided_light_leaves_no_edge():
    def light(points):
        return 1 - 0.3 * points[:, 0] / 70

    texture = run(photograph(MESH, 0.5, light=light, painted=lambda p: np.tile(SKIN, (len(p), 1))))
    image = texture.image.astype(float).mean(axis=2)
    inside = np.zeros((SIZE, SIZE), dtype=bool)
    inside.ravel()[LAYOUT.atlas.texels] = True
    steps = np.abs(np.diff(image, axis=1))[inside[:, 1:] & inside[:, :-1]]
    assert steps.max() < 6 and np.quantile(steps, 0.999) < 4
    provenance = texture.provenance
    border = (provenance[:, 1:] != provenance[:, :-1]) & inside[:, 1:] & inside[:, :-1]
    assert np.abs(np.diff(image, axis=1))[border].mean() < 2


def test_two_views_see_more_and_agree_in_colour():
    left, right = photograph(MESH, 0.5), photograph(MESH, -0.5)
    dim = replace(right[0], image=(right[0].image * 0.7).astype(np.uint8))
    layout = lay_out(MESH, SIZE)
    one, both = texels(run(left, layout=layout)), texels(run(left, (dim, right[1]), layout=layout))
    assert (both[1] == SEEN).mean() > 1.4 * (one[1] == SEEN).mean()
    seen = both[1] == SEEN
    assert psnr(both[0][seen], paint(POINTS[seen])) > 32
    far = seen & (facing(right[1]) > 0.6) & (facing(left[1]) < 0)
    assert far.any() and np.abs((both[0] - paint(POINTS))[far].mean(axis=0)).max() < 6


def test_different_expressions_come_together():
    """Each photo has its own vertices: a face moved in the second photo lands on the same texels."""
    moved = MESH.vertices + [0, 6, 0] * np.exp(-(((MESH.vertices - [0, -30, 80]) / 30) ** 2).sum(axis=1, keepdims=True))
    bent = replace(MESH, vertices=moved)

    def carried(points):
        """The moved skin carries its colour along: that of where the point was at rest."""
        _, index, weights = nearest_on_surface(bent.vertices, bent.triangles, points)
        return paint(np.einsum("nc,nck->nk", weights, MESH.vertices[MESH.triangles[index]]))

    photo, view = photograph(bent, painted=carried)
    texture = bake([photo], MESH, [view], [moved], SIZE, layout=LAYOUT)
    colours, provenance = texels(texture)
    seen = provenance == SEEN
    assert psnr(colours[seen], paint(POINTS[seen])) > 38
    still = texels(bake([photo], MESH, [view], [MESH.vertices], SIZE, layout=LAYOUT))[0]
    assert psnr(still[seen], paint(POINTS[seen])) < psnr(colours[seen], paint(POINTS[seen])) - 3


def test_hair_and_collar_do_not_smear():
    def dressed(points):
        colours = paint(points)
        colours[points[:, 1] > 62], colours[points[:, 1] < -75] = HAIR, COLLAR
        return colours

    x, y, z = MESH.vertices.T
    region = np.clip((z - 45) / 15, 0, 1) * (np.abs(y) < 60)
    texture = run(photograph(MESH, painted=dressed), face_region=region)
    colours, provenance = texels(texture)
    assert (colours[:, 2] - colours[:, 0]).max() < 0  # no blue collar anywhere, not even mixed in
    scalp = (POINTS[:, 1] > 80) | ((POINTS[:, 2] < -70) & (POINTS[:, 1] > 20))
    assert (provenance[scalp] == FILLED).all()
    assert np.linalg.norm(colours[scalp].mean(axis=0) - HAIR) < 25
    chin_to_neck = (POINTS[:, 1] < -80) & (POINTS[:, 2] < 40)
    assert np.abs(colours[chin_to_neck] - SKIN * 0.93).max() < 40


def test_the_foreground_mask_is_obeyed():
    shot = photograph(MESH)
    mask = np.ones(shot[0].image.shape[:2])
    mask[:, :200] = 0  # the subject's right
    _, provenance = texels(run(shot, layout=lay_out(MESH, SIZE), foreground=[mask]))
    clear = facing(shot[1]) > 0.5
    assert (provenance[clear & (POINTS[:, 0] > 6)] == SEEN).all()
    assert (provenance[clear & (POINTS[:, 0] < -6)] == FILLED).all()


def test_fine_photos_do_not_alias():
    def chequered(points):
        cells = np.floor(points[:, 0] / 0.8) + np.floor(points[:, 1] / 0.8)
        return np.where((cells % 2 == 0)[:, None], [255.0, 200, 160], [155.0, 100, 60])

    shot = photograph(MESH, size=1400, painted=chequered)
    layout = lay_out(MESH, 128)
    colours, provenance = texels(run(shot, layout=layout), layout)
    clear = (provenance == SEEN) & (facing(shot[1], layout.atlas.from_vertices @ MESH.vertices) > 0.8)
    assert np.abs(colours[clear].mean(axis=0) - [205, 150, 110]).max() < 4
    assert colours[clear].std(axis=0).max() < 12  # the chequers' own is 50


def test_hopeless_photos_give_a_plain_skin():
    photo, view = photograph(MESH)
    away = replace(view, camera=Camera(400, 400, 880.0, np.array([2000.0, 200])))
    turned = run(photograph(MESH, np.pi), face_region=(MESH.vertices[:, 2] > 30).astype(float))
    for texture in (run((photo, away)), turned, bake([], MESH, [], [], SIZE, layout=LAYOUT)):
        assert (texture.provenance == FILLED).all()
        colours, _ = texels(texture)
        assert (colours[:, 0] > colours[:, 1]).all() and (colours[:, 1] > colours[:, 2]).all()
        assert greenness(colours).max() < 0


def test_the_result_is_the_same_each_time_and_inputs_stay():
    photo, view = photograph(MESH, 0.3)
    before = photo.image.copy()
    first, again = run((photo, view)), run((photo, view))
    np.testing.assert_array_equal(first.image, again.image)
    np.testing.assert_array_equal(photo.image, before)
    other = run((photo, view), rng=np.random.default_rng(5))
    assert 0 < np.abs(first.image.astype(int) - other.image).max() < 20
    without = bake([photo], MESH, [view], [MESH.vertices], SIZE, mirror_vertices=MESH.vertices)
    np.testing.assert_array_equal(without.image, first.image)


def test_wrong_use_is_told():
    photo, view = photograph(MESH, size=100)
    with pytest.raises(ValueError, match="layout is for"):
        bake([photo], MESH, [view], [MESH.vertices], 64, layout=LAYOUT)
    with pytest.raises(ValueError, match="uv"):
        lay_out(Mesh(MESH.vertices, MESH.triangles), 64)
    with pytest.raises(ValueError, match="zip"):
        bake([photo], MESH, [view, view], [MESH.vertices], SIZE, layout=LAYOUT)


def test_what_is_behind_a_head_fitted_too_wide_is_not_painted():
    """Seen at an angle, the far cheek's outline lies outside the face: the dark wall must not become skin."""
    photo, view = photograph(MESH, 0.5)
    night = (photo.image == BACKGROUND).all(axis=2)
    photo = replace(photo, image=np.where(night[..., None], np.uint8(8), photo.image))
    wide = replace(MESH, vertices=MESH.vertices * [1.16, 1, 1])
    texture = bake([photo], wide, [view], [wide.vertices], SIZE, layout=LAYOUT)
    colours, provenance = texels(texture)
    seen = provenance != FILLED
    assert colours[seen].min(axis=0)[0] > 120  # the skin's darkest red is 150


def test_strands_cross_the_hairline_that_no_photo_shows(monkeypatch):
    def hairy(points):
        return np.where((points[:, 1:2] > 45) | (points[:, 2:] < -20), HAIR, paint(points))

    def roughness():
        """Standard deviation around the head, within single rows, of the grey halfway into the hairline at the back."""
        texture = run(photograph(MESH, painted=hairy))
        grey = np.full(SIZE * SIZE, np.nan)
        share = LAYOUT.atlas.from_vertices @ LAYOUT.scalp.astype(np.float32)
        edge = (share > 0.35) & (share < 0.65) & (POINTS[:, 2] < -30) & (texels(texture)[1] == FILLED)
        grey[LAYOUT.atlas.texels[edge]] = texels(texture)[0][edge].mean(axis=1)
        steps = np.abs(np.diff(grey.reshape(SIZE, SIZE), axis=1))
        return np.nanmean(steps)

    wispy = roughness()
    monkeypatch.setattr("facerecon.texture.paint._RAGGED", 0.0)
    assert wispy > 1.5 * roughness()
