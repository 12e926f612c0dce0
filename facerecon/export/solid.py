"""Makes of a head one closed body that a 3D printer can print."""

from __future__ import annotations

import manifold3d
import numpy as np

from facerecon.core.errors import SettingsError
from facerecon.core.types import Mesh
from facerecon.geometry.holes import fill_loop
from facerecon.geometry.spheres import fit_sphere
from facerecon.geometry.topology import border_loops, pieces

FOOT = 3.0
"mm below the lowest point of the neck, so that the foot is flat"

POCKET = 1.3
"radii of an eyeball around which its socket is looked for"

BEHIND = 0.5
"radii before an eyeball's centre up to which the socket is filled; farther out are the lids"

OVERLAP = 1.02
"by how much the filling of a socket is larger than the space"


def printable(head: Mesh, height_mm: float | None = None) -> Mesh:
    """Makes one closed body of a head's skin, eyes and teeth, without voids inside, standing upright on a flat foot.

    The neck is lengthened down to a plane and closed, the sockets behind the eyes are filled, and everything is united
    (Boolean union of the library Manifold); what hangs in the air, such as the tongue, is left out.

    Args:
        head: mm, head frame, its first part the skin, which must be a manifold with or without borders.
        height_mm: of the body; None: life-size.

    Returns:
        A printer's frame, mm: +z up, the foot at z = 0, the face towards -y.

    Raises:
        SettingsError: the height is none.
        ValueError: the skin is not a manifold.
    """
    if height_mm is not None and not (np.isfinite(height_mm) and height_mm > 0):
        raise SettingsError(f"A body cannot be {height_mm} mm high.")
    skin = _body(*_on_a_foot(head.vertices, _triangles(head, 0)))
    if skin.status() != manifold3d.Error.NoError or skin.is_empty():
        raise ValueError(f"the skin is no manifold: {skin.status()}")
    bodies = [skin]
    for part, name in enumerate(head.part_names[1:], start=1):
        triangles = _triangles(head, part)
        numbers = pieces(triangles) if len(triangles) else np.zeros(0, np.int64)
        bodies += [_body(head.vertices, _closed(head.vertices, triangles[numbers == k])) for k in np.unique(numbers)]
        if name.startswith("eye") and len(triangles):
            bodies += _behind_the_eye(skin, head.vertices[np.unique(triangles)])
    united = manifold3d.Manifold.batch_boolean(bodies, manifold3d.OpType.Add)
    # The surface around the rest; closed surfaces inside it bound voids, and those beside it float in the air.
    outer = max(united.decompose(), key=lambda body: body.volume()).to_mesh()
    x, y, z = np.asarray(outer.vert_properties, np.float64)[:, :3].T
    upright = np.column_stack([x - (x.min() + x.max()) / 2, (z.min() + z.max()) / 2 - z, y - y.min()])
    scale = 1.0 if height_mm is None else height_mm / upright[:, 2].max()
    return Mesh(upright * scale, np.asarray(outer.tri_verts, np.int64))


def _triangles(mesh: Mesh, part: int) -> np.ndarray:
    return mesh.triangles if mesh.parts is None else mesh.triangles[mesh.parts == part]


def _on_a_foot(vertices: np.ndarray, triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Closes a skin: its longest border is drawn out to a plane below it, or behind it where it is a mask."""
    loops = border_loops(triangles)
    for loop in loops[1:]:
        triangles = np.concatenate([triangles, fill_loop(vertices, loop)])
    if not loops:
        return vertices, triangles
    loop, axis = loops[0], _open_side(vertices[loops[0]])
    ring = vertices[loop].copy()
    ring[:, axis] = vertices[np.unique(triangles), axis].min() - FOOT
    below = len(vertices) + np.arange(len(loop))
    vertices = np.concatenate([vertices, ring])
    after, below_after = np.roll(loop, -1), np.roll(below, -1)
    wall = np.concatenate([np.column_stack([after, loop, below]), np.column_stack([after, below, below_after])])
    return vertices, np.concatenate([triangles, wall, fill_loop(vertices, below)])


def _open_side(ring: np.ndarray) -> int:
    """Tells whether a border is open to below (1) or to behind (2), by the area that it encloses seen from there."""
    area = np.cross(ring, np.roll(ring, -1, axis=0)).sum(axis=0)
    return 1 if abs(area[1]) >= abs(area[2]) else 2


def _closed(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Closes every border with the lid of least area."""
    return np.concatenate([triangles, *(fill_loop(vertices, loop) for loop in border_loops(triangles))])


def _body(vertices: np.ndarray, triangles: np.ndarray) -> manifold3d.Manifold:
    used, local = np.unique(triangles, return_inverse=True)
    mesh = manifold3d.Mesh64(np.ascontiguousarray(vertices[used]), local.reshape(-1, 3).astype(np.uint64))
    return manifold3d.Manifold(mesh)


def _behind_the_eye(skin: manifold3d.Manifold, eyeball: np.ndarray) -> list[manifold3d.Manifold]:
    """Fills the space between an eyeball and its socket, which the lids hide: in print it would be a void."""
    centre, radius = fit_sphere(eyeball)
    ball = manifold3d.Manifold.sphere(POCKET * radius, 64).translate(tuple(centre))
    spaces = (ball.trim_by_plane((0, 0, -1), -(centre[2] + BEHIND * radius)) - skin).decompose()
    if not spaces:
        return []
    # A little larger than the space, so that no two surfaces coincide.
    filling = max(spaces, key=lambda space: space.volume()).hull()
    return [filling.translate(tuple(-centre)).scale((OVERLAP,) * 3).translate(tuple(centre))]
