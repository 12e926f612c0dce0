"""The 3D view: PyVista scenes become one HTML page for stpyvista's frame, exported once and never sent twice.

stpyvista's own way forks a process and starts a server at every rerun, which takes seconds and resets the camera. Here
trame-vtk's serialiser, the one that stpyvista's backend uses, writes the same page in this process, and the result is
kept by its digest. All views of a head go into one page, so that switching between them keeps the camera and costs
nothing.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from facerecon.app import cache
from facerecon.app.texts import t
from facerecon.core.errors import FaceReconError

if TYPE_CHECKING:
    from pyvista import Plotter

SECONDS = 30.0
"""An export that takes longer has failed."""
ASPECT = 0.8
"""Width over height below which the camera steps back, so that a narrow frame does not cut the head."""
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:"
)
"""The frame may draw, and reach nothing outside itself."""


class ViewerError(FaceReconError):
    """The 3D view could not be made."""

    advice = "viewer"


@dataclass(frozen=True)
class Look:
    """How a 3D view opens."""

    turn: bool = False
    "whether the head turns by itself until it is touched"
    azimuth: float = 0.0
    "degrees to the camera's right at the start"
    elevation: float = 0.0
    "degrees up"


@dataclass(frozen=True)
class Extra:
    """What a page adds to its frame."""

    script: str = ""
    "JavaScript that runs beside viewer.js, which gives it `window.viewer`"
    style: str = ""
    "CSS"


PLAIN = Extra()


def show(
    key: str,
    digest: str,
    views: Sequence[str],
    scenes: Callable[[Sequence[str]], Mapping[str, Plotter]],
    look: Look,
    height: int = 560,
    extra: Extra = PLAIN,
) -> None:
    """Shows views of one head in a frame; asks for their scenes only where this digest was never exported.

    Args:
        key: of the component; the same key and digest keep the frame and its camera.
        digest: of everything that the scenes show.
        views: names of the views, text keys under `view.`; the first one opens.
        scenes: makes a plotter for each name.
        look: how it opens.
        height: px.
        extra: of the frame.

    Raises:
        ViewerError: the export failed or took too long.
    """
    labels = {name: t(f"viewer.{name}") for name in ("turn", "reset", "full", "head")}
    labels |= {name: t(f"view.{name}") for name in views}
    made = (digest, tuple(views), repr(look), labels["head"], extra)
    page = cache.page(made, lambda: within(lambda: export(scenes(views), look, labels, extra)))
    _component()(key=key, data=frame(page, height))


def frame(page: str, height: int) -> dict[str, Any]:
    """Gives what stpyvista's component wants to know (stpyvista 0.2.1)."""
    return {"_html": page, "backend": "trame", "height": height, "width": "stretch", "use_container_width": True}


def within(work: Callable[[], str], seconds: float = SECONDS) -> str:
    """Runs a piece of work in another thread and stops waiting for it after a time.

    Raises:
        ViewerError: it took too long, or VTK or its serialiser refused.
    """
    pool = ThreadPoolExecutor(1, "viewer")
    try:
        return pool.submit(work).result(seconds)
    except FutureTimeout as error:
        raise ViewerError(f"The 3D view was not ready after {seconds:.0f} s.") from error
    except (RuntimeError, ImportError, AttributeError, KeyError, TypeError, ValueError) as error:
        # The serialiser is another library's inside: whatever it trips over, the page goes on without the 3D view.
        raise ViewerError(f"The 3D view could not be made ({error}).") from error
    finally:
        pool.shutdown(wait=False)


def export(scenes: Mapping[str, Plotter], look: Look, labels: Mapping[str, str], extra: Extra = PLAIN) -> str:
    """Writes scenes into one page of HTML, with our own controls beside vtk.js.

    A scene of several renderers, side by side, must be the only one; all are seen from one place.
    """
    from trame_vtk.tools.vtksz2html import write_html

    state, owners = _serialize(scenes)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        archive.writestr("index.json", json.dumps(state))
    page = io.StringIO()
    write_html(packed.getvalue(), page)
    first = next(iter(scenes.values()))
    settings = {
        "views": [{"key": name, "label": labels[name], "actors": owners[name]} for name in scenes],
        "view": next(iter(scenes)),
        "actors": sum(map(len, owners.values())),
        "panels": max(sum(1 for renderer in plotter.renderers if renderer.actors) for plotter in scenes.values()),
        "turn": look.turn,
        "azimuth": look.azimuth,
        "elevation": look.elevation,
        "aspect": ASPECT,
        "angle": first.camera.view_angle,
        "labels": dict(labels),
    }
    ground = first.background_color.hex_rgb
    for plotter in scenes.values():
        plotter.close()
    return _dress(page.getvalue(), settings, ground, extra)


def _dress(page: str, settings: Mapping[str, Any], ground: str, extra: Extra) -> str:
    folder = files("facerecon.app")
    # "</" would end the script early if a label ever held it.
    told = json.dumps(settings, ensure_ascii=False).replace("</", "<\\/")
    script = folder.joinpath("viewer.js").read_text("utf-8").replace("SETTINGS;", f"{told};", 1)
    style = folder.joinpath("viewer.css").read_text("utf-8").replace("BACKGROUND", ground)
    # vtk.js empties the body when it starts, so that only the head is safe.
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}" />'
    page = page.replace("<head>", f"<head>{policy}", 1)
    ours = f"<style>{style}{extra.style}</style><script>{script}{extra.script}</script>"
    return page.replace("</head>", f"{ours}</head>", 1)


def _serialize(scenes: Mapping[str, Plotter]) -> tuple[dict[str, Any], dict[str, list[int]]]:
    """Gives trame-vtk's description of all scenes as one, and which actors belong to which."""
    from trame_vtk.modules.vtk import serializers

    serializers.initialize_serializers()
    serializers.configure_serializer(skip_light=False, encode_lut=True)
    context = serializers.SynchronizationContext()
    context.set_ignore_last_dependencies(True)
    merged: dict[str, Any] | None = None
    owners: dict[str, list[int]] = {}
    count = 0
    for name, plotter in scenes.items():
        window = plotter.render_window
        scene = serializers.serialize(None, window, serializers.reference_id(window), context, 1)
        renderer = scene["dependencies"][0]
        actors = [node for node in renderer["dependencies"] if "Actor" in node["type"]]
        owners[name] = list(range(count, count + len(actors)))
        count += len(actors)
        if merged is None:
            merged = scene | {"extra": _extra(window, serializers.reference_id)}
        else:
            target = merged["dependencies"][0]
            target["dependencies"] += actors
            target["calls"] += [["addViewProp", [f"instance:${{{actor['id']}}}"]] for actor in actors]
    entries = serializers.extract_array_hash(merged)
    hashes = {e["hash"]: {**e, "content": context.get_cached_data_array(e["hash"], False)} for e in entries}
    return {"scene": merged, "hashes": hashes}, owners


def _extra(window: Any, reference_id: Callable[[Any], str]) -> dict[str, Any]:
    camera = window.GetRenderers().GetFirstRenderer().GetActiveCamera()
    return {
        "vtkRefId": reference_id(window),
        "centerOfRotation": camera.GetFocalPoint(),
        "camera": reference_id(camera),
    }


def _component() -> Callable[..., Any]:
    """Gives stpyvista's frame without its export; it can only be imported inside a running app."""
    import stpyvista

    return stpyvista._stpv_component
