"""The nomogram as clinicians know it: points ruler, an axis per input, total points, survival; the patient on all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import count

from core.findings import Prognosis, Survival
from core.survival.model import Nomogram
from core.survival.nomogram import axes, survival_axes, total_for_survival, total_range
from dashboard.texts import survival_at

CLOSEST_LABELS = 0.062  # share of the width: labels nearer than this are left out
CHARACTER, GAP = 0.016, 0.012  # of a label and between two, in shares of a phone's width
EDGE, SHORT = 0.05, 3  # longer labels are written inwards this near to an end
MOST_TOTALS = 13  # labels below the total points


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
    rows = "".join(row_html(row) for row in drawing.rows)
    return f'<div class="nomogram" role="img" aria-label="{escape(description)}">{_drops(drawing)}{rows}</div>'


def lay_out(
    nomogram: Nomogram, prognosis: Prognosis | None, names: Mapping[str, str], readings: Mapping[str, str]
) -> Drawing:
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
    total = Row(
        heading="Total points",
        span=(0, 1),
        ticks=tuple((p / most, str(p)) for p in range(0, int(most) + 1, _total_step(most))),
        mark=None if prognosis is None else prognosis.total_points / most,
        reading="" if prognosis is None else f"{prognosis.total_points:.0f} points",
    )
    return Drawing(ruler, inputs, total, _survival_rows(nomogram, prognosis, most))


def _total_step(most: float) -> int:
    """Points between the labels of the total."""
    steps = (digit * 10**power for power in count(1) for digit in (1, 2, 5))
    return next(step for step in steps if most / step <= MOST_TOTALS)


def _reading(value: str, points: float | None) -> str:
    return value if points is None else f"{value} · {points:.0f} points"


def _survival_rows(nomogram: Nomogram, prognosis: Prognosis | None, most: float) -> tuple[Row, ...]:
    drawn = []
    for axis in survival_axes(nomogram):
        places = [(t.total_points / most, f"{100 * t.survival:.0f}") for t in axis.ticks]
        reading = None if prognosis is None else prognosis.os[axis.months]
        drawn.append(
            Row(
                heading=f"{survival_at(axis.months)}, %",
                span=(places[0][0], places[-1][0]) if places else (0, 1),
                ticks=_thinned(places),
                mark=None if reading is None else _place(nomogram, axis.months, reading, most),
                reading="" if reading is None else f"{100 * reading.value:.0f} %",
            )
        )
    return tuple(drawn)


def _place(nomogram: Nomogram, months: float, reading: Survival, most: float) -> float:
    """Where the reading lies; the same vertical line for every horizon, by construction."""
    value = min(max(reading.value, 1e-12), 1 - 1e-12)
    return min(max(float(total_for_survival(nomogram, months, value)) / most, 0.0), 1.0)


def _thinned(ticks: Sequence[tuple[float, str]]) -> tuple[tuple[float, str], ...]:
    """The same ticks; labels that would touch their left neighbour are emptied."""
    kept: list[tuple[float, str]] = []
    last, end = -1.0, -1.0
    for place, label in sorted(ticks):
        left, right = _extent(place, label)
        free = place - last >= CLOSEST_LABELS and left - end >= GAP
        kept.append((place, label if free else ""))
        last, end = (place, right) if free else (last, end)
    return tuple(kept)


def _extent(place: float, label: str) -> tuple[float, float]:
    """From where to where a label is written."""
    width = CHARACTER * len(label)
    left = {"": place - width / 2, "start": place, "end": place - width}[inwards(place, label)]
    return left, left + width


def row_html(row: Row) -> str:
    """One axis: heading, the patient's reading, line, ticks with labels, mark."""
    start, end = row.span
    ticks = "".join(f'<i class="tick" style="left:{_per_cent(place)}"></i>' for place, _ in row.ticks)
    labels = "".join(
        f'<span style="left:{_per_cent(place)}"{_class(inwards(place, label))}>{escape(label)}</span>'
        for place, label in row.ticks
        if label
    )
    mark = "" if row.mark is None else f'<u style="left:{_per_cent(row.mark)}"></u>'
    line = f'<i class="line" style="left:{_per_cent(start)};width:{_per_cent(end - start)}"></i>'
    return (
        f'<div class="axis"><div class="head"><b>{escape(row.heading)}</b><em>{escape(row.reading)}</em></div>'
        f"{line}{ticks}{labels}{mark}</div>"
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


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""


def inwards(place: float, label: str) -> str:
    """Long labels at the edges are written inwards, from their start or to their end, so that none is cut."""
    if len(label) <= SHORT or EDGE <= place <= 1 - EDGE:
        return ""
    return "start" if place < EDGE else "end"
