"""A start for the fit: what a small network, taught on rendered heads, expects of an identity at one glance.

The landmarks are laid on the mean head with the expression that the detector's scores tell; where they are off is read
by `networks.identity_from_landmarks`, together with the mirror image. How far the network was off on people that it had
not seen is a covariance, so that it tells a normal distribution (`expectation`), from which the fit goes on. Landmarks
that lie as hardly any did in the training are known by Mahalanobis' distance, and then nothing is expected of them.
`scripts/head_start` taught it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Protocol

import numpy as np

from facerecon.core.arkit import ARKIT_NAMES
from facerecon.core.types import Camera, Landmarks
from facerecon.geometry.projection import project_head
from facerecon.morphable.expectation import Expectation, joined
from facerecon.morphable.face_model import DATA, FaceModel
from facerecon.morphable.landmark_errors import head_axes, terms
from facerecon.morphable.pose import first_pose

WEIGHTS, RECORD = DATA / "learned_head_start.npz", DATA / "learned_head_start.json"
LANDMARKER, SCHEME, HEAD = "mediapipe", "mediapipe478", "anny"
"what the network was taught on"
INPUTS = ("offsets", "scores", "terms")
"fields of `Aligned`, in the network's order"
OF_NETWORK, OF_FAMILIAR = "network/", "familiar/"
"how names in the file of weights begin"
TERMS = 4
"so many of `landmark_errors.terms` it knows of the pose: 1, s, s², p with s, p the sines of yaw and pitch"
TEMPERING = 0.5
"τ: how much the network's word counts, that the fit's own landmarks repeat; chosen on rendered people kept apart"
TURNS = 2
"how often the mean error of the landmarks at their pose is taken off and the pose is found again"


@dataclass(frozen=True, eq=False)
class Aligned:
    """One photo's landmarks, laid on the mean head."""

    offsets: np.ndarray
    "`(478, 2)` mm along the head's right and up: detected minus mean head's"
    scores: np.ndarray
    "`(52,)` the detector's"
    terms: np.ndarray
    "`(7,)` of the pose"


@dataclass(frozen=True, eq=False)
class Familiar:
    """How aligned landmarks lie in the training, by pose: principal components, and what they leave.

    Landmarks are as strange as the greater of two distances: Mahalanobis' within the components, and the length of what
    is left; each squared and over that which one in forty of people who were held out exceeds.
    """

    law: np.ndarray
    "`(7, 956)` mm: the mean by the pose's terms"
    components: np.ndarray
    "`(K, 956)` over their standard deviations, 1 / mm"
    rest: np.ndarray
    "`()` mm², mean square length of what the components leave"
    allowed: np.ndarray
    "`(2,)` of either distance, squared"

    def distances(self, photo: Aligned) -> np.ndarray:
        """Measures both distances, squared and over what is expected of them, `(2,)`."""
        away = photo.offsets.ravel() - photo.terms @ self.law
        along = self.components @ away
        held = ((along / np.linalg.norm(self.components, axis=1)) ** 2).sum()
        return np.array([(along**2).mean(), (away @ away - held) / float(self.rest)])

    def strangeness(self, photo: Aligned) -> float:
        """Gives the greater distance over what is allowed: above 1 the photo is unlike the training's."""
        return float((self.distances(photo) / self.allowed).max())


@dataclass(frozen=True, eq=False)
class Told:
    """What a start knows beforehand."""

    expected: Expectation | None
    "of the identity; None: no more than the head model's prior"
    strangeness: tuple[float, ...]
    "by photo: how far its landmarks are from those of the training, over what is allowed; above 1 they do not count"

    @property
    def declined(self) -> bool:
        """Tells whether a photo was turned down."""
        return any(strange > 1 for strange in self.strangeness)


class Start(Protocol):
    """What gives a fit its start."""

    def tell(self, landmarks: Sequence[Landmarks], cameras: Sequence[Camera]) -> Told:
        """Looks at photos of one person: by photo its landmarks, and a first guess of its camera."""
        ...


class MeanStart:
    """Every fit begins at the mean head, of which the head model's prior tells how far people are from it."""

    def __init__(self, model: FaceModel):
        pass

    def tell(self, landmarks: Sequence[Landmarks], cameras: Sequence[Camera]) -> Told:
        return Told(None, ())


