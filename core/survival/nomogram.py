"""The points of a published nomogram, for reading and for drawing.

The input whose range moves the linear predictor most spans 0 to 100 points; every axis starts at 0 points where it
harms least. Points of the two nomograms are on different scales and must not be subtracted from each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.survival.published import Nomogram
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
    """The axis of survival at one horizon, below the total points; `ticks` ascend by total points."""

    months: int
    ticks: tuple[SurvivalTick, ...]


def points_per_unit(nomogram: Nomogram) -> float:
    """Points for one unit of the linear predictor."""
    return LONGEST_AXIS_POINTS / float(np.ptp(_ends(nomogram), axis=0).max())


def axis_points(nomogram: Nomogram, x: npt.ArrayLike) -> FloatArray:
    """Points on each axis, (..., p), for inputs (..., p).

    Raises:
        InputError: for an input out of its range.
    """
    lowest = _ends(nomogram).min(axis=0)
    return np.asarray(points_per_unit(nomogram) * (nomogram.checked(x) * nomogram.beta - lowest))


def total_points(nomogram: Nomogram, x: npt.ArrayLike) -> FloatArray:
    """Sum of the points, (...), for inputs (..., p)."""
    return np.asarray(axis_points(nomogram, x).sum(axis=-1))


def total_range(nomogram: Nomogram) -> tuple[float, float]:
    """Least and most total points that inputs in their ranges can give."""
    return 0.0, points_per_unit(nomogram) * float(np.ptp(_ends(nomogram), axis=0).sum())


def linear_predictor_at(nomogram: Nomogram, total: npt.ArrayLike) -> FloatArray:
    """Uncentred linear predictor at `total` points.

    Raises:
        InputError: for points outside `total_range`.
    """
    low, high = total_range(nomogram)
    # The sum of a patient's points may pass the end of the range by rounding.
    points = np.clip(within(total, low - 1e-9, high + 1e-9, "total points"), low, high)
    return np.asarray(points / points_per_unit(nomogram) + _ends(nomogram).min(axis=0).sum())


def survival_at(nomogram: Nomogram, months: npt.ArrayLike, total: npt.ArrayLike) -> FloatArray:
    """Survival at `months` for `total` points, broadcast; errors as in `linear_predictor_at`."""
    return nomogram.survival(months, linear_predictor_at(nomogram, total))


def total_for_survival(nomogram: Nomogram, months: float, survival: npt.ArrayLike) -> FloatArray:
    """Total points, perhaps off the axis, at which survival at `months` is `survival` (0..1, both excluded)."""
    hazard = -np.log(np.asarray(survival, dtype=np.float64))
    lp = np.log(hazard / nomogram.reference_hazard(months)) + nomogram.lp_reference.value
    return np.asarray(points_per_unit(nomogram) * (lp - _ends(nomogram).min(axis=0).sum()))


def axes(nomogram: Nomogram) -> tuple[Axis, ...]:
    """One axis per input, in the order of the terms."""
    scale, lowest = points_per_unit(nomogram), _ends(nomogram).min(axis=0)
    return tuple(
        Axis(
            term.name,
            term.label,
            tuple(Tick(label, value, float(scale * (value * term.beta.value - low))) for label, value in term.levels),
        )
        for term, low in zip(nomogram.terms, lowest, strict=True)
    )


def survival_axes(nomogram: Nomogram) -> tuple[SurvivalAxis, ...]:
    """One axis per published horizon, with the survival ticks that fall within the total points' range."""
    low, high = total_range(nomogram)
    drawn = []
    for months in nomogram.horizons_months.value:
        totals = total_for_survival(nomogram, months, SURVIVAL_TICKS)
        ticks = [SurvivalTick(s, float(t)) for s, t in zip(SURVIVAL_TICKS, totals, strict=True) if low <= t <= high]
        drawn.append(SurvivalAxis(int(months), tuple(ticks)))
    return tuple(drawn)


def _ends(nomogram: Nomogram) -> FloatArray:
    """Contribution to the linear predictor at the two ends of each input's range, (2, p)."""
    return np.asarray(np.array([term.range for term in nomogram.terms]).T * nomogram.beta)
