"""The nomogram as clinicians know it: points ruler, an axis per input, total points, survival; the patient on all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.findings import Prognosis, Survival
from core.survival.nomogram import axes, survival_axes, total_for_survival, total_range
from core.survival.published import Nomogram
from dashboard.figures.style import Palette, plain_layout

if TYPE_CHECKING:
    import plotly.graph_objects as go

ROW_PIXELS = 52
CLOSEST_LABELS = 0.062  # share of the width: labels nearer than this are left out
TICK_HEIGHT = 0.09


@dataclass(frozen=True)
class Row:
    """One drawn axis, in shares of the drawing's width.

    Attributes:
        heading: written above its left end; reading: the patient's, above its right end.
        span: where the line begins and ends.
        ticks: (place, label).
        mark: the patient's place, None if unknown.
    """

    heading: str
    span: tuple[float, float]
    ticks: tuple[tuple[float, str], ...]
    mark: float | None = None
    reading: str = ""


@dataclass(frozen=True)
class Drawing:
    """All rows from top to bottom; `inputs` of them, after the ruler, are inputs."""

    ruler: Row
    inputs: tuple[Row, ...]
    total: Row
    survival: tuple[Row, ...] = field(default=())

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every row, from top to bottom."""
        return (self.ruler, *self.inputs, self.total, *self.survival)


def nomogram_drawing(
    nomogram: Nomogram,
    prognosis: Prognosis | None,
    names: Mapping[str, str],
    readings: Mapping[str, str],
    colours: Palette,
) -> go.Figure:
    """The drawing with the patient's marks; without a prognosis, the axes alone.

    Args:
        names: heading of each input's axis, by term name.
        readings: the patient's value on each axis in words, by term name.
    """
    import plotly.graph_objects as go

    drawing = lay_out(nomogram, prognosis, names, readings)
    figure = go.Figure()
    rows = drawing.rows
    figure.add_trace(_lines(rows, colours))
    if prognosis is not None:
        figure.add_trace(_drops(drawing, colours))
    figure.add_trace(_tick_labels(rows, colours))
    figure.add_trace(_texts(rows, colours, side="left"))
    figure.add_trace(_texts(rows, colours, side="right"))
    figure.add_trace(_marks(rows, colours))
    plain_layout(figure, colours, ROW_PIXELS * len(rows) + 8)
    figure.update_layout(margin={"l": 4, "r": 4, "t": 4, "b": 4}, hovermode=False)
    figure.update_xaxes(visible=False, range=[-0.03, 1.03], fixedrange=True)
    figure.update_yaxes(visible=False, range=[len(rows) - 0.45, -0.55], fixedrange=True)
    return figure


def lay_out(nomogram: Nomogram, prognosis: Prognosis, names: Mapping[str, str], readings: Mapping[str, str]) -> Drawing:
    """Where everything lies, without drawing it."""
    ruler = Row("Points", (0, 1), tuple((p / 100, str(p)) for p in range(0, 101, 10)))
    inputs = tuple(
        Row(
            heading=names.get(axis.name, axis.label),
            span=(min(t.points for t in axis.ticks) / 100, max(t.points for t in axis.ticks) / 100),
            ticks=_thinned([(t.points / 100, t.label) for t in axis.ticks]),
            mark=None if prognosis is None else prognosis.points[axis.name] / 100,
            reading=_reading(readings.get(axis.name, ""), None if prognosis is None else prognosis.points[axis.name]),
        )
        for axis in axes(nomogram)
    )
    _, most = total_range(nomogram)
    step = 20 if most > 120 else 10
    total = Row(
        heading="Total points",
        span=(0, 1),
        ticks=tuple((p / most, str(p)) for p in range(0, int(most) + 1, step)),
        mark=None if prognosis is None else prognosis.total_points / most,
        reading="" if prognosis is None else f"{prognosis.total_points:.0f} points",
    )
    return Drawing(ruler, inputs, total, _survival_rows(nomogram, prognosis, most))


def _reading(value: str, points: float | None) -> str:
    return value if points is None else f"{value} · {points:.0f} points"


