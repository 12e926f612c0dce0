"""From photos to a finished run, with the strip filling up as each value is born."""

from __future__ import annotations

import numpy as np

from facerecon.app import cache, state
from facerecon.app.cache import Run
from facerecon.app.strip import STAGES, Strip
from facerecon.app.thumbnails import (
    data_uri,
    detection_tile,
    face_crop,
    fitting_tile,
    landmarks_tile,
    mesh_tile,
    model_tile,
    texture_tile,
)
from facerecon.core.errors import FaceReconError
from facerecon.core.types import Faces, Fit, Photo
from facerecon.pipeline import Settings, Step


def follow(photos: tuple[Photo, ...], settings: Settings, strip: Strip) -> Run:
    """Gives the run of these photos, and fills the strip: at once where it is known, else step by step.

    Raises:
        FaceReconError: the pipeline's; the strip then shows how far it came.
    """
    painter = _Painter(photos, settings, strip)
    run = cache.known_run(photos, settings)
    if run is None:
        painter.begin()
        try:
            run = cache.run(photos, settings, painter.add)
        except FaceReconError:
            painter.fail()
            raise
        # A run that another thread made meanwhile told this strip nothing.
    pictures = cache.picture((run.key, "tiles"), lambda: painter.pictures if painter.complete else painter.replay(run))
    for stage, picture in pictures.items():
        strip.show(stage, picture)
        strip.time(stage, run.reconstruction.timings_ms.get(stage))
    return run


class _Painter:
    """Turns steps into tiles, of the first photo where there are several."""

    def __init__(self, photos: tuple[Photo, ...], settings: Settings, strip: Strip):
        self.photo, self.strip = photos[0], strip
        self.chosen = settings.faces[0] if settings.faces else None
        self.pictures: dict[str, str] = {}
        self.times: dict[str, float] = {}
        self.cut = face_crop(self.photo, None)
        self.fit: Fit | None = None
        self.stage = "detection"

    @property
    def complete(self) -> bool:
        return len(self.pictures) == len(STAGES)

    def begin(self) -> None:
        """Shows the photo, and that something is being done."""
        self.show("photo", self.cut.image)
        self.strip.show(self.stage, look="busy")

    def show(self, stage: str, image: np.ndarray) -> None:
        self.pictures[stage] = data_uri(image)
        self.strip.show(stage, self.pictures[stage])

    def add(self, step: Step) -> None:
        """Takes in one step; the next stage is shown as busy when this one is over."""
        self.times[step.stage] = self.times.get(step.stage, 0.0) + step.milliseconds
        if not self.paint(step):
            return
        self.strip.time(step.stage, self.times[step.stage])
        following = list(STAGES)[list(STAGES).index(step.stage) + 1 :]
        if following:
            self.stage = following[0]
            self.strip.show(self.stage, look="busy")

    def fail(self) -> None:
        """Marks the stage that could not be done."""
        self.strip.show(self.stage, look="failed")

    def paint(self, step: Step) -> bool:
        """Paints a stage's tile when its step is the one to show; tells whether it did."""
        if step.photo not in (None, 0):
            return False
        value = step.value
        if step.stage == "detection":
            return self._paint_faces(value)
        if step.stage == "landmarks":
            self.show("landmarks", landmarks_tile(self.cut, value))
        elif step.stage == "fitting":
            if not isinstance(value, Fit):
                return False
            self.fit = value
            return False  # its picture needs the mesh
        elif step.stage == "mesh":
            if "mesh" in self.pictures:
                return False  # the coarse mesh is the one whose triangles can be seen
            self.show("fitting", fitting_tile(self.cut, value, self.fit.views[0]))
            self.strip.time("fitting", self.times.get("fitting"))
            self.show("mesh", mesh_tile(value))
        elif step.stage == "texture":
            self.show("texture", texture_tile(value))
        else:
            self.show("model", model_tile(value.mesh, value.texture, value.part_images))
        return True

    def _paint_faces(self, faces: Faces) -> bool:
        if not len(faces):
            return False
        chosen = self.chosen if self.chosen is not None and self.chosen < len(faces) else 0
        self.cut = face_crop(self.photo, faces.boxes[chosen])
        self.show("photo", self.cut.image)
        self.show("detection", detection_tile(self.cut, faces, chosen))
        return True

    def replay(self, run: Run) -> dict[str, str]:
        """Paints all tiles of a run that is over."""
        for step in run.steps:
            self.times[step.stage] = self.times.get(step.stage, 0.0) + step.milliseconds
            self.paint(step)
        return self.pictures


def settings() -> Settings:
    """Gives the settings that stand behind every page: the default parts, and what the visitor picked."""
    current = state.session()
    faces = tuple(current.faces.get(photo.digest) for photo in current.photos)
    picked = faces if any(face is not None for face in faces) else ()
    corrected = state.corrected_points()
    chosen = {"texture_size": current.texture_size, "photometric": current.photometric}
    return Settings(current.detector, faces=picked, landmarks=corrected, **chosen)
