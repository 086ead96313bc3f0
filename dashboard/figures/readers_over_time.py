"""How readers and model fare over time: one line each, told apart by colour, dashes and signs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from dashboard.figures.style import FONT_SIZE, Palette, plain_layout

if TYPE_CHECKING:
    import plotly.graph_objects as go

Run = Sequence[tuple[datetime, int, float]]
HEIGHT = 380
FEWEST_DAYS = 3
IN_ORDER = "Readings of each, in the order of time"
# Okabe and Ito, darker or lighter for the theme
COLOURS = {
    "light": ("#0072b2", "#b24e00", "#00785a", "#a34f86", "#a87400", "#56666c"),
    "dark": ("#56b4e9", "#f0843c", "#3fbf9b", "#d795ba", "#e9b949", "#9fb0b5"),
}
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
SIGNS = ("circle", "square", "diamond", "triangle-up", "x", "star")


def readers_over_time(
    runs: Mapping[str, Run], words: tuple[str, str], colours: Palette, theme: Literal["light", "dark"], top: float
) -> go.Figure:
    """Running figures, 0..`top`, by name: against the day, or answer by answer until there are FEWEST_DAYS of them.

    Args:
        runs: (when, answers so far, figure so far) by reader, in the order of time.
        words: name of the axis, and how the figure is written in plotly's template.
        colours: of the page.
        theme: of the page.
        top: where the axis ends.
    """
    import plotly.graph_objects as go

    name_of_axis, written = words
    by_day = len({at.date() for run in runs.values() for at, _, _ in run}) >= FEWEST_DAYS
    drawn = {name: _last_of_days(run) if by_day else run for name, run in runs.items()}
    traces = [_line(name, run, place, written, theme) for place, (name, run) in enumerate(drawn.items())]
    if not by_day:
        traces = [trace | {"x": [n for (n,) in trace["customdata"]]} for trace in traces]
    layout = plain_layout(colours, HEIGHT) | {"showlegend": True, "margin": {"l": 84, "r": 16, "t": 44, "b": 56}}
    layout["legend"] = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"size": FONT_SIZE + 1}}
    kind = {"type": "date"} if by_day else {"type": "linear", "tickformat": "d"}
    layout["xaxis"] = _axis("" if by_day else IN_ORDER, colours) | kind
    share = {"tickformat": ".0%"} if top > 1 else {}
    layout["yaxis"] = _axis(name_of_axis, colours) | {"range": [0, top], **share}
    return go.Figure({"data": traces, "layout": layout})


def _line(name: str, run: Run, place: int, written: str, theme: Literal["light", "dark"]) -> dict[str, Any]:
    which = place % len(DASHES)
    colour = COLOURS[theme][which]
    return {
        "type": "scatter",
        "x": [at for at, _, _ in run],
        "y": [value for _, _, value in run],
        "customdata": [[n] for _, n, _ in run],
        "name": name,
        "mode": "lines+markers",
        "line": {"color": colour, "width": 3, "dash": DASHES[which], "shape": "hv"},
        "marker": {"symbol": SIGNS[which], "size": 9, "color": colour},
        "hovertemplate": f"{name}: {written}, n = %{{customdata[0]}}<extra></extra>",
    }


def _last_of_days(run: Run) -> Run:
    return list({at.date(): (at, n, value) for at, n, value in run}.values())


def _axis(title: str, colours: Palette) -> dict[str, Any]:
    return {
        "title": {"text": title, "font": {"size": FONT_SIZE + 2, "color": colours.muted}},
        "gridcolor": colours.grid,
        "zeroline": False,
        "fixedrange": True,
        "tickfont": {"color": colours.muted, "size": FONT_SIZE + 2},
    }