def _survival_rows(nomogram: Nomogram, prognosis: Prognosis | None, most: float) -> tuple[Row, ...]:
    drawn = []
    for axis in survival_axes(nomogram):
        places = [(t.total_points / most, f"{100 * t.survival:.0f}") for t in axis.ticks]
        reading = None if prognosis is None else prognosis.os[axis.months]
        drawn.append(
            Row(
                heading=f"{axis.months // 12}-year survival, %",
                span=(places[0][0], places[-1][0]) if places else (0, 1),
                ticks=_thinned(places),
                mark=None if reading is None else _place(nomogram, axis.months, reading, most),
                reading="" if reading is None else f"{100 * reading.value:.0f} %",
            )
        )
    return tuple(drawn)


def _place(nomogram: Nomogram, months: int, reading: Survival, most: float) -> float:
    """Where the reading lies; the same vertical line for every horizon, by construction."""
    value = min(max(reading.value, 1e-12), 1 - 1e-12)
    return min(max(float(total_for_survival(nomogram, months, value)) / most, 0.0), 1.0)


def _thinned(ticks: Sequence[tuple[float, str]]) -> tuple[tuple[float, str], ...]:
    """The same ticks; labels that would touch their left neighbour are emptied, the last one is kept."""
    ordered = sorted(ticks)
    kept: list[tuple[float, str]] = []
    last = -1.0
    for place, label in ordered:
        free = place - last >= CLOSEST_LABELS
        kept.append((place, label if free else ""))
        last = place if free else last
    return tuple(kept)


def _lines(rows: Sequence[Row], colours: Palette) -> go.Scatter:
    import plotly.graph_objects as go

    x: list[float | None] = []
    y: list[float | None] = []
    for number, row in enumerate(rows):
        x += [*row.span, None]
        y += [number, number, None]
        for place, _ in row.ticks:
            x += [place, place, None]
            y += [number, number + TICK_HEIGHT, None]
    return go.Scatter(
        x=x, y=y, mode="lines", name="axes", line={"color": colours.muted, "width": 1.3}, hoverinfo="skip"
    )


def _drops(drawing: Drawing, colours: Palette) -> go.Scatter:
    """From each input's mark up to the ruler, and from the total down through the survival axes."""
    import plotly.graph_objects as go

    x: list[float | None] = []
    y: list[float | None] = []
    for number, row in enumerate(drawing.inputs, start=1):
        x += [row.mark, row.mark, None]
        y += [0, number, None]
    total_row = 1 + len(drawing.inputs)
    x += [drawing.total.mark, drawing.total.mark]
    y += [total_row, len(drawing.rows) - 1]
    line = {"color": colours.patient, "width": 1.2, "dash": "dot"}
    return go.Scatter(x=x, y=y, mode="lines", name="reading lines", line=line, opacity=0.75, hoverinfo="skip")


def _tick_labels(rows: Sequence[Row], colours: Palette) -> go.Scatter:
    import plotly.graph_objects as go

    labels = [
        (place, number + TICK_HEIGHT, text) for number, row in enumerate(rows) for place, text in row.ticks if text
    ]
    x, y, text = zip(*labels, strict=True)
    font = {"size": 12.5, "color": colours.muted}
    where = [_beside(place, label) for place, _, label in labels]
    return go.Scatter(
        x=x, y=y, text=text, mode="text", name="ticks", textposition=where, textfont=font, hoverinfo="skip"
    )


def _beside(place: float, label: str) -> str:
    """Long labels at the edges are written inwards, so that none is cut."""
    if len(label) > 3 and (place < 0.05 or place > 0.95):
        return "bottom right" if place < 0.05 else "bottom left"
    return "bottom center"


def _texts(rows: Sequence[Row], colours: Palette, *, side: str) -> go.Scatter:
    """Headings on the left, the patient's readings on the right."""
    import plotly.graph_objects as go

    left = side == "left"
    return go.Scatter(
        x=[-0.012 if left else 1.012] * len(rows),
        y=[number - 0.13 for number in range(len(rows))],
        text=[f"<b>{row.heading}</b>" if left else row.reading for row in rows],
        mode="text",
        name="headings" if left else "readings",
        textposition="top right" if left else "top left",
        textfont={"size": 14, "color": colours.text if left else colours.patient},
        hoverinfo="skip",
    )


def _marks(rows: Sequence[Row], colours: Palette) -> go.Scatter:
    import plotly.graph_objects as go

    marked = [(row.mark, number) for number, row in enumerate(rows) if row.mark is not None]
    return go.Scatter(
        x=[place for place, _ in marked],
        y=[number for _, number in marked],
        mode="markers",
        name="patient",
        marker={"size": 12, "color": colours.patient, "line": {"color": "white", "width": 1.5}},
        hoverinfo="skip",
    )
