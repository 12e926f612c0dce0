"""The head as it is measured, without expression, from the front and from its left; places in those pictures."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from facerecon.app import cache
from facerecon.app.cache import Run
from facerecon.core.types import Camera, Mesh
from facerecon.drawing.render import render
from facerecon.geometry.geodesics import Spot
from facerecon.geometry.projection import project_head
from facerecon.geometry.rasterize import Raster, rasterize
from facerecon.geometry.transforms import camera_from_head_rotation, rigid

SIDE = 720
"""px of a picture."""
FAR = 1600.0
"""mm from the camera: from there, what lies nearer hardly looks larger."""
YAWS = {"front": 0.0, "turned": np.radians(-40.0), "side": -np.pi / 2}
"""View → how far the head is turned; from the side its own left is seen."""
HIDDEN = 2.5
"""mm behind what is seen, from where on a place counts as hidden."""


@dataclass(frozen=True)
class Frame:
    """What of the head a picture shows."""

    view: str
    "a key of YAWS"
    centre: tuple[float, float, float]
    "mm: what is in its middle"
    span: float
    "mm from edge to edge"
    side: int = SIDE
    "px of the picture"

    def camera(self) -> tuple[Camera, np.ndarray]:
        """Gives the camera and `camera_from_head` `(4, 4)`."""
        rotation = camera_from_head_rotation(YAWS[self.view], 0.0, 0.0)
        pose = rigid(rotation, np.array([0, 0, FAR]) - rotation @ np.array(self.centre))
        return Camera(self.side, self.side, self.side * FAR / self.span, np.full(2, (self.side - 1) / 2)), pose

    def project(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Gives the pixels `(N, 2)` and depths `(N,)`, mm, of `(N, 3)` places."""
        return project_head(*self.camera(), places)


def neutral(run: Run) -> np.ndarray:
    """Gives the vertices of the head without expression, `(V, 3)` mm."""
    head = cache.workshop().parts.head
    return cache.picture((run.key, "neutral"), lambda: head.shape(run.reconstruction.fit.identity))


def finer(vertices: np.ndarray) -> Mesh:
    """Makes the smooth mesh of a head's vertices."""
    fine = cache.workshop().parts.refinement(1)
    return replace(fine.mesh, vertices=fine.matrix @ vertices)


def picture(run: Run, frame: Frame) -> np.ndarray:
    """Renders the head in clay."""
    return cache.picture((run.key, "clay", frame), lambda: render(finer(neutral(run)), *frame.camera()))


def textured(run: Run, frame: Frame, moved: np.ndarray | float = 0.0) -> np.ndarray:
    """Renders the head in its own colours, its vertices moved by `(V, 3)` mm."""
    result = run.reconstruction
    mesh = finer(neutral(run) + moved)
    return render(mesh, *frame.camera(), style="textured", texture=result.texture, part_images=result.part_images)


def raster(run: Run, frame: Frame) -> Raster:
    """Finds which triangle of the skin each pixel shows."""

    def make() -> Raster:
        skin = cache.workshop().parts.head.skin(neutral(run))
        return rasterize(*frame.project(skin.vertices), skin.triangles, frame.side, frame.side)

    return cache.picture((run.key, "raster", frame), make)


def spot_at(run: Run, frame: Frame, place: tuple[float, float]) -> Spot | None:
    """Finds the point of the skin that a pixel shows; None: it shows none."""
    column, row = (int(np.clip(round(value), 0, frame.side - 1)) for value in place)
    seen = raster(run, frame)
    if seen.triangle[row, column] < 0:
        return None
    weights = seen.barycentric[row, column].astype(np.float64)
    return Spot(int(seen.triangle[row, column]), tuple((weights / weights.sum()).tolist()))


def visible(run: Run, frame: Frame, places: np.ndarray) -> np.ndarray:
    """Tells which of `(N, 3)` places are not hidden in a picture, `(N,)` bool."""
    pixels, depth = frame.project(places)
    column, row = np.clip(np.round(pixels), 0, frame.side - 1).astype(int).T
    inside = ((pixels >= 0) & (pixels <= frame.side - 1)).all(axis=1)
    return inside & (depth < raster(run, frame).depth[row, column] + HIDDEN)
