"""All that a session remembers between reruns, and every session key. Photos live here, in memory only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from facerecon.app.registration.subject import Subject
from facerecon.core.errors import FaceReconError
from facerecon.core.material import Material
from facerecon.core.track import Track
from facerecon.core.types import Photo
from facerecon.detection import DETECTORS
from facerecon.geometry.geodesics import Spot
from facerecon.landmarks.correction import Correction
from facerecon.scans.scan import Scan

if TYPE_CHECKING:
    from facerecon.scanning.heads import ScanHead

LANGUAGE = "language"
"""Key of the language switch's widget."""
TEXTURE_SIZE = "texture_size"
"""Key of the texture size's widget."""
PHOTOMETRIC = "photometric"
"""Key of the widget that lets brightness tell of the shape."""
MOST_UNDO = 6
"""Changes of photos that can be taken back; each keeps photos in memory."""
_SESSION = "facerecon"


@dataclass(frozen=True)
class Placed:
    """What one pull did to the two points between which the page Measure measures."""

    spots: tuple[Spot, Spot]
    pull: tuple[str, int]
    "the view in which it was, and its number there: moves of one pull are taken back together"


@dataclass
class Session:
    """What one visitor has chosen; the only mutable thing in the app."""

    photos: tuple[Photo, ...] = ()
    "own photos, or the sample's one; empty: nothing chosen yet"
    past: list[tuple[tuple[Photo, ...], str | None]] = field(default_factory=list)
    "photos and sample before each of the last changes"
    sample: str | None = None
    "name of the chosen sample, None for own photos"
    faces: dict[str, int] = field(default_factory=dict)
    "photo digest → which of its faces, where the visitor picked another than the largest"
    corrections: dict[str, Correction] = field(default_factory=dict)
    "photo digest → landmarks that the visitor has moved"
    second: Photo | None = None
    "whom to compare with; None: nobody was chosen yet"
    second_sample: str | None = None
    "name of the sample that `second` is, None for an own photo"
    triplets: dict[str, np.ndarray] = field(default_factory=dict)
    "names of three faces → where their points were moved in the plane of the lesson, `(3, 2)`"
    spots: dict[str, list[Placed]] = field(default_factory=dict)
    "key of a run → what was done to the two points of its head between which the page Measure measures, in order"
    scans: tuple[Scan, ...] = ()
    "own scans of one head; empty: the sample's is shown"
    scan_unit: str | None = None
    "of the scans' numbers; None: guessed"
    scan_marks: dict[str, dict[int, tuple[float, float]]] = field(default_factory=dict)
    "scan digest → where the visitor has put which of the seven landmarks in its picture, px"
    scored_marks: dict[str, dict[int, tuple[float, float]]] = field(default_factory=dict)
    "the same, as they were when the heads were scored"
    hand_marks: dict[str, dict[int, tuple[float, float]]] = field(default_factory=dict)
    "scan and side → where the seven landmarks are put in a picture of a scan on which no face was found, px"
    hand_heads: dict[str, ScanHead] = field(default_factory=dict)
    "scan and unit → the scan as it was laid out by these"
    registered: Subject | None = None
    "a scan that the visitor brought to be registered; None: the head is"
    performances: dict[str, Track] = field(default_factory=dict)
    "file → the expression that it shows; the last one only"
    material: Material = Material()
    "how the skin's surface was set in the viewer: the files have it too"
    met: str = ""
    "key of the run whose face the model's sliders were set to first"
    rest: np.ndarray | None = None
    "`(I - K,)` what the sliders on K modes do not hold"
    drawn: int = 0
    "how many heads the sliders were set to: the seed of the next random one"
    notices: list[tuple[str, FaceReconError]] = field(default_factory=list)
    "what could not be read since the last rerun: file name and why"
    detector: str | None = None
    "whose box the head is built from; None: the default detector's"
    texture_size: int = 1024
    "px"
    photometric: bool = True
    "whether the skin's brightness tells of the shape"
    uploads: int = 0
    "how often the uploader has been emptied: part of its key"
    camera: bool = False
    "whether the camera is open"
    came_in: bool = False
    "whether app.py has run in this session"
    page: str = ""
    "the page that was shown last"
    default_language: str = "en"
    "from the browser"


def session() -> Session:
    """Gives the session's record, a new one at its first run."""
    if _SESSION not in st.session_state:
        st.session_state[_SESSION] = Session()
    return st.session_state[_SESSION]


