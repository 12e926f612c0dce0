"""A small made-up reconstruction with everything that files must carry: parts, seams, textures and 52 morphs."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from facerecon.core.arkit import ARKIT_NAMES
from facerecon.core.types import Camera, Faces, Fit, Landmarks, Mesh, Photo, Reconstruction, Scale, Texture, View

PARTS = ("skin", "eye_left", "eye_right", "teeth", "tongue")
VALIDATOR = "gltf-validator@2.0.0-dev.3.10"


def ball(centre, radius, rings, columns, first_vertex, first_uv):
    """A ball with its uv seam at the back: vertices are shared across the seam, uv are not."""
    rows = np.linspace(0, np.pi, rings + 1)[1:-1]
    turn = np.arange(columns) * 2 * np.pi / columns
    r, t = np.meshgrid(rows, turn, indexing="ij")
    # The turn starts at the back (-z), so that the seam is there; u then grows towards +x, the subject's left.
    body = np.stack([-np.sin(r) * np.sin(-t), np.cos(r), -np.sin(r) * np.cos(t)], axis=-1).reshape(-1, 3)
    body = body * (-1, 1, 1)
    vertices = np.vstack([body, [[0, 1, 0], [0, -1, 0]]]) * radius + centre
    r, t = np.meshgrid(rows / np.pi, np.linspace(0, 1, columns + 1), indexing="ij")
    uv = np.vstack([np.stack([t, r], axis=-1).reshape(-1, 2), [[0.5, 0], [0.5, 1]]])
    north, south = (rings - 1) * columns, (rings - 1) * columns + 1
    north_uv, south_uv = len(uv) - 2, len(uv) - 1
    triangles, uv_triangles = [], []
    for i in range(rings):
        for j in range(columns):
            k = (j + 1) % columns
            upper, lower = i - 1, i
            a, b = upper * columns + j, upper * columns + k
            c, d = lower * columns + j, lower * columns + k
            ua, ub, uc, ud = (row * (columns + 1) + col for row in (upper, lower) for col in (j, j + 1))
            if i == 0:
                triangles.append((north, c, d)), uv_triangles.append((north_uv, uc, ud))
            elif i == rings - 1:
                triangles.append((a, south, b)), uv_triangles.append((ua, south_uv, ub))
            else:
                triangles += [(a, c, d), (a, d, b)]
                uv_triangles += [(ua, uc, ud), (ua, ud, ub)]
    return vertices, uv, np.array(triangles) + first_vertex, np.array(uv_triangles) + first_uv


def make_mesh() -> Mesh:
    sizes = {"skin": (90, 24, 40), "eye_left": (12, 8, 12), "eye_right": (12, 8, 12), "teeth": (15, 6, 10)}
    centres = {"skin": (0, 0, 0), "eye_left": (32, 0, 85), "eye_right": (-32, 0, 85), "teeth": (0, -45, 75)}
    sizes["tongue"], centres["tongue"] = (8, 6, 8), (0, -55, 78)
    lists = ([], [], [], [], [])
    for index, name in enumerate(PARTS):
        radius, rings, columns = sizes[name]
        first = sum(map(len, lists[0])), sum(map(len, lists[1]))
        made = ball(np.array(centres[name], float), radius, rings, columns, *first)
        for held, new in zip(lists, (*made, np.full(len(made[2]), index)), strict=True):
            held.append(new)
    return Mesh(*(np.concatenate(lists[i]) for i in (0, 2, 1, 3, 4)), PARTS)


def make_morphs(mesh: Mesh, rng: np.random.Generator) -> np.ndarray:
    """Each expression pushes the vertices around one spot; cheekPuff all of them, tongueOut only the tongue."""
    morphs = np.zeros((len(ARKIT_NAMES), len(mesh.vertices), 3))
    for index in range(len(ARKIT_NAMES)):
        spot = mesh.vertices[rng.integers(len(mesh.vertices))]
        near = np.linalg.norm(mesh.vertices - spot, axis=1)
        morphs[index] = np.maximum(0, 1 - near / 30)[:, None] * rng.normal(size=3) * 5
    morphs[ARKIT_NAMES.index("cheekPuff")] = mesh.vertices * 0.05
    tongue = np.zeros(len(mesh.vertices), bool)
    tongue[mesh.triangles[mesh.parts == PARTS.index("tongue")]] = True
    morphs[ARKIT_NAMES.index("tongueOut")] = tongue[:, None] * np.array([0, -2.0, 10.0])
    return morphs


def make_reconstruction() -> Reconstruction:
    rng = np.random.default_rng(7)
    mesh = make_mesh()
    skin = mesh.triangles[mesh.parts == 0]
    neutral = Mesh(mesh.vertices[: skin.max() + 1], skin)
    size = 128
    texture = np.broadcast_to(rng.integers(60, 200, (size // 16, 1, size // 16, 1, 3)), (8, 16, 8, 16, 3))
    texture = texture.reshape(size, size, 3).astype(np.uint8)
    photo = Photo(np.full((40, 30, 3), 90, np.uint8), "0" * 64, None, "a.jpg")
    pose = np.diag([1.0, -1, -1, 1])
    pose[2, 3] = 600
    view = View(Camera(30, 40, 45.0, np.array([14.5, 19.5])), pose, rng.uniform(0, 1, 52), np.ones(478))
    return Reconstruction(
        photos=(photo,),
        faces=(Faces(np.array([[5, 5, 25, 30.0]]), np.array([0.9])),),
        chosen=(0,),
        landmarks=(Landmarks(rng.uniform(5, 25, (478, 2)), None, "mediapipe478", rng.uniform(0, 1, 52)),),
        fit=Fit(rng.normal(size=10), (view,), None, Scale("model_average", 0.04)),
        mesh=mesh,
        morphs=make_morphs(mesh, rng),
        neutral=neutral,
        neutral_landmarks68=neutral.vertices[rng.integers(len(neutral.vertices), size=68)],
        texture=Texture(texture, np.zeros((size, size), np.uint8)),
        part_images={name: np.full((16, 16, 3), 40 * (i + 1), np.uint8) for i, name in enumerate(PARTS[1:])},
        head_model="anny",
        timings_ms={"total": 1.0},
        warnings=(),
    )


@pytest.fixture(scope="session")
def reconstruction() -> Reconstruction:
    return make_reconstruction()


@pytest.fixture(scope="session")
def validator() -> Path:
    """The folder of Khronos' validator, fetched once with npm; the test is skipped where that cannot be."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        pytest.skip("node is not installed")
    key = hashlib.sha256(VALIDATOR.encode()).hexdigest()[:12]
    user = os.getuid() if hasattr(os, "getuid") else 0
    folder = Path(tempfile.gettempdir()) / f"facerecon-gltf-validator-{user}-{key}"
    folder.mkdir(mode=0o700, exist_ok=True)
    with FileLock(folder / "lock"):
        if not (folder / "node_modules/gltf-validator/package.json").exists():
            command = [npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder), VALIDATOR]
            done = subprocess.run(command, capture_output=True, text=True, timeout=300)
            if done.returncode:
                pytest.skip(f"npm could not fetch the validator: {done.stderr[-200:]}")
    return folder
