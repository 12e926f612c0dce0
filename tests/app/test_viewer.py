"""The page of the 3D view: what is in it, what it may reach, and what happens when it cannot be made."""

import base64
import io
import json
import re
import time
import zipfile

import numpy as np
import pytest

from facerecon.app import viewer
from facerecon.core.types import Mesh, PointCloud
from facerecon.drawing.cloud_scene import Panel, cloud_scene
from facerecon.drawing.scene import scene

LABELS = {"turn": "Turn", "reset": "Front", "full": "Full", "head": "Head", "clay": "</script>", "normals": "Normals"}


@pytest.fixture(scope="module")
def tetrahedron():
    vertices = np.array([[0, 100, 0], [-80, -60, 60], [80, -60, 60], [0, -60, -90.0]])
    return Mesh(vertices, np.array([[0, 1, 2], [0, 2, 3], [0, 3, 1], [1, 3, 2]]))


@pytest.fixture(scope="module")
def page(tetrahedron):
    scenes = {style: scene(tetrahedron, style=style) for style in ("clay", "normals")}
    return viewer.export(scenes, viewer.Look(turn=True, azimuth=12.0), LABELS)


def description(page: str) -> dict:
    """Unpacks the scene that vtk.js will load."""
    packed = re.search(r'base64Str = "([^"]+)"', page)[1]
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(packed))) as archive:
        return json.loads(archive.read("index.json"))


def nodes(node: dict, kind: str) -> list[dict]:
    found = [node] if kind in node["type"] else []
    return found + [one for child in node.get("dependencies", []) for one in nodes(child, kind)]


def test_all_views_are_actors_of_one_renderer(page):
    scene_state = description(page)["scene"]
    actors = nodes(scene_state, "Actor")
    assert len(nodes(scene_state, "OpenGLRenderer")) == 1
    assert len(actors) == 2 and len({actor["id"] for actor in actors}) == 2
    added = [call for call in nodes(scene_state, "OpenGLRenderer")[0]["calls"] if call[0] == "addViewProp"]
    assert len(added) == 2


def test_views_share_their_geometry(page):
    state = description(page)
    points = [node["properties"]["points"]["hash"] for node in nodes(state["scene"], "vtkPolyData")]
    assert len(points) == 2 and len(set(points)) == 1
    assert all(entry["content"] for entry in state["hashes"].values())


def test_the_settings_say_which_actor_is_which(page):
    told = json.loads(re.search(r"const settings = (\{.*\});", page)[1].replace("<\\/", "</"))
    assert [(view["key"], view["actors"]) for view in told["views"]] == [("clay", [0]), ("normals", [1])]
    assert told["actors"] == 2 and told["turn"] is True and told["azimuth"] == 12.0
    assert told["view"] == "clay" and told["angle"] == pytest.approx(22.0)


def test_a_label_cannot_end_the_script(page):
    script = page[page.index("const settings") :]
    assert "</script>" not in script[: script.index("const DEGREES_A_PIXEL")]


def test_the_page_may_reach_nothing(page):
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1]
    assert policy.startswith("default-src 'none'") and "http" not in policy
    assert page.index("Content-Security-Policy") < page.index("<script")


def test_the_same_head_gives_the_same_picture(tetrahedron, page):
    # Names of VTK's objects are addresses; everything else is the same at every export.
    again = viewer.export({s: scene(tetrahedron, style=s) for s in ("clay", "normals")}, viewer.Look(), LABELS)
    assert description(again)["hashes"].keys() == description(page)["hashes"].keys()


def test_panels_stand_side_by_side_with_a_page_s_own_script(tetrahedron):
    cloud = PointCloud(tetrahedron.vertices, tetrahedron.vertices)
    panel = Panel(cloud, np.zeros(4), np.zeros((2, 2, 3)))
    extra = viewer.Extra("const ours = 1;", ".ours { color: red }")
    page = viewer.export({"clay": cloud_scene(cloud, [panel, panel])}, viewer.Look(), LABELS, extra)
    told = json.loads(re.search(r"const settings = (\{.*\});", page)[1].replace("<\\/", "</"))
    assert told["panels"] == 2
    renderers = nodes(description(page)["scene"], "OpenGLRenderer")
    assert [one["properties"]["viewport"] for one in renderers] == [[0, 0, 0.5, 1], [0.5, 0, 1, 1]]
    assert [len(nodes(one, "Actor")) for one in renderers] == [3, 3]
    head = page[: page.index("</head>")]
    assert extra.script in head and extra.style in head


def test_waiting_has_an_end():
    begin = time.perf_counter()
    with pytest.raises(viewer.ViewerError, match="not ready"):
        viewer.within(lambda: time.sleep(1.0) or "", seconds=0.05)
    assert time.perf_counter() - begin < 0.8


def test_a_failure_inside_is_told_as_ours():
    def fail():
        raise RuntimeError("no context")

    with pytest.raises(viewer.ViewerError, match="no context") as caught:
        viewer.within(fail)
    assert caught.value.advice == "viewer"


def test_the_frame_is_stretched():
    assert viewer.frame("<html>", 480) == {
        "_html": "<html>",
        "backend": "trame",
        "height": 480,
        "width": "stretch",
        "use_container_width": True,
    }
