import numpy as np
import pytest

from facerecon.core.types import Fit, Photo, PointCloud, Scale, View
from facerecon.evaluation.scan_to_mesh import ScanTruth
from facerecon.geometry.projection import project_head, resize_camera
from facerecon.morphable.pose import first_camera
from facerecon.suites import consistency
from facerecon.suites.cases import REDUCED, Case, Seen, Subject
from facerecon.suites.consistency import MIRRORED, OTHER, STRANGER, distance, variants
from facerecon.suites.methods import CANONICAL, MEAN, OURS, PEOPLE, baselines, neutral
from facerecon.suites.scoring import Record, photo_numbers, scored, silhouette
from facerecon.suites.studio import aim
from facerecon.suites.tables import ALL, summary, tables


class OneMan:
    name, about = "one", "one man"

    def __init__(self, anny):
        identity = np.random.default_rng(4).normal(size=len(anny.identity_basis))
        self.answer = neutral(anny, identity)
        skin = self.answer.target.mesh
        self.photo = Photo(np.zeros((600, 480, 3), np.uint8), "", None, "x")
        truth = ScanTruth(PointCloud(skin.vertices, triangles=skin.triangles), self.answer.landmarks68)
        self.subject = Subject("man", truth, skin.vertices, (Case("0°", (self.photo,), ()),))

    def subjects(self, count, seed):
        yield self.subject


@pytest.fixture(scope="module")
def one_man(anny):
    return OneMan(anny)


def test_the_truth_scores_nought_and_the_mean_does_not(anny, one_man):
    methods = {OURS: lambda photos: one_man.answer, "blind": lambda photos: None}
    records = {record.method: record.numbers for record in scored(one_man, 1, 0, baselines(anny), methods)}
    assert set(records) == {MEAN, PEOPLE, CANONICAL, OURS, "blind"}
    assert records["blind"] is None
    for name in ("median", "mean", "p90", "metrical_median", "vertices", "nose", "chin"):
        assert records[OURS][name] == pytest.approx(0, abs=1e-6)
        assert records[MEAN][name] > 0.1
    assert "vertices" not in records[CANONICAL]  # another topology
    assert records[OURS]["scale"] == pytest.approx(1)


def test_a_perfect_fit_agrees_with_its_photo(anny, one_man):
    camera = first_camera(one_man.photo)
    lens, pose = aim(one_man.answer.landmarks68, 0.3, np.random.default_rng(0))
    camera = type(camera)(camera.width, camera.height, lens.focal, camera.centre)
    rng = np.random.default_rng(4)
    view = View(camera, pose, np.zeros(52), np.zeros(478))
    fit = Fit(rng.normal(size=len(anny.identity_basis)), (view,), None, Scale("model_average", 0.05))
    answer = neutral(anny, fit.identity, fit, 12.0)
    points, _ = project_head(camera, pose, answer.landmarks68)
    mask = silhouette(answer.target.mesh, resize_camera(camera, REDUCED), pose)
    numbers = photo_numbers(answer, Case("", (one_man.photo,), (Seen(points, mask),)))
    assert numbers == {"fit_ms": 12.0, "reprojection": pytest.approx(0, abs=1e-9), "iou": 1.0}
    off = photo_numbers(answer, Case("", (one_man.photo,), (Seen(points + [3, 4], np.roll(mask, 9, axis=1)),)))
    size = np.linalg.norm(np.ptp(points[17:], axis=0))
    assert off["reprojection"] == pytest.approx(500 / size) and off["iou"] < 0.95
    assert photo_numbers(neutral(anny, fit.identity), Case("", (), ())) == {}


def records_of(values):
    """Makes records: (subject, condition, method, median or None)."""
    return [Record(s, c, m, None if v is None else {"median": v, "mean": 2 * v}) for s, c, m, v in values]


