"""A figure expected in a very large sample, with the range in which it falls in cohorts of the paper's size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.survival.step_function import FloatArray

Measures = Mapping[str, FloatArray]
"""Figures of one cohort by name, arrays of any shape; not a number where a cohort does not have one."""

RANGE = (0.025, 0.975)


@dataclass(frozen=True, eq=False)
class Ranged:
    """Figures of one shape.

    Attributes:
        value: in the large sample; of p values, which there are all 0, the median over cohorts.
        low, high: 2.5th and 97.5th percentile over those cohorts that have the figure; not a number if none has.
    """

    value: FloatArray
    low: FloatArray
    high: FloatArray

    def at(self, *place: int) -> tuple[float, float, float]:
        """Value, low and high at one place."""
        return float(self.value[place]), float(self.low[place]), float(self.high[place])


def ranged(large: Measures, cohorts: Sequence[Measures], medians: frozenset[str] = frozenset()) -> dict[str, Ranged]:
    """The figures of `large` with their ranges over `cohorts`; those named in `medians` have the cohorts' median."""
    result = {}
    for name, value in large.items():
        rows = np.stack([cohort[name] for cohort in cohorts])
        low, middle, high = _quantiles(rows, (RANGE[0], 0.5, RANGE[1]))
        result[name] = Ranged(middle if name in medians else np.asarray(value, dtype=np.float64), low, high)
    return result


def _quantiles(rows: FloatArray, shares: tuple[float, ...]) -> FloatArray:
    """Over the first axis, of what is a number."""
    flat = rows.reshape(len(rows), -1)
    known = ~np.isnan(flat).all(axis=0)
    result = np.full((len(shares), flat.shape[1]), np.nan)
    result[:, known] = np.nanquantile(flat[:, known], shares, axis=0)
    return result.reshape(len(shares), *rows.shape[1:])
