"""A small skeleton: the head, and both eyes turning about their centres."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facerecon.core.types import Mesh
from facerecon.geometry.spheres import fit_sphere

EYES = {"eye_left": "LeftEye", "eye_right": "RightEye"}
"Part → joint, by the names that humanoid rigs use."


@dataclass(frozen=True, eq=False)
class Joint:
    name: str
    "as humanoid rigs call it"
    centre: np.ndarray
    "`(3,)` mm, head frame: what it turns about"
    parent: int | None
    "row among the joints; None: the root"


@dataclass(frozen=True, eq=False)
class Rig:
    joints: tuple[Joint, ...]
    "the root first"
    of_part: dict[str, int]
    "part name → the one joint that moves it"


def rig_of(mesh: Mesh) -> Rig:
    """Finds the joints of a head: `Head` where it sits on the neck, and an eye's in the centre of its ball.

    The skin has no other joint: lids, jaw and lips are moved by the morph targets.

    Args:
        mesh: a head in the head frame; without eye parts it gets the root alone.
    """
    skin = mesh.vertices[np.unique(_triangles(mesh, 0))]
    # The skull turns on the neck some way behind the middle of the ears, at the height of the mouth.
    depth = skin[:, 2]
    base = np.array([0.0, 0.45 * skin[:, 1].min(), depth.max() - 0.6 * np.ptp(depth)])
    joints = [Joint("Head", base, None)]
    of_part = dict.fromkeys(mesh.part_names, 0)
    for index, part in enumerate(mesh.part_names):
        triangles = _triangles(mesh, index)
        if part in EYES and len(triangles):
            of_part[part] = len(joints)
            joints.append(Joint(EYES[part], fit_sphere(mesh.vertices[np.unique(triangles)])[0], 0))
    return Rig(tuple(joints), of_part)


def _triangles(mesh: Mesh, part: int) -> np.ndarray:
    return mesh.triangles if mesh.parts is None else mesh.triangles[mesh.parts == part]
