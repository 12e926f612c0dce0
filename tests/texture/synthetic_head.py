"""A head whose truth is known: an egg with an analytic skin, photographed by the rasteriser."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from facerecon.core.types import Camera, Mesh, Photo, View
from facerecon.geometry.projection import project_head
from facerecon.geometry.rasterize import rasterize
from facerecon.geometry.transforms import camera_from_head_rotation, rigid
from facerecon.texture.layout import lay_out
from facerecon.texture.scalp import ears, scalp

BACKGROUND = np.array([30, 200, 60])
SKIN = np.array([205.0, 160, 135])
AVERAGE_HEAD = 1.095
"how much larger an average head is"
AXES = np.array([70.0, 100.0, 85.0])


def egg(rings=40, sectors=80) -> Mesh:
    """An ellipsoid, its own mirror image in x; uv is azimuth and height, with a seam down the back."""
    polar = np.linspace(0, np.pi, rings + 1)
    azimuth = np.linspace(-np.pi, np.pi, sectors + 1)
    a, p = np.meshgrid(azimuth, polar)
    uv = np.column_stack([0.05 + 0.9 * (a.ravel() + np.pi) / (2 * np.pi), 0.05 + 0.9 * p.ravel() / np.pi])
    sphere = np.column_stack([(np.sin(p) * np.sin(a)).ravel(), np.cos(p).ravel(), (np.sin(p) * np.cos(a)).ravel()])
    corner = np.arange(len(uv)).reshape(rings + 1, sectors + 1)
    a, b, c, d = (x.ravel() for x in (corner[:-1, :-1], corner[:-1, 1:], corner[1:, :-1], corner[1:, 1:]))
    uv_triangles = np.concatenate([np.column_stack([c, b, a]), np.column_stack([c, d, b])])
    places, vertex = np.unique(np.round(sphere, 9), axis=0, return_inverse=True)
    triangles = vertex.ravel()[uv_triangles]
    solid = np.array([len(set(t)) == 3 for t in triangles.tolist()])
    return Mesh(places * AXES, triangles[solid], uv, uv_triangles[solid])


def paint(points: np.ndarray, even: bool = True) -> np.ndarray:
    """The truth: a smooth skin with freckle-like waves, `(N, 3)`; `even` makes it equal on both sides."""
    x, y, z = points.T
    side = np.abs(x) if even else x
    wave = np.cos(side / 9) * np.cos(y / 11) + 0.5 * np.sin(y / 5 + side / 13)
    shade = 0.9 + 0.1 * np.cos(y / 60)
    return np.clip(SKIN * shade[:, None] + wave[:, None] * [9, 10, 8], 0, 255)


def photograph(mesh, yaw=0.0, pitch=0.0, size=400, even=True, light=None, focal=None, painted=None):
    """Renders a mesh: (Photo, View). `light` maps head points to a factor, `painted` replaces the truth."""
    focal = focal or 2.2 * size
    camera = Camera(size, size, focal, np.array([size / 2, size / 2]))
    pose = rigid(camera_from_head_rotation(yaw, pitch, 0), np.array([0, 0, 600.0]))
    pixels, depth = project_head(camera, pose, mesh.vertices)
    image = np.tile(BACKGROUND, (size, size, 1)).astype(float)
    raster = rasterize(pixels, depth, mesh.triangles, size, size)
    corners = mesh.vertices[mesh.triangles[raster.triangle[raster.covered]]]
    points = np.einsum("nc,nck->nk", raster.barycentric[raster.covered], corners)
    colours = (painted or (lambda p: paint(p, even)))(points)
    image[raster.covered] = colours * (1 if light is None else light(points)[:, None])
    photo = Photo(np.clip(np.rint(image), 0, 255).astype(np.uint8), "0" * 64, None, "synthetic")
    return photo, View(camera, pose, np.zeros(0), np.zeros(0))


def lay_out_egg(mesh: Mesh, size: int):
    """Lays an egg out with hairline and ears as small, beside an average head's, as the egg is."""
    grown = mesh.vertices * AVERAGE_HEAD
    return replace(lay_out(mesh, size, mesh.vertices), scalp=scalp(grown), ears=ears(grown))


def psnr(a, b):
    return 10 * np.log10(255**2 / np.mean((np.asarray(a, float) - b) ** 2))
