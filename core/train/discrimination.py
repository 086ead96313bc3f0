"""Areas under the ROC curve with intervals (E. R. DeLong et al., Biometrics 1988;44:837)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.artefacts import Metric
from core.geometry import FloatArray

Z95 = 1.959963984540054


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % interval."""

    value: float
    low: float
    high: float

    def metric(self, name: str, n: int) -> Metric:
        """As a line of a model card."""
        return Metric(name, self.value, self.low, self.high, n)


def auc(labels: npt.ArrayLike, scores: npt.ArrayLike) -> Estimate:
    """AUC with DeLong's interval, cut at 0 and 1.

    Args:
        labels: (n,) 0 or 1, both present. scores: (n,), higher for 1.

    Raises:
        ValueError: if only one class is present.
    """
    value, by_case, by_control = _placements(labels, scores)
    width = Z95 * float(np.sqrt(_mean_variance(by_case) + _mean_variance(by_control)))
    return Estimate(value, max(0.0, value - width), min(1.0, value + width))


def auc_difference(labels: npt.ArrayLike, first: npt.ArrayLike, second: npt.ArrayLike) -> Estimate:
    """AUC of `first` minus AUC of `second` on the same patients, with DeLong's paired interval."""
    one, case_one, control_one = _placements(labels, first)
    two, case_two, control_two = _placements(labels, second)
    variance = _mean_variance(case_one - case_two) + _mean_variance(control_one - control_two)
    width = Z95 * float(np.sqrt(variance))
    return Estimate(one - two, one - two - width, one - two + width)


def _placements(labels: npt.ArrayLike, scores: npt.ArrayLike) -> tuple[float, FloatArray, FloatArray]:
    """AUC, and for each case the share of controls below it, for each control the share of cases above it."""
    positive = np.asarray(labels) == 1
    values = np.asarray(scores, dtype=np.float64)
    cases, controls = values[positive], values[~positive]
    if cases.size == 0 or controls.size == 0:
        raise ValueError("labels: expected both classes, got one")
    wins = (cases[:, None] > controls).astype(np.float64) + 0.5 * (cases[:, None] == controls)
    return float(wins.mean()), wins.mean(axis=1), wins.mean(axis=0)


def _mean_variance(values: FloatArray) -> float:
    return float(values.var(ddof=1)) / values.size if values.size > 1 else 0.0
