"""How sure a head is, as bars by region: what its photos told, and what is the average head's."""

from __future__ import annotations

from collections.abc import Mapping

import plotly.graph_objects as go

from facerecon.drawing.theme import ACCENT, LINE, TEXT, dress

WHOLE = 100


def share_bars(
    shares: Mapping[str, float],
    spreads: Mapping[str, float],
    *,
    names: tuple[str, str],
    x_title: str,
    dark: bool = False,
) -> go.Figure:
    """Plots how much of each region came from the photos; the rest of each bar is the average head.

    Args:
        shares: label → in [0, 1].
        spreads: label → mm, one standard deviation; written at the bar's end.
        names: what both parts of a bar are called: from the photos, from the average.
        x_title: of the shares, in %.
        dark: for a dark surface.
    """
    labels = list(reversed(shares))
    parts = ([WHOLE * shares[label] for label in labels], [WHOLE * (1 - shares[label]) for label in labels])
    figure = go.Figure()
    for name, values, tone in zip(names, parts, (ACCENT, LINE), strict=True):
        marker = {"color": tone.on(dark), "cornerradius": 3}
        hover = "%{y}: %{x:.0f} %<extra>" + name + "</extra>"
        figure.add_bar(x=values, y=labels, orientation="h", name=name, marker=marker, hovertemplate=hover)
    for label in labels:
        text = f"± {spreads[label]:.1f} mm"
        place = {"x": 1.01, "xref": "paper", "y": label, "xanchor": "left", "showarrow": False}
        figure.add_annotation(**place, text=text, font={"color": TEXT.on(dark), "size": 12})
    dress(figure, dark).update_layout(
        barmode="stack", height=110 + 30 * len(labels), bargap=0.35, legend_traceorder="normal"
    )
    figure.update_layout(margin={"r": 72, "t": 8})
    figure.update_xaxes(title_text=x_title, range=[0, WHOLE], showgrid=False)
    return figure.update_yaxes(showgrid=False)
