"""The Mesh page's controls: which mesh, which tool, in which way, how strongly."""

from __future__ import annotations

import streamlit as st

from facerecon.app.mesh.tools import FIRST, SPOILS, TOOLS, Job, strengths, ways
from facerecon.app.texts import t
from facerecon.core.types import Mesh
from facerecon.mesh import BUILDERS


def choose_builder() -> str:
    """Lets the visitor choose what the mesh is built from."""
    return st.pills(
        t("mesh.builder"),
        list(BUILDERS),
        default=BUILDERS.default,
        required=True,
        format_func=lambda name: t(f"mesh.builder_{name}"),
        key="mesh_builder",
        persist_state="session",
    )


def choose_job(mesh: Mesh) -> Job:
    """Lets the visitor choose a tool and how it works."""
    tool = st.segmented_control(
        t("mesh.tool"),
        list(TOOLS),
        default="fewer",
        required=True,
        format_func=lambda name: t(f"mesh.tool_{name}"),
        key="mesh_tool",
        persist_state="session",
    )
    choices = ways(tool, mesh)
    way = choices[0]
    if len(choices) > 1:
        way = st.pills(
            t("mesh.way"),
            choices,
            default=choices[0],
            required=True,
            format_func=lambda name: t(f"mesh.way_{name}"),
            key=f"mesh_way_{tool}_{len(choices)}",
            persist_state="session",
        )
    return Job(tool, way, _choose_strength(way, mesh), _choose_spoilt(tool))


def _choose_strength(way: str, mesh: Mesh) -> float:
    steps = strengths(way, mesh)
    if len(steps) == 1:
        return steps[0]
    first = FIRST.get(way)
    return st.select_slider(
        t(f"mesh.strength_{way}"),
        steps,
        first if first in steps else steps[0],
        format_func=lambda step: t(f"mesh.step_{way}", step=f"{step:g}"),
        key=f"mesh_strength_{way}_{len(steps)}",
        persist_state="session",
    )


def _choose_spoilt(tool: str) -> bool:
    if tool not in SPOILS:
        return False
    return st.toggle(t(f"mesh.spoil_{tool}"), True, key=f"mesh_spoil_{tool}", persist_state="session")
