"""What the lesson looks at: views of the visitor's photo around the face, and what RetinaFace answers on them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from facerecon.app import cache
from facerecon.core.types import Faces, Photo
from facerecon.detection import anatomy
from facerecon.detection.anatomy import Answers
from facerecon.detection.selection import select
from facerecon.drawing.crops import GROUND, Crop, crop
from facerecon.networks.retinaface import MEAN, RetinaFace
from facerecon.networks.trace import Layer, receptive_field

DETECTOR = "retinaface"
TRACED = 320
"""px of the view whose maps are shown: small enough that single cells can be clicked."""
TRACED_FACES = 120, 200
"""px of the face in it: least and most; as little as the photo leaves no empty border."""
SIDE = 512
"""px of the views in which the face is scaled."""
SIZES = (8, 11, 16, 23, 32, 45, 64, 90, 128, 181, 256, 362)
"""px of the face in them: half octaves."""
FIRST_SIZES = 45, 181
"""px: least and most to begin with."""


@dataclass(frozen=True, eq=False)
class Subject:
    """A photo, its faces, and the one that everything is about."""

    key: str
    "names the photo and the face in the caches"
    photo: Photo
    faces: Faces
    chosen: int

    @classmethod
    def of(cls, run: cache.Run) -> Subject:
        """Takes the first photo of a run."""
        result = run.reconstruction
        photo, faces, chosen = result.photos[0], result.faces[0], result.chosen[0]
        # Another detector may give a face of the same number another box.
        box = hashlib.sha256(faces.boxes[chosen].tobytes()).hexdigest()
        return cls(f"{photo.digest[:16]}-{box[:16]}", photo, faces, chosen)

    def view(self, side: int, face: float, ground: tuple[int, int, int] = MEAN) -> Crop:
        """Cuts a square of `side` px in which the face is `face` px large, in the middle where the photo allows it.

        Args:
            side: px.
            face: px.
            ground: colour beyond the photo; the mean of photos is zero to the network.
        """
        box = self.faces.boxes[self.chosen]
        half = side * float(self.faces.sizes[self.chosen]) / face / 2
        extent = np.array(self.photo.image.shape[1::-1])
        inside = np.clip((box[:2] + box[2:]) / 2, half - 0.5, extent - 0.5 - half)
        middle = np.where(2 * half < extent, inside, (extent - 1) / 2)
        return crop(self.photo.image, np.concatenate([middle - half, middle + half]), side, 0, ground)

    @property
    def share(self) -> float:
        """Size of the face, by the shorter side of the photo."""
        return float(self.faces.sizes[self.chosen]) / min(self.photo.image.shape[:2])

    @property
    def traced_face(self) -> float:
        """px of the face in the traced view."""
        return float(np.clip(TRACED * self.share, *TRACED_FACES))

    @property
    def first_size(self) -> int:
        """Which of `SIZES` the lesson begins with: the photo about fills the view, and the face is found."""
        wanted = np.clip(SIDE * self.share, *FIRST_SIZES)
        return min(SIZES, key=lambda size: abs(np.log(size / wanted)))

    def boxes(self, view: Crop) -> np.ndarray:
        """Gives all faces `(F, 4)` in px of a view."""
        return view.to_crop(self.faces.boxes.reshape(-1, 2)).reshape(-1, 4)


def traced_view(subject: Subject) -> Crop:
    """Gives the view whose maps are shown."""
    return cache.picture((subject.key, "inside", "view"), lambda: subject.view(TRACED, subject.traced_face))


def shown(subject: Subject, side: int) -> np.ndarray:
    """Gives what the traced view shows, `(side, side, 3)`, as fine as it is wanted."""
    return subject.view(side, subject.traced_face * side / TRACED, GROUND).image


def shown_scaled(subject: Subject, face: int) -> np.ndarray:
    """Gives what a scaled view shows, `(SIDE, SIDE, 3)`."""
    return subject.view(SIDE, face, GROUND).image


def first_place(subject: Subject) -> np.ndarray:
    """Gives where the lesson looks first, as shares of the view: the subject's right eye, else the middle."""
    points = subject.faces.keypoints
    if points is None:
        return np.array([0.5, 0.5])
    eye = traced_view(subject).to_crop(points[subject.chosen][:1])[0]
    return np.clip((eye + 0.5) / TRACED, 0, 0.999)


def layers(subject: Subject) -> dict[str, Layer]:
    """Gives what every layer saw and said of the traced view."""
    return cache.trace(subject.key, lambda: anatomy.layers(_network(), traced_view(subject).image))


def traced_answers(subject: Subject) -> Answers:
    """Gives what the network says of each anchor of the traced view."""
    return cache.picture(
        (subject.key, "inside", "traced"), lambda: anatomy.answers(_network(), traced_view(subject).image)
    )


def found(said: Answers) -> Faces:
    """Gives the faces that the network finds, px of its view."""
    detector = cache.detector(DETECTOR)
    rows = said.scores >= detector.threshold
    return select(Faces(said.boxes[rows], said.scores[rows]), detector.threshold, detector.overlap).faces


def enlarged(faces: Faces, factor: float) -> Faces:
    """Takes faces to a picture that is so many times larger (half-pixel rule)."""
    return Faces((faces.boxes + 0.5) * factor - 0.5, faces.scores)


def field(name: str, row: int, column: int) -> np.ndarray:
    """Gives the receptive field of a place of a layer, `(4,)` px of the traced view."""
    return receptive_field(_network(), (TRACED, TRACED), name, row, column)


def scaled_view(subject: Subject, face: int) -> Crop:
    """Gives the view in which the face is so many px large."""
    return cache.picture((subject.key, "inside", "view", face), lambda: subject.view(SIDE, face))


def answers(subject: Subject, face: int) -> Answers:
    """Gives what the network says of each anchor of such a view."""
    return cache.picture(
        (subject.key, "inside", "answers", face),
        lambda: anatomy.answers(_network(), scaled_view(subject, face).image),
    )


def peaks(subject: Subject) -> np.ndarray:
    """Gives the best score of each level on the face, by the sizes in `SIZES`: `(S, 3)`."""

    def make() -> np.ndarray:
        found = []
        for face in SIZES:
            view = subject.view(SIDE, face)
            found.append(anatomy.peaks(anatomy.answers(_network(), view.image), subject.boxes(view)[subject.chosen]))
        return np.stack(found)

    return cache.picture((subject.key, "inside", "peaks"), make)


def _network() -> RetinaFace:
    return cache.detector(DETECTOR).network
