"""Bars of what each radiomics feature adds to the log odds of MTM."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dashboard.figures.style import FONT_SIZE, Palette, plain_layout
from dashboard.texts import contributions as words

if TYPE_CHECKING:
    import plotly.graph_objects as go

BAR_HEIGHT, AROUND = 44, 60


def contribution_bars(bars: Sequence[tuple[str, str, float]], colours: Palette) -> go.Figure:
    """One bar each, the first on top, to the right towards MTM.

    Args:
        bars: what is measured, where (may be empty), and the change of the log odds.
    """
    import plotly.graph_objects as go

    values = [value for _, _, value in bars]
    reach = 1.35 * max((abs(value) for value in values), default=1.0) or 1.0
    names = [f"{what}<br><i>{where}</i>" if where else what for what, where, _ in bars]
    trace = {
        "type": "bar",
        "orientation": "h",
        "y": list(range(len(bars))),
        "x": values,
        "text": [f"{value:+.2f}" for value in values],
        "textposition": "outside",
        "cliponaxis": False,
        "textfont": {"color": colours.text, "size": FONT_SIZE},
        "marker": {"color": [colours.patient if value > 0 else colours.curve for value in values]},
        "hoverinfo": "skip",
    }
    layout = plain_layout(colours, AROUND + BAR_HEIGHT * len(bars)) | _axes(reach, names, colours)
    layout |= {
        "margin": {"l": 8, "r": 8, "t": 24, "b": 36},
        "bargap": 0.45,
        "annotations": [_side(words.AWAY, "right", colours), _side(words.TOWARDS, "left", colours)],
    }
    return go.Figure({"data": [trace], "layout": layout})


def _axes(reach: float, names: Sequence[str], colours: Palette) -> dict[str, object]:
    """Zero in the middle; the bars' names to their left."""
    return {
        "xaxis": {
            "range": [-reach, reach],
            "title": {"text": words.AXIS, "font": {"size": FONT_SIZE, "color": colours.muted}},
            "zeroline": True,
            "zerolinecolor": colours.muted,
            "gridcolor": colours.grid,
            "fixedrange": True,
        },
        "yaxis": {
            "tickvals": list(range(len(names))),
            "ticktext": names,
            "autorange": "reversed",
            "automargin": True,
            "fixedrange": True,
            "tickfont": {"color": colours.muted, "size": FONT_SIZE - 2},
        },
    }


def _side(text: str, anchor: str, colours: Palette) -> dict[str, object]:
    """On top, on either side of zero."""
    return {
        "x": 0,
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "xanchor": anchor,
        "xshift": -6 if anchor == "right" else 6,
        "text": text,
        "showarrow": False,
        "font": {"size": FONT_SIZE - 2, "color": colours.muted},
    }
