"""The scan that is shown before a visitor brings one: a synthetic subject, as a hand scanner would have seen it."""

from __future__ import annotations

import hashlib

import numpy as np

from facerecon.core.errors import SettingsError
from facerecon.core.types import Camera, Mesh, Photo, PointCloud
from facerecon.geometry.normals import vertex_normals
from facerecon.geometry.projection import project_head
from facerecon.geometry.rasterize import depth_buffer
from facerecon.geometry.sampling import sample
from facerecon.geometry.transforms import apply, rigid, rotation_from_euler
from facerecon.mesh.subdivide import subdivide
from facerecon.morphable.anny import AnnyHead
from facerecon.samples import Truth, load_sample, load_truth
from facerecon.scans.scan import Scan

NAME = "synthetic_1"
NOISE = 0.25
"mm, along the normals"
BEHIND = -70.0
"mm, head frame: what lies farther back was not scanned"
BUMPS, WIDTH, HEIGHT = 14, 16.0, 1.2
"how many, how wide, how high (mm): what a person has and a head model does not know"
TURNED = (0.6, -0.25, 0.4)
"rad: scanners know no front"
IN_SHADE = 1.5
"mm behind what the photo shows"
FACING = -0.25
"cosine between normals and the view: what is seen flatter than that mixes with the background"
HIDDEN = ("teeth", "tongue")


def sample_scan(name: str = NAME, at_rest: bool = False) -> Scan:
    """Makes the scan; always the same one. It is in metres, turned, noisy, and has no back of the head.

    Args:
        name: of a synthetic sample.
        at_rest: without the expression of the photo, as benchmarks scan people.

    Raises:
        SettingsError: nobody knows the shape of that sample.
    """
    rng = np.random.default_rng(5)
    photo, truth = load_sample(name), load_truth(name)
    if truth is None:
        raise SettingsError(f"There is no scan of the sample “{name}”.")
    mesh = _head(truth, truth.expression)
    colours = _colours(photo, truth, mesh)
    mesh = _head(truth, None) if at_rest else mesh
    normals = vertex_normals(mesh.vertices, mesh.triangles)
    away = _bumps(rng, mesh.vertices) + NOISE * rng.normal(size=len(mesh.vertices))
    vertices = mesh.vertices + away[:, None] * normals
    kept = mesh.triangles[(vertices[mesh.triangles, 2] > BEHIND).all(axis=1)]
    used, triangles = np.unique(kept, return_inverse=True)
    turned = apply(rigid(rotation_from_euler(*TURNED), np.array([40.0, 900.0, -300.0])), vertices[used]) / 1000
    cloud = PointCloud(turned, None, colours[used], triangles.reshape(-1, 3))
    return Scan(cloud, f"{name}.ply", hashlib.sha256(turned.tobytes()).hexdigest())


def _head(truth: Truth, expression: np.ndarray | None) -> Mesh:
    """Builds what can be seen of the subject with an expression, refined once, mm."""
    head = AnnyHead("sampled")  # its modes hold what the sliders make
    basis, skin = head.identity_basis, head.skin_vertices
    away = (truth.neutral - head.mean[:skin]).ravel()
    identity = np.linalg.lstsq(basis[:, :skin].reshape(len(basis), -1).T, away)[0]  # the eyes go along with the skin
    mesh, _ = subdivide(head.mesh(head.shape(identity, expression)))
    hidden = [number for number, name in enumerate(mesh.part_names) if name in HIDDEN]
    return Mesh(mesh.vertices, mesh.triangles[~np.isin(mesh.parts, hidden)])


def _colours(photo: Photo, truth: Truth, mesh: Mesh) -> np.ndarray:
    """Reads the colour of each vertex that the photo shows, `(V, 3)` uint8; the rest gets the median of these."""
    height, width = photo.image.shape[:2]
    camera = Camera(width, height, truth.focal, np.array([(width - 1) / 2, (height - 1) / 2]))
    pixels, depth = project_head(camera, truth.camera_from_head, mesh.vertices)
    front = sample(depth_buffer(pixels, depth, mesh.triangles, height, width), pixels, nearest=True)
    found = sample(photo.image, pixels)
    facing = vertex_normals(mesh.vertices, mesh.triangles) @ truth.camera_from_head[2, :3] < FACING
    seen = facing & (depth < front + IN_SHADE)
    return np.where(seen[:, None], found, np.median(found[seen], axis=0).astype(np.uint8))


def _bumps(rng: np.random.Generator, vertices: np.ndarray) -> np.ndarray:
    """Makes a smooth field of heights over the face, `(V,)` mm."""
    centres = vertices[rng.choice(np.flatnonzero(vertices[:, 2] > -20), BUMPS)]
    squared = ((vertices[:, None] - centres) ** 2).sum(axis=2)
    return (np.exp(-squared / (2 * WIDTH**2)) * rng.choice([-1.0, 1.0], BUMPS)).sum(axis=1) * HEIGHT
