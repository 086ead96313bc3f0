"""How far several readers give the same patients the same number: the intraclass correlation ICC(2,1)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import f as f_distribution

from core.errors import InputError
from core.survival.step_function import FloatArray


@dataclass(frozen=True)
class MeanSquares:
    """Of the two-way analysis of variance: between patients, between readers, and of the rest."""

    patients: float
    readers: float
    rest: float


@dataclass(frozen=True)
class Intraclass:
    """ICC(2,1) of n patients and k readers, with its limits, at most 1."""

    n: int
    k: int
    value: float
    low: float
    high: float


def mean_squares(scores: npt.ArrayLike) -> MeanSquares:
    """The mean squares of `scores`, (n, k).

    Raises:
        InputError: for fewer than two patients or readers, or a score that is not finite.
    """
    table = _checked(scores)
    n, k = table.shape
    by_patient, by_reader, mean = table.mean(axis=1), table.mean(axis=0), table.mean()
    rest = table - by_patient[:, None] - by_reader + mean
    return MeanSquares(
        float(k * np.square(by_patient - mean).sum() / (n - 1)),
        float(n * np.square(by_reader - mean).sum() / (k - 1)),
        float(np.square(rest).sum() / ((n - 1) * (k - 1))),
    )


def icc_agreement(scores: npt.ArrayLike, level: float = 0.95) -> Intraclass | None:
    """ICC(2,1): patients and readers both drawn at random, absolute agreement, one reading each.

    With BMS, JMS and EMS the mean squares between patients, between readers and of the rest,

        ICC = (BMS - EMS) / (BMS + (k - 1) EMS + k (JMS - EMS) / n)

    and its interval from the F distribution with Satterthwaite's degrees of freedom: P. Shrout and J. Fleiss, Psychol
    Bull 1979;86:420-428; in the form of K. McGraw and S. Wong, Psychol Methods 1996;1:30-46, ICC(A,1).

    Args:
        scores: (n patients, k readers), all given.
        level: of the interval.

    Returns:
        None where patients do not differ beyond what rounding leaves.

    Raises:
        InputError: for fewer than two patients or readers, or a score that is not finite.
    """
    table = _checked(scores)
    n, k = table.shape
    found = mean_squares(table)
    b, j, e = found.patients, found.readers, found.rest
    below = b + (k - 1) * e + k * (j - e) / n
    if below <= 1e-12 * max(float(np.square(table).mean()), 1e-300):
        return None
    if max(b, e) <= 1e-12 * j:
        return None
    value = (b - e) / below
    if e <= 1e-12 * max(b, j):  # readers differ by a constant, or not at all: the F ratio has no limit
        same = j <= 1e-12 * b
        return Intraclass(n, k, value, 1.0 if same else 0.0, 1.0)
    freedom = _satterthwaite(value, j / e, n, k)
    upper = float(f_distribution.ppf(0.5 + level / 2, n - 1, freedom))
    lower = float(f_distribution.ppf(0.5 + level / 2, freedom, n - 1))
    others = k * j + (k * n - k - n) * e
    low, high = n * (b - upper * e) / (upper * others + n * b), n * (lower * b - e) / (others + n * lower * b)
    return Intraclass(n, k, value, low, min(high, 1.0))


def _satterthwaite(value: float, ratio: float, n: int, k: int) -> float:
    """Degrees of freedom of the combined mean square, 1 at least; `ratio` is JMS / EMS."""
    own, among = k * value * ratio, n * (1 + (k - 1) * value) - k * value
    return max((n - 1) * (k - 1) * (own + among) ** 2 / ((n - 1) * own**2 + among**2), 1.0)


def _checked(scores: npt.ArrayLike) -> FloatArray:
    table = np.asarray(scores, dtype=np.float64)
    if table.ndim != 2 or min(table.shape) < 2 or not np.isfinite(table).all():
        raise InputError("readers' scores: expected finite numbers of two patients and two readers or more, got others")
    return table
