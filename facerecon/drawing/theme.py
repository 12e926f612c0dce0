"""The colours of the project, as data: one accent, one colour a stage, light and dark; and Plotly's template.

The stage colours keep a contrast of 3 to 1 on their surface, and neighbours in the pipeline stay apart for red-green
blind eyes too; of the detectors, which meet on one photo, every two do (tests/drawing/test_theme.py measures it all).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


@dataclass(frozen=True)
class Tone:
    """One colour in its two variants."""

    light: str
    "hexadecimal, on paper"
    dark: str
    "hexadecimal, on the dark surface; also the one for drawing on photos"

    def on(self, dark: bool) -> str:
        """Gives the variant for a dark or a light surface."""
        return self.dark if dark else self.light


ACCENT = Tone("#0e7c86", "#46b8c2")
SURFACE = Tone("#fbfaf8", "#14161a")
TEXT = Tone("#1d2025", "#e8e6e1")
QUIET = Tone("#6b6f76", "#9a9ea6")
"for axis labels, ticks and what is not chosen"
LINE = Tone("#e4e1da", "#30343b")
STAGE_3D = "#1b1d22"
"the dark neutral that 3D pictures stand on, in both variants"

STAGES: dict[str, Tone] = {
    "detection": Tone("#3f7fe8", "#86b4ff"),
    "landmarks": Tone("#b8420e", "#d67a18"),
    "fitting": Tone("#6540b0", "#9673f5"),
    "mesh": Tone("#218460", "#46dc9a"),
    "texture": Tone("#cf4fae", "#f062a8"),
    "model": Tone("#ad7d06", "#f7bd20"),
}
"in the order of the pipeline"

DETECTORS: dict[str, Tone] = {
    "mediapipe": Tone("#3f7fe8", "#86b4ff"),
    "retinaface": Tone("#cf4c9e", "#ff76ab"),
    "centerface": Tone("#147958", "#4bf0cc"),
    "tiny-yolo": Tone("#ae8c0b", "#f7d94c"),
    "retinaface-resnet50": Tone("#751992", "#a162e2"),
    "yolo-face": Tone("#7a3c05", "#dd7a24"),
}
"by their names in the table of detectors"

REGIONS: dict[str, Tone] = {
    "oval": Tone("#6b6f76", "#c9ccd3"),
    "brow": Tone("#ad7d06", "#f7bd20"),
    "eye": Tone("#3f7fe8", "#86b4ff"),
    "iris": Tone("#0e7c86", "#46d5e0"),
    "pupil": Tone("#0e7c86", "#46d5e0"),
    "nose": Tone("#218460", "#46dc9a"),
    "cheek": Tone("#b8420e", "#e8924a"),
    "mouth": Tone("#cf4fae", "#f062a8"),
    "lip": Tone("#cf4fae", "#f062a8"),
    "jaw": Tone("#6540b0", "#a58bf7"),
    "tongue": Tone("#8f2459", "#ff9ac9"),
}
"a colour for whatever name begins with, or holds, one of these words"

PROVENANCE: tuple[Tone, ...] = (Tone("#0e7c86", "#35a7b3"), Tone("#d9a013", "#f2c14e"), Tone("#4a4453", "#5d5468"))
"by value: seen, mirrored, filled"

OUTLINE = Tone("#ad7d06", "#f7d94c")
"of points that slide along the outline of a head"
RESIDUALS = ("#35c3c9", "#a9dd7a", "#f7c645", "#f28a3c", "#ee5360")
"from none to a great one, on the dark ground of 3D pictures"
STILL = "#948f88"
"of the cloud that does not move"
UNPAIRED = "#5d6488"
"of points that have no partner"

AXES = ("#f2555a", "#58c26b", "#4f93ff")
"x (the subject's left), y (up), z (out of the face)"

FONT = "Inter, 'Noto Sans SC Part', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"


def rgb(colour: str) -> tuple[int, int, int]:
    """Reads `#rrggbb` as three numbers in 0 … 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def region_tone(name: str) -> Tone:
    """Finds the tone of a region of the face by a word in its name (`left_eye`, `eyeBlinkLeft`, `face_oval`)."""
    found = [word for word in REGIONS if word in name.lower()]
    # The longest word wins: "iris" of the "left_eye_iris" would otherwise depend on the table's order.
    return REGIONS[max(found, key=len)] if found else ACCENT


def css_variables(dark: bool) -> dict[str, str]:
    """Lists the colours as CSS custom properties: name (with its two dashes) → value."""
    plain = {"accent": ACCENT, "surface": SURFACE, "text": TEXT, "quiet": QUIET, "line": LINE}
    tones = plain | {f"stage-{name}": tone for name, tone in STAGES.items()}
    tones |= {f"provenance-{name}": PROVENANCE[i] for i, name in enumerate(("seen", "mirrored", "filled"))}
    return {f"--{name}": tone.on(dark) for name, tone in tones.items()} | {"--stage-3d": STAGE_3D}


def dress(figure: Figure, dark: bool) -> Figure:
    """Gives a Plotly figure the project's look: quiet axes, no frame, transparent ground, room for its titles."""
    axis = {
        "gridcolor": LINE.on(dark),
        "linecolor": LINE.on(dark),
        "zeroline": False,
        "ticks": "",
        "automargin": True,
        "title": {"font": {"size": 13, "color": QUIET.on(dark)}, "standoff": 10},
        "tickfont": {"size": 12, "color": QUIET.on(dark)},
    }
    figure.update_xaxes(axis)
    figure.update_yaxes(axis)
    figure.update_layout(
        template="none",
        font={"family": FONT, "size": 13, "color": TEXT.on(dark)},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        colorway=[tone.on(dark) for tone in STAGES.values()],
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        hoverlabel={"font": {"family": FONT, "size": 13}, "bordercolor": LINE.on(dark)},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "font": {"color": TEXT.on(dark)}},
        bargap=0.25,
    )
    return figure
