"""The order of the stages: photos in, every value as it is born, a textured head at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from facerecon.capture_coach import coach
from facerecon.checks import SMALL_FACE, choose_face, doubts, item, put_in, same_way_up
from facerecon.comparison import two_people
from facerecon.core.errors import NoFaceError, SettingsError
from facerecon.core.types import Camera, Faces, Fit, Landmarks, Mesh, Photo, Reconstruction, Texture, View
from facerecon.geometry.projection import project_head
from facerecon.landmarks.opening import opening
from facerecon.landmarks.quality import concerns, judge
from facerecon.landmarks.schemes import scheme
from facerecon.morphable.face_model import FaceModel
from facerecon.morphable.fitting import FitStep, as_fit, fit_steps
from facerecon.morphable.pose import first_camera
from facerecon.morphable.size import sized
from facerecon.morphable.uncertainty import Information, with_std
from facerecon.multiview import dense_steps
from facerecon.parts import Parts, Settings
from facerecon.size_cues import size_cues
from facerecon.steps import Run, Step, as_settings, check_settings
from facerecon.texture import (
    BROWN,
    Mouth,
    bake,
    fine_shape,
    iris_colour,
    iris_disc,
    look_into,
    mouth_of,
    part_images,
    sclera_colour,
)

DETAIL_PX = 1024
"""the largest normal map: photos seldom show the skin more finely"""
STAGES = ("detection", "landmarks", "fitting", "mesh", "texture", "model")


def reconstruct(photos: Sequence[Photo], *, parts: Parts | None = None, **settings: Any) -> Reconstruction:
    """Makes one textured head from photos of one person; see `reconstruct_steps`.

    Args:
        photos: one or more.
        parts: as for `reconstruct_steps`.
        **settings: fields of `Settings`, for instance `texture_size=2048`.

    Raises:
        SettingsError: a setting does not exist; and what `reconstruct_steps` raises.
    """
    *_, last = reconstruct_steps(photos, as_settings(settings), parts)
    return last.value


def reconstruct_steps(
    photos: Sequence[Photo], settings: Settings | None = None, parts: Parts | None = None
) -> Iterator[Step]:
    """Runs the stages and yields each value as it is born; the last is the Reconstruction.

    Args:
        photos: one or more, all of one person.
        settings: what the visitor chose.
        parts: detector, landmarker and head of an earlier run with the same names, to save their loading.

    Raises:
        NoFaceError: a photo shows no face.
        SettingsError: a part or a size does not exist, or there is no photo.
        AssetError: a weight is missing and cannot be fetched.
    """
    settings = settings or Settings()
    if not photos:
        raise SettingsError("At least one photo is needed.", "no_photo")
    check_settings(settings)
    yield from _Run(photos, settings, parts or Parts(settings)).go(own=parts is None)


class _Run(Run):
    """One run: what is born so far."""

    def __init__(self, photos: Sequence[Photo], settings: Settings, parts: Parts):
        super().__init__(settings, parts, STAGES)
        self.photos = tuple(photos)

    def steps(self) -> Iterator[Step]:
        yield from self.find_faces()
        yield from self.locate_landmarks()
        yield from self.fit_head()
        yield from self.build_mesh()
        self.texture = self.bake_texture()
        yield self.step("texture", self.texture, 0.95)
        yield self.finish()

    def find_faces(self) -> Iterator[Step]:
        self.faces: list[Faces] = []
        self.chosen: list[int] = []
        for number, photo in enumerate(self.photos):
            faces = self.parts.detector.detect(photo, self.settings.search)
            yield self.step("detection", faces, 0.05 + 0.15 * (number + 1) / len(self.photos), number)
            self.chosen.append(choose_face(photo, faces, item(self.settings.faces, number)))
            self.faces.append(faces)
            if faces.sizes[self.chosen[-1]] < SMALL_FACE:
                self.warn("small_face")

    def locate_landmarks(self) -> Iterator[Step]:
        self.landmarks: list[Landmarks] = []
        for number, (photo, faces, chosen) in enumerate(zip(self.photos, self.faces, self.chosen, strict=True)):
            found = self.parts.landmarker.locate(photo, faces.boxes[chosen])
            if found is None or not same_way_up(found, faces.keypoints, chosen):
                raise NoFaceError(
                    f"In “{photo.name}” there is a face, but its landmarks cannot be found.", name=photo.name
                )
            corrected = item(self.settings.landmarks, number)
            if corrected is not None:
                found = put_in(found, np.asarray(corrected, dtype=np.float64), photo)
            self.landmarks.append(found)
            self.warn(*concerns(judge(photo.image, found)))
            yield self.step("landmarks", found, 0.2 + 0.15 * (number + 1) / len(self.photos), number)
        embedder = self.parts.embedder if len(self.photos) > 1 else None
        if embedder and two_people(self.photos, self.landmarks, embedder):
            self.warn("two_people")

    def fit_head(self) -> Iterator[Step]:
        cameras = [first_camera(photo) for photo in self.photos]
        known = [photo.focal_px is not None for photo in self.photos]
        told = self.parts.start(self.settings.start).tell(self.landmarks, cameras)
        if told.declined:
            self.warn("strange_landmarks")
        arguments = {"focal_known": known, "settings": self.settings.fit, "expected": told.expected}
        fitting = fit_steps(self.parts.head, self.landmarks, cameras, **arguments)
        for count, last in enumerate(fitting, start=1):
            yield self.step("fitting", last, 0.35 + 0.2 * count / (self.settings.fit.iterations + 1))
        for refined in self._refined(last, cameras, known):
            last = refined
            yield self.step("fitting", last, 0.55)
        head, settings = self.parts.head, self.settings.fit
        self.told = Information.at(head, last, settings) if len(head.identity_basis) else None
        last = last.landmarks_alone  # how well it fits, which the uncertainty goes by, was measured for them
        cues = size_cues(head, self.photos, self.landmarks, last)
        last, scale = sized(head, self.landmarks, last, cues, settings, information=self.told)
        fit = replace(as_fit(head, last), scale=scale)
        self.fit = with_std(head, fit, last, settings, information=self.told)
        self.last = last
        self.warn(*(key for pair in zip(self.fit.views, self.landmarks, strict=True) for key in doubts(*pair)))
        yield self.step("fitting", self.fit, 0.55)

    def _refined(self, last: FitStep, cameras: list[Camera], known: list[bool]) -> Iterator[FitStep]:
        """Goes on from landmarks to what the photos show of the skin: where it lies in several, how bright it is."""
        head, settings, told = self.parts.head, self.settings, None
        given = {"cameras": cameras, "focal_known": known, "fit": settings.fit}
        if not len(head.identity_basis):
            return
        if settings.dense and len(self.photos) > 1:
            for found in dense_steps(head, self.photos, self.landmarks, last, self.parts.skin_atlas, **given):
                last, told = found.step, found.evidence
                yield last
        if settings.photometric:
            from facerecon.photometric.refine import photometric_steps  # brings torch

            given |= {"told": told, "device": settings.device}
            yield from photometric_steps(head, self.photos, self.landmarks, last, **given)

    def build_mesh(self) -> Iterator[Step]:
        head, finer = self.parts.head, self.parts.refinement(self.settings.subdivisions)
        shapes = [head.shape(self.fit.identity, view.expression) for view in self.fit.views]
        yield self.step("mesh", head.mesh(shapes[0]), 0.6)
        self.view_vertices = [finer.matrix @ vertices for vertices in shapes]
        self.mesh = replace(finer.mesh, vertices=self.view_vertices[0])
        yield self.step("mesh", self.mesh, 0.65)

    def bake_texture(self) -> Texture:
        times, size = self.settings.subdivisions, self.settings.texture_size
        return bake(
            self.photos,
            self.mesh,
            self.fit.views,
            self.view_vertices,
            size,
            face_region=self.parts.refinement(times).face_region,
            layout=self.parts.layout(times, size),
            bare=self.settings.albedo,
        )

    def normal_map(self) -> np.ndarray | None:
        if not self.settings.detail:
            return None
        return detail_map(self.photos[0], self.fit.views[0], self.mesh, self.parts, self.settings)

    def finish(self) -> Step:
        head, fit = self.parts.head, self.fit
        neutral = head.shape(fit.identity)
        result = Reconstruction(
            photos=self.photos,
            faces=tuple(self.faces),
            chosen=tuple(self.chosen),
            landmarks=tuple(self.landmarks),
            fit=fit,
            mesh=self.mesh,
            morphs=self.parts.refinement(self.settings.subdivisions).morphs,
            neutral=head.skin(neutral),
            neutral_landmarks68=head.landmarks("ibug68").on(neutral, head.triangles),
            texture=self.texture,
            part_images=painted_parts(self.photos[0], self.landmarks[0], head, fit),
            head_model=head.name,
            timings_ms={},
            normal_map=self.normal_map(),
            material=self.settings.material,
            warnings=tuple(self.warnings),
            coaching=coach(head, self.photos, self.landmarks, self.last, self.settings.fit, information=self.told),
        )
        last = self.step("model", result, 1.0)
        # The dictionary belongs to this run alone until it is handed out here.
        result.timings_ms.update(self.total())
        return last


def detail_map(photo: Photo, view: View, mesh: Mesh, parts: Parts, settings: Settings) -> np.ndarray | None:
    """Finds the fine shape of a face, as a photo's shading tells it; see `Reconstruction.normal_map`."""
    layout = parts.layout(settings.subdivisions, settings.texture_size)
    finer = parts.refinement(settings.subdivisions)
    atlas = finer.atlas(DETAIL_PX) if settings.texture_size > DETAIL_PX else None
    found = fine_shape(photo, view, mesh, finer.face_region, layout, atlas)
    return None if found is None else found.normal_map


