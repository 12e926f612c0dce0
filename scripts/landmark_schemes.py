"""Writes the data of the landmark schemes (facerecon/landmarks/schemes/*.json) from MediaPipe's own tables.

Run after a change of MediaPipe's topology, which has been the same since 2020: `python scripts/landmark_schemes.py`.
Groups follow MediaPipe's connections (Apache-2.0), ordered into loops and paths; mirror pairs come from the geometry of
its canonical face, which is exactly symmetric; left and right are the subject's.
"""

import json
from pathlib import Path

import numpy as np
from mediapipe.tasks.python.vision.face_landmarker import FaceLandmarksConnections as Table

from facerecon.assets.canonical_face import canonical_face

TARGET = Path(__file__).parents[1] / "facerecon/landmarks/schemes"
# Right iris: middle, then the subject's left, top, right, bottom; then the left iris alike.
IRIS_MIRROR = [473, 476, 475, 474, 477, 468, 471, 470, 469, 472]
# 68 points of iBUG (Sagonas et al. 2013) by MediaPipe's: the mean of those named. Chosen to lie where annotators set
# them on photos of a scanned face (the jaw from eye height to the chin), and so that the bridge of the nose is divided
# evenly from between the eyes to the tip; symmetric.
JAW = [127, 93, 132, 58, 136, 150, 176, 148, 152]
RIGHT = {17: [70], 18: [63], 19: [105], 20: [66], 21: [107], 31: [98], 32: [97]}
RIGHT |= {36: [33], 37: [160], 38: [158], 39: [133], 40: [153], 41: [144]}
RIGHT |= {48: [61], 49: [40], 50: [37], 58: [84], 59: [91], 60: [78], 61: [81], 67: [178]}
MIDDLE = {27: [8, 168], 28: [6], 29: [195], 30: [4], 33: [2], 51: [0], 57: [17], 62: [13], 66: [14]}
# Single points that have a name in anatomy: by MediaPipe's number, and by iBUG's.
NAMED = {"right_eye_outer": (33, 36), "right_eye_inner": (133, 39), "left_eye_inner": (362, 42)}
NAMED |= {"left_eye_outer": (263, 45), "nose_root": (168, 27), "nose_tip": (4, 30), "subnasal": (2, 33)}
NAMED |= {"right_mouth_corner": (61, 48), "left_mouth_corner": (291, 54), "upper_lip_top": (0, 51)}
NAMED |= {"upper_lip_bottom": (13, 62), "lower_lip_top": (14, 66), "lower_lip_bottom": (17, 57), "chin": (152, 8)}
PUPILS = {"right_pupil": 468, "left_pupil": 473}
MIRROR68 = [*range(16, -1, -1), *range(26, 16, -1), 27, 28, 29, 30, 35, 34, 33, 32, 31, 45, 44, 43, 42, 47, 46]
MIRROR68 += [39, 38, 37, 36, 41, 40, 54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66, 65]


def chains(connections) -> list[list[int]]:
    """Orders edges into as few paths as possible; a closed loop names its first point once."""
    edges = [(edge.start, edge.end) for edge in connections]
    result = []
    while edges:
        points = [point for edge in edges for point in edge]
        ends = [point for point in dict.fromkeys(points) if points.count(point) == 1]
        path = [ends[0] if ends else edges[0][0]]
        while follow := next((edge for edge in edges if path[-1] in edge), None):
            edges.remove(follow)
            path.append(follow[1] if follow[0] == path[-1] else follow[0])
        result.append(path[:-1] if path[0] == path[-1] else path)
    return result


