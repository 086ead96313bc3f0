"""Estimates of several models at several horizons, and their differences, from the patients' influences.

The standard error is the standard deviation of the influences over the square root of n; as all models have influences
of the same patients, that of a difference follows from the differences of influences. Intervals and p values are
normal. So does riskRegression::Score (Gerds and Kattan, Medical Risk Prediction Models, 2021).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.stats import norm

from core.errors import InputError
from core.survival.intervals import z_of
from core.survival.step_function import FloatArray


@dataclass(frozen=True, eq=False)
class Estimates:
    """One number per model and horizon.

    Attributes:
        names: of the m models.
        horizons: (t,).
        value, se: (m, t).
        low, high: limits, cut to 0..1, (m, t).
    """

    names: tuple[str, ...]
    horizons: FloatArray
    value: FloatArray
    se: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, eq=False)
class Contrasts:
    """Differences model minus reference, one row for each of c pairs.

    Attributes:
        models, references: names, c of each.
        horizons: (t,).
        delta, se, low, high: (c, t); the limits are not cut.
        p: two-sided, of no difference, (c, t); not a number where se is 0, as for a model and its copy.
    """

    models: tuple[str, ...]
    references: tuple[str, ...]
    horizons: FloatArray
    delta: FloatArray
    se: FloatArray
    low: FloatArray
    high: FloatArray
    p: FloatArray


@dataclass(frozen=True, eq=False)
class Comparison:
    """The estimates of all models and the differences of all pairs."""

    estimates: Estimates
    contrasts: Contrasts


def compare(
    names: Sequence[str], horizons: FloatArray, value: FloatArray, influence: FloatArray, level: float
) -> Comparison:
    """Estimates and differences with intervals at `level`.

    Args:
        names: of m models; of a pair, the one named first is the reference.
        horizons: (t,).
        value: (m, t), within 0..1.
        influence: of each of n patients on the values, (m, t, n).
        level: such as .95.

    Raises:
        InputError: for fewer than two patients.
    """
    if influence.shape[-1] < 2:
        raise InputError(f"follow-up: expected at least two patients, got {influence.shape[-1]}")
    se, z = _standard_error(influence), z_of(level)
    low, high = np.maximum(value - z * se, 0.0), np.minimum(value + z * se, 1.0)
    return Comparison(
        Estimates(tuple(names), horizons, value, se, low, high), _contrasts(names, horizons, value, influence, z)
    )


def _contrasts(
    names: Sequence[str], horizons: FloatArray, value: FloatArray, influence: FloatArray, z: float
) -> Contrasts:
    pairs = list(combinations(range(len(names)), 2))
    shape = (len(pairs), len(horizons))
    delta = np.array([value[model] - value[reference] for reference, model in pairs]).reshape(shape)
    # pair by pair, to hold no more than one pair's influences at a time
    se = np.array([_standard_error(influence[i] - influence[j]) for i, j in pairs]).reshape(shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2 * norm.sf(np.abs(delta) / se)
    models, references = (tuple(names[pair[k]] for pair in pairs) for k in (1, 0))
    return Contrasts(models, references, horizons, delta, se, delta - z * se, delta + z * se, p)


def _standard_error(influence: FloatArray) -> FloatArray:
    return np.asarray(influence.std(axis=-1, ddof=1) / np.sqrt(influence.shape[-1]))
