"""What photos say of places on the skin: residuals, and how they move with shape, pose, camera and light.

A place u of matte skin with the reflectance a_u and the normal n_u looks, under the light of photo k, like

    log I_k(π_k(x_u)) = log a_u + log Y(n_u)ᵀ L_k + noise

with Y nine harmonics (Ramamoorthi and Hanrahan 2001). The residual is r = log I − log Yᵀ L; a move of the head changes
what pixel it reads, by the picture's slope, and the normals, hence

    dr = ∇log I · dπ − (Lᵀ dY/dn / Yᵀ L) dn − Yᵀ dL / Yᵀ L
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import max_pool2d

from facerecon.geometry.harmonics import EVEN
from facerecon.geometry.projection import project
from facerecon.geometry.sampling import sample
from facerecon.geometry.transforms import apply
from facerecon.morphable.face_model import FaceModel
from facerecon.morphable.normal_equations import pixel_jacobian
from facerecon.morphable.observation import ViewState
from facerecon.networks.rasterizer import rasterize
from facerecon.networks.shading import irradiance_basis, irradiance_slope
from facerecon.photometric.skin import SkinPlaces
from facerecon.photometric.window import Window

STEEPEST = 0.5
"""cosine to the camera below which skin is not read: sheen, and the outline's least slip, outweigh the shape there"""
MARGIN, JUMP_MM = 0.013, 10.0
"""nothing is read so near, as a share of the window, to where the depth jumps by so much"""
BEHIND_MM = 2.0
DIMMEST = 0.05
"""of the even light's coefficient: no light brings less to skin"""
_NOWHERE = 1e6


