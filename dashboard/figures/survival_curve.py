"""The survival curve of one prognosis with its 95 % band."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.findings import CurvePoint, Prognosis
from dashboard.figures.style import FONT_SIZE, Palette, plain_layout

if TYPE_CHECKING:
    import plotly.graph_objects as go

LAST_MONTH = 60
HEIGHT = 340


def survival_curve(prognosis: Prognosis, months: int, colours: Palette) -> go.Figure:
    """Per cent alive (0..100, linear) against months from the first HAIC (0..60), the reading at `months` marked.

    Where the months lived so far are known, the curve given survival to then is drawn in front of the plain one.
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    conditional = prognosis.conditional_curve
    if conditional:
        figure.add_trace(_line(prognosis.curve, "from the first HAIC", colours.muted, dash="dot"))
    front = conditional or prognosis.curve
    figure.add_trace(_band(front, colours))
    figure.add_trace(_line(front, "alive", colours.curve, width=3))
    _mark(figure, front, months, colours)
    plain_layout(figure, colours, HEIGHT)
    figure.update_layout(margin={"l": 64, "r": 16, "t": 14, "b": 50}, hovermode="x unified")
    _axes(figure, colours)
    return figure


def _axes(figure: go.Figure, colours: Palette) -> None:
    figure.update_xaxes(
        range=[0, LAST_MONTH + 0.5],
        tickvals=[0, 12, 24, 36, 48, 60],
        title={"text": "Months from the first HAIC", "font": {"size": FONT_SIZE, "color": colours.muted}},
        gridcolor=colours.grid,
        zeroline=False,
        fixedrange=True,
        tickfont={"color": colours.muted},
        automargin=False,
    )
    figure.update_yaxes(
        range=[0, 101],
        tickvals=[0, 25, 50, 75, 100],
        ticktext=["0 %", "25 %", "50 %", "75 %", "100 %"],
        gridcolor=colours.grid,
        zeroline=False,
        fixedrange=True,
        tickfont={"color": colours.muted},
        title={"text": "Alive", "font": {"size": FONT_SIZE, "color": colours.muted}},
        automargin=False,
    )


def _per_cent(share: float) -> float:
    """To a hundredth: finer than a pixel, and half as much to send."""
    return round(100 * share, 2)


def _line(curve: Sequence[CurvePoint], name: str, colour: str, *, width: float = 2, dash: str = "solid") -> go.Scatter:
    import plotly.graph_objects as go

    return go.Scatter(
        x=[p.time_months for p in curve],
        y=[_per_cent(p.survival.value) for p in curve],
        customdata=[[_per_cent(p.survival.low), _per_cent(p.survival.high)] for p in curve],
        name=name,
        mode="lines",
        line={"color": colour, "width": width, "dash": dash},
        hovertemplate="%{y:.0f} % (%{customdata[0]:.0f}–%{customdata[1]:.0f})<extra></extra>",
    )


def _band(curve: Sequence[CurvePoint], colours: Palette) -> go.Scatter:
    import plotly.graph_objects as go

    times = [p.time_months for p in curve]
    return go.Scatter(
        x=times + times[::-1],
        y=[_per_cent(p.survival.high) for p in curve] + [_per_cent(p.survival.low) for p in reversed(curve)],
        name="95 % range",
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=colours.band,
        hoverinfo="skip",
    )


def _mark(figure: go.Figure, curve: Sequence[CurvePoint], months: int, colours: Palette) -> None:
    """The reading the sentence speaks of: range bar, dot and number."""
    import plotly.graph_objects as go

    reading = next((p.survival for p in curve if abs(p.time_months - months) < 1e-6), None)
    if reading is None:
        return
    value, low, high = (100 * number for number in (reading.value, reading.low, reading.high))
    figure.add_trace(
        go.Scatter(
            x=[months],
            y=[value],
            error_y={
                "array": [high - value],
                "arrayminus": [value - low],
                "color": colours.patient,
                "thickness": 2,
                "width": 6,
            },
            name="reading",
            mode="markers",
            marker={"size": 12, "color": colours.patient, "line": {"color": "white", "width": 2}},
            hoverinfo="skip",
        )
    )
    at_end = months >= LAST_MONTH
    figure.add_annotation(
        x=months,
        y=value,
        text=f"<b>{value:.0f} %</b>",
        showarrow=False,
        xanchor="right" if at_end else "left",
        xshift=-12 if at_end else 12,
        yshift=14,
        font={"size": 18, "color": colours.patient},
    )
