"""Registration's part on the prior: seven fits, what each does to the head, and the replay's loss terms."""

import json

import pytest

from facerecon.app import texts
from facerecon.app.registration import prior
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
    app = open_part("prior", sample=SAMPLES[1])
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
