"""Measures how landmarkers err on rendered heads: a mean that depends on the pose, and what is left around it.

`python -m scripts.head.landmark_errors [RENDERS]` after `correspond.py`. Every landmarker sees the same portraits, made
as for the benchmarks, with open eyes: closed lids draw MediaPipe's irises far down, and few photos show them. Its own
points are measured, and what they become as 68 points. An error is detected minus true position, in mm on the head,
along the head's own right and up as the photo shows them. Its mean is a polynomial in the sines of yaw and pitch,
fitted by least squares to renders and their mirror images. Writes `landmark_errors.npz`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.faces import Portrait, jittered, portrait
from benchmarks.faces.looks import anny
from facerecon.core.types import Landmarks, Photo
from facerecon.landmarks import LANDMARKERS
from facerecon.landmarks.schemes import convert, scheme
from facerecon.morphable import landmark_errors
from facerecon.morphable.landmark_errors import head_axes, terms
from facerecon.morphable.observation import ViewState, observe

FILE = Path(landmark_errors.__file__).parent / "data" / landmark_errors.FILE
SEED = 52
SIZES = (220.0, 380.0)
"px of the face"
OPEN = 0.4
"what eyeBlink must be below"
DIRECTIONS = 60
"how many principal directions of the remaining error are kept"
NO_FACE = 15.0
"mm: where half of the points are farther off, it is no face that was found"
ODD = np.array([1, -1, 1, 1, 1, -1, 1])
"of the polynomial's terms under yaw → −yaw"


def portraits(count: int) -> Iterator[tuple[Portrait, np.ndarray]]:
    """Makes portraits of people with open eyes, and boxes as of a detector."""
    blinks = [anny().expression_names.index(f"eyeBlink{side}") for side in ("Left", "Right")]
    for number in range(count):
        rng = np.random.default_rng((SEED, number))
        pose = np.radians([rng.uniform(-60, 60), rng.triangular(-35, 0, 35), rng.normal(0, 12)])
        made = portrait(rng, tuple(pose), rng.uniform(*SIZES))
        if made.shown.person.expression[blinks].max() < OPEN:
            yield made, jittered(rng, made.shown.box)


def head_error(made: Portrait, found: Landmarks) -> np.ndarray:
    """Measures how far landmarks are off, `(L, 2)` mm along the head's right and up."""
    one, camera, pose = made.shown.person, made.shown.camera, made.shown.camera_from_head
    view = ViewState(camera, pose, one.expression, one.expression, camera.focal, 1.0)
    # Whoever found them is not told, so that no mean error is taken off.
    seen = observe(anny(), replace(found, landmarker=None), one.identity, view, 1.0, 3.0)
    axes, millimetres = head_axes(camera, pose)
    return -(seen.residuals @ axes.T) * millimetres


def collect(count: int) -> dict[tuple[str, str], tuple[np.ndarray, np.ndarray]]:
    """Gives by landmarker and scheme, for the renders with a face, pose terms `(R, 7)` and errors `(R, L, 2)` mm."""
    samples: dict[tuple[str, str], list] = {}
    with ExitStack() as stack:
        landmarkers = [stack.enter_context(LANDMARKERS.create(name)) for name in LANDMARKERS]
        for made, box in portraits(count):
            for landmarker in landmarkers:
                found = landmarker.locate(Photo(made.image, "", None, ""), box)
                for name in dict.fromkeys((landmarker.scheme, "ibug68")) if found else ():
                    error = head_error(made, convert(found, name))
                    if np.median(np.linalg.norm(error, axis=1)) < NO_FACE:
                        rows = samples.setdefault((landmarker.name, name), [])
                        rows.append((terms(made.shown.camera_from_head), error))
    return {key: tuple(map(np.array, zip(*rows, strict=True))) for key, rows in samples.items()}


def statistics(poses: np.ndarray, errors: np.ndarray, mirror: np.ndarray) -> dict[str, np.ndarray]:
    """Fits the mean error's polynomial, and takes the principal directions of what is left."""
    poses = np.concatenate([poses, poses * ODD])
    errors = np.concatenate([errors, errors[:, mirror] * [-1, 1]])
    flat = errors.reshape(len(errors), -1)
    polynomial = np.linalg.lstsq(poses, flat, rcond=None)[0]
    left = flat - poses @ polynomial
    _, sizes, directions = np.linalg.svd(left / np.sqrt(len(left)), full_matrices=False)
    kept = sizes[:DIRECTIONS, None] * directions[:DIRECTIONS]
    rest = np.sqrt(np.maximum((left**2).mean(axis=0) - (kept**2).sum(axis=0), 0))
    share = (sizes[:DIRECTIONS] ** 2).sum() / (sizes**2).sum()
    print(f"  rms {np.sqrt((errors**2).mean(axis=(0, 1))).round(2)} mm in right / up;")
    print(f"  {np.sqrt((left**2).mean()):.2f} mm after the mean; {len(kept)} directions hold {share:.3f}")
    return {
        "polynomial": polynomial.reshape(len(polynomial), -1, 2).astype(np.float32),
        "directions": kept.reshape(len(kept), -1, 2).astype(np.float16),
        "rest": rest.reshape(-1, 2).astype(np.float32),
        "renders": np.array(len(errors) // 2),
    }


def main(count: int) -> None:
    arrays = {}
    for (landmarker, name), (poses, errors) in collect(count).items():
        print(f"{landmarker}, {name}: {len(errors)} of {count} renders")
        found = statistics(poses, errors, scheme(name).mirror)
        arrays |= {f"{landmarker}/{name}/{key}": value for key, value in found.items()}
    np.savez_compressed(FILE, **arrays)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 600)
