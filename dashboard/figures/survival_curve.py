"""The survival curve of one prognosis with its 95 % band."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from core.findings import CurvePoint, Prognosis, Survival
from dashboard.figures.style import FONT_SIZE, Palette, plain_layout

if TYPE_CHECKING:
    import plotly.graph_objects as go

Part = dict[str, Any]
LAST_MONTH = 60
HEIGHT = 340


def survival_curve(prognosis: Prognosis, months: int, colours: Palette) -> go.Figure:
    """Per cent alive (0..100, linear) against months from the first HAIC (0..60), the reading at `months` marked.

    Where the months lived so far are known, the curve given survival to then is drawn in front of the plain one. The
    figure is made in one piece: Plotly checks every later change anew, which took half of the time of a redraw.
    """
    import plotly.graph_objects as go

    front = prognosis.conditional_curve or prognosis.curve
    behind = [_line(prognosis.curve, "from the first HAIC", {"color": colours.muted, "width": 2, "dash": "dot"})]
    traces = behind if prognosis.conditional_curve else []
    traces += [_band(front, colours), _line(front, "alive", {"color": colours.curve, "width": 3})]
    reading = next((p.survival for p in front if abs(p.time_months - months) < 1e-6), None)
    layout = plain_layout(colours, HEIGHT) | _axes(colours)
    layout |= {"margin": {"l": 64, "r": 16, "t": 14, "b": 50}, "hovermode": "x unified"}
    if reading is not None:
        traces.append(_mark(reading, months, colours))
        layout["annotations"] = [_number(reading, months, colours)]
    return go.Figure({"data": traces, "layout": layout})


def _axes(colours: Palette) -> Part:
    def axis(title: str, last: float, ticks: Part) -> Part:
        return {
            "range": [0, last],
            **ticks,
            "title": {"text": title, "font": {"size": FONT_SIZE, "color": colours.muted}},
            "gridcolor": colours.grid,
            "zeroline": False,
            "fixedrange": True,
            "tickfont": {"color": colours.muted},
            "automargin": False,
        }

    shares = [0, 25, 50, 75, 100]
    return {
        "xaxis": axis("Months from the first HAIC", LAST_MONTH + 0.5, {"tickvals": [0, 12, 24, 36, 48, 60]}),
        "yaxis": axis("Alive", 101, {"tickvals": shares, "ticktext": [f"{share} %" for share in shares]}),
    }


def _per_cent(share: float) -> float:
    """To a hundredth: finer than a pixel, and half as much to send."""
    return round(100 * share, 2)


def _drawn(curve: Sequence[CurvePoint]) -> list[CurvePoint]:
    """The first point and whole months: at this size the line is the same with half as much to send."""
    return [p for number, p in enumerate(curve) if number == 0 or p.time_months % 1 == 0]


def _line(curve: Sequence[CurvePoint], name: str, line: Part) -> Part:
    points = _drawn(curve)
    return {
        "type": "scatter",
        "x": [p.time_months for p in points],
        "y": [_per_cent(p.survival.value) for p in points],
        "customdata": [[_per_cent(p.survival.low), _per_cent(p.survival.high)] for p in points],
        "name": name,
        "mode": "lines",
        "line": line,
        "hovertemplate": "%{y:.0f} % (%{customdata[0]:.0f}–%{customdata[1]:.0f})<extra></extra>",
    }


def _band(curve: Sequence[CurvePoint], colours: Palette) -> Part:
    points = _drawn(curve)
    times = [p.time_months for p in points]
    return {
        "type": "scatter",
        "x": times + times[::-1],
        "y": [_per_cent(p.survival.high) for p in points] + [_per_cent(p.survival.low) for p in reversed(points)],
        "name": "95 % range",
        "mode": "lines",
        "line": {"width": 0},
        "fill": "toself",
        "fillcolor": colours.band,
        "hoverinfo": "skip",
    }


def _mark(reading: Survival, months: int, colours: Palette) -> Part:
    """The reading the sentence speaks of: range bar and dot."""
    value, low, high = (100 * number for number in (reading.value, reading.low, reading.high))
    bar = {"array": [high - value], "arrayminus": [value - low], "color": colours.patient, "thickness": 2, "width": 6}
    return {
        "type": "scatter",
        "x": [months],
        "y": [value],
        "error_y": bar,
        "name": "reading",
        "mode": "markers",
        "marker": {"size": 12, "color": colours.patient, "line": {"color": "white", "width": 2}},
        "hoverinfo": "skip",
    }


def _number(reading: Survival, months: int, colours: Palette) -> Part:
    at_end = months >= LAST_MONTH
    return {
        "x": months,
        "y": 100 * reading.value,
        "text": f"<b>{100 * reading.value:.0f} %</b>",
        "showarrow": False,
        "xanchor": "right" if at_end else "left",
        "xshift": -12 if at_end else 12,
        "yshift": 14,
        "font": {"size": 18, "color": colours.patient},
    }