def mediapipe478() -> dict:
    vertices = canonical_face().vertices
    distance = np.linalg.norm((vertices * [-1, 1, 1])[:, None] - vertices[None], axis=2)
    mirror = [*distance.argmin(axis=1).tolist(), *IRIS_MIRROR]
    outer, inner = chains(Table.FACE_LANDMARKS_LIPS)
    groups = {"face_oval": chains(Table.FACE_LANDMARKS_FACE_OVAL)[0], "lips_outer": outer, "lips_inner": inner}
    for side in ("right", "left"):
        groups[f"{side}_eye"] = chains(getattr(Table, f"FACE_LANDMARKS_{side.upper()}_EYE"))[0]
        lower, upper = chains(getattr(Table, f"FACE_LANDMARKS_{side.upper()}_EYEBROW"))
        groups[f"{side}_brow"] = [*upper, *reversed(lower)]
    groups |= {"right_iris": [469, 470, 471, 472], "left_iris": [474, 475, 476, 477], "pupils": [468, 473]}
    nose = sorted({point for edge in Table.FACE_LANDMARKS_NOSE for point in (edge.start, edge.end)})
    groups |= {"nose": nose, "nose_bridge": [168, 6, 197, 195, 5, 4], "nose_base": [98, 97, 2, 326, 327]}
    lines = (Table.FACE_LANDMARKS_CONTOURS, Table.FACE_LANDMARKS_NOSE)
    irises = (Table.FACE_LANDMARKS_LEFT_IRIS, Table.FACE_LANDMARKS_RIGHT_IRIS)
    connections = sorted({(min(e.start, e.end), max(e.start, e.end)) for table in (*lines, *irises) for e in table})
    open_groups = ["nose", "nose_bridge", "nose_base", "pupils"]
    names = {name: dense for name, (dense, _) in NAMED.items()} | PUPILS
    return dict(
        count=478, groups=groups, open=open_groups, names=names, connections=connections, mirror=mirror, sources={}
    )


def mediapipe468(dense: dict) -> dict:
    """The points of the surface alone, as older versions of MediaPipe find them."""
    groups = {name: rows for name, rows in dense["groups"].items() if max(rows) < 468}
    return dict(
        count=468,
        groups=groups,
        open=[name for name in dense["open"] if name in groups],
        names={name: row for name, row in dense["names"].items() if row < 468},
        connections=[pair for pair in dense["connections"] if max(pair) < 468],
        mirror=dense["mirror"][:468],
        sources={"mediapipe478": [[row] for row in range(468)]},
    )


def ibug68(mirror478: list[int]) -> dict:
    points = {index: [point] for index, point in enumerate(JAW)} | RIGHT | MIDDLE
    points |= {MIRROR68[index]: [mirror478[p] for p in named] for index, named in points.items()}
    spans = {"jaw": (0, 17), "right_brow": (17, 22), "left_brow": (22, 27), "nose_bridge": (27, 31)}
    spans |= {"nose_base": (31, 36), "right_eye": (36, 42), "left_eye": (42, 48)}
    spans |= {"lips_outer": (48, 60), "lips_inner": (60, 68)}
    groups = {name: list(range(*span)) for name, span in spans.items()}
    open_groups = ["jaw", "right_brow", "left_brow", "nose_bridge", "nose_base"]
    connections = [pair for name, group in groups.items() for pair in zip(group, group[1:], strict=False)]
    connections += [(group[0], group[-1]) for name, group in groups.items() if name not in open_groups]
    named = [points[index] for index in range(68)]
    return dict(
        count=68,
        groups=groups,
        open=open_groups,
        names={name: row for name, (_, row) in NAMED.items()},
        connections=sorted(connections),
        mirror=MIRROR68,
        sources={"mediapipe478": named, "mediapipe468": named},
    )


def five() -> dict:
    groups = {name: [i] for i, name in enumerate(("right_eye", "left_eye", "nose", "lips_right", "lips_left"))}
    sources = {
        "mediapipe478": [[468], [473], [4], [61], [291]],
        # Without irises: the middle between the corners of each eye.
        "mediapipe468": [[33, 133], [263, 362], [4], [61], [291]],
        "ibug68": [list(range(36, 42)), list(range(42, 48)), [30], [48], [54]],
    }
    names = {"right_pupil": 0, "left_pupil": 1, "nose_tip": 2, "right_mouth_corner": 3, "left_mouth_corner": 4}
    mirror = [1, 0, 2, 4, 3]
    return dict(count=5, groups=groups, open=list(groups), names=names, connections=[], mirror=mirror, sources=sources)


def main() -> None:
    dense = mediapipe478()
    sparse = {"mediapipe468": mediapipe468(dense), "ibug68": ibug68(dense["mirror"]), "five": five()}
    for name, data in {"mediapipe478": dense, **sparse}.items():
        text = ",\n".join(f'  "{key}": {json.dumps(value)}' for key, value in data.items())
        (TARGET / f"{name}.json").write_text(f"{{\n{text}\n}}\n", "utf-8")


if __name__ == "__main__":
    main()
