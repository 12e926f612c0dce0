"""The benchmark of detectors: it scores doubles as they deserve, and runs."""

import json

import numpy as np
import pytest

from benchmarks import detection
from benchmarks.faces import Picture
from facerecon.core.types import Faces
from facerecon.detection.search import Search
from facerecon.detection.selection import select


class Double:
    """A detector that answers from a list, by the picture's first pixel."""

    name, threshold, overlap = "double", 0.5, 0.3

    def __init__(self, answers):
        self.answers = answers

    def propose(self, photo, search=None):
        assert search is None or search == Search(detection.SMALLEST)
        return self.answers[photo.image[0, 0, 0]] if photo.image.shape == (50, 50, 3) else Faces.none()

    def detect(self, photo, search=None):
        return select(self.propose(photo, search), self.threshold, self.overlap).faces


def made(number, boxes, ignored=()):
    image = np.full((50, 50, 3), number, np.uint8)
    return Picture(image, np.array(boxes, float).reshape(-1, 4), np.array(ignored, float).reshape(-1, 4))


SMALL, LARGE = [0, 0, 30, 30], [100, 100, 500, 500]


def found(*rows):
    return Faces(np.array([box for box, _ in rows], float), np.array([score for _, score in rows]))


def test_a_perfect_detector_and_a_blind_one():
    pictures, negatives = [made(0, [SMALL, LARGE]), made(1, [SMALL], [LARGE])], [made(2, [])]
    perfect = Double([found((SMALL, 0.9), (LARGE, 0.8)), found((SMALL, 0.7), (LARGE, 0.6)), Faces.none()])
    result = detection.measure(perfect, pictures, negatives)
    assert result["all"] == {"faces": 3, "precision": 1.0, "recall": 1.0, "average_precision": 1.0}
    assert [one["faces"] for one in result["by_size"]] == [2, 0, 0, 1]
    assert result["by_size"][1]["average_precision"] is None
    assert result["median_iou"] == 1 and result["false_positives"] == 0 and result["samples_right"] == 0
    blind = detection.measure(Double([Faces.none()] * 3), pictures, negatives)
    assert blind["all"] == {"faces": 3, "precision": None, "recall": 0.0, "average_precision": 0.0}
    assert blind["median_iou"] is None


def test_the_threshold_decides_all_but_the_average_precision():
    pictures, negatives = [made(0, [SMALL, LARGE])], [made(1, [])]
    unsure = Double([found((SMALL, 0.9), (LARGE, 0.4)), found((SMALL, 0.8), (LARGE, 0.45))])
    result = detection.measure(unsure, pictures, negatives)
    assert result["all"] == {"faces": 2, "precision": 1.0, "recall": 0.5, "average_precision": 1.0}
    assert result["false_positives"] == 1


@pytest.mark.slow
def test_it_runs(tmp_path, capsys):
    file = tmp_path / "folder/numbers.json"
    assert detection.main(["--pictures", "10", "--detectors", "mediapipe", "retinaface", "--json", str(file)]) == 0
    result = json.loads(file.read_text("utf-8"))
    printed = capsys.readouterr().out
    for name, row in result["detectors"].items():
        assert f"| {name} |" in printed
        assert row["all"]["recall"] > 0.5 and row["all"]["precision"] > 0.9 and row["median_iou"] > 0.65
        assert row["all"]["average_precision"] >= row["all"]["recall"] * row["all"]["precision"] - 0.05
        assert row["samples_right"] == result["samples"] and row["ms"] > 0
