"""Observed against predicted survival in groups of patients with similar predictions.

Groups are quantiles of the prediction, observed survival is each group's Kaplan-Meier estimate: rms::groupkm of R with
the groups of Hmisc::cut2 (Harrell, Regression Modeling Strategies, 2015, section 20.3).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.survival.follow_up import FollowUp, IntArray
from core.survival.intervals import survival_interval
from core.survival.kaplan_meier import kaplan_meier
from core.survival.step_function import FloatArray, within

# groupkm takes times this near to the horizon as the horizon, and predictions below SMALLEST as 0.
TOLERANCE = 1e-6
SMALLEST = 1e-10


@dataclass(frozen=True, eq=False)
class GroupedCalibration:
    """g groups, the lowest predicted survival first; arrays (g,).

    Attributes:
        horizon: at which survival is predicted and observed.
        predicted: mean predicted survival.
        n, events: patients, and deaths at any time.
        observed: Kaplan-Meier survival at the horizon; not a number where the group is followed up less long or is one
            patient.
        se_log: standard error of log `observed`; infinite where that is 0.
        low, high: limits of `observed`, symmetric in its logarithm; not a number where that is 0 or unknown.
    """

    horizon: float
    predicted: FloatArray
    n: IntArray
    events: IntArray
    observed: FloatArray
    se_log: FloatArray
    low: FloatArray
    high: FloatArray


def grouped_calibration(
    follow_up: FollowUp, survival: npt.ArrayLike, horizon: float, groups: int = 5, level: float = 0.95
) -> GroupedCalibration:
    """Calibration at `horizon` in `groups` groups, fewer where predictions are tied.

    Args:
        follow_up: of n patients.
        survival: predicted survival at the horizon, (n,), 0..1.
        horizon: in the unit of `follow_up`.
        groups: quantile groups.
        level: of the intervals.

    Raises:
        InputError: for a prediction outside 0..1, another number of them, a negative horizon or no group.
    """
    predicted = within(survival, 0.0, 1.0, "predicted survival")
    within(horizon, 0.0, np.inf, "horizon")
    if predicted.shape != (len(follow_up),):
        raise InputError(f"predicted survival: expected {len(follow_up)} patients, got {predicted.shape}")
    predicted = np.where(predicted < SMALLEST, 0.0, predicted)
    group = quantile_groups(predicted, groups)
    n = np.bincount(group)
    observed, se_log = np.array([_observed(follow_up.of(group == k), horizon) for k in range(len(n))]).T
    low, high = survival_interval(observed, se_log, level, "log")
    return GroupedCalibration(
        horizon=float(horizon),
        predicted=np.bincount(group, weights=predicted) / n,
        n=n,
        events=np.bincount(group[follow_up.event], minlength=len(n)),
        observed=observed,
        se_log=se_log,
        low=low,
        high=high,
    )


def quantile_groups(values: FloatArray, groups: int) -> IntArray:
    """Group of each of `values` (n,), from 0, as Hmisc::cut2(values, g = groups).

    Group j ends at the smallest value up to which at least a share j / groups lie; equal values stay together, so that
    there may be fewer groups. Values equal in 15 digits are equal, as for R's table().

    Raises:
        InputError: for less than one group.
    """
    if groups < 1:
        raise InputError(f"groups: expected at least 1, got {groups}")
    rounded = np.char.mod("%.15g", values).astype(np.float64)
    distinct, counts = np.unique(rounded, return_counts=True)
    shares = np.arange(1, groups + 1) * len(values) / groups
    ends = distinct[np.minimum(np.searchsorted(np.cumsum(counts), shares), len(distinct) - 1)]
    return np.searchsorted(np.unique(ends), rounded)


def _observed(follow_up: FollowUp, horizon: float) -> tuple[float, float]:
    """Survival at the horizon and the standard error of its logarithm."""
    curve = kaplan_meier(follow_up)
    ended = horizon > curve.time[-1] + TOLERANCE and curve.survival[-1] > 0
    if len(follow_up) < 2 or ended:
        return np.nan, np.nan
    step = np.searchsorted(curve.time, horizon + TOLERANCE, side="right")
    return float(np.append(1.0, curve.survival)[step]), float(np.append(0.0, curve.se_log)[step])
