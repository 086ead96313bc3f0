"""Whether groups of patients survive alike: the log-rank test and its weighted and stratified kin.

At each distinct time of death, of n patients at risk d die; with S the pooled Kaplan-Meier curve just before, a death
counts

    w = S^rho (1 - S)^gamma n^at_risk

and a group with n_g at risk is expected w d n_g / n of them, with a hypergeometric variance. Strata are summed.

    all powers 0          the log-rank test
    rho = 1               Peto and Peto's modification of Wilcoxon's test
    rho, gamma            Fleming and Harrington's
    at_risk = 1, 1/2      Gehan and Breslow's, Tarone and Ware's

With rho alone it is survival::survdiff of R (tests/golden). Harrington and Fleming, Biometrika 1982;69:553-566; Tarone
and Ware, Biometrika 1977;64:156-160.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2

from core.errors import InputError
from core.survival.follow_up import BoolArray, FollowUp, IntArray
from core.survival.kaplan_meier import kaplan_meier
from core.survival.step_function import FloatArray


@dataclass(frozen=True, eq=False)
class LogRank:
    """The test of k groups.

    Attributes:
        chi_square: None if the groups cannot be compared: no death while two of them were at risk and somebody lived.
        df: one less than the groups of which a death was expected.
        p: None if chi_square is.
        groups: their labels, sorted, (k,).
        n: patients, (k,).
        observed, expected: weighted deaths, (k,).
        variance: covariance of observed - expected, (k, k).
    """

    chi_square: float | None
    df: int
    p: float | None
    groups: npt.NDArray[np.generic]
    n: IntArray
    observed: FloatArray
    expected: FloatArray
    variance: FloatArray


@dataclass(frozen=True)
class _Powers:
    """Powers of the weight of a death."""

    rho: float
    gamma: float
    at_risk: float

    def __post_init__(self) -> None:
        if not np.isfinite([self.rho, self.gamma, self.at_risk]).all() or self.gamma < 0:
            raise InputError("weights of the log-rank test: expected finite powers, gamma 0 or more, got others")

    def weights(self, survival: FloatArray, at_risk: IntArray) -> FloatArray:
        return np.asarray(survival**self.rho * (1 - survival) ** self.gamma * at_risk**self.at_risk)


def log_rank(
    follow_up: FollowUp,
    groups: npt.ArrayLike,
    rho: float = 0.0,
    strata: npt.ArrayLike | None = None,
    *,
    gamma: float = 0.0,
    at_risk: float = 0.0,
) -> LogRank:
    """Test that all groups have one survival curve, within strata if given.

    Args:
        follow_up: of n patients.
        groups: label of each patient's group, (n,), at least two groups.
        rho: power of survival; above 0 early deaths count more.
        strata: label of each patient's stratum, (n,); deaths are compared within strata only.
        gamma: power of 1 - survival; above 0 late deaths count more.
        at_risk: power of the number at risk.

    Raises:
        InputError: for labels that are missing or do not match the follow-up, a single group, or powers out of range.
    """
    powers = _Powers(rho, gamma, at_risk)
    labels, group = _labels(groups, len(follow_up), "groups")
    if len(labels) < 2:
        raise InputError("groups: expected at least two, got one")
    stratum = (
        np.zeros(len(follow_up), dtype=np.intp) if strata is None else _labels(strata, len(follow_up), "strata")[1]
    )
    member = group[:, None] == np.arange(len(labels))
    parts = [
        _observed_expected_variance(follow_up.of(stratum == s), member[stratum == s], powers)
        for s in np.unique(stratum)
    ]
    observed, expected, variance = (np.sum(part, axis=0) for part in zip(*parts, strict=True))
    df = max(int(np.count_nonzero(expected > 0)) - 1, 0)
    chi_square = _chi_square(observed - expected, variance, expected > 0)
    p = None if chi_square is None else float(chi2.sf(chi_square, df))
    return LogRank(chi_square, df, p, labels, np.bincount(group), observed, expected, variance)


def _observed_expected_variance(
    follow_up: FollowUp, member: BoolArray, powers: _Powers
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Of one stratum, weighted, (k,), (k,) and (k, k); `member` (n, k) says who is in which group."""
    curve = kaplan_meier(follow_up)
    weight = powers.weights(np.append(1.0, curve.survival[:-1]), curve.at_risk)
    place = np.searchsorted(curve.time, follow_up.time)
    observed = (weight[place] * follow_up.event) @ member
    share = _at_risk_by_group(place, member) / curve.at_risk[:, None]
    expected = (weight * curve.events) @ share
    spread = weight**2 * curve.events * (curve.at_risk - curve.events) / np.maximum(curve.at_risk - 1, 1)
    variance = np.diag(spread @ share) - (share * spread[:, None]).T @ share
    return observed, expected, variance


def _at_risk_by_group(place: IntArray, member: BoolArray) -> IntArray:
    """Patients of each group followed up to each of the distinct times, (times, k)."""
    leaving = np.zeros((int(place.max()) + 1, member.shape[1]), dtype=np.intp)
    np.add.at(leaving, place, member)
    return np.cumsum(leaving[::-1], axis=0)[::-1]


def _chi_square(excess: FloatArray, variance: FloatArray, compared: BoolArray) -> float | None:
    """The quadratic form over all compared groups but the first, of which the others leave nothing free."""
    rest = np.flatnonzero(compared)[1:]
    inner = variance[np.ix_(rest, rest)]
    if rest.size == 0 or np.linalg.matrix_rank(inner, hermitian=True) < rest.size:
        return None
    return float(excess[rest] @ np.linalg.solve(inner, excess[rest]))


def _labels(values: npt.ArrayLike, n: int, role: str) -> tuple[npt.NDArray[np.generic], IntArray]:
    """Sorted distinct labels and the position of each patient's among them."""
    given = np.asarray(values)
    if given.shape != (n,):
        raise InputError(f"{role}: expected one label for each of {n} patients, got {given.size}")
    if (given != given).any():
        raise InputError(f"{role}: expected a label for every patient, got a missing one")
    try:
        labels, position = np.unique(given, return_inverse=True)
    except TypeError:  # what has no order, such as None beside text
        raise InputError(f"{role}: expected labels of one kind for every patient, got a mixture") from None
    return labels, position
