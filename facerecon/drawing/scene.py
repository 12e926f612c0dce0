"""A head as a PyVista scene, for the 3D view and for off-screen pictures.

Importing this module imports PyVista's plotting whole, once: left to PyVista, that happens lazily and breaks when
several sessions start at the same time.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyvista
import pyvista.plotting

from facerecon.core.arrays import check_shape
from facerecon.core.types import Mesh, Texture
from facerecon.drawing.maps import provenance_picture
from facerecon.drawing.theme import STAGE_3D
from facerecon.geometry.normals import vertex_normals
from facerecon.geometry.seams import Part, split_parts

STYLES = ("textured", "clay", "wireframe", "normals", "provenance", "colours")
CLAY = "#bdb5ac"
ABOVE = 0.4
"mm: how far edges lie above the surface"
EDGE = "#16181c"
VIEW_ANGLE = 22.0
"degrees, of the picture's height: that of a portrait lens, which does not swell the nose"


def scene(
    mesh: Mesh,
    *,
    style: str = "textured",
    texture: Texture | None = None,
    part_images: Mapping[str, np.ndarray] | None = None,
    colours: np.ndarray | None = None,
    window_size: tuple[int, int] = (800, 600),
    background: str = STAGE_3D,
) -> pyvista.Plotter:
    """Builds a scene: one actor a part, lamps that go with the camera, the head seen from its front.

    Args:
        mesh: mm, head frame.
        style: one of `STYLES`.
        texture: of the mesh's first part, for `textured` and `provenance`.
        part_images: part name → `(h, w, 3)` uint8, of its other parts.
        colours: `(V, 3)` RGB uint8 by vertex, for `colours`.
        window_size: px.
        background: hexadecimal.

    Returns:
        The plotter, off screen and not yet rendered; whoever gets it closes it.

    Raises:
        ValueError: the style does not exist, or what it shows was not given.
    """
    _check(mesh, style, texture, colours)
    plotter = pyvista.Plotter(off_screen=True, window_size=list(window_size), lighting="none")
    plotter.set_background(background)
    normals = vertex_normals(mesh.vertices, mesh.triangles)
    images = _images(mesh, style, texture, part_images or {})
    for name, part in split_parts(mesh).items():
        surface = _surface(mesh, part, normals)
        if style == "normals":
            surface.point_data["rgb"] = np.round((normals[part.vertices] * 0.5 + 0.5) * 255).astype(np.uint8)
        elif style == "colours":
            surface.point_data["rgb"] = colours[part.vertices]
        _add(plotter, name, surface, style, images.get(name))
    light(plotter)
    frame(plotter, mesh.vertices, window_size)
    return plotter


def _check(mesh: Mesh, style: str, texture: Texture | None, colours: np.ndarray | None) -> None:
    """Refuses a style that does not exist, or whose data was not given."""
    if style not in STYLES:
        raise ValueError(f"style must be one of {', '.join(STYLES)}, got {style}")
    if style in ("textured", "provenance") and (texture is None or mesh.uv is None):
        raise ValueError(f"the style {style} needs a texture and a mesh with uv")
    if style == "colours":
        if colours is None:
            raise ValueError("the style colours needs colours")
        check_shape(colours, (len(mesh.vertices), 3), "colours")


def _images(
    mesh: Mesh, style: str, texture: Texture | None, part_images: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Chooses the picture of each part; other parts stay clay under the provenance of the first."""
    if style == "textured":
        return {mesh.part_names[0]: texture.image, **part_images}
    if style == "provenance":
        return {mesh.part_names[0]: provenance_picture(texture.provenance)}
    return {}


def _surface(mesh: Mesh, part: Part, normals: np.ndarray) -> pyvista.PolyData:
    """Makes a surface that is smooth across its uv seams, because its normals are those of the unsplit mesh."""
    surface = pyvista.PolyData.from_regular_faces(mesh.vertices[part.vertices].astype(np.float32), part.triangles)
    surface.point_data.set_array(normals[part.vertices].astype(np.float32), "Normals")
    surface.point_data.active_normals_name = "Normals"
    if part.uv is not None:
        # VTK counts v from the bottom.
        surface.active_texture_coordinates = np.column_stack([part.uv[:, 0], 1 - part.uv[:, 1]]).astype(np.float32)
    return surface


def _add(plotter: pyvista.Plotter, name: str, surface: pyvista.PolyData, style: str, image: np.ndarray | None) -> None:
    """Adds one part as an actor."""
    paint: dict[str, object] = {"color": CLAY}
    if "rgb" in surface.point_data:
        paint = {"scalars": "rgb", "rgb": True}
    elif image is not None:
        picture = pyvista.Texture(np.ascontiguousarray(image))
        picture.interpolate, picture.mipmap, picture.repeat = True, True, False
        paint = {"texture": picture, "color": "white"}
    shiny = name.startswith("eye") and style in ("textured", "clay")
    actor = plotter.add_mesh(
        surface,
        name=name,
        lighting=style != "normals",
        # A texture brings the light of its photo; a second one would darken what is dark already.
        ambient=0.5 if style == "textured" else 0.12,
        diffuse=0.5 if style == "textured" else 0.9,
        specular=0.5 if shiny else 0.06,
        specular_power=60 if shiny else 18,
        copy_mesh=False,
        show_scalar_bar=False,
        **paint,
    )
    actor.prop.interpolation = "Phong"
    if style == "wireframe":
        # Translucent lines of their own, a hair above the surface, keep the shading where edges are dense; the edges
        # that VTK draws by itself are opaque in a browser.
        triangles = surface.regular_faces
        edges = np.unique(np.sort(triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1), axis=0)
        points = surface.points + np.float32(ABOVE) * surface.point_data["Normals"]
        lines = pyvista.PolyData(points, lines=np.insert(edges, 0, 2, axis=1).ravel())
        paint = {"color": EDGE, "opacity": 0.35, "line_width": 1.0, "lighting": False}
        plotter.add_mesh(lines, name=f"{name}_edges", copy_mesh=False, **paint)


def light(plotter: pyvista.Plotter) -> None:
    """Adds key, fill and rim lamps; they are fixed to the camera, so that no view of the head is dark."""
    lamps = (((-0.55, 0.6, 0.9), 0.78), ((0.8, 0.1, 0.7), 0.34), ((0.1, -0.5, 0.9), 0.16), ((0.5, 0.7, -0.6), 0.35))
    for position, intensity in lamps:
        lamp = pyvista.Light(position=position, focal_point=(0, 0, 0), intensity=intensity, light_type="camera light")
        plotter.add_light(lamp)


def frame(plotter: pyvista.Plotter, vertices: np.ndarray, window_size: tuple[int, int]) -> None:
    """Puts the camera in front of the face so that all vertices `(V, 3)` fit with some air around them."""
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    centre, extent = (low + high) / 2, high - low
    # The head turns about its own vertical axis: as wide as it is deep.
    width, height = max(extent[0], extent[2]), extent[1]
    tangent = np.tan(np.radians(VIEW_ANGLE) / 2)
    distance = 1.12 * max(height, width * window_size[1] / window_size[0]) / 2 / tangent + extent[2] / 2
    plotter.camera.view_angle = VIEW_ANGLE
    plotter.camera.focal_point = tuple(centre)
    plotter.camera.position = tuple(centre + (0, 0, distance))
    plotter.camera.up = (0, 1, 0)
    plotter.reset_camera_clipping_range()
