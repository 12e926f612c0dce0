"""The benchmark of landmarkers: its truth is true, it scores doubles as they deserve, and runs."""

import json

import numpy as np
import pytest

from benchmarks import landmarks as benchmark
from benchmarks.faces import COVERS
from facerecon.core.types import Landmarks
from facerecon.landmarks.schemes import convert, scheme


@pytest.fixture(scope="module")
def cases():
    return [benchmark.case(number) for number in range(3)]


class Double:
    """A landmarker that knows the truth, and answers something else."""

    name, scheme = "mediapipe", "mediapipe478"

    def __init__(self, cases, answer):
        self.answers = {one.photo.digest: answer(one) for one in cases}

    def locate(self, photo, box):
        points = self.answers[photo.digest]
        return None if points is None else Landmarks(points, None, self.scheme, None, self.name)


def test_a_number_gives_one_case(cases):
    again, other = benchmark.case(1), cases[2]
    np.testing.assert_array_equal(again.photo.image, cases[1].photo.image)
    np.testing.assert_array_equal(again.true["ibug68"], cases[1].true["ibug68"])
    assert again.photo.image.shape != other.photo.image.shape and again.cover in COVERS
    assert all(benchmark.SIZES[0] <= one.size <= benchmark.SIZES[1] and one.yaw <= 75 for one in cases)


def test_the_truth_lies_in_the_box_and_the_schemes_agree(cases):
    for one in cases:
        dense = one.true["mediapipe478"]
        middle, half = (one.box[:2] + one.box[2:]) / 2, (one.box[2:] - one.box[:2]) / 2
        assert (np.abs(dense.mean(axis=0) - middle) < half).all()
        mean = convert(Landmarks(dense, None, "mediapipe478"), "ibug68").points
        assert np.median(np.linalg.norm(mean - one.true["ibug68"], axis=1)) < 0.01 * one.eyes
        # In a turned head the eyes appear nearer to each other, and never farther apart than in space.
        names = scheme("mediapipe478").names
        seen = np.linalg.norm(dense[names["right_eye_outer"]] - dense[names["left_eye_outer"]])
        assert seen < 1.1 * one.eyes
        assert one.eyes < one.size


def test_doubles_get_what_they_deserve(cases):
    true = benchmark.measure(Double(cases, lambda one: one.true["mediapipe478"]), cases)["schemes"]["mediapipe478"]
    total = true["found"]["all"]
    assert (total["mean"], total["area"], total["failure_rate"], total["refusal_rate"]) == (0, 1, 0, 0)
    assert true["corrected"]["all"]["mean"] > 0.005  # what is right already is corrected in vain
    shifted = Double(cases, lambda one: one.true["mediapipe478"] + [0.05 * one.eyes, 0])
    schemes = benchmark.measure(shifted, cases)["schemes"]
    dense, sparse = schemes["mediapipe478"]["found"], schemes["ibug68"]["found"]
    for numbers in (dense, sparse):
        assert numbers["all"]["mean"] == pytest.approx(0.05, abs=0.005)
        # The nose's 68 points lie where they are found on people, a little off what the dense ones make of them.
        regions = {name: value for name, value in numbers["by_region"].items() if numbers is dense or name != "nose"}
        assert len(regions) >= 4 and all(value == pytest.approx(0.05, abs=0.005) for value in regions.values()), regions
        for groups in (numbers[key] for key in ("by_yaw", "by_size", "by_cover")):
            assert sum(one["faces"] for one in groups) == len(cases)
    assert set(dense["by_region"]) - set(sparse["by_region"]) == {"irises"}


def test_nothing_found_is_a_failure(cases):
    result = benchmark.about(cases)
    result["landmarkers"]["mediapipe"] = benchmark.measure(Double(cases, lambda one: None), cases)
    total = result["landmarkers"]["mediapipe"]["schemes"]["ibug68"]["found"]["all"]
    assert (total["mean"], total["failure_rate"], total["refusal_rate"], total["area"]) == (None, 1, 1, 0)
    json.dumps(result, allow_nan=False)
    assert "| mediapipe, 478, corrected | – | 100.0 | 100.0 | 0.00 |" in benchmark.tables(result)


def test_known_mean_errors_are_taken_off(cases):
    def biased(one):
        errors = benchmark.landmark_errors("mediapipe", "mediapipe478")
        return one.true["mediapipe478"] + errors.mean(one.camera, one.camera_from_head)

    both = benchmark.measure(Double(cases, biased), cases)["schemes"]["mediapipe478"]
    assert both["corrected"]["all"]["mean"] == pytest.approx(0, abs=1e-6) and both["found"]["all"]["mean"] > 0.005


@pytest.mark.slow
def test_it_runs(tmp_path, capsys):
    file = tmp_path / "folder/numbers.json"
    assert benchmark.main(["--heads", "4", "--json", str(file)]) == 0
    result, printed = json.loads(file.read_text("utf-8")), capsys.readouterr().out
    assert set(result["landmarkers"]) == {"mediapipe", "face-api-68"}
    for name, row in result["landmarkers"].items():
        assert row["ms"] > 0
        for kinds in row["schemes"].values():
            for numbers in kinds.values():
                assert numbers["all"]["faces"] == 4 and 0 <= numbers["all"]["failure_rate"] <= 1, name
    assert printed.count("| face-api-68, 68 |") == 4
