"""The Registration page shows what light tells of the shape, and can do without it."""

from facerecon.app import state, texts


def html(app) -> str:
    return "\n".join(element.proto.body for element in app.get("html")).replace("&#x27;", "'")


def test_light_is_shown_step_by_step_and_can_be_switched_off(start):
    said = texts.table("en")
    app = start("en")
    app.switch_page("pages/registration.py").run()
    assert not app.exception
    assert said["light.rendered"] in html(app) and said["light.residual"] in html(app)
    (slider,) = (one for one in app.slider if one.label == said["registration.control"])
    slider.set_value(0).run()
    shown = html(app)
    assert said["light.later"].split("{step}")[0] in shown and said["light.residual"] not in shown
    last = slider.max
    app.toggle(key=state.PHOTOMETRIC).set_value(False).run()
    assert not app.exception
    (slider,) = (one for one in app.slider if one.label == said["registration.control"])
    assert slider.max < last
    assert said["light.later"].split("{step}")[0] not in html(app)
    assert not any("class Weigher" in code.value or "def gather" in code.value for code in app.code)