@dataclass(frozen=True, eq=False)
class Seen:
    """The places that one photo shows."""

    rows: Tensor
    "`(M,)` int64, of the places"
    bright: Tensor
    "`(M,)` log I"
    normals: Tensor
    "`(M, 3)` unit, head frame"
    by_identity: Tensor
    "`(M, I)` how the brightness that is read moves, light apart"
    by_view: Tensor
    "`(M, 7)` the same by turn, shift and logarithm of the focal length"
    by_expression: Tensor
    "`(M, E)`"
    turning: Tensor
    "`(M, 3, I + E)` how the normals move"

    @property
    def even(self) -> Tensor:
        """Coefficient of light from everywhere that would make skin as bright as it is, a number."""
        return EVEN * self.bright.median().exp()

    def linearised(self, light: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Gives residuals `(M,)`, their Jacobian `(M, I + 7 + E)` and that by the light `(M, 9)`."""
        brings = irradiance_basis(self.normals)
        shading = (brings @ light).clamp(min=DIMMEST * self.even)
        slope = torch.einsum("mkd,k->md", irradiance_slope(self.normals), light) / shading[:, None]
        by_shape = -torch.einsum("md,mdk->mk", slope, self.turning)
        count = self.by_identity.shape[1]
        jacobian = [self.by_identity + by_shape[:, :count], self.by_view, self.by_expression + by_shape[:, count:]]
        return self.bright - shading.log(), torch.cat(jacobian, dim=1), -brings / shading[:, None]


class Reader:
    """Reads photos at the places of a head's skin.

    Args:
        model: the head model.
        places: which places.
        device: of torch.
    """

    def __init__(self, model: FaceModel, places: SkinPlaces, device: str):
        # Graphics cards of Apple know no float64.
        self.kind = {"device": device, "dtype": torch.float32 if device.startswith("mps") else torch.float64}
        self.model, self.places = model, places
        self._triangles = torch.tensor(model.triangles, device=device)
        self._rows = torch.tensor(places.rows, device=device)
        self._around = torch.tensor(places.triangles, device=device)
        self._basis = np.concatenate([model.identity_basis, model.expression_basis])
        corners = [self.tensor(self._basis[:, places.triangles[:, k]]).permute(1, 2, 0) for k in range(3)]
        self._sides = corners[1] - corners[0], corners[2] - corners[0]  # (T, 3, K)

    def tensor(self, values: np.ndarray) -> Tensor:
        """Takes an array to the device."""
        return torch.as_tensor(np.ascontiguousarray(values), **self.kind)

    def read(self, windows: Sequence[Window], views: Sequence[ViewState], heads: Sequence[np.ndarray]) -> list[Seen]:
        """Reads all photos.

        Args:
            windows: by photo; of one size.
            views: by photo.
            heads: by photo, `(V, 3)` mm with its expression.
        """
        views = [window.view(view) for window, view in zip(windows, views, strict=True)]
        clear = self._visible(windows, views, heads)
        return [self._seen(*each) for each in zip(windows, views, heads, clear, strict=True)]

    def _visible(self, windows: Sequence[Window], views: Sequence[ViewState], heads: Sequence[np.ndarray]) -> Tensor:
        """Tells which places the photos show clearly, `(B, N)` bool: all photos are rasterised at once."""
        size = len(windows[0].bright)
        points = [apply(view.camera_from_head, head) for view, head in zip(views, heads, strict=True)]
        pixels = self.tensor(np.stack([project(view.camera, one) for view, one in zip(views, points, strict=True)]))
        points = self.tensor(np.stack(points))
        depth = rasterize(pixels, points[..., 2], self._triangles, size, size).depth[:, None].clamp(max=_NOWHERE)
        radius = max(round(MARGIN * size), 1)
        nearest, farthest = (sign * max_pool2d(sign * depth, 2 * radius + 1, 1, radius) for sign in (-1, 1))
        beside = max_pool2d(depth, 3, 1, 1)
        inside = self.tensor(np.stack([window.inside for window in windows]))[:, None]
        at, place = pixels[:, self._rows], points[:, self._rows]
        column, row = at.round().clamp(0, size - 1).long().unbind(dim=2)
        number = torch.arange(len(points), device=at.device)[:, None]
        maps = torch.cat([farthest - nearest, beside, inside], dim=1)[number, :, row, column]  # (B, N, 3)
        normals = torch.stack([self._normals(one)[0] for one in points])
        facing = -(normals * place).sum(dim=2) / place.norm(dim=2)
        within = ((at >= 0) & (at <= size - 1)).all(dim=2)
        shown = (maps[..., 0] < JUMP_MM) & (place[..., 2] < maps[..., 1] + BEHIND_MM) & (maps[..., 2] > 0.5)
        return within & shown & (facing > STEEPEST)

    def _normals(self, vertices: Tensor) -> tuple[Tensor, Tensor, tuple[Tensor, Tensor]]:
        """Finds the places' normals `(N, 3)`, by area, their lengths before scaling, and the sides `(T, 3)` around."""
        a, b, c = (vertices[self._around[:, k]] for k in range(3))
        sums = self._sums(torch.linalg.cross(b - a, c - a))
        length = sums.norm(dim=1, keepdim=True).clamp(min=1e-9)
        return sums / length, length, (b - a, c - a)

    def _sums(self, values: Tensor) -> Tensor:
        """Adds up the values `(T, ...)` of the triangles around each place."""
        sums = values.new_zeros(len(self.model.mean), *values.shape[1:])
        for k in range(3):
            sums.index_add_(0, self._around[:, k], values)
        return sums[self._rows]

    def _seen(self, window: Window, view: ViewState, head: np.ndarray, clear: Tensor) -> Seen:
        rows = torch.nonzero(clear)[:, 0]
        chosen = self.places.rows[rows.cpu().numpy()]
        by_point, by_view, in_camera = pixel_jacobian(view, head[chosen])
        bright, *slope = sample(window.bright, project(view.camera, in_camera)).astype(np.float64).T
        slope = np.stack(slope, axis=1)
        by_point = self.tensor(np.einsum("md,mdc->mc", slope, by_point))
        moved = torch.einsum("mc,kmc->mk", by_point, self.tensor(self._basis[:, chosen]))
        normals, length, (first, second) = self._normals(self.tensor(head))
        d_first, d_second = self._sides
        swung = torch.linalg.cross(d_first, second[..., None].expand_as(d_first), dim=1)
        swung = swung + torch.linalg.cross(first[..., None].expand_as(d_second), d_second, dim=1)
        normals, turning = normals[rows], self._sums(swung)[rows]
        turning = turning - normals[..., None] * (normals[..., None] * turning).sum(dim=1, keepdim=True)
        count = len(self.model.identity_basis)
        return Seen(
            rows=rows,
            bright=self.tensor(bright),
            normals=normals,
            by_identity=moved[:, :count],
            by_view=self.tensor(np.einsum("md,mdc->mc", slope, by_view)),
            by_expression=moved[:, count:],
            turning=turning / length[rows][..., None],
        )
