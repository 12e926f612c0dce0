"""The order of the stages for scans and depth: files in, every value as it is born, a textured head at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from facerecon.core.errors import SettingsError
from facerecon.core.types import (
    Fit,
    Reconstruction,
    Scale,
    ScannedHead,
    Texture,
    View,
)
from facerecon.geometry.clouds import moved
from facerecon.geometry.projection import project_head
from facerecon.geometry.transforms import apply, invert
from facerecon.morphable.fitting import size_spread
from facerecon.morphable.surface_fit import SurfaceFitSettings, surface_fit_steps
from facerecon.parts import Parts, Settings
from facerecon.pipeline import painted_parts, plain_parts
from facerecon.registration.nonrigid import NonrigidStep, nonrigid_icp_steps
from facerecon.registration.stiff_system import LandmarkPairs
from facerecon.scanning.fusion import fuse_steps
from facerecon.scanning.heads import ScanHead, find_head
from facerecon.scanning.pictures import Pictures, take_pictures
from facerecon.scans.scan import Scan, as_scan
from facerecon.steps import Run, Step, check_settings
from facerecon.texture import bake

SCAN_STAGES = ("landmarks", "cleaning", "registration", "fitting", "bending", "mesh", "texture", "model")
SCALE_ERRORS = {"scan": 0.01, "depth": 0.02}
"one standard deviation: a scanner's calibration, a depth camera's"
GUESSED_FOCAL = 0.08
"further error where the camera's focal length was guessed: it stretches width and height"
POOR_FIT = 2.0
"mm: half of the face is farther from the scan"
PARTIAL = 0.4
"share of the face that must have been scanned"


def scan_steps(scans: Sequence[Scan], settings: Settings | None = None, parts: Parts | None = None) -> Iterator[Step]:
    """Runs the stages on scans of one head and yields each value as it is born; the last is the Reconstruction.

    Args:
        scans: one or more, what `as_scan` takes.
        settings: what the visitor chose.
        parts: as for `pipeline.reconstruct_steps`.

    Raises:
        NoFaceError: a scan shows no face.
        ScanError: a scan shows several heads.
        CloudError: several scans do not meet.
        SettingsError: a part, a size or a unit does not exist, or there is no scan.
        AssetError: a weight is missing and cannot be fetched.
    """
    settings = settings or Settings()
    if not scans:
        raise SettingsError("At least one scan is needed.", "no_photo")
    check_settings(settings)
    yield from _ScanRun(scans, settings, parts or Parts(settings)).go(own=parts is None)


class _ScanRun(Run):
    """One run: what is born so far."""

    def __init__(self, scans: Sequence[Scan], settings: Settings, parts: Parts):
        super().__init__(settings, parts, SCAN_STAGES)
        self.scans = [as_scan(scan) for scan in scans]
        for scan in self.scans:
            self.warn(*scan.notes)

    def steps(self) -> Iterator[Step]:
        yield from self.find_heads()
        yield from self.join()
        yield from self.fit_head()
        yield from self.bend()
        yield from self.build_mesh()
        self.texture = self.bake_texture()
        yield self.step("texture", self.texture, 0.95)
        yield self.finish()

    def find_heads(self) -> Iterator[Step]:
        self.heads: list[ScanHead] = []
        for number, scan in enumerate(self.scans):
            for stage, value in find_head(scan, self.parts, self.settings):
                yield self.step(stage, value, 0.05 + 0.3 * (number + 0.5) / len(self.scans), number)
            self.warn(*value.notes)
            self.heads.append(value)
        self.metric = all(head.scan.source != "model_average" and head.unit != "?" for head in self.heads)

    def join(self) -> Iterator[Step]:
        first = self.heads[0]
        if len(self.heads) == 1:
            self.cloud, self.moves = first.cloud, [np.eye(4)]
        else:
            starts = [invert(first.head_from_cloud) @ head.head_from_cloud for head in self.heads]
            for last in fuse_steps([head.cloud for head in self.heads], starts):
                yield self.step("registration", last, 0.4)
            self.cloud, self.moves = last.cloud, list(last.first_from_each)
        yield self.step("registration", self.cloud, 0.4)

    def fit_head(self) -> Iterator[Step]:
        first, head = self.heads[0], self.parts.head
        chosen = SurfaceFitSettings(scale=not self.metric)
        fitting = surface_fit_steps(
            head, self.cloud, landmarks=first.landmarks68, head_from_scan=first.head_from_cloud, settings=chosen
        )
        for count, last in enumerate(fitting):
            yield self.step("fitting", last, 0.4 + 0.15 * min(count / chosen.iterations, 1))
        self.surface, self.head_from_first = last, last.head_from_scan
        self.head_cloud = moved(self.cloud, self.head_from_first)
        if not last.residual < POOR_FIT:
            self.warn("poor_scan_fit")

    def bend(self) -> Iterator[Step]:
        head, fit = self.parts.head, self.surface
        template = head.mesh(fit.vertices)
        points, known = head.landmarks("ibug68"), apply(self.head_from_first, self.heads[0].landmarks68)
        rows = np.flatnonzero(fit.landmark_weights)
        pairs = LandmarkPairs(points.triangle[rows], points.weights[rows], known[rows], fit.landmark_weights[rows])
        for count, last in enumerate(nonrigid_icp_steps(template, self.head_cloud, landmarks=pairs)):
            yield self.step("bending", last, 0.55 + 0.2 * min(count / 18, 1))
        self.bent: NonrigidStep = last
        face = head.face_region[: head.skin_vertices] > 0.5
        if (self.bent.weights[: head.skin_vertices][face] > 0).mean() < PARTIAL:
            self.warn("scan_partial")

    def build_mesh(self) -> Iterator[Step]:
        head, finer = self.parts.head, self.parts.refinement(self.settings.subdivisions)
        yield self.step("mesh", head.mesh(self.bent.vertices), 0.8)
        self.mesh = replace(finer.mesh, vertices=finer.matrix @ self.bent.vertices)
        yield self.step("mesh", self.mesh, 0.82)

    def bake_texture(self) -> Texture:
        times, size = self.settings.subdivisions, self.settings.texture_size
        self.pictures: Pictures = take_pictures(
            self.heads, self.moves, self.head_from_first, self.head_cloud, self.parts
        )
        if not self.pictures.photos:
            self.warn("no_colours")
        cameras = self.pictures.cameras[: len(self.pictures.photos)]
        views = [View(camera, pose, self.surface.expression, np.zeros(0)) for camera, pose in cameras]
        return bake(
            self.pictures.photos,
            self.mesh,
            views,
            [self.mesh.vertices] * len(views),
            size,
            face_region=self.parts.refinement(times).face_region,
            foreground=self.pictures.foreground,
            layout=self.parts.layout(times, size),
            bare=self.settings.albedo,
        )

    def finish(self) -> Step:
        head, surface, pictures = self.parts.head, self.surface, self.pictures
        neutral = head.shape(surface.identity) + (self.bent.vertices - surface.vertices)
        fit = Fit(surface.identity, self.views(), None, self.scale())
        real = [own for own in self.heads if own.scan.photo is not None]
        result = Reconstruction(
            photos=tuple(own.scan.photo for own in real),
            faces=pictures.faces,
            chosen=tuple(own.chosen for own in real),
            landmarks=tuple(own.landmarks for own in real),
            fit=fit,
            mesh=self.mesh,
            morphs=self.parts.refinement(self.settings.subdivisions).morphs,
            neutral=head.skin(neutral),
            neutral_landmarks68=head.landmarks("ibug68").on(neutral, head.triangles),
            texture=self.texture,
            part_images=self.part_images(fit),
            head_model=head.name,
            timings_ms={},
            warnings=tuple(self.warnings),
            scan=self.scanned(),
            material=self.settings.material,
        )
        last = self.step("model", result, 1.0)
        result.timings_ms.update(self.total())
        return last

    def views(self) -> tuple[View, ...]:
        """Gives the camera and pose of each photo that came in, or of one camera before the face."""
        real = [own.landmarks for own in self.heads if own.scan.photo is not None]
        views = []
        for number, (camera, pose) in enumerate(self.pictures.cameras[: max(len(real), 1)]):
            residuals = np.zeros(0)
            if real:
                marks = real[number]
                points = self.parts.head.landmarks(marks.scheme).on(self.bent.vertices, self.parts.head.triangles)
                residuals = np.linalg.norm(project_head(camera, pose, points)[0] - marks.points, axis=1)
            views.append(View(camera, pose, self.surface.expression, residuals))
        return tuple(views)

    def scale(self) -> Scale:
        """Says where the millimetres come from, and how sure they are."""
        if not self.metric:
            return Scale("model_average", size_spread(self.parts.head))
        source = self.heads[0].scan.source
        guessed = GUESSED_FOCAL if "focal_guessed" in self.warnings else 0.0
        return Scale(source, float(np.hypot(SCALE_ERRORS[source], guessed)))

    def part_images(self, fit: Fit) -> dict[str, np.ndarray]:
        """Paints eyes and teeth; the eyes in the colours of the pictures, where they show them."""
        head, pictures = self.parts.head, self.pictures
        if pictures.landmarks is not None:
            return painted_parts(pictures.photos[0], pictures.landmarks, head, fit)
        return plain_parts(head)

    def scanned(self) -> ScannedHead:
        """Describes the scans that went in."""
        skin = self.parts.head.skin_vertices
        seen = self.bent.weights[:skin] > 0
        from_scan = [
            self.head_from_first @ move @ np.diag([own.millimetres] * 3 + [1.0])
            for own, move in zip(self.heads, self.moves, strict=True)
        ]
        return ScannedHead(
            cloud=self.head_cloud,
            names=tuple(own.scan.name for own in self.heads),
            digests=tuple(own.scan.digest for own in self.heads),
            units=tuple(own.unit for own in self.heads),
            head_from_scan=tuple(from_scan),
            distances=np.where(seen, self.bent.distances[:skin], np.nan),
        )
