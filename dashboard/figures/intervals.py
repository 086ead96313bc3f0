"""Figures with their ranges, one below the other, and what the paper prints beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dashboard.figures.style import FONT_SIZE, Palette, plain_layout

if TYPE_CHECKING:
    import plotly.graph_objects as go

ROW, AROUND = 38, 118  # pixels
LONG = 18  # characters of a name, past which it is broken in two: a phone has no room for more
CHARACTER = 6.7  # pixels, about; Plotly's own margin counts a broken name as if it were not
REPRODUCED, PRINTED = "reproduced, with its range", "printed"


@dataclass(frozen=True)
class Interval:
    """One row: a value with its range, and the printed values of the same thing (none, one or several)."""

    name: str
    value: float
    low: float
    high: float
    printed: tuple[float, ...] = ()


@dataclass(frozen=True)
class Scale:
    """The axis of the values: what they are, its ends, how a tick is written (d3), a line at a special value."""

    title: str
    low: float
    high: float
    ticks: str = ".1f"
    line: float | None = None


def intervals(rows: Sequence[Interval], scale: Scale, colours: Palette) -> go.Figure:
    """Dots with bars, the first row on top; printed values as open diamonds in the patient's colour."""
    import plotly.graph_objects as go

    traces = [_dots(rows, scale, colours)]
    if printed := [(value, place) for place, row in enumerate(rows) for value in row.printed]:
        traces.append(_diamonds(printed, colours))
    names = [_broken(row.name) for row in rows]
    longest = max(len(line) for name in names for line in name.split("<br>"))
    around = AROUND if printed else AROUND - 44
    layout = plain_layout(colours, around + ROW * len(rows)) | _axes(names, scale, colours)
    layout |= {
        "margin": {"l": 10 + CHARACTER * longest, "r": 16, "t": 56 if printed else 12, "b": 52},
        "showlegend": bool(printed),
        "legend": {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "itemclick": False,
                   "itemdoubleclick": False, "font": {"color": colours.text, "size": FONT_SIZE - 1}},
    }  # fmt: skip
    if scale.line is not None:
        line = {"color": colours.muted, "width": 1, "dash": "dot"}
        layout["shapes"] = [
            {"type": "line", "x0": scale.line, "x1": scale.line, "y0": 0, "y1": 1, "yref": "paper", "line": line}
        ]
    return go.Figure({"data": traces, "layout": layout})


def _broken(name: str) -> str:
    """A long name in two lines, broken at the space nearest to its middle."""
    spaces = [place for place, letter in enumerate(name) if letter == " "]
    if len(name) <= LONG or not spaces:
        return name
    place = min(spaces, key=lambda at: abs(at - len(name) / 2))
    return f"{name[:place]}<br>{name[place + 1 :]}"


def _dots(rows: Sequence[Interval], scale: Scale, colours: Palette) -> dict[str, Any]:
    bars = {
        "type": "data",
        "symmetric": False,
        "array": [row.high - row.value for row in rows],
        "arrayminus": [row.value - row.low for row in rows],
        "color": colours.curve,
        "thickness": 2,
        "width": 5,
    }
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [row.value for row in rows],
        "y": list(range(len(rows))),
        "error_x": bars,
        "name": REPRODUCED,
        "marker": {"size": 10, "color": colours.curve},
        "customdata": [[row.low, row.high] for row in rows],
        "hovertemplate": f"%{{x:{scale.ticks}}} (%{{customdata[0]:{scale.ticks}}}–%{{customdata[1]:{scale.ticks}}})"
        "<extra></extra>",
    }


def _diamonds(printed: Sequence[tuple[float, int]], colours: Palette) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [value for value, _ in printed],
        "y": [place for _, place in printed],
        "name": PRINTED,
        "marker": {"size": 12, "color": colours.patient, "symbol": "diamond-open", "line": {"width": 2}},
        "hovertemplate": "%{x} printed<extra></extra>",
    }


def _axes(names: Sequence[str], scale: Scale, colours: Palette) -> dict[str, Any]:
    return {
        "xaxis": {
            "range": [scale.low, scale.high],
            "title": {"text": scale.title, "font": {"size": FONT_SIZE, "color": colours.muted}},
            "tickformat": scale.ticks,
            "gridcolor": colours.grid,
            "zeroline": False,
            "fixedrange": True,
            "nticks": 6,
            "tickfont": {"color": colours.muted},
        },
        "yaxis": {
            "tickvals": list(range(len(names))),
            "ticktext": list(names),
            "range": [len(names) - 0.5, -0.5],
            "fixedrange": True,
            "showgrid": False,
            "zeroline": False,
            "tickfont": {"color": colours.text, "size": FONT_SIZE - 1},
        },
    }
