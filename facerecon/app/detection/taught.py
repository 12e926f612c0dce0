"""What two families without anchors are taught about the visitor's face: FCOS its sides, CenterNet its middle."""

from __future__ import annotations

import numpy as np
import streamlit as st

from facerecon.app import cache, layout
from facerecon.app.texts import t
from facerecon.app.thumbnails import jpeg
from facerecon.core.types import Faces, Photo
from facerecon.detection import fcos, heat_map
from facerecon.drawing.crops import Crop, crop
from facerecon.drawing.targets import draw_distances, draw_targets
from facerecon.networks.centerface import STRIDE

SIDE = 512
"""px of the pictures; a multiple of both maps' strides."""
LEVEL = fcos.Level(8, 0, np.inf)
"""One map for faces of all sizes, instead of a pyramid's."""
PLACE = np.array([0.35, 0.4])
"""Of the box's sides: about where the pixel lies whose four distances are drawn."""


def show_targets(photo: Photo, faces: Faces, box: np.ndarray | None) -> None:
    """Shows both maps over the face in a box `(4,)` px; without one, nothing."""
    if box is None:
        return
    cut = crop(photo.image, box, SIDE, margin=0.5)
    boxes = boxes_in(cut, faces, box)
    st.subheader(t("detection.targets"), anchor=False)
    for column, (name, draw) in zip(st.columns(2), {"fcos": sides, "centre": middles}.items(), strict=True):
        with column:
            key = (photo.digest, "targets", name, *boxes.ravel().tolist())
            picture = cache.picture(key, lambda draw=draw: jpeg(draw(cut.image, boxes)))
            st.image(picture, width="stretch", alt=t(f"detection.targets_{name}_alt"))
            layout.caption(f"detection.targets_{name}")


def boxes_in(cut: Crop, faces: Faces, box: np.ndarray) -> np.ndarray:
    """Gives the boxes `(F, 4)`, px of the crop, of the faces whose middle it shows; that of `box` comes first."""
    boxes = np.concatenate([box[None], faces.boxes[(faces.boxes != box).any(axis=1)]])
    moved = cut.to_crop(boxes.reshape(-1, 2)).reshape(-1, 4)
    middle = (moved[:, :2] + moved[:, 2:]) / 2
    return moved[((middle >= 0) & (middle < len(cut.image))).all(axis=1)]


def sides(image: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Draws how central each pixel of FCOS's map is in its box, and the four distances that one of them answers."""
    targets = fcos.encode(boxes, SIDE, SIDE, LEVEL)
    owner = targets.assigned.reshape(SIDE // LEVEL.stride, -1)
    picture = draw_targets(image, targets.centreness.reshape(owner.shape), LEVEL.stride, boxes, owner)
    points = fcos.locations(SIDE, SIDE, LEVEL.stride)
    wanted = boxes[0, :2] + PLACE * (boxes[0, 2:] - boxes[0, :2])
    away = np.where(targets.assigned == 0, np.linalg.norm(points - wanted, axis=1), np.inf)
    return draw_distances(picture, points[away.argmin()], targets.distances[away.argmin()])


def middles(image: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Draws the heat around each face's middle that CenterFace learns."""
    heat = heat_map.encode(Faces(boxes, np.ones(len(boxes))), SIDE, SIDE).heat[0]
    return draw_targets(image, heat, STRIDE, boxes)