def painted_parts(photo: Photo, landmarks: Landmarks, head: FaceModel, fit: Fit) -> dict[str, np.ndarray]:
    """Paints the parts that are not skin, the eyes in the colours that the photo shows."""
    if len(head.part_names) == 1:
        return {}
    # Where a scheme has no irises, those of the fitted head tell where to look for them.
    with_irises = landmarks.scheme == "mediapipe478"
    points = landmarks.points if with_irises else landmark_positions(head, fit, 0, "mediapipe478")
    seen = []
    for side in ("left", "right"):
        ring = points[list(scheme("mediapipe478").groups[f"{side}_iris"])]
        centre = ring.mean(axis=0)
        seen.append((centre, float(np.linalg.norm(ring - centre, axis=1).mean())))
    shut = opening(landmarks).shut
    if any(shut):  # a lid has not the eye's colour, and an eye without a size gets the commonest
        seen = [(seen[0][0], 0.0)] * 2 if all(shut) else [seen[shut.index(False)]] * 2
    irises = tuple(iris_colour(photo.image, *eye) for eye in seen)
    sclera = np.mean([sclera_colour(photo.image, *eye) for eye in seen], axis=0)
    read = [not np.array_equal(iris, BROWN) for iris in irises]
    discs = tuple(iris_disc(photo.image, *eye) if known else None for eye, known in zip(seen, read, strict=True))
    mouth = seen_mouth(photo, points, head, fit)
    return part_images(irises, (0.5, 0.5), head.iris_uv_radius, sclera, discs=discs, mouth=mouth)


