"""What the browser needs of a head: its GLB, colours by vertex, pictures, landmarks and photos; made once a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from facerecon.app import cache, certainty
from facerecon.app.cache import Run
from facerecon.app.pictures import SIDE
from facerecon.app.thumbnails import cropped_camera, jpeg
from facerecon.core.arkit import ARKIT_NAMES
from facerecon.core.types import Mesh, Reconstruction, Texture, View
from facerecon.drawing.crops import Crop, crop
from facerecon.drawing.heads import silhouette
from facerecon.drawing.maps import provenance_picture
from facerecon.drawing.mesh_figures import BENT, curvature_colours
from facerecon.drawing.theme import ACCENT, region_tone
from facerecon.export import glb_bytes
from facerecon.export.images import jpeg_bytes, png_bytes
from facerecon.geometry.curvature import curvature
from facerecon.geometry.seams import split_parts
from facerecon.landmarks import schemes

LOOKS = ("textured", "albedo", "clay", "wireframe", "normals", "curvature", "uncertainty", "checker", "provenance")
"""In the order of the switch; those that a head has no data for are left out."""
MARGIN = 0.9
"""Of a photo's cut around the face, so that the whole head is in it."""
METRES = 1e-3


@dataclass(frozen=True, eq=False)
class Portrait:
    """A photo behind the head."""

    jpeg: bytes
    "a square cut"
    size: int
    "px"
    focal: float
    "px of the cut"
    centre: tuple[float, float]
    "px of the cut"
    pose: tuple[float, ...]
    "4 x 4 by rows: OpenGL's camera (y up, z backwards) from the head, metres"
    outline: str
    "of the head, as an SVG path in px of the cut"
    worn: list[float]
    "this photo's expression"
    name: str
    "of its file"

    def told(self, url: str) -> dict[str, Any]:
        """Writes it down for the browser; the picture lies under a link."""
        names = ("size", "focal", "centre", "pose", "outline", "worn", "name")
        return {name: getattr(self, name) for name in names} | {"url": url}


@dataclass(frozen=True, eq=False)
class Content:
    """A head as the browser takes it."""

    digest: str
    "of the run"
    glb: bytes
    "the face at rest, and its targets in small numbers: half of what the file for other programs weighs"
    names: tuple[str, ...]
    "of its expressions, or none"
    worn: list[float]
    "the first photo's expression"
    layers: tuple[str, ...]
    "looks that are colours by vertex"
    layer_bytes: bytes
    "three bytes a vertex of the GLB, part after part, layer after layer"
    pictures: Mapping[str, tuple[bytes, str]]
    "look → a picture that takes the skin's texture's place, and its media type"
    photos: tuple[Portrait, ...]
    pins: Mapping[str, list]
    "`rows`: by landmark three vertices of the GLB's skin and their weights; `colours`: CSS"
    triangles: int
    ramps: Mapping[str, tuple[float, float]]
    "look → the values of the first and the last colour: 1 / mm for the curvature, mm for the uncertainty"

    @property
    def looks(self) -> tuple[str, ...]:
        """The views that this head can be shown in."""
        given = {"textured", "clay", "wireframe", "normals", "checker", *self.layers, *self.pictures}
        return tuple(look for look in LOOKS if look in given)


def content(run: Run) -> Content:
    """Gives what the browser needs of a run's head; made once."""
    return cache.page((run.key, "head3d"), lambda: build(run))


def build(run: Run) -> Content:
    """Makes what the browser needs of a run's head."""
    result = run.reconstruction
    layers = layer_colours(result)
    rows = np.concatenate([part.vertices for part in split_parts(result.mesh).values()])
    names = ARKIT_NAMES[: len(result.morphs)]
    return Content(
        digest=run.key,
        glb=glb_bytes(result, neutral_base=True, quantised=True),
        names=names,
        worn=_weights(result, 0),
        layers=tuple(layers),
        layer_bytes=b"".join(np.ascontiguousarray(colours[rows]).tobytes() for colours in layers.values()),
        pictures=pictures(result.texture),
        photos=tuple(portrait(run, number) for number in range(len(result.photos))),
        pins=pins(result),
        triangles=len(result.mesh.triangles),
        ramps=ramps(result),
    )