def language() -> str:
    """Gives the language that the visitor reads: what the switch says, else what the browser asked for."""
    return st.session_state.get(LANGUAGE) or session().default_language


def choose(photos: tuple[Photo, ...], sample: str | None = None) -> None:
    """Makes these the photos of every page."""
    _change(photos, sample)
    current = session()
    current.faces, current.corrections = {}, {}


def _change(photos: tuple[Photo, ...], sample: str | None) -> None:
    """Shows other photos, and remembers those that were there."""
    current = session()
    if current.photos:
        current.past = [*current.past, (current.photos, current.sample)][-MOST_UNDO:]
    current.photos, current.sample, current.camera = photos, sample, False


def add_photos(photos: tuple[Photo, ...]) -> None:
    """Puts photos to those that are there, each once; a sample makes room for them."""
    current = session()
    known = {photo.digest: photo for photo in (() if current.sample else current.photos)}
    _change(tuple((known | {photo.digest: photo for photo in photos}).values()), None)


def remove_photo(number: int) -> None:
    """Takes one of several photos out."""
    photos = session().photos
    if len(photos) > 1:
        _change((*photos[:number], *photos[number + 1 :]), session().sample)


def move_photo(number: int) -> None:
    """Moves a photo one place towards the front; the first one's expression is the head's."""
    photos = list(session().photos)
    if 0 < number < len(photos):
        photos[number - 1 : number + 1] = photos[number], photos[number - 1]
        _change(tuple(photos), session().sample)


def undo_photos() -> None:
    """Brings back the photos that were there before the last change."""
    current = session()
    if current.past:
        *current.past, (current.photos, current.sample) = current.past


def choose_second(photo: Photo, sample: str | None = None) -> None:
    """Makes this the photo to compare with."""
    current = session()
    current.second, current.second_sample = photo, sample


def choose_scans(scans: tuple[Scan, ...]) -> None:
    """Makes these the scans of the head; their unit is guessed anew."""
    current = session()
    current.scans, current.scan_unit = scans, None


def take_scan(scan: Subject | None) -> None:
    """Makes this the scan that is registered; None: the head is."""
    session().registered = scan


def only_samples() -> bool:
    """Tells whether nothing of the visitor's own is shown, so that results may be shared."""
    current = session()
    return bool(current.sample) and (current.second is None or bool(current.second_sample)) and not current.scans


def pick_face(photo: Photo, index: int) -> None:
    """Remembers which face of a photo is meant; what was corrected belongs to another."""
    session().faces[photo.digest] = index
    session().corrections.pop(photo.digest, None)


def use_detector(name: str) -> None:
    """Builds every page's head from this detector's boxes; it may number the faces in another way."""
    current = session()
    current.detector = None if name == DETECTORS.default else name
    current.faces, current.corrections = {}, {}


def correct(photo: Photo, correction: Correction) -> None:
    """Remembers how a photo's landmarks were moved."""
    session().corrections[photo.digest] = correction


def corrected_points() -> tuple[np.ndarray | None, ...]:
    """Gives corrected landmarks `(L, 2)` px by photo, None where nothing is moved; empty: nowhere."""
    current = session()
    corrections = [current.corrections.get(photo.digest) for photo in current.photos]
    points = tuple(c.landmarks.points if c and c.held else None for c in corrections)
    return points if any(some is not None for some in points) else ()


def place_spots(key: str, placed: Placed) -> None:
    """Keeps where the two points of a run's head are now."""
    done = session().spots.setdefault(key, [])
    if done and done[-1].pull == placed.pull:
        done.pop()
    done.append(placed)


def take_back_spots(key: str, every: bool) -> None:
    """Takes the last pull of the two points back, or every one."""
    done = session().spots[key]
    del done[0 if every else -1 :]


def take_texture_size() -> None:
    """Makes the texture size of the widget the one of every page."""
    session().texture_size = st.session_state[TEXTURE_SIZE]


def take_photometric() -> None:
    """Lets brightness tell of the shape on every page, or not, as the widget says."""
    session().photometric = st.session_state[PHOTOMETRIC]


def take_notices() -> list[tuple[str, FaceReconError]]:
    """Gives what went wrong since the last time, and forgets it."""
    current = session()
    notices, current.notices = current.notices, []
    return notices
