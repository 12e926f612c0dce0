"""Regions divide the skin, and tell what the fit says of their vertices."""

import numpy as np
import pytest

from facerecon.certainty import OUTSIDE, REGIONS, divided, region_certainty
from facerecon.core.types import Fit, Scale
from facerecon.drawing.certainty import share_bars
from facerecon.morphable.uncertainty import from_photos
from facerecon.report import report


def fit(anny, std=None, prior_std=None):
    return Fit(np.zeros(80), (), std, Scale("model_average", 0.03), prior_std)


def test_every_vertex_of_the_skin_has_one_region(anny):
    regions, areas = divided(anny)
    assert tuple(regions) == REGIONS
    assert (np.sum(list(regions.values()), axis=0) == 1).all() and len(areas) == anny.skin_vertices
    assert anny.mean[: anny.skin_vertices][regions["nose"], 2].mean() > 0
    assert anny.mean[: anny.skin_vertices][regions[OUTSIDE], 2].mean() < -50


def test_regions_tell_what_the_fit_says(anny):
    regions, _ = divided(anny)
    std, prior = np.full(len(anny.mean), 2.0), np.full(len(anny.mean), 2.0)
    std[: anny.skin_vertices][regions["nose"]] = 1.0
    found = region_certainty(anny, fit(anny, std, prior))
    assert found["nose"].std == 1 and found["nose"].from_photos == pytest.approx(0.75)
    assert found["jaw"].std == 2 and found["jaw"].from_photos == pytest.approx(0)


def test_who_knows_nothing_tells_nothing(anny):
    assert region_certainty(anny, fit(anny)) == {}
    assert from_photos(fit(anny)) is None


def test_the_report_tells_it(astronaut_head):
    told = report(astronaut_head)["uncertainty"]
    assert list(told["regions"]) == list(REGIONS)
    assert len(told["std_mm"]) == len(astronaut_head.neutral.vertices)
    np.testing.assert_allclose(told["std_mm"], astronaut_head.fit.std[: len(told["std_mm"])], atol=0.005)
    regions = told["regions"]
    assert all(0.1 < one["std_mm"] < 20 and 0 <= one["from_photos"] <= 1 for one in regions.values())
    assert regions["nose"]["std_mm"] < regions[OUTSIDE]["std_mm"] and regions["nose"]["from_photos"] > 0.2


def test_bars_show_shares_and_what_is_left():
    figure = share_bars({"Nose": 0.7, "Jaw": 0.4}, {"Nose": 1.2, "Jaw": 2.34}, names=("photos", "average"), x_title="%")
    photos, average = figure.data
    assert list(photos.y) == ["Jaw", "Nose"] and list(photos.x) == pytest.approx([40, 70])
    np.testing.assert_allclose(np.add(photos.x, average.x), 100)
    assert [note.text for note in figure.layout.annotations] == ["± 2.3 mm", "± 1.2 mm"]
