"""Moves the nose's points of the 68 to where they are found: `python -m scripts.head.points68`.

The points of `mediapipe478` were put where MediaPipe points on heads sampled from sliders (`correspond.py`), whose
noses are not people's: on the mean of people the bridge's points that are made of them lie 2 to 3 mm too high, and
the one under the nose on its tip's underside. `landmark_errors.py` measures by how much; each goes to the spot of the
skin that a photo from the front shows there. The other points stay: those of eyes and mouth lie right; brows are
found where the renders paint them, 5 mm above those of people and of scans without colours; the jaw's are an outline
and no spots. Writes `anny_points68.npz`; `landmark_errors.py` must measure anew afterwards.
"""

from __future__ import annotations

import numpy as np

from facerecon.geometry.nearest import nearest_on_surface
from facerecon.landmarks.schemes import scheme
from facerecon.morphable.anny import POINTS68, AnnyHead
from facerecon.morphable.face_model import DATA
from scripts.head.pointing import mirror_exactly

ROUNDS = 20
"of going to the nearest spot of the skin, and on by half of what is left in x and y"


def moved(head: AnnyHead, error: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Finds the spots of the skin that lie by `error (68, 2)` mm to the right and up: triangle `(68,)`, weights."""
    skin, points = np.flatnonzero(head.parts == 0), head.landmarks("ibug68")
    aim = points.on(head.mean, head.triangles)
    wanted = aim[:, :2] + error
    for _ in range(ROUNDS):
        _, triangle, weights = nearest_on_surface(head.mean, head.triangles[skin], aim)
        at = (head.mean[head.triangles[skin[triangle]]] * weights[:, :, None]).sum(axis=1)
        aim = np.column_stack([aim[:, :2] + (wanted - at[:, :2]) / 2, at[:, 2]])
    triangle, weights = mirror_exactly(head, skin[triangle], weights, scheme("ibug68").mirror)
    still = ~error.any(axis=1)
    triangle[still], weights[still] = points.triangle[still], points.weights[still]
    return triangle, weights


def main() -> None:
    head, known = AnnyHead(), scheme("ibug68")
    nose = [*known.groups["nose_bridge"], *known.groups["nose_base"]]
    error = np.zeros((known.count, 2))
    error[nose] = head.landmark_errors("mediapipe", "ibug68").polynomial[0, nose]
    triangle, weights = moved(head, error)
    np.savez_compressed(DATA / POINTS68, triangle=triangle.astype(np.uint16), weights=weights.astype(np.float32))


if __name__ == "__main__":
    main()
