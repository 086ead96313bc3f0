"""Survival curves of groups, drawn in steps, with bands and a stretch of time marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from core.survival.kaplan_meier import KaplanMeier
from dashboard.figures.style import FONT_SIZE, Palette, plain_layout
from dashboard.figures.survival_axes import survival_axes

if TYPE_CHECKING:
    import plotly.graph_objects as go

Part = dict[str, Any]
HEIGHT = 380
STEP_MONTHS = 0.5


@dataclass(frozen=True, eq=False)
class GroupCurve:
    """One curve: its name, its colour, a dash of plotly's, and whether its 95 % band is drawn."""

    name: str
    curve: KaplanMeier
    colour: str
    dash: str = "solid"
    band: bool = False


@dataclass(frozen=True)
class Stretch:
    """A stretch of time that is marked: from 0 to `months`, and what it is called."""

    months: float
    name: str


def group_curves(
    curves: Sequence[GroupCurve], colours: Palette, end: float, origin: str, stretch: Stretch | None = None
) -> go.Figure:
    """Per cent alive (0..100, linear) against months from `origin` to `end`, each as far as it was followed."""
    import plotly.graph_objects as go

    traces: list[Part] = []
    for drawn in curves:
        traces.extend(_traces(drawn, end))
    years = {"tickvals": list(range(0, int(end) + 1, 12))}
    layout = plain_layout(colours, HEIGHT) | survival_axes(colours, end, origin, years)
    layout |= {"margin": {"l": 56, "r": 12, "t": 14, "b": 50}, "hovermode": "x unified"}
    if stretch is not None and stretch.months > 0:
        layout |= _marked(stretch, colours)
    return go.Figure({"data": traces, "layout": layout})


def _traces(drawn: GroupCurve, end: float) -> list[Part]:
    months = np.arange(0.0, min(end, float(drawn.curve.time[-1])) + STEP_MONTHS / 2, STEP_MONTHS)
    read = drawn.curve.at(months)
    line = {
        "type": "scatter",
        "x": months.tolist(),
        "y": _per_cent(read.survival),
        "name": drawn.name,
        "mode": "lines",
        "line": {"color": drawn.colour, "width": 3, "dash": drawn.dash, "shape": "hv"},
        "hovertemplate": f"{drawn.name} %{{y:.0f}} %<extra></extra>",
    }
    if not drawn.band:
        return [line]
    known = np.isfinite(read.low) & np.isfinite(read.high)
    times = months[known].tolist()
    band = {
        "type": "scatter",
        "x": times + times[::-1],
        "y": _per_cent(read.high[known]) + _per_cent(read.low[known])[::-1],
        "mode": "lines",
        "line": {"width": 0},
        "fill": "toself",
        "fillcolor": _faint(drawn.colour),
        "hoverinfo": "skip",
    }
    return [band, line]


def _marked(stretch: Stretch, colours: Palette) -> Part:
    band = {"type": "rect", "x0": 0, "x1": stretch.months, "y0": 0, "y1": 1, "yref": "paper", "layer": "below"}
    words = {
        "x": stretch.months,
        "y": 4,
        "text": stretch.name,
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "bottom",
        "xshift": 6,
        "font": {"size": FONT_SIZE - 1, "color": colours.muted},
    }
    return {
        "shapes": [band | {"fillcolor": colours.grid, "opacity": 0.6, "line": {"width": 0}}],
        "annotations": [words],
    }


def _per_cent(shares: np.ndarray[Any, np.dtype[np.float64]]) -> list[float]:
    return [round(100 * float(share), 2) for share in shares]


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.16)"