def pictures(texture: Texture) -> dict[str, tuple[bytes, str]]:
    """Encodes what takes the texture's place: where each texel came from, and the skin without the photo's light."""
    found = {"provenance": (png_bytes(provenance_picture(texture.provenance)), "image/png")}
    return found if texture.albedo is None else found | {"albedo": (jpeg_bytes(texture.albedo), "image/jpeg")}


def _weights(result: Reconstruction, number: int) -> list[float]:
    expression = result.fit.views[number].expression
    return [round(float(weight), 4) for weight in expression] if len(result.morphs) == len(expression) else []


def layer_colours(result: Reconstruction) -> dict[str, np.ndarray]:
    """Colours a head's vertices by what is measured on them: look → `(V, 3)` uint8."""
    mesh = result.mesh
    layers = {"curvature": curvature_colours(curvature(mesh.vertices, mesh.triangles).mean)}
    if result.fit.std is not None:
        layers[certainty.VIEW] = certainty.colours(result)
    return layers


def ramps(result: Reconstruction) -> dict[str, tuple[float, float]]:
    """Gives the values at the ends of the colours of `layer_colours`."""
    spread = certainty.spread(result)
    unsure = {} if spread is None else {certainty.VIEW: (0.0, certainty.most(spread))}
    return {"curvature": (-BENT, BENT)} | unsure


def pins(result: Reconstruction) -> dict[str, list]:
    """Places the landmarks on the GLB's skin: three vertices and their weights each, and a colour."""
    head = cache.workshop(head=result.head_model).parts.head
    name = "mediapipe478"
    marks = head.landmarks(name)
    skin = next(iter(split_parts(result.mesh).values()))
    # A vertex on a seam stands in the file more than once, always at the same place.
    place = np.full(len(result.mesh.vertices), -1)
    place[skin.vertices] = np.arange(len(skin.vertices))
    corners = place[head.triangles[marks.triangle]]
    here = np.flatnonzero((corners >= 0).all(axis=1))
    colour = {row: region_tone(group).dark for group, rows in schemes.scheme(name).groups.items() for row in rows}
    weights = np.round(marks.weights, 4)
    rows = [[*corners[row].tolist(), *weights[row].tolist()] for row in here]
    return {"rows": rows, "colours": [colour.get(int(row), ACCENT.dark) for row in here]}


def portrait(run: Run, number: int) -> Portrait:
    """Cuts one of the photos around the head and tells through which camera it was seen."""
    from facerecon.app.heads import view_mesh

    result, view = run.reconstruction, run.reconstruction.fit.views[number]
    box = result.faces[number].boxes[result.chosen[number]]
    cut = crop(result.photos[number].image, box, SIDE, margin=MARGIN)
    camera = cropped_camera(cut, view.camera)
    pose = np.diag([1.0, -1, -1, 1]) @ view.camera_from_head
    pose[:3, 3] *= METRES
    return Portrait(
        jpeg(cut.image),
        SIDE,
        camera.focal,
        tuple(camera.centre.tolist()),
        tuple(pose.ravel().tolist()),
        outline(cut, view_mesh(run, number), view),
        _weights(result, number),
        result.photos[number].name,
    )


def outline(cut: Crop, mesh: Mesh, view: View) -> str:
    """Traces the head's outline over a cut, as an SVG path."""
    covered = silhouette(mesh, cropped_camera(cut, view.camera), view.camera_from_head)
    lines, _ = cv2.findContours(covered.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_TC89_L1)
    return "".join("M" + "L".join(f"{x} {y}" for x, y in line[:, 0].tolist()) + "z" for line in lines if len(line) > 8)
