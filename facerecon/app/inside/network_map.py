"""The map of the network: every part as a live tile, made from the visitor's own photo; a click opens a part."""

from __future__ import annotations

import numpy as np

from facerecon.app import cache, layout
from facerecon.app.inside import views
from facerecon.app.inside.plan import ARROWS, PARTS, PHOTO, RESULT, first_open, part_at, part_name
from facerecon.app.inside.views import Subject
from facerecon.app.pointer import Note, Picture, pointer
from facerecon.app.texts import t
from facerecon.detection.anatomy import LEVELS
from facerecon.drawing.anchors import LEVELS as TONES
from facerecon.drawing.feature_maps import EDGE, clearest, diagram, map_levels, palette, scale_of, score_picture
from facerecon.drawing.overlays import draw_boxes

CELL, TILE, LARGE = (200, 208), 148, 580
"""px of a cell of the map, of a tile in it, and of the picture of what was found."""
LEAST = 720
"""px; on narrower pages the map scrolls sideways."""


def choose_part(subject: Subject) -> str:
    """Shows the map and gives the name of the part that is open."""
    dark = layout.is_dark()
    picture = cache.picture((subject.key, "inside", "map", dark), lambda: Picture.jpeg(_map(subject, dark), 90))
    key = f"inside_map_{subject.key}"
    grid = (picture.width // CELL[0], picture.height // CELL[1])
    first = next(iter(PARTS))
    notes = [_note(PHOTO, t("inside.photo"), TILE), _note(RESULT, t("inside.found"), LARGE)]
    notes += [_note(part.place, part_name(name), TILE) for name, part in PARTS.items()]
    found = pointer(
        key, picture, t("inside.map_label"), grid=grid, at=PARTS[first].place, notes=notes, least_width=LEAST
    )
    layout.caption("inside.map_caption")
    return part_at((found.column, found.row)) or first


def _note(place: tuple[int, int], text: str, side: int) -> Note:
    """Writes below a tile of a side, px."""
    left = place[0] * CELL[0] + (CELL[0] - TILE) / 2
    return Note((left + side / 2, place[1] * CELL[1] + EDGE + side), text)


def _map(subject: Subject, dark: bool) -> np.ndarray:
    """Draws the map: photo, the strongest map of every part, scores, and the faces that come out."""
    layers, view = views.layers(subject), views.traced_view(subject)
    said = views.traced_answers(subject)
    tiles = {PHOTO: views.shown(subject, TILE)}
    for name, part in PARTS.items():
        if name.startswith("answers"):
            level = LEVELS.index(part.level)
            tiles[part.place] = score_picture(view.image, said.score_map(level), TONES[part.level])
        else:
            maps = layers[first_open(name, layers)].output
            values = maps[clearest(maps)]
            tiles[part.place] = palette()[map_levels(values, scale_of(values))][..., :3]
    faces = views.enlarged(views.found(said), LARGE / views.TRACED)
    result = draw_boxes(views.shown(subject, LARGE), faces)
    return diagram(tiles, ARROWS, CELL, TILE, {RESULT: result}, dark)
