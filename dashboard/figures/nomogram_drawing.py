"""The nomogram as clinicians know it: points ruler, an axis per input, total points, survival; the patient on all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from core.findings import Prognosis, Survival
from core.survival.nomogram import axes, survival_axes, total_for_survival, total_range
from core.survival.model import Nomogram

CLOSEST_LABELS = 0.062  # share of the width: labels nearer than this are left out


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


def nomogram_drawing(drawing: Drawing, description: str) -> str:
    """The drawing as HTML that scales with the page, dressed by style.css; `description` is for screen readers."""
    rows = "".join(_row(row) for row in drawing.rows)
    return f'<div class="nomogram" role="img" aria-label="{escape(description)}">{_drops(drawing)}{rows}</div>'


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


def _row(row: Row) -> str:
    """One axis: heading, the patient's reading, line, ticks with labels, mark."""
    start, end = row.span
    ticks = "".join(f'<i class="tick" style="left:{_per_cent(place)}"></i>' for place, _ in row.ticks)
    labels = "".join(
        f'<span style="left:{_per_cent(place)}"{_inwards(place, label)}>{escape(label)}</span>'
        for place, label in row.ticks
        if label
    )
    mark = "" if row.mark is None else f'<u style="left:{_per_cent(row.mark)}"></u>'
    line = f'<i class="line" style="left:{_per_cent(start)};width:{_per_cent(end - start)}"></i>'
    return (
        f'<div class="axis"><b>{escape(row.heading)}</b><em>{escape(row.reading)}</em>{line}{ticks}{labels}{mark}</div>'
    )


def _drops(drawing: Drawing) -> str:
    """From each input's mark up to the ruler, and from the total down through the survival axes; tops count rows."""
    total_row, last = 1 + len(drawing.inputs), len(drawing.rows) - 1
    drops = [(row.mark, 0, number) for number, row in enumerate(drawing.inputs, start=1)]
    drops.append((drawing.total.mark, total_row, last))
    return "".join(
        f'<i class="drop" style="left:{_per_cent(place)};--from:{start};--rows:{end - start}"></i>'
        for place, start, end in drops
        if place is not None
    )


def _per_cent(share: float) -> str:
    return f"{100 * share:.2f}%"


def _inwards(place: float, label: str) -> str:
    """Long labels at the edges are written inwards, so that none is cut."""
    if len(label) > 3 and (place < 0.05 or place > 0.95):
        return ' class="start"' if place < 0.05 else ' class="end"'
    return ""
