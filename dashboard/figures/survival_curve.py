"""The survival curve of one prognosis with its 95 % band."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.findings import CurvePoint, Prognosis, Survival
from dashboard.figures import pinned
from dashboard.figures.pinned import PinnedCurve
from dashboard.figures.style import DARK, FONT_SIZE, Palette, plain_layout
from dashboard.figures.survival_axes import survival_axes
from dashboard.texts import FIRST_HAIC

if TYPE_CHECKING:
    import plotly.graph_objects as go

Part = dict[str, Any]
HEIGHT, LOW_HEIGHT = 340, 272
STEPS = (0.25, 0.5, 1, 2, 3, 6, 12, 24, 36, 60, 120)  # months between labels
MOST_STEPS = 6
POINTS = 61  # of a line: more would not be seen at this size
AT_END = 0.85  # share of the follow-up past which the reading is written to the left


def survival_curve(
    prognosis: Prognosis,
    months: float,
    colours: Palette,
    origin: str = FIRST_HAIC,
    pins: Sequence[PinnedCurve] = (),
) -> go.Figure:
    """Per cent alive (0..100, linear) against months from `origin` to the end of the follow-up, `months` marked.

    `pins` are drawn behind as lines without bands, each with its name.

    Where the months lived so far are known, the curve given survival to then is drawn in front of the plain one. The
    figure is made in one piece: Plotly checks every later change anew, which took half of the time of a redraw.
    """
    import plotly.graph_objects as go

    front = prognosis.conditional_curve or prognosis.curve
    behind = [_line(prognosis.curve, f"from {origin}", {"color": colours.muted, "width": 2, "dash": "dot"})]
    traces = behind if prognosis.conditional_curve else []
    theme = "dark" if colours == DARK else "light"
    traces += [{**_line(one.curve, one.name, pinned.look_of(one, theme)), **pinned.HOVER} for one in pins]
    traces += [_band(front, colours), _line(front, "alive", {"color": colours.curve, "width": 3})]
    reading = (prognosis.os_conditional or prognosis.os).get(months)
    end = pinned.end_of(pins, prognosis.curve[-1].time_months)
    layout = plain_layout(colours, LOW_HEIGHT) | survival_axes(colours, end, origin, _months(end))
    layout |= {"margin": {"l": 64, "r": 16, "t": 10, "b": 46}, "hovermode": "x unified"}
    layout["annotations"] = pinned.names(pins, theme, reading.value if reading else None)
    if reading is not None:
        traces.append(_mark(reading, months, colours))
        layout["annotations"] += [_number(reading, months, colours, at_end=months > AT_END * end)]
    return go.Figure({"data": traces, "layout": layout})


def compared_curves(prognoses: Mapping[str, Prognosis], colours: Palette) -> go.Figure:
    """Two prognoses with their bands, by the names of their cases, told apart by colour and by dashes."""
    import plotly.graph_objects as go

    looks = [(colours.curve, colours.band, "solid"), (colours.patient, colours.patient_band, "dash")]
    traces: list[Part] = []
    for (name, prognosis), (line, band, dash) in zip(prognoses.items(), looks, strict=False):
        curve = prognosis.conditional_curve or prognosis.curve
        traces.append({**_band(curve, colours), "fillcolor": band, "showlegend": False})
        traces.append({**_line(curve, name, {"color": line, "width": 3, "dash": dash}), "showlegend": True})
    end = max(prognosis.curve[-1].time_months for prognosis in prognoses.values())
    legend = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"size": FONT_SIZE}}
    layout = plain_layout(colours, HEIGHT) | survival_axes(colours, end, FIRST_HAIC, _months(end))
    layout |= {"showlegend": True, "legend": legend}
    layout |= {"margin": {"l": 64, "r": 16, "t": 40, "b": 50}, "hovermode": "x unified"}
    return go.Figure({"data": traces, "layout": layout})


def _months(end: float) -> Part:
    """Round months from 0 to the end, a year of 365 days taken as 12."""
    step = next((step for step in STEPS if end / step <= MOST_STEPS), STEPS[-1])
    return {"tickvals": [step * count for count in range(int(end * 1.002 / step) + 1)], "hoverformat": ".3~g"}


def _per_cent(share: float) -> float:
    """To a hundredth: finer than a pixel, and half as much to send."""
    return round(100 * share, 2)


def _drawn(curve: Sequence[CurvePoint]) -> list[CurvePoint]:
    """The first point, the last, and those between at equal distance, counted from the end: half as much to send."""
    every = max(1, round((len(curve) - 1) / (POINTS - 1)))
    return [p for number, p in enumerate(curve) if number == 0 or (len(curve) - 1 - number) % every == 0]


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


def _mark(reading: Survival, months: float, colours: Palette) -> Part:
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


def _number(reading: Survival, months: float, colours: Palette, *, at_end: bool) -> Part:
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
