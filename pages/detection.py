"""Detection: where the faces are, as each of six networks sees it, and what becomes of all their candidates."""

import streamlit as st

from facerecon.app import layout, messages, pictures, state, weights
from facerecon.app.code import show_code
from facerecon.app.detection import bench, controls, display, taught
from facerecon.app.inputs import face_picker
from facerecon.app.texts import t
from facerecon.core.errors import FaceReconError
from facerecon.core.types import Faces
from facerecon.detection.nms import suppress
from facerecon.detection.selection import select

strip = layout.open_page("detection", "detection")
photo = state.session().photos[0]
names = controls.choose()
alone = names[0] if len(names) == 1 else None
try:
    faces = bench.head_faces(photo)
except FaceReconError as error:
    faces = Faces.none()
    if bench.head_detector() not in names:  # else it is told where that detector looks at the photo
        messages.show_error(error)


@st.fragment
def play() -> None:
    """Shows the answers; only this part of the page runs again when a slider moves, and no network does."""
    picture, control = st.columns([7, 5], gap="large")
    with control:
        thresholds, overlaps = controls.bar("threshold", names), controls.bar("overlap", names)
        small = pictures.shrunk(photo, controls.shrink())
        dashed = st.toggle(t("detection.suppressed"), True, key="suppressed", persist_state="session")
    with picture:
        seen = controls.look_at(small, names)
    found = {name: bench.finds(name, seen[name], thresholds[name], overlaps[name]) for name in seen}
    box = bench.head_box(photo, faces, small)
    with picture:
        display.show_photo(photo, small, found, box, dashed)
        face_picker(photo, faces, "detection")
        if alone in found:
            controls.head_choice(alone, len(found[alone].faces) > 0)
    with control:
        display.show_near(small, found, box, dashed)
    if alone in found:
        display.show_numbers(found[alone], seen[alone])
    else:
        display.show_cuts(small, found, box)
    display.show_table(small, found)


def wait() -> None:
    """Shows the photo as it is, and how to get the detector that was chosen."""
    picture, control = st.columns([7, 5], gap="large")
    with picture:
        display.show_photo(photo, photo, {}, None, False)
    with control:
        weights.offer(bench.missing(alone), bench.label(alone))
    display.show_table(photo, {})


if alone and not bench.is_here(alone):
    wait()
else:
    play()
display.show_measured()
layout.lesson("detection")
taught.show_targets(photo, faces, bench.head_box(photo, faces, photo))
st.page_link("pages/inside.py", label=t("detection.inside"), icon=":material/arrow_forward:")
show_code(*bench.code(names), select, suppress)
layout.fill(strip)
