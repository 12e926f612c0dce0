"""Whose head is measured on which scan: the visitor's own, or a made person whose shape is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from facerecon.app import cache, messages, state
from facerecon.app.cache import Run
from facerecon.app.scan.inputs import in_chosen_unit, own_scans
from facerecon.app.texts import t
from facerecon.core.errors import FaceReconError, NoFaceError
from facerecon.core.types import Fit, Photo
from facerecon.parts import Settings
from facerecon.samples.scanned import NAME
from facerecon.scanning.heads import ScanHead, find_head
from facerecon.scans.scan import Scan
from facerecon.suites.methods import fit_photos

SCANNED = ("synthetic_1", "synthetic_2", "synthetic_3")
"""The samples whose shape is known."""


@dataclass(frozen=True, eq=False)
class Subject:
    """A fitted head, and the scan of the same person."""

    fit: Fit
    "what the photos told"
    photos: tuple[Photo, ...]
    "which photos"
    head: ScanHead
    "the scan: clean, mm, with the landmarks that were found"
    key: str
    "names both in the caches"
    stand_in: bool
    "whether these are not the visitor's photos, because nobody knows their shape"
    scans: int = 0
    "how many the visitor has brought; the first is scored on"

    @property
    def scan(self) -> Scan:
        """The file."""
        return self.head.scan


def follow(run: Run) -> Subject | Scan | None:
    """Finds the face on the scan; where there is none, says why.

    Args:
        run: of the session's photos.

    Returns:
        The scan itself where it shows no face that is found: somebody must point at it. None: it is of no use.
    """
    own, sample = own_scans(), state.session().sample
    name = sample if sample in SCANNED else NAME
    scan = next(in_chosen_unit(own or [cache.scan_at_rest(name)]))
    stand_in = not own and sample not in SCANNED
    with st.spinner(t("evaluate.busy_landmarks")):
        try:
            head = by_hand(scan) or cache.card((scan.digest, scan.unit), lambda: _found(scan))
        except NoFaceError as error:
            messages.show_error(error)
            return scan
        except FaceReconError as error:
            messages.show_error(error)
            return None
        if not stand_in:
            result = run.reconstruction
            return Subject(result.fit, result.photos, head, f"{run.key}/{named(scan)}", False, len(own))
        photo = cache.sample(name)
        fit = cache.card((name, "fit"), lambda: _fitted(photo))
        return Subject(fit, (photo,), head, f"{name}/{named(scan)}", True)


def by_hand(scan: Scan) -> ScanHead | None:
    """Gives the scan as the visitor has laid it out, if so."""
    return state.session().hand_heads.get(named(scan))


def named(scan: Scan) -> str:
    """Names a scan as it is read: file and unit."""
    return f"{scan.digest}/{scan.unit}"


def _found(scan: Scan) -> ScanHead:
    shop = cache.workshop()
    with shop.lock:
        *_, (_, head) = find_head(scan, shop.parts, Settings())
    return head


def _fitted(photo: Photo) -> Fit:
    shop = cache.workshop()
    with shop.lock:
        return fit_photos((photo,), shop.parts)[0]


def missing(head: ScanHead) -> int:
    """Counts the landmarks that were not found on the scan."""
    return int((~np.isfinite(head.landmarks68).all(axis=1)).sum())
