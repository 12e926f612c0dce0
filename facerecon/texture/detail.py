"""The finest shape, from shading: what is brighter or darker than the fitted head explains is a slope of the skin.

Linear shape from shading about a known surface. With S(n) the light that arrives at normal n, a small displacement d
along the normals turns them by −∇d, so that high-passed brightness is

    log I/S − mean(log I/S) = −(∂S/∂n · ∇d) / S + noise,

a linear equation in d at each texel. Together with |Δd|² and |d|², weighted by how skin usually is, its least squares
give d (after Or-El et al. 2015, “RGBD-Fusion: Real-time high precision depth recovery”, section 3.4, there with the
depth of a camera). Slopes across the light are unseen and stay as smooth as they can. Where the hue changes too, it is
paint and no slope, and counts for little. What is coarser than COARSEST belongs to the fitted head and is taken off.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.sparse import csr_matrix, diags
from scipy.sparse.linalg import cg

from facerecon.core.types import Mesh, Photo, View
from facerecon.geometry.normals import vertex_normals
from facerecon.geometry.projection import project
from facerecon.geometry.transforms import apply, invert
from facerecon.texture.atlas import Atlas
from facerecon.texture.capture import Capture, capture
from facerecon.texture.layout import Layout
from facerecon.texture.light import Light
from facerecon.texture.linear import to_linear
from facerecon.texture.trust import learn_from, light_of

LIMIT = 2.0
"""mm, the largest displacement"""
COARSEST = 6.0
"""mm, standard deviation of the window that is the fitted head's affair"""
_NOISE = 0.04
"""of the logarithm of brightness: pores, beard, the sensor"""
_HUE = 0.03
"""change of hue at which a change of brightness is held for paint"""
_BEND = 0.12
"""1/mm, usual curvature of fine shape"""
_DEPTH = 0.4
"""mm, usual size of it"""
_STEEPEST = 0.3
_TURN = 1e-3


@dataclass(frozen=True, eq=False)
class Detail:
    displacement: np.ndarray
    "`(S, S)` float32 mm along the normals; 0 where nothing was told"
    normal_map: np.ndarray
    "`(S, S, 3)` uint8, see `Reconstruction.normal_map`"


@dataclass(frozen=True, eq=False)
class _Chart:
    """The skin around each of `(N,)` texels that tell something."""

    rows: np.ndarray
    "`(N,)` of the atlas's texels"
    normals: np.ndarray
    "`(N, 3)` unit, head frame"
    right: np.ndarray
    "`(N, 3)` unit, along the skin to the right of the picture"
    up: np.ndarray
    "`(N, 3)` unit, along the skin to its top"
    slopes: np.ndarray
    "`(N, 2, 2)`: slopes to the right and up, of differences to the next texel on the right and below"
    texel: float
    "mm"


def fine_shape(
    photo: Photo, view: View, mesh: Mesh, region: np.ndarray, layout: Layout, atlas: Atlas | None = None
) -> Detail | None:
    """Finds the fine shape of a face in a photo; None where the photo shows too little skin to tell its light.

    Args:
        photo: the photo.
        view: its camera and pose.
        mesh: the head as it was then.
        region: `(V,)` in [0, 1]: 1 on the face.
        layout: of the mesh.
        atlas: texels of another size than the layout's.
    """
    one = capture(photo.image, view.camera, view.camera_from_head, mesh.vertices, mesh.triangles, layout)
    light = None if one is None else light_of(one, region, learn_from(one, region, layout), layout)
    if one is None or light is None:
        return None
    return from_shading(one, view.camera_from_head, layout.triangles, atlas or layout.atlas, light, region)