def seen_mouth(photo: Photo, points: np.ndarray, head: FaceModel, fit: Fit) -> Mouth | None:
    """Takes teeth and tongue from the first photo, `points` being its 478 landmarks; None where it shows no teeth."""
    inner, outer = (points[list(scheme("mediapipe478").groups[f"lips_{side}"])] for side in ("inner", "outer"))
    opening = look_into(photo.image, inner, outer) if np.isfinite([*inner, *outer]).all() else None
    if opening is None or "teeth" not in head.part_names:
        return None
    view = fit.views[0]
    return mouth_of(opening, head.mesh(head.shape(fit.identity, view.expression)), view)


def plain_parts(head: FaceModel) -> dict[str, np.ndarray]:
    """Paints the parts that are not skin where no photo shows the eyes: they get the commonest colours."""
    if len(head.part_names) == 1:
        return {}
    nothing = np.zeros((1, 1, 3), np.uint8), np.zeros(2), 0.0
    return part_images((iris_colour(*nothing),) * 2, (0.5, 0.5), head.iris_uv_radius, sclera_colour(*nothing))


def landmark_positions(head: Any, fit: Fit, view: int, scheme: str) -> np.ndarray:
    """Finds where the fitted head's landmarks of a scheme fall in a photo, `(L, 2)` px; NaN: not on this head."""
    found = fit.views[view]
    points = head.landmarks(scheme).on(head.shape(fit.identity, found.expression), head.triangles)
    pixels, _ = project_head(found.camera, found.camera_from_head, points)
    return np.where(np.isfinite(head.landmark_spread(scheme))[:, None], pixels, np.nan)


__all__ = [
    *("STAGES", "Parts", "Settings", "Step", "landmark_positions", "painted_parts", "plain_parts"),
    *("reconstruct", "reconstruct_steps"),
]