class Aligner:
    """Lays detected landmarks on the mean head, with the expression that their scores tell.

    Args:
        model: a head that knows how the landmarks err that the network was taught on.
    """

    def __init__(self, model: FaceModel):
        surface = model.landmarks(SCHEME)
        fields = np.concatenate([model.mean[None], model.expression_basis])
        self._fields = np.stack([surface.on(field, model.triangles) for field in fields])  # (1 + E, 478, 3) mm
        self._model, self._errors = model, model.landmark_errors(LANDMARKER, SCHEME)

    def __call__(self, landmarks: Landmarks, camera: Camera) -> Aligned:
        """Aligns one photo's landmarks, with scores; the camera is a first guess."""
        offset, factor, _ = (self._model.from_arkit(row) for row in self._errors.scores)
        expression = (offset + factor * self._model.from_arkit(landmarks.blendshapes)).clip(0, 1)
        points, found = np.tensordot(np.r_[1, expression], self._fields, axes=1), landmarks.points
        pose = first_pose(camera, found, points)
        for _ in range(TURNS):
            found = landmarks.points - self._errors.mean(camera, pose)
            pose = first_pose(camera, found, points)
        axes, millimetres = head_axes(camera, pose)
        away = found - project_head(camera, pose, points)[0]
        return Aligned(away @ axes.T * millimetres, landmarks.blendshapes, terms(pose))


class LearnedStart:
    """The network with its weights, and what is known of its errors; it is silent about heads that it did not learn.

    Args:
        model: the head that will be fitted.
    """

    def __init__(self, model: FaceModel):
        self.align = Aligner(model) if model.name == HEAD else None
        "lays landmarks on the mean head; None: this head was not learnt"

    @cached_property
    def _known(self) -> dict[str, np.ndarray]:
        with WEIGHTS.open("rb") as file, np.load(file) as data:
            return {name: data[name] for name in data.files}

    @cached_property
    def _network(self):
        return load(self._known)

    @cached_property
    def _familiar(self) -> Familiar:
        return Familiar(*(self._known[OF_FAMILIAR + field.name].astype(np.float64) for field in fields(Familiar)))

    def tell(self, landmarks: Sequence[Landmarks], cameras: Sequence[Camera]) -> Told:
        known = [(one.landmarker, one.scheme) == (LANDMARKER, SCHEME) for one in landmarks]
        if self.align is None or not all(known) or any(one.blendshapes is None for one in landmarks):
            return Told(None, ())
        photos = [self.align(*pair) for pair in zip(landmarks, cameras, strict=True)]
        strangeness = tuple(self._familiar.strangeness(photo) for photo in photos)
        usable = [photo for photo, strange in zip(photos, strangeness, strict=True) if strange <= 1]
        if not usable:
            return Told(None, strangeness)
        precision = self._known["precision"].astype(np.float64)
        told = [Expectation(mean, precision) for mean in self.predict(usable)]
        return Told(joined(told, TEMPERING, float(self._known["shared"])), strangeness)

    def predict(self, photos: Sequence[Aligned]) -> np.ndarray:
        """Tells the identity in each photo by itself, `(N, I)`: the mean over the photo and its mirror image."""
        import torch

        flip, swap, odd, lopsided = (self._known[name] for name in ("mirror", "swap", "odd", "lopsided"))
        offsets, scores, poses = (np.array([getattr(one, name) for one in photos]) for name in INPUTS)
        inputs = (offsets, scores, poses), (offsets[:, flip] * [-1, 1], scores[:, swap], poses * odd)
        flat = [
            torch.from_numpy(np.concatenate(pair).reshape(2 * len(photos), -1)).float()
            for pair in zip(*inputs, strict=True)
        ]
        with torch.inference_mode():
            found = self._network(flat[0], flat[1], flat[2][:, :TERMS]).double().numpy()
        return (found[: len(photos)] + found[len(photos) :] * lopsided) / 2


def load(known: dict[str, np.ndarray]):
    """Opens the network with the weights of a file, ready to predict."""
    import torch

    from facerecon.networks.identity_from_landmarks import IdentityFromLandmarks

    state = {
        name.removeprefix(OF_NETWORK): torch.from_numpy(values).float()
        for name, values in known.items()
        if name.startswith(OF_NETWORK)
    }
    identities, features = state["straight.weight"].shape[0], state["gather.weight"].shape[0]
    network = IdentityFromLandmarks(state["gather.weight"].shape[1], len(ARKIT_NAMES), TERMS, identities, features)
    network.load_state_dict(state)
    return network.eval()


def training_record() -> dict:
    """Reads how the network was trained: `made`, the `curve` and the `held_out` errors."""
    return json.loads(RECORD.read_text("utf-8"))
