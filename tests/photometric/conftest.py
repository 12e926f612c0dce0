"""A head of known shape, reflectance and light, photographed by the rasteriser."""

import numpy as np
import pytest
import torch

from facerecon.core.types import Camera, Landmarks, Photo
from facerecon.geometry.harmonics import everywhere, irradiance, lamp
from facerecon.geometry.normals import vertex_normals
from facerecon.geometry.projection import project_head
from facerecon.geometry.transforms import camera_from_head_rotation, rigid
from facerecon.morphable.fitting import FitSettings, FitStep, fit_steps
from facerecon.networks.rasterizer import interpolate, rasterize
from facerecon.texture.linear import to_srgb

CAMERA = Camera(360, 450, 1050.0, np.array([179.5, 224.5]))
LAMPS = {-25: (-0.8, 0.5, 0.6), 0: (0.7, 0.6, 0.7), 25: (0.6, 0.2, 0.8)}
"degrees of the turn → towards its lamp"


class Scene:
    """Photos of one head, each under another lamp, and landmarks that err by a smooth bend."""

    def __init__(self, head, yaws, bend=1.0):
        rng = np.random.default_rng(5)
        self.head, self.identity = head, 0.8 * rng.normal(size=len(head.identity_basis))
        self.identity[head.size_mode] = 0
        self.vertices = head.shape(self.identity)
        self.reflectance = 0.35 * np.exp(0.05 * _smooth(head.mean, rng))
        self.views, self.lights, self.photos, self.landmarks = [], [], [], []
        points = head.landmarks("mediapipe478").on(self.vertices, head.triangles)
        for yaw in yaws:
            self.views.append(rigid(camera_from_head_rotation(np.radians(yaw), 0, 0), np.array([0.0, -15, 800])))
            self.lights.append(everywhere([0.45])[:, 0] + lamp(LAMPS[yaw], [0.8])[:, 0])
            self.photos.append(Photo(self._taken(), str(yaw), CAMERA.focal, str(yaw)))
            pixels, _ = project_head(CAMERA, self.views[-1], points)
            wave = np.stack([np.sin(pixels[:, 1] / 50 + yaw), np.cos(pixels[:, 0] / 50)], axis=1)
            self.landmarks.append(Landmarks(pixels + bend * wave, None, "mediapipe478"))
        self.cameras, self.known = [CAMERA] * len(yaws), [True] * len(yaws)
        self.fit = FitSettings(noise=3.0)

    def _taken(self):
        pixels, depth = project_head(CAMERA, self.views[-1], self.vertices)
        shading = irradiance(vertex_normals(self.vertices, self.head.triangles), self.lights[-1][:, None])[:, 0]
        colour = (self.reflectance * shading)[None, :, None] * [1.0, 0.8, 0.7]
        triangles = torch.tensor(self.head.triangles)
        fragments = rasterize(torch.tensor(pixels)[None], torch.tensor(depth)[None], triangles, 450, 360)
        image = interpolate(fragments, torch.tensor(colour), triangles)[0].numpy()
        return np.where(fragments.covered[0, ..., None], to_srgb(image), 90).clip(0, 255).astype(np.uint8)

    def start(self):
        """The fit to the landmarks."""
        *_, last = fit_steps(self.head, self.landmarks, self.cameras, focal_known=self.known, settings=self.fit)
        return last

    def truth(self):
        """The true state, as a step of the fit."""
        start = self.start()
        views = [
            type(view)(CAMERA, pose, np.zeros(52), view.scores, view.prior_focal, view.log_focal_std, view.scores_std)
            for view, pose in zip(start.views, self.views, strict=True)
        ]
        return FitStep(0, self.identity, tuple(views), start.observations, start.cost)


def _smooth(points, rng):
    """Waves over the head, `(V,)`, of standard deviation 1."""
    waves, phases = rng.normal(0, 0.06, (12, 3)), rng.uniform(0, 2 * np.pi, 12)
    return np.sin(points @ waves.T + phases).sum(axis=1) / np.sqrt(6)


@pytest.fixture(scope="session")
def one_photo(anny):
    return Scene(anny, [0])


@pytest.fixture(scope="session")
def three_photos(anny):
    return Scene(anny, [-25, 0, 25])
