"""On a real scan, where it is at hand: a start that is 40° wrong ends where the landmarks lead to."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from facerecon.core.types import PointCloud
from facerecon.geometry.procrustes import procrustes
from facerecon.geometry.transforms import apply, rigid
from facerecon.registration.register import register
from facerecon.scans import read_scan

FOLDER = Path(os.environ.get("FACERECON_EVAL", Path(__file__).parents[3] / "shared" / "eval")) / "james"
IBUG68 = [*range(17), *range(29, 34), *range(43, 48), *range(34, 43), *range(17, 29), *range(48, 68)]
"The scan's own order: chin, eyes, eyebrow, nose, eyebrow, mouth."

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the evaluation scan is not here")


@pytest.fixture(scope="module")
def scene(anny):
    """The mean face, the scan, and the pose that 68 landmarks tell."""
    rows = np.flatnonzero(anny.face_region[: anny.skin_vertices] > 0.5)
    face = PointCloud(anny.mean[rows])
    scan = read_scan(FOLDER / "james.obj")
    marks = json.loads((FOLDER / "james.ljson").read_bytes())["groups"]["LJSON"]["landmarks"]["points"]
    ours = anny.landmarks("ibug68").on(anny.mean, anny.triangles)
    return face, scan, procrustes(ours, np.array(marks, dtype=np.float64)[IBUG68])


def test_forty_degrees_do_not_matter(scene, motion, errors):
    face, scan, start = scene
    expected = register(face, scan, start=start).target_from_source
    middle = apply(start, face.points).mean(axis=0)
    for seed in range(3):
        turn = motion(np.random.default_rng(seed), 40)[:3, :3]
        wrong = rigid(turn, middle - turn @ middle) @ start
        assert errors(register(face, scan, start=wrong).target_from_source, expected)[0] < 0.5
    assert errors(expected, start)[0] < 5


def test_no_start_is_needed(scene, motion, errors):
    face, scan, start = scene
    expected = register(face, scan, start=start).target_from_source
    away = motion(np.random.default_rng(5), 170, 500)
    lost = PointCloud(apply(away, face.points))
    assert errors(register(lost, scan).target_from_source @ away, expected)[0] < 0.5
