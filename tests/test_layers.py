"""Imports go downward only, and heavy libraries stay in their rooms (DESIGN: rooms)."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STAGES = (
    *("detection", "landmarks", "identity", "scans", "registration", "morphable"),
    *("mesh", "texture", "export", "evaluation", "anthropometry"),
)
JOINS = {
    *(
        "pipeline",
        "scan_pipeline",
        "scan_landmarks",
        "scanning",
        "multiview",
        "photometric",
        "reconstruction",
        "inputs",
        "steps",
    ),
    *("checks", "parts", "meshes", "samples", "suites", "report", "comparison", "certainty", "commands", "cli"),
    *("__main__", "scorecard", "measuring", "performance", "size_cues", "capture_coach"),
}
LEVELS = [
    {"core"},
    {"assets", "networks", "geometry"},
    {*STAGES, "drawing"},
    JOINS,
    {"app"},
    {"pages", "app.py"},
]
HOMES = {
    "streamlit": {"app", "pages", "app.py"},
    "stpyvista": {"app", "pages", "app.py"},
    "torch": {"networks", "photometric", *STAGES},
    "mediapipe": {"detection", "landmarks"},
}
# The package's own short public list joins every level.
FILES = sorted(
    [*(p for p in (ROOT / "facerecon").rglob("*.py") if p != ROOT / "facerecon/__init__.py")]
    + [ROOT / "app.py", *(ROOT / "pages").glob("*.py")]
)


def room(path: Path) -> str:
    parts = path.relative_to(ROOT).parts
    return parts[0] if parts[0] != "facerecon" else parts[1].removesuffix(".py")


def level(name: str) -> int:
    found = [i for i, names in enumerate(LEVELS) if name in names]
    assert found, f"{name} is not a room of the design"
    return found[0]


def imported(path: Path) -> list[str]:
    names = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}:{node.lineno}: relative import"
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_go_down(path):
    mine = room(path)
    for name in imported(path):
        parts = name.split(".")
        if parts[0] in HOMES:
            assert mine in HOMES[parts[0]], f"{parts[0]} does not belong into {mine}"
        if parts[0] != "facerecon" or len(parts) < 2:
            continue
        other = parts[1]
        same_level_allowed = mine == other or {mine, other} <= JOINS
        # `from facerecon import X` names the public list, which only the outer rooms may use.
        assert level(other) < level(mine) or same_level_allowed, f"{mine} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_are_short(path):
    limit = 60 if path.name == "app.py" else 100 if room(path) == "pages" else 300
    assert len(path.read_text("utf-8").splitlines()) <= limit
