"""three.js as it is shipped: complete for what the viewer uses, licensed, and named in the script that makes it."""

import re
from pathlib import Path

from facerecon.app.head_viewer.component import HTML, LABELS, PLAYER_LABELS, SCRIPTS, THREE
from facerecon.app.texts import table

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "facerecon/app/head_viewer"


def scripts() -> str:
    return "\n".join((FOLDER / f"{name}.js").read_text("utf-8") for name in SCRIPTS)


def test_every_script_is_part_of_the_viewer():
    assert sorted(SCRIPTS) == sorted(path.stem for path in FOLDER.glob("*.js"))
    assert SCRIPTS[-1] == "main"  # the others are there when it runs
    assert all(len(path.read_text("utf-8").splitlines()) <= 300 for path in FOLDER.glob("*.js"))


def test_the_bundle_has_what_the_viewer_uses():
    source = scripts()
    used = set(re.findall(r"\bthree\.([A-Z]\w+)", source))
    for names in re.findall(r"const \{([^}]*)\} = this\.three;", source):
        used |= {name.strip() for name in names.split(",")}
    bundle = (ROOT / THREE.removeprefix("app/")).read_text("utf-8")
    (exports,) = re.findall(r"export\{([^}]*)\};", bundle)
    given = {name.split(" as ")[-1].strip() for name in exports.split(",")}
    assert len(used) > 15 and used <= given
    entry = (ROOT / "scripts/three/entry.js").read_text("utf-8")
    assert given == set(re.findall(r"[A-Z]\w+(?=[,\s}])", "".join(re.findall(r"\{([^}]*)\}", entry))))
    assert "SPDX-License-Identifier: MIT" in bundle[-500:]
    assert "MIT" in (ROOT / "static/three/LICENSE").read_text("utf-8")


def test_every_label_that_the_scripts_read_is_told():
    read = set(re.findall(r"labels\.(\w+)", scripts())) | set(re.findall(r"tool\(\"(\w+)\"", scripts()))
    told = {*LABELS, *PLAYER_LABELS, "readout"}
    assert read <= told
    assert {f"head3d.{name}" for name in told} <= table("en").keys()
    assert all(f'class="{name}"' in HTML for name in ("head3d", "stage", "back", "beside", "drawer"))
