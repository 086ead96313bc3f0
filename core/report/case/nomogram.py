"""The nomogram as it is printed: ruler on top, an axis per input, total points, survival; with a patient or without."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from core.findings import Prognosis
from core.report.case import shapes
from core.report.case.style import MUTED, PATIENT, TEXT, width_of
from core.report.sentences import AXIS_NAMES, NOT_FOR_CLINICAL_USE, SOURCE, percent, percent_range, survival_at
from core.survival.model import Nomogram
from core.survival.nomogram import LONGEST_AXIS_POINTS, axes, survival_axes, total_range

LABELS, RIGHT, ROW, ABOVE = 126.0, 12.0, 24.5, 14.0  # points: column of names, margin, height of a row, over the ruler
HEAD_SIZE, TICK_SIZE, READING_SIZE, FOOT_SIZE = 7.6, 6.6, 6.8, 6.0
TICK, HALF_TICK, DOT, GAP = 4.0, 2.2, 3.1, 3.5
MOST_TOTALS = 14


@dataclass(frozen=True)
class Row:
    """One axis, places in shares of the width.

    Attributes:
        kind: what it is.
        heading: its name; reading: the patient's, below it.
        ticks: (place, label).
        minor: places of ticks between them.
        mark: the patient's place, None without a patient.
    """

    kind: Literal["ruler", "input", "total", "survival"]
    heading: str
    ticks: tuple[tuple[float, str], ...]
    minor: tuple[float, ...] = ()
    reading: str = ""
    mark: float | None = None

    @property
    def is_ruler(self) -> bool:
        """Whether it is the ruler of points, labelled above."""
        return self.kind == "ruler"


@dataclass(frozen=True)
class Patient:
    """Whom the marks are of: the answer, and his value on every axis in words."""

    prognosis: Prognosis
    readings: Mapping[str, str]


def nomogram_drawing(
    nomogram: Nomogram,
    patient: Patient | None,
    width: float,
    *,
    names: Mapping[str, str] = AXIS_NAMES,
    alone: bool = False,
) -> Any:
    """The drawing, `width` points wide.

    Args:
        nomogram: published or own.
        patient: None for the axes alone.
        width: of all of it.
        names: the axes in words.
        alone: with source and purpose below, for a figure that leaves the report.
    """
    rows = nomogram_rows(nomogram, patient, names)
    foot = 2 * FOOT_SIZE + 8 if alone else 0.0
    height = ABOVE + ROW * len(rows) + foot
    drawn = shapes.drawing(width, height)
    places = [height - ABOVE - ROW * number for number in range(len(rows))]
    across = width - LABELS - RIGHT
    drops = _drops(rows)
    for mark, first, last in drops:
        x = _x(mark, across)
        drawn.add(shapes.dotted((x, places[first]), (x, places[last]), PATIENT))
    for number, (row, y) in enumerate(zip(rows, places, strict=True)):
        crossing = [mark for mark, first, last in drops if first <= number < last]
        for shape in _axis(row, y, across, crossing):
            drawn.add(shape)
    if alone:
        drawn.add(shapes.text((0, FOOT_SIZE + 4), SOURCE if nomogram.model != "own" else "", FOOT_SIZE, MUTED))
        drawn.add(shapes.text((0, 2), NOT_FOR_CLINICAL_USE, FOOT_SIZE, MUTED))
    return drawn


def nomogram_rows(nomogram: Nomogram, patient: Patient | None, names: Mapping[str, str]) -> tuple[Row, ...]:
    """What is drawn, from top to bottom; every number is that of `core.survival`."""
    found = None if patient is None else patient.prognosis
    most = total_range(nomogram)[1]
    ruler = Row(
        "ruler",
        "Points",
        tuple((points / 100, str(points)) for points in range(0, 101, 10)),
        tuple(points / 100 for points in range(5, 100, 10)),
    )
    inputs = [
        Row(
            "input",
            names.get(axis.name, axis.label),
            tuple((tick.points / LONGEST_AXIS_POINTS, tick.label) for tick in axis.ticks),
            reading=_input_reading(axis.name, patient),
            mark=None if found is None else found.points[axis.name] / LONGEST_AXIS_POINTS,
        )
        for axis in axes(nomogram)
    ]
    total = None if found is None else found.total_points / most
    words = "" if found is None else f"{found.total_points:.0f} points"
    below = [_survival_row(axis.months, axis.ticks, found, most) for axis in survival_axes(nomogram)]
    return ruler, *inputs, Row("total", "Total points", *_total_ticks(most), words, total), *below


def _survival_row(months: float, ticks: Sequence[Any], found: Prognosis | None, most: float) -> Row:
    reading = "" if found is None else f"{percent(found.os[months])[0]} ({percent_range(found.os[months])})"
    places = tuple((tick.total_points / most, f"{100 * tick.survival:.0f}") for tick in ticks)
    mark = None if found is None else found.total_points / most
    return Row("survival", f"{survival_at(months)}, %", places, reading=reading, mark=mark)


def _input_reading(name: str, patient: Patient | None) -> str:
    if patient is None:
        return ""
    value = patient.readings.get(name, "")
    return f"{value} · {patient.prognosis.points[name]:.0f} points"


def _total_ticks(most: float) -> tuple[tuple[tuple[float, str], ...], tuple[float, ...]]:
    """Labelled ticks and those half-way between."""
    step = next(size for size in (10, 20, 50, 100, 200, 500, 1000) if most / size <= MOST_TOTALS)
    labelled = tuple((points / most, str(points)) for points in range(0, int(most) + 1, step))
    return labelled, tuple(points / most for points in range(step // 2, int(most) + 1, step))


def _axis(row: Row, y: float, across: float, crossing: Sequence[float]) -> list[Any]:
    """Name, reading, line, ticks, labels, mark; a label that a dotted line of `crossing` runs through is set off."""
    drawn = [shapes.bold((0, y - 1), row.heading, HEAD_SIZE)]
    if row.reading:
        drawn.append(shapes.text((0, y - 10), row.reading, READING_SIZE, PATIENT))
    places = [*(place for place, _ in row.ticks), *row.minor] or [0.0, 1.0]
    drawn.append(shapes.line((_x(min(places), across), y), (_x(max(places), across), y)))
    down = 1 if row.is_ruler else -1
    for place in row.minor:
        drawn.append(shapes.line((_x(place, across), y), (_x(place, across), y + down * HALF_TICK), width=0.4))
    base = y + TICK + 2 if row.is_ruler else y - TICK - TICK_SIZE
    for place, label in thinned(row.ticks, across):
        x, half = _x(place, across), width_of(label, TICK_SIZE) / 2
        drawn.append(shapes.line((x, y), (x, y + down * TICK)))
        if any(abs(_x(mark, across) - x) < half + 1 for mark in crossing):
            drawn.append(shapes.box((x - half - 0.8, base - 1), (2 * half + 1.6, TICK_SIZE), "#ffffff"))
        drawn.append(shapes.text((x, base), label, TICK_SIZE, TEXT, "middle"))
    if row.mark is not None:
        drawn.append(shapes.dot((_x(row.mark, across), y), DOT, PATIENT))
    return drawn


def _drops(rows: Sequence[Row]) -> list[tuple[float, int, int]]:
    """Places of the dotted lines, with their upper and lower row: from each input's mark up to the ruler, and from the
    total down to the last survival axis.
    """
    marks = [(number, row) for number, row in enumerate(rows) if row.mark is not None]
    drops = [(row.mark, 0, number) for number, row in marks if row.kind == "input"]
    drops += [(row.mark, number, len(rows) - 1) for number, row in marks if row.kind == "total"]
    return [(mark, first, last) for mark, first, last in drops if mark is not None]


def thinned(ticks: Sequence[tuple[float, str]], across: float) -> list[tuple[float, str]]:
    """The same ticks; a label that would touch one to its left is emptied, the last is kept before its neighbour."""
    ordered = sorted(ticks)
    kept: list[tuple[float, str]] = []
    right = -1e9
    last_left = _left(ordered[-1], across) if ordered else 0.0
    for number, (place, label) in enumerate(ordered):
        is_last = number == len(ordered) - 1
        left, end = _left((place, label), across), _left((place, label), across) + width_of(label, TICK_SIZE)
        free = left >= right + GAP and (is_last or number == 0 or end + GAP <= last_left)
        kept.append((place, label if free else ""))
        right = end if free else right
    return kept


def _left(tick: tuple[float, str], across: float) -> float:
    return tick[0] * across - width_of(tick[1], TICK_SIZE) / 2


def _x(place: float, across: float) -> float:
    return LABELS + place * across
