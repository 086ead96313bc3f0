"""Where a patient's values lie in the cohort: standard deviations from its mean, one value below the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dashboard.figures.style import FONT_SIZE, Palette, plain_layout

if TYPE_CHECKING:
    import plotly.graph_objects as go

ROW, AROUND = 38, 84  # pixels
REACH = 4.0
"""Standard deviations drawn to either side; what lies beyond is an arrow at the edge."""
AXIS = "Standard deviations from the cohort's mean"


def deviation_strips(rows: Sequence[tuple[str, float, str]], far: float, colours: Palette) -> go.Figure:
    """One row each, the first on top.

    Args:
        rows: name, deviation in standard deviations, and the value in words for the hover.
        far: where the inner band ends.
        colours: of the theme.
    """
    import plotly.graph_objects as go

    layout = plain_layout(colours, AROUND + ROW * len(rows)) | _axes([name for name, _, _ in rows], colours)
    layout |= {"margin": {"l": 8, "r": 16, "t": 8, "b": 56}, "shapes": _bands(far, colours)}
    return go.Figure({"data": [_marks(rows, far, colours)], "layout": layout})


def _marks(rows: Sequence[tuple[str, float, str]], far: float, colours: Palette) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [min(max(z, -REACH + 0.1), REACH - 0.1) for _, z, _ in rows],
        "y": list(range(len(rows))),
        "text": [f"{z:+.1f}".replace("-", "−") for _, z, _ in rows],
        "textposition": ["middle left" if z > REACH - 1 else "middle right" for _, z, _ in rows],
        "textfont": {"color": colours.text, "size": FONT_SIZE - 1},
        "marker": {
            "size": 12,
            "color": [colours.patient if abs(z) > far else colours.curve for _, z, _ in rows],
            "symbol": [_symbol(z, far) for _, z, _ in rows],
        },
        "customdata": [words for _, _, words in rows],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _symbol(z: float, far: float) -> str:
    if abs(z) > REACH:
        return "triangle-right" if z > 0 else "triangle-left"
    return "diamond" if abs(z) > far else "circle"


def _bands(far: float, colours: Palette) -> list[dict[str, Any]]:
    """One standard deviation and `far` of them to either side, and the mean."""
    whole = {"yref": "paper", "y0": 0, "y1": 1, "layer": "below"}
    bands = [
        {"type": "rect", "x0": -reach, "x1": reach, "fillcolor": colours.band, "line": {"width": 0}, **whole}
        for reach in (1.0, far)
    ]
    line = {"color": colours.muted, "width": 1}
    return [*bands, {"type": "line", "x0": 0, "x1": 0, "line": line, **whole}]


def _axes(names: Sequence[str], colours: Palette) -> dict[str, Any]:
    return {
        "xaxis": {
            "range": [-REACH, REACH],
            "title": {"text": AXIS, "font": {"size": FONT_SIZE, "color": colours.muted}},
            "tickvals": [-4, -2, 0, 2, 4],
            "ticktext": ["−4", "−2", "0", "+2", "+4"],
            "gridcolor": colours.grid,
            "zeroline": False,
            "fixedrange": True,
            "tickfont": {"color": colours.muted},
        },
        "yaxis": {
            "tickvals": list(range(len(names))),
            "ticktext": list(names),
            "range": [len(names) - 0.5, -0.5],
            "automargin": True,
            "fixedrange": True,
            "showgrid": False,
            "zeroline": False,
            "tickfont": {"color": colours.text, "size": FONT_SIZE - 1},
        },
    }