def from_shading(
    one: Capture, camera_from_head: np.ndarray, triangles: np.ndarray, atlas: Atlas, light: Light, region: np.ndarray
) -> Detail:
    """Finds the fine shape of skin that a photo shows.

    Args:
        one: the photo, as it sees the head.
        camera_from_head: `(4, 4)` its pose.
        triangles: `(T, 3)` of the skin.
        atlas: of the texture; any size.
        light: on the face, head frame.
        region: `(V,)` in [0, 1]: 1 on the face; elsewhere are hair and clothes.
    """
    head = apply(invert(camera_from_head), one.vertices)
    normals = vertex_normals(head, triangles)
    carried = atlas.from_vertices @ np.column_stack([one.vertices, head, normals, one.facing, region]).astype(
        np.float32
    )
    carried = carried.astype(np.float64)
    seen = (
        (carried[:, 9] > _STEEPEST)
        & (carried[:, 10] > 0.1)
        & ~one.hidden(project(one.camera, carried[:, :3]), carried[:, 2])
    )
    chart = _chart(atlas, carried[:, 3:6], carried[:, 6:9], seen)
    size = atlas.size
    displacement = np.zeros(size * size, np.float32)
    if len(chart.rows) > 100:
        brightness, weight = _shading_left(one, carried[chart.rows, :3], atlas, chart, light)
        found = _solve(atlas, chart, light, brightness, weight)
        displacement[atlas.texels[chart.rows]] = found * carried[chart.rows, 10]
    displacement = displacement.reshape(size, size)
    return Detail(displacement, normal_map(displacement, atlas, chart))


def _chart(atlas: Atlas, points: np.ndarray, normals: np.ndarray, seen: np.ndarray) -> _Chart:
    """Finds how the picture's axes lie on the skin, at the texels whose next ones on the right and below are seen."""
    size = atlas.size
    row_of = np.full(size * size + size + 1, -1)
    row_of[atlas.texels[seen]] = np.flatnonzero(seen)
    here = np.flatnonzero(seen & (atlas.texels % size < size - 1))
    right, below = row_of[atlas.texels[here] + 1], row_of[atlas.texels[here] + size]
    whole = (right >= 0) & (below >= 0)
    here, right, below = here[whole], right[whole], below[whole]
    along, down = points[right] - points[here], points[below] - points[here]
    lengths = np.linalg.norm(along, axis=1), np.linalg.norm(down, axis=1)
    texel = float(np.median(np.concatenate(lengths))) if len(here) else 1.0
    # Neighbours in the picture that are far apart on the skin belong to different islands.
    near = (np.maximum(*lengths) < 5 * texel) & (np.minimum(*lengths) > 0.05 * texel)
    here, along, down = here[near], along[near], down[near]
    normal = normals[here] / np.maximum(np.linalg.norm(normals[here], axis=1, keepdims=True), 1e-9)
    tangent = along - (along * normal).sum(axis=1, keepdims=True) * normal
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-9)
    up = np.cross(normal, tangent)
    up *= np.where((up * down).sum(axis=1, keepdims=True) > 0, -1, 1)
    steps = np.stack(
        [np.stack([(side * axis).sum(axis=1) for axis in (tangent, up)], axis=1) for side in (along, down)], axis=1
    )
    good = np.abs(np.linalg.det(steps)) > 0.05 * texel**2
    return _Chart(here[good], normal[good], tangent[good], up[good], np.linalg.inv(steps[good]), texel)


def _spread(values: np.ndarray, atlas: Atlas, rows: np.ndarray) -> np.ndarray:
    """Puts `(N, ...)` values into a picture, 0 elsewhere."""
    picture = np.zeros((atlas.size**2, *values.shape[1:]), np.float32)
    picture[atlas.texels[rows]] = values
    return picture.reshape(atlas.size, atlas.size, *values.shape[1:])


def _high_passed(values: np.ndarray, atlas: Atlas, chart: _Chart) -> np.ndarray:
    """Takes off each of `(N, C)` values the mean around it."""
    sigma = COARSEST / chart.texel
    data = _spread(np.column_stack([values, np.ones(len(values))]), atlas, chart.rows)
    mean = cv2.GaussianBlur(data, (0, 0), sigma).reshape(atlas.size**2, -1)[atlas.texels[chart.rows]]
    return values - mean[:, :-1] / np.maximum(mean[:, -1:], 1e-6)


