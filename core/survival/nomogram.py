"""The points of a nomogram, for reading and for drawing; the scale is that of rms::nomogram.

The input whose range moves the linear predictor most spans 0 to 100 points; every axis starts at 0 points where it
harms least. An axis is a term, or the terms of one categorical variable. Points of two nomograms are on different
scales and must not be subtracted from each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.survival.model import Nomogram
from core.survival.pretty import pretty
from core.survival.step_function import FloatArray, within

LONGEST_AXIS_POINTS = 100.0
SURVIVAL_TICKS = (0.99, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05, 0.01)


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: its label, the input's number, its points."""

    label: str
    value: float
    points: float


@dataclass(frozen=True)
class Axis:
    """The axis of one input, in points of the ruler on top; `ticks` ascend by value."""

    name: str
    label: str
    ticks: tuple[Tick, ...]


@dataclass(frozen=True)
class SurvivalTick:
    """A survival probability and the total points at which it is read."""

    survival: float
    total_points: float


@dataclass(frozen=True)
class SurvivalAxis:
    """The axis of survival at one horizon, below the total points; `ticks` ascend by total points.

    `months` is exact: an int where it is a whole number, as in `Prognosis.os`.
    """

    months: float
    ticks: tuple[SurvivalTick, ...]


def points_per_unit(nomogram: Nomogram) -> float:
    """Points for one unit of the linear predictor."""
    low, high = _ends(nomogram)
    return LONGEST_AXIS_POINTS / float((high - low).max())


def axis_names(nomogram: Nomogram) -> tuple[str, ...]:
    """Names of the a axes, in the order of the terms."""
    return tuple(_terms_by_axis(nomogram))


def axis_points(nomogram: Nomogram, x: npt.ArrayLike) -> FloatArray:
    """Points on each axis, (..., a), for inputs (..., p).

    Raises:
        InputError: for an input out of its range.
    """
    contributions = nomogram.checked(x) * nomogram.beta
    groups = _terms_by_axis(nomogram).values()
    by_axis = np.stack([contributions[..., positions].sum(axis=-1) for positions in groups], axis=-1)
    return np.asarray(points_per_unit(nomogram) * (by_axis - _ends(nomogram)[0]))


def total_points(nomogram: Nomogram, x: npt.ArrayLike) -> FloatArray:
    """Sum of the points, (...), for inputs (..., p)."""
    return np.asarray(axis_points(nomogram, x).sum(axis=-1))


def total_range(nomogram: Nomogram) -> tuple[float, float]:
    """Least and most total points that inputs in their ranges can give."""
    low, high = _ends(nomogram)
    return 0.0, points_per_unit(nomogram) * float((high - low).sum())


def linear_predictor_at(nomogram: Nomogram, total: npt.ArrayLike) -> FloatArray:
    """Uncentred linear predictor at `total` points.

    Raises:
        InputError: for points outside `total_range`.
    """
    low, high = total_range(nomogram)
    # The sum of a patient's points may pass the end of the range by rounding.
    points = np.clip(within(total, low - 1e-9, high + 1e-9, "total points"), low, high)
    return np.asarray(points / points_per_unit(nomogram) + _ends(nomogram)[0].sum())


def survival_at(nomogram: Nomogram, months: npt.ArrayLike, total: npt.ArrayLike) -> FloatArray:
    """Survival at `months` for `total` points, broadcast; errors as in `linear_predictor_at`."""
    return nomogram.survival(months, linear_predictor_at(nomogram, total))


def total_for_survival(nomogram: Nomogram, months: float, survival: npt.ArrayLike) -> FloatArray:
    """Total points, perhaps off the axis, at which survival at `months` is `survival` (0..1, both excluded)."""
    hazard = -np.log(np.asarray(survival, dtype=np.float64))
    lp = np.log(hazard / nomogram.reference_hazard(months)) + nomogram.lp_reference.value
    return np.asarray(points_per_unit(nomogram) * (lp - _ends(nomogram)[0].sum()))


def axes(nomogram: Nomogram) -> tuple[Axis, ...]:
    """One axis per input, in the order of the terms."""
    scale, lowest = points_per_unit(nomogram), _ends(nomogram)[0]
    drawn = []
    for (name, positions), low in zip(_terms_by_axis(nomogram).items(), lowest, strict=True):
        marks = _marks(nomogram, positions)
        ticks = tuple(Tick(label, value, float(scale * (moved - low))) for label, value, moved in marks)
        drawn.append(Axis(name, nomogram.terms[positions[0]].label, ticks))
    return tuple(drawn)


def lp_axis(nomogram: Nomogram, lowest: float, highest: float) -> tuple[tuple[float, float], ...]:
    """Round values of the linear predictor, centred at the reference, with their total points.

    Args:
        nomogram: the model.
        lowest, highest: of the patients' centred linear predictors; the axis covers them.
    """
    values = pretty(lowest, highest)
    start = _ends(nomogram)[0].sum() - nomogram.lp_reference.value
    return tuple(zip(values.tolist(), (points_per_unit(nomogram) * (values - start)).tolist(), strict=True))


def survival_axes(nomogram: Nomogram) -> tuple[SurvivalAxis, ...]:
    """One axis per horizon that is read out, with the survival ticks that fall within the total points' range."""
    low, high = total_range(nomogram)
    drawn = []
    for months in nomogram.readings_months:
        totals = total_for_survival(nomogram, months, SURVIVAL_TICKS)
        ticks = [SurvivalTick(s, float(t)) for s, t in zip(SURVIVAL_TICKS, totals, strict=True) if low <= t <= high]
        drawn.append(SurvivalAxis(exact_months(months), tuple(ticks)))
    return tuple(drawn)


def exact_months(months: float) -> float:
    """A time as a key: an int where it is a whole number, so that 12 months are written 12; else as it is."""
    return int(months) if float(months).is_integer() else float(months)


def _terms_by_axis(nomogram: Nomogram) -> dict[str, list[int]]:
    """Positions of the terms that share an axis, by its name."""
    groups: dict[str, list[int]] = {}
    for position, term in enumerate(nomogram.terms):
        groups.setdefault(term.factor or term.name, []).append(position)
    return groups


def _marks(nomogram: Nomogram, positions: list[int]) -> list[tuple[str, float, float]]:
    """Label, number and contribution to the linear predictor of each mark on an axis."""
    terms = [nomogram.terms[position] for position in positions]
    if not terms[0].factor:
        return [(label, value, value * terms[0].beta.value) for label, value in terms[0].levels]
    first = (terms[0].levels[0][0], 0.0, 0.0)
    return [first, *((term.levels[1][0], float(rank), term.beta.value) for rank, term in enumerate(terms, start=1))]


def _ends(nomogram: Nomogram) -> tuple[FloatArray, FloatArray]:
    """Least and greatest contribution of each axis to the linear predictor, (a,) each.

    Of one term: at the ends of its range. Of a categorical variable: of its levels, the first being 0.
    """
    ends = np.array([term.range for term in nomogram.terms]).T * nomogram.beta
    groups = _terms_by_axis(nomogram).values()
    low = np.array([ends[:, positions].min() for positions in groups])
    return low, np.array([ends[:, positions].max() for positions in groups])
