"""Scores, landmarks, heat maps and the report, on a scan that is made from a known head."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from facerecon.core.errors import ScanError
from facerecon.core.types import PointCloud
from facerecon.drawing.comparison import BARE
from facerecon.drawing.render import GROUND
from facerecon.evaluation.protocol import SEVEN
from facerecon.evaluation.refinement import see
from facerecon.evaluation.scan_to_mesh import ScanScore, ScanTruth
from facerecon.geometry.normals import vertex_normals
from facerecon.geometry.transforms import apply, rigid, rotation_from_euler
from facerecon.scorecard.landmarks import seven_alone, whole_landmarks
from facerecon.scorecard.pictures import MOST, flat_picture, heat_map, scan_in_head
from facerecon.scorecard.report import Origin, report_html, words
from facerecon.scorecard.score import NO_PHOTO, OURS, RIGID, Judged, score_heads, with_baselines
from facerecon.suites.methods import neutral

LARGER = 1.05
"""by which the scan is larger than the head that it was made from"""


@pytest.fixture(scope="module")
def identity(anny):
    return np.random.default_rng(3).normal(size=len(anny.identity_basis))


@pytest.fixture(scope="module")
def truth(anny, identity):
    """A random person, larger and turned, scanned without noise."""
    vertices = anny.shape(identity)
    skin, marks = anny.skin(vertices), anny.landmarks("ibug68").on(vertices, anny.triangles)
    placed = rigid(LARGER * rotation_from_euler(0.4, -0.2, 0.1), np.array([30.0, -500.0, 80.0]))
    front = (skin.vertices[skin.triangles, 2] > -60).all(axis=1)
    scan = PointCloud(apply(placed, skin.vertices), triangles=skin.triangles[front])
    return ScanTruth(scan, apply(placed, marks))


@pytest.fixture(scope="module")
def card(anny, identity, truth):
    return score_heads(with_baselines(neutral(anny, identity), anny), truth)


@pytest.fixture
def origin():
    return Origin("me <b>.ply", "me.jpg", "mm", "guessed", "found", "model_average", 0.03, "anny", 1)


def test_the_right_head_is_met_and_the_others_are_not(card):
    ours = card.judged[OURS, False]
    assert ours.statistics.median < 0.02 and ours.score.alignment.scale == pytest.approx(LARGER, abs=1e-3)
    assert ours.angle < 2 and max(ours.region_medians.values()) < 0.05
    assert card.judged[OURS, True].statistics.median > 0.3  # it keeps the wrong size
    assert card.ratio(False) < 0.05
    for name in (NO_PHOTO, RIGID):
        assert card.judged[name, False].statistics.median > 0.5


def test_missing_landmarks_come_from_the_mean_head(anny):
    marks = anny.landmarks("ibug68").on(anny.mean, anny.triangles)
    placed = rigid(2 * rotation_from_euler(0.2, 0.1, 0.3), np.array([5.0, 6.0, 7.0]))
    known = apply(placed, marks)
    found = known.copy()
    found[10:30] = np.nan
    np.testing.assert_allclose(whole_landmarks(found, {}, anny), known, atol=1e-9)
    moved = whole_landmarks(found, {4: np.array([1.0, 2.0, 3.0])}, anny)
    np.testing.assert_array_equal(moved[SEVEN[4]], [1, 2, 3])
    found[6:] = np.nan
    found[5] = np.nan
    with pytest.raises(ScanError):
        whole_landmarks(found, {}, anny)


def test_a_heat_map_tells_how_far_and_on_which_side(card, truth, anny):
    """Points 1 mm outside the left of a head and 1 mm inside its right, seen from where it lies."""
    target = card.answers[NO_PHOTO].target
    skin = target.mesh
    face = np.flatnonzero(anny.face_region[: anny.skin_vertices] > 0.9)
    normals = vertex_normals(skin.vertices, skin.triangles)[face]
    side = np.where(skin.vertices[face, 0] > 0, 1.0, -1.0)
    points = skin.vertices[face] + side[:, None] * normals
    score = ScanScore(np.arange(len(face)), see(target, points, np.eye(4)), {}, truth.ball, True)
    found = heat_map(target, Judged(score, {}, None), points)
    cheek = np.isfinite(found.away) & (np.abs(found.mesh.vertices[:, 0]) > 25) & (found.mesh.vertices[:, 2] > -25)
    assert cheek.sum() > 100
    assert np.median(np.abs(found.away[cheek] - 1)) < 0.05
    wrong = np.sign(found.outwards[cheek]) != np.sign(found.mesh.vertices[cheek, 0])
    assert wrong.mean() < 0.02
    measured = np.isfinite(found.away)
    assert 0.1 < measured.mean() < 0.9 and (found.colours()[~measured] == BARE).all()
    assert found.colours(signed=True)[cheek].std() > 10 and MOST > 1


def test_the_scan_comes_to_the_head(truth, card, anny, identity):
    placed = scan_in_head(truth.scan, card.judged[OURS, False])
    np.testing.assert_allclose(placed.points, anny.skin(anny.shape(identity)).vertices, atol=0.2)
    scored = np.zeros(len(placed), bool)
    scored[card.judged[OURS, False].score.rows] = True
    assert (placed.colours[~scored] == BARE).all() and not (placed.colours[scored] == BARE).all(axis=1).any()


def test_every_head_fills_the_flat_picture_alike(truth, card):
    shares = []
    for name in (OURS, NO_PHOTO):
        judged = card.judged[name, False]
        found = heat_map(card.answers[name].target, judged, truth.points)
        picture = flat_picture(found, judged, truth.ball, 45.0, 120)
        assert picture.shape == (120, 120, 3)
        shares.append((picture != GROUND).any(axis=2).mean())
    assert min(shares) > 0.3 and shares[0] == pytest.approx(shares[1], rel=0.1)


class Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.links, self.tags = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("src", "href", "action", "data")]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_report_is_one_file_that_needs_nothing_else(card, origin, language):
    page = report_html(card, origin, language)
    read = Links()
    read.feed(page)
    assert "script" not in read.tags and read.tags.count("img") == 10
    assert all(link.startswith("data:image/") for link in read.links)
    assert not re.search(r"https?://|@import|url\(", page)
    assert "Exif" not in page and "&lt;b&gt;" in page and "<b>" not in page
    told = words(language)
    assert told["scales"]["model_average"] in page and "± 3.0 %" in page
    median = card.judged[NO_PHOTO, False].statistics.median
    assert f"{median:.2f} mm" in page and f"{len(card.truth.points):,}" in page
    assert len(page) < 600_000


def test_the_reports_words_are_the_same_in_both_languages():
    def keys(node, prefix=""):
        if isinstance(node, dict):
            return {key for name, value in node.items() for key in keys(value, f"{prefix}{name}.")}
        return {prefix + (str(len(node)) if isinstance(node, list) else "")}

    assert keys(words("en")) == keys(words("zh"))


def test_seven_points_lay_a_scan_out_and_no_others_do(anny, identity):
    vertices = anny.shape(identity)
    marks = anny.landmarks("ibug68").on(vertices, anny.triangles)
    placed = rigid(0.001 * rotation_from_euler(2.0, 0.3, -1.0), np.array([4.0, 5.0, 6.0]))
    points = apply(placed, marks[list(SEVEN)])
    found, head_from_scan = seven_alone(points, anny)
    np.testing.assert_array_equal(found[list(SEVEN)], points)
    turned = head_from_scan[:3, :3] @ placed[:3, :3]
    assert np.cbrt(np.linalg.det(turned)) == pytest.approx(1, abs=0.1)  # people differ in size
    assert np.trace(turned / np.cbrt(np.linalg.det(turned))) > 1 + 2 * np.cos(0.15)
    assert np.linalg.norm(apply(head_from_scan, found) - marks, axis=1).mean() < 12
    with pytest.raises(ScanError):
        seven_alone(points[[3, 0, 6, 5, 1, 4, 2]], anny)
    with pytest.raises(ScanError):
        seven_alone(np.ones((7, 3)), anny)
