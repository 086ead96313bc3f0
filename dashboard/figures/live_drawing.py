"""What the live nomogram is drawn from: axes, cohort, and the few numbers from which the browser reckons points and
survival by itself while a mark is dragged.

    points   = zero + slope * value, or those of the level
    survival = exp(-exp(offset + total / scale)), offset = log of the cumulative hazard at 0 points

`dashboard/live/reckon.js` has the same formulas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.survival.model import Nomogram
from core.survival.nomogram import (
    Axis,
    axes,
    linear_predictor_at,
    points_per_unit,
    survival_axes,
    total_range,
)
from core.survival.questions import SCORES, Question, questions
from core.survival.tagged import Tag
from dashboard.figures.nomogram_drawing import Row, inwards, lay_out
from dashboard.texts import live as words

SCORE_STEP = 0.01
STEPS = 20  # at least, over the range of a number


@dataclass(frozen=True)
class Standing:
    """Where the inputs stand, by axis.

    Attributes:
        values: numbers; None is unknown.
        readings: the same in words.
    """

    values: Mapping[str, float | None]
    readings: Mapping[str, str]


def live_drawing(nomogram: Nomogram, standing: Standing, names: Mapping[str, str]) -> dict[str, Any]:
    """The whole drawing as JSON takes it; places are shares of the width."""
    layout = lay_out(nomogram, None, names, {})
    asked = {question.name: question for question in questions(nomogram)}
    rows = [
        _input(nomogram, axis, asked[axis.name], row) for axis, row in zip(axes(nomogram), layout.inputs, strict=True)
    ]
    return {
        "ruler": _row(layout.ruler),
        "inputs": rows,
        "total": _row(layout.total) | {"most": total_range(nomogram)[1]},
        "survival": [
            _row(row) | {"offset": _offset(nomogram, axis.months)}
            for axis, row in zip(survival_axes(nomogram), layout.survival, strict=True)
        ],
        "scale": points_per_unit(nomogram),
        "standing": {
            axis: {"value": value, "reading": standing.readings.get(axis, "")}
            for axis, value in standing.values.items()
        },
        "words": words.WORDS,
    }


def cohort_tags(nomogram: Nomogram) -> dict[str, Tag]:
    """Where the cohort behind an axis is known from, for the axes that have one drawn."""
    from core.simulate.distribution import axis_distribution

    found = {question.name: axis_distribution(nomogram, question) for question in questions(nomogram)}
    return {axis: distribution.tag for axis, distribution in found.items() if distribution is not None}


def step_of(question: Question) -> float:
    """By how much an arrow key moves a number; of a dragged mark what its number is rounded to."""
    if question.name in SCORES:
        return SCORE_STEP
    low, high = question.range
    return float(10 ** np.floor(np.log10((high - low) / STEPS)))


def _row(row: Row) -> dict[str, Any]:
    ticks = [[place, label, inwards(place, label)] for place, label in row.ticks]
    return {"heading": row.heading, "span": row.span, "ticks": ticks}


def _input(nomogram: Nomogram, axis: Axis, question: Question, row: Row) -> dict[str, Any]:
    first, last = axis.ticks[0], axis.ticks[-1]
    slope = 0.0 if question.is_category else (last.points - first.points) / (last.value - first.value)
    zero = first.points - slope * first.value
    step = step_of(question)
    levels = [[tick.value, tick.label, tick.points] for tick in axis.ticks] if question.levels else None
    return _row(row) | {
        "name": axis.name,
        "levels": levels,
        "low": question.range[0],
        "high": question.range[1],
        "zero": zero,
        "slope": slope,
        "step": step,
        "digits": max(0, round(-np.log10(step))),
        "start": _start(question, step),
        "cohort": _cohort(nomogram, axis, question, (zero, slope)),
    }


def _start(question: Question, step: float) -> float:
    """Where a mark begins that the keyboard sets on an axis without one: near the cohort's mean."""
    if question.is_category:
        return 0.0
    reference = question.terms[0].reference.value
    if question.levels:
        return min((value for _, value in question.levels), key=lambda value: abs(value - reference))
    low, high = question.range
    return float(min(max(round(reference / step) * step, low), high))


def _cohort(nomogram: Nomogram, axis: Axis, question: Question, line: tuple[float, float]) -> dict[str, Any] | None:
    """Bars (from, to, height) of the cohort behind the axis, the highest 1, and where they are known from.

    Where a fitted nomogram knows no more than the cohort's mean, that alone.
    """
    from core.simulate.distribution import axis_distribution

    def place(value: float) -> float:
        return by_level.get(value, line[0] + line[1] * value) / 100

    by_level = {tick.value: tick.points for tick in axis.ticks}
    found = axis_distribution(nomogram, question)
    if found is None:
        mean = question.terms[0].reference
        if mean.tag != "fitted" or question.is_category:
            return None
        at = place(mean.value)
        return {"bars": [[at, at, 1.0]], "is_mean": True, "source": words.mean(mean.value)}
    highest = max(bar.share for bar in found.bars)
    bars = [[*sorted((place(bar.low), place(bar.high))), bar.share / highest] for bar in found.bars]
    return {"bars": bars, "is_mean": False, "source": words.SOURCES[found.tag]}


def _offset(nomogram: Nomogram, months: float) -> float:
    return float(np.log(nomogram.cumulative_hazard_at(months, linear_predictor_at(nomogram, 0.0))))