def _shading_left(
    one: Capture, points: np.ndarray, atlas: Atlas, chart: _Chart, light: Light
) -> tuple[np.ndarray, np.ndarray]:
    """Reads brightness over what the fitted head explains, logarithmic and high-passed, and how far it is no paint.

    Both are `(N,)`.
    """
    logs = np.log(to_linear(one.look_up(project(one.camera, points))) + 0.01) - np.log(light.shading(chart.normals))
    high = _high_passed(logs, atlas, chart)
    hue = np.abs(high[:, 0] - high[:, 2])
    brightness = high.mean(axis=1)
    # A slope of the skin changes brightness by a third at most; nostrils, lashes and brows by more.
    return brightness, 1 / (1 + (hue / _HUE) ** 2) / (1 + (brightness / 0.3) ** 2) ** 2


def _differences(atlas: Atlas, chart: _Chart) -> tuple[csr_matrix, csr_matrix]:
    """Builds the differences to the next texel on the right and below, `(N, N)`; without a neighbour there is none."""
    count, size = len(chart.rows), atlas.size
    number = np.full(size * size + size + 1, -1)
    texels = atlas.texels[chart.rows]
    number[texels] = np.arange(count)
    built = []
    for step in (1, size):
        other = number[texels + step]
        rows = np.flatnonzero(other >= 0)
        data = np.concatenate([np.ones(len(rows)), -np.ones(len(rows))])
        columns = np.concatenate([other[rows], rows])
        built.append(csr_matrix((data, (np.concatenate([rows, rows]), columns)), shape=(count, count)))
    return built[0], built[1]


def _solve(atlas: Atlas, chart: _Chart, light: Light, brightness: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Solves for the `(N,)` displacement, mm."""
    shading = light.shading(chart.normals).mean(axis=1)
    by_slope = []
    for axis in (chart.right, chart.up):
        turned = chart.normals - _TURN * axis  # a slope of 1 towards an axis turns the normal away from it
        turned /= np.linalg.norm(turned, axis=1, keepdims=True)
        by_slope.append((light.shading(turned).mean(axis=1) - shading) / _TURN / shading)
    # Differences turn into slopes, those into brightness.
    first, second = _differences(atlas, chart)
    slopes = [diags(chart.slopes[:, k, 0]) @ first + diags(chart.slopes[:, k, 1]) @ second for k in range(2)]
    model = diags(by_slope[0]) @ slopes[0] + diags(by_slope[1]) @ slopes[1]
    curved = (first.T @ first + second.T @ second) / (chart.texel**2 * _BEND)
    weighted = diags(weight / _NOISE**2)
    matrix = model.T @ weighted @ model + curved.T @ curved + diags(np.full(len(weight), 1 / _DEPTH**2))
    right = model.T @ (weighted @ brightness)
    found, _ = cg(matrix, right, rtol=1e-3, maxiter=400, M=diags(1 / matrix.diagonal()))
    return _high_passed(found[:, None], atlas, chart)[:, 0].clip(-LIMIT, LIMIT)


def normal_map(displacement: np.ndarray, atlas: Atlas, chart: _Chart) -> np.ndarray:
    """Turns an `(S, S)` displacement, mm, into a tangent-space normal map, `(S, S, 3)` uint8."""
    picture = np.full((atlas.size**2, 3), (128, 128, 255), np.uint8)
    if len(chart.rows):
        values = displacement.ravel()[atlas.texels[chart.rows]].astype(np.float64)
        first, second = (matrix @ values for matrix in _differences(atlas, chart))
        slopes = np.einsum("nij,nj->ni", chart.slopes, np.column_stack([first, second]))
        normals = np.column_stack([-slopes, np.ones(len(slopes))])
        normals /= np.linalg.norm(normals, axis=1, keepdims=True)
        picture[atlas.texels[chart.rows]] = np.rint(normals * 127.5 + 127.5).astype(np.uint8)
    return picture.reshape(atlas.size, atlas.size, 3)
