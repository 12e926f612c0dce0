"""Registration's part on the prior: seven fits, what each does to the head, and the replay's loss terms."""

import json

import numpy as np
import pytest

from facerecon.app import texts
from facerecon.app.registration import modes, prior
from facerecon.samples import SAMPLES

EN = texts.table("en")


def html(app) -> str:
    return "\n".join(element.proto.body for element in app.get("html")).replace("&#x27;", "'")


def charts(app) -> list[dict]:
    return [json.loads(one.proto.spec) for one in app.get("plotly_chart")]


@pytest.fixture
def open_part(start):
    def opened(part, language="en", sample=None):
        app = start(language)
        if sample:
            app.button(key=f"pick_{sample}").click().run()
        app.session_state["registration_part"] = part
        app.switch_page("pages/registration.py").run()
        assert not app.exception and not app.warning
        return app

    return opened


def test_the_prior_can_be_weighed_where_the_truth_is_known(open_part):
    app = open_part("prior", sample=SAMPLES[2])
    assert EN["prior.truth_known"] in html(app) and EN["prior.balanced"] in html(app)
    (chart,) = charts(app)
    lines = [trace["y"] for trace in chart["data"] if "lines" in trace["mode"]]
    assert len(lines) == 3 and all(len(line["bdata"] if isinstance(line, dict) else line) for line in lines)
    app.select_slider(key="prior_weight").set_value(prior.WEIGHTS[-1]).run()
    assert not app.exception and EN["prior.under"] in html(app)
    app.select_slider(key="prior_weight").set_value(prior.WEIGHTS[0]).run()
    assert not app.exception and EN["prior.over"] in html(app)


def test_the_prior_speaks_chinese_without_a_truth(open_part):
    app = open_part("prior", "zh")
    assert texts.table("zh")["prior.truth_unknown"] in html(app)


def test_the_replay_shows_the_terms_of_the_loss(open_part):
    app = open_part("photo")
    names = [{trace.get("name") for trace in chart["data"]} for chart in charts(app)]
    assert len(names) == 2
    assert {EN[f"registration.term_{name}"] for name in ("total", "landmarks", "identity", "camera")} <= names[1]
    assert EN["registration.key_landmark"] in html(app)


def number(app, label: str) -> float:
    return float(html(app).split(f"<dt>{label}</dt><dd>")[1].split("<")[0])


def test_the_model_opens_with_the_fitted_face_and_goes_to_the_mean_and_back(open_part):
    app = open_part("model")
    fitted = [slider.value for slider in app.slider if slider.key.startswith("model_mode_")]
    away = number(app, EN["prior.away"])
    assert len(fitted) == 6 and any(fitted) and away > 0.2
    app.button(key="modes_mean").click().run()
    assert number(app, EN["prior.away"]) == 0 == number(app, EN["modes.moved"])
    assert number(app, EN["modes.nearer"]) == 0
    app.slider(key="model_mode_0").set_value(3.0).run()
    app.slider(key="model_expression_smile").set_value(1.0).run()
    assert not app.exception and number(app, EN["modes.moved"]) > 2
    app.button(key="modes_yours").click().run()
    assert [slider.value for slider in app.slider if slider.key.startswith("model_mode_")] == fitted
    assert number(app, EN["prior.away"]) == pytest.approx(away)
    app.button(key="modes_random").click().run()
    assert not app.exception and number(app, EN["prior.away"]) == pytest.approx(1, abs=0.3)


def test_the_share_of_nearer_heads_is_that_of_the_prior(rng):
    heads = rng.normal(size=(2000, 80))
    counted = np.array([(np.square(heads).sum(axis=1) < one @ one).mean() for one in heads[:5]])
    np.testing.assert_allclose([modes.nearer(one) for one in heads[:5]], counted, atol=0.04)
    assert modes.nearer(np.zeros(80)) == 0
