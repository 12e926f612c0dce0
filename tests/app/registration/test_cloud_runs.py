"""Runs of registrations as the page keeps, plays and judges them."""

import base64
import json
from dataclasses import replace

import numpy as np
import pytest

from facerecon.app.code import source
from facerecon.app.registration.contenders import CONTENDERS, code_of, steps_of
from facerecon.app.registration.film import film
from facerecon.app.registration.subject import head_subject, scan_subject
from facerecon.app.registration.take import take
from facerecon.app.registration.verdict import verdict
from facerecon.core.errors import CloudError
from facerecon.core.types import PointCloud
from facerecon.drawing.cloud_scene import NO_PARTNER
from facerecon.evaluation.cloud_pairs import Disturbance, cloud_pair
from facerecon.geometry.transforms import apply
from facerecon.registration.normals import with_normals

EASY = Disturbance(rotation=20.0, translation=10.0, noise=0.2, points=1500)
HARD = replace(EASY, outliers=0.1, overlap=0.7)


@pytest.fixture(scope="module")
def subject(anny):
    return head_subject(anny.mesh(anny.mean), "mean")


@pytest.fixture(scope="module")
def pairs(subject):
    return {one: cloud_pair(subject.surface, one, np.random.default_rng(1)) for one in (EASY, HARD)}


@pytest.fixture(scope="module")
def run(pairs):
    def made(disturbed, name):
        pair = pairs[disturbed]
        source, target = (with_normals(PointCloud(cloud.points)) for cloud in (pair.source, pair.target))
        return take(steps_of(name, source, target), pair, target)

    return made


def unpacked(text, kind=np.float32):
    return np.frombuffer(base64.b64decode(text), kind)


def test_the_head_is_what_a_scanner_sees(subject, anny):
    surface = subject.surface
    assert 500 < len(surface) < len(anny.mean)
    assert surface.points[:, 2].min() > -86 and surface.triangles.max() == len(surface) - 1
    np.testing.assert_allclose(np.linalg.norm(surface.normals, axis=1), 1, atol=1e-6)


@pytest.mark.parametrize(("factor", "unit"), [(1.0, 1.0), (0.1, 10.0), (0.001, 1000.0)])
def test_a_scans_unit_is_guessed(subject, factor, unit):
    points = subject.surface.points
    scan = PointCloud(factor * (points + 40), triangles=subject.surface.triangles)
    brought = scan_subject(scan, "digest", "me.ply")
    assert brought.unit_mm == unit and brought.name == "me.ply"
    np.testing.assert_allclose(np.ptp(brought.surface.points, axis=0), np.ptp(points, axis=0), rtol=1e-9)


def test_a_scan_without_a_shape_is_refused():
    line = np.outer(np.arange(50.0), [1, 2, 3])
    with pytest.raises(CloudError):
        scan_subject(PointCloud(line), "digest", "line.xyz")


@pytest.mark.parametrize("name", [name for name in CONTENDERS if name != "anywhere"])
def test_every_contender_finds_an_easy_motion(run, pairs, name):
    made, pair = run(EASY, name), pairs[EASY]
    assert verdict(made, EASY).key in ("right", "creeping")
    assert made.turned[0] == pytest.approx(20, abs=1e-6) and made.shifted[0] == pytest.approx(10, abs=1e-6)
    home = apply(pair.target_from_source, pair.source.points)
    left = apply(made.motions[-1], pair.source.points) - home
    assert made.astray[-1] == pytest.approx(np.sqrt((left**2).sum(axis=1).mean()))
    assert made.levels.shape == (len(made), len(pair.source)) and made.milliseconds > 0
    assert all(source(part) for part in code_of(name))


def test_a_claim_is_of_the_errors_size_where_a_method_is_right(run):
    degrees, mm = run(EASY, "point-to-plane").claim
    assert 0.005 < degrees < 0.5 and 0.002 < mm < 0.3


def test_strays_are_blamed_where_they_pull(run):
    plain, robust = run(HARD, "point-to-plane"), run(HARD, "pyramid")
    assert verdict(robust, HARD).key == "right_despite"
    judged = verdict(plain, HARD)
    assert judged.key in ("outliers", "overlap") and not judged.right
    assert plain.stray_say + plain.lonely_say > 0.6 > robust.stray_say + robust.lonely_say


def test_each_way_to_fail_has_its_sentence(run):
    made = run(EASY, "point-to-plane")
    off = replace(made, turned=made.turned + 30.0)
    assert verdict(off, replace(EASY, rotation=130.0)).key == "trapped"
    slow = replace(off, outcome="out_of_iterations", astray=np.linspace(50, 20, len(made)))
    assert verdict(slow, EASY).key == "creeping"
    assert verdict(replace(off, stray_say=0.5), EASY).key == "outliers"
    assert verdict(replace(off, lonely_say=0.5), EASY).key == "overlap"
    assert verdict(replace(made, turned=made.turned + 5.0), EASY).key == "blurred"


def test_a_film_holds_exactly_what_ran(run, pairs):
    pair, takes = pairs[HARD], [run(HARD, name) for name in ("trimmed", "pyramid")]
    shown = film(pair.source, pair.target, takes, ["A", "乙"])
    told = json.loads(shown.content)
    assert shown.steps == max(map(len, takes)) and [one["name"] for one in told["takes"]] == ["A", "乙"]
    points = unpacked(told["source"]["points"]).reshape(-1, 3)
    np.testing.assert_allclose(points, pair.source.points, rtol=1e-6, atol=1e-4)
    for one, made in zip(told["takes"], takes, strict=True):
        motions = unpacked(one["motions"]).reshape(-1, 4, 4).transpose(0, 2, 1)
        np.testing.assert_allclose(motions, made.motions, rtol=1e-5, atol=1e-4)
        np.testing.assert_array_equal(unpacked(one["levels"], np.uint8).reshape(made.levels.shape), made.levels)
        ends = unpacked(one["ends"]).reshape(len(made), -1, 3)
        without = made.levels[:, made.line_rows] == NO_PARTNER
        np.testing.assert_array_equal(np.isnan(ends[..., 0]), without)
    assert film(pair.source, pair.target, takes, ["A", "B"]).digest != shown.digest
