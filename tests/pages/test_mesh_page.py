"""The page Mesh: five meshes, one tool at a time, and the measures before and after."""

import re

import pytest

from facerecon.app import texts
from facerecon.mesh import BUILDERS


def html(app) -> str:
    return "\n".join(element.proto.body for element in app.get("html")).replace("&#x27;", "'")


def row(app, name: str, language: str = "en") -> list[str]:
    """Reads the row of the table of measures that begins with `before` or `after`."""
    said = texts.table(language)[f"mesh.{name}"]
    cells = re.search(rf"<tr[^>]*><td>{said}</td>(.*?)</tr>", html(app)).group(1)
    return re.findall(r"<td>(.*?)</td>", cells)


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_five_meshes_beside_each_other(start, language):
    app, said = start(language, "mesh"), texts.table(language)
    drawn = html(app)
    five = drawn[drawn.index('class="five-meshes"') :]
    for name in BUILDERS:
        assert f"<figcaption>{said[f'mesh.builder_{name}']}" in five
    assert len(re.findall(r'<img src="data:image/jpeg[^"]+" alt="[^"]+"><figcaption>', five)) >= 4
    assert int(row(app, "after", language)[0].replace(",", "")) == pytest.approx(9528 / 4, abs=2)


def test_every_builder_and_tool_can_be_chosen(start):
    app, said = start("en", "mesh"), texts.table("en")
    for name in ("delaunay", "depth", "learned", "fitted"):
        app.button_group(key="mesh_builder").set_value(name).run()
        assert not app.exception
        assert said[f"mesh.about_{name}"] in html(app)
    for tool, way in (("finer", "curvature"), ("even", "uniform"), ("smooth", "taubin"), ("mend", "whole")):
        app.button_group(key="mesh_tool").set_value(tool).run()
        assert not app.exception and said[f"mesh.caption_{way}"] in html(app)
    before, after = row(app, "before"), row(app, "after")
    assert int(before[6]) > 0 and int(before[7]) > 0  # forks, wrong sides
    assert int(after[6]) == int(after[7]) == 0


def test_delaunay_grows(start):
    app, said = start("en", "mesh"), texts.table("en")
    counts = []
    for points in (3, 100, 468):
        app.slider(key="mesh_points_in").set_value(points).run()
        assert not app.exception
        growth = html(app).split(f"<dt>{said['mesh.circles']}</dt>")[0]
        counts.append(int(growth.split(f"<dt>{said['mesh.triangles']}</dt><dd>")[-1].split("<")[0]))
    assert counts[0] == 1 and counts[0] < counts[1] < counts[2] < 2 * 468