def test_sums_count_each_subject_once():
    found = summary(
        records_of(
            [
                *[(s, c, MEAN, 1.0) for s in "abc" for c in ("0°", "20°", "20°")],
                *[("a", "0°", OURS, 0.5), ("a", "20°", OURS, 0.6), ("a", "20°", OURS, 0.8)],
                *[("b", "0°", OURS, 1.5), ("b", "20°", OURS, 0.9), ("b", "20°", OURS, None)],
                *[("c", "0°", OURS, None), ("c", "20°", OURS, None), ("c", "20°", OURS, None)],
            ]
        )
    )
    assert list(found) == ["0°", "20°", ALL]
    front, turned = found["0°"][OURS], found["20°"][OURS]
    assert (front["subjects"], front["cases"], front["found"]) == (2, 3, 2)
    assert front["median"] == pytest.approx(1.0) and front["mean"] == pytest.approx(2.0)
    assert front["ratio"] == pytest.approx(1.0) and front["worse"] == 0.5
    assert front["median_interval"] == (0.5, 1.5)
    assert turned["median"] == pytest.approx((0.7 + 0.9) / 2) and turned["found"] == 3
    assert turned["ratio_interval"] == pytest.approx((0.7, 0.9))
    assert found[ALL][OURS]["median"] == pytest.approx((1.9 / 3 + 1.2) / 2)
    assert found["0°"][MEAN]["ratio"] == 1 and found["0°"][MEAN]["worse"] == 0


def test_tables_say_what_was_not_found():
    records = records_of(
        [("a", "0°", MEAN, 1.0), ("a", "0°", OURS, 0.8), ("b", "0°", MEAN, 1.2), ("b", "0°", OURS, None)]
    )
    text = tables("toy", "toys", summary(records))
    assert "### `toy`: toys" in text and "2 subjects" in text
    assert "0.80 · 0.80× (found 1 of 2)" in text
    nothing = tables("toy", "toys", summary(records_of([("a", "0°", MEAN, 1.0), ("a", "0°", OURS, None)])))
    assert "| ours | – | – |" in nothing


def test_pictures_of_one_photo_are_different_pictures(make_photo, astronaut):
    made = variants(make_photo(astronaut))
    np.testing.assert_array_equal(made[MIRRORED].image[:, ::-1], astronaut)
    assert made["half the size"].image.shape == (256, 256, 3)
    assert made["darker"].image.mean() < 0.85 * astronaut.mean()
    away = np.abs(made["JPEG of quality 30"].image.astype(int) - astronaut)
    assert 0.5 < away.mean() < 10


def test_a_mirrored_head_is_mirrored_back(anny, rng):
    vertices = anny.shape(rng.normal(size=len(anny.identity_basis)))
    one = neutral(anny, np.zeros(len(anny.identity_basis)))
    skins = [anny.skin(v) for v in (vertices, vertices[anny.mirror] * [-1, 1, 1])]
    first, other = (type(one)(type(one.target)(skin), one.landmarks68, anny) for skin in skins)
    assert distance(other, first) > 0.1
    assert distance(other, first, mirrored=True) == pytest.approx(0, abs=1e-9)


def test_consistency_tells_a_person_from_others(anny, monkeypatch):
    """A fit that depends on the person alone: no spread, but a distance between people."""
    photos = [Photo(np.full((40, 40, 3), shade, np.uint8), "", None, "") for shade in (1, 2)]
    given = [("rendered", {"": [photo], MIRRORED: [photo], OTHER: [photo, photo]}) for photo in photos]

    def fit(pictures):
        identity = np.zeros(len(anny.identity_basis))
        identity[0] = pictures[0].image[0, 0, 0]
        return neutral(anny, identity)

    monkeypatch.setattr(consistency, "people", lambda *_: iter(given))
    monkeypatch.setattr(consistency, "ours", lambda parts: fit)
    found = consistency.measure(None, 2, 0)["rendered"]
    assert found[OTHER]["values"] == pytest.approx([0, 0], abs=1e-9)
    assert len(found[STRANGER]["values"]) == 1 and found[STRANGER]["mean"] > 0.1
    assert "| another person | " in consistency.table({"rendered": found})
