"""Pointwise limits of a survival probability from the standard error of its logarithm, as survival::survfit of R."""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy.stats import norm

from core.survival.step_function import FloatArray

IntervalKind = Literal["log", "log-log", "plain"]


def z_of(level: float) -> float:
    """The normal quantile of a two-sided interval, 1.96 for .95."""
    return float(norm.ppf(0.5 + level / 2))


def survival_interval(
    survival: FloatArray, se_log: FloatArray, level: float, kind: IntervalKind
) -> tuple[FloatArray, FloatArray]:
    """Limits, within 0..1, in the shape of `survival`.

    Args:
        survival: probabilities.
        se_log: standard error of log survival (of the cumulative hazard).
        level: such as .95.
        kind: the scale on which the interval is symmetric: "log" (R's default), "log-log" or "plain".

    Not a number where R gives NA: at survival 0, and for "log-log" at 1 too.
    """
    z = z_of(level)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if kind == "plain":
            half = z * np.where(survival > 0, se_log * survival, np.nan)
            return np.maximum(survival - half, 0.0), np.minimum(survival + half, 1.0)
        if kind == "log":
            logarithm = np.where(survival > 0, np.log(survival), np.nan)
            return np.exp(logarithm - z * se_log), np.minimum(np.exp(logarithm + z * se_log), 1.0)
        hazard = np.where((survival > 0) & (survival < 1), -np.log(survival), np.nan)
        factor = np.exp(z * se_log / hazard)
        return np.exp(-hazard * factor), np.exp(-hazard / factor)
