"""Bringing log odds to honest probabilities."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.geometry import FloatArray

PULL = 1.0
"""Weight of the pull of Platt's slope towards 1, in patients: it steadies small cohorts."""
STEP_PULL = 0.05
"""Weight of the pull of a survival intercept towards the one before: it decides where no follow-up reached."""
SMALLEST_RISK = 1e-9


def fit_platt(
    log_odds: npt.ArrayLike, labels: npt.ArrayLike, known: npt.ArrayLike | None = None
) -> tuple[float, float]:
    """Slope, kept at 0 or more, and intercept of the logistic regression of labels on log odds (J. Platt 1999).

    Args:
        log_odds: (n,). labels: (n,) 0 or 1. known: (n,) bool, False where the label is censored; None for all known.
    """
    from scipy.optimize import minimize

    x, y = _known(log_odds, labels, known)

    def loss(parameters: FloatArray) -> float:
        slope, intercept = parameters
        return _log_loss(slope * x + intercept, y) * len(y) + PULL * 0.5 * float(slope - 1) ** 2

    found = minimize(loss, np.array([1.0, 0.0]), method="L-BFGS-B", bounds=[(0.0, None), (None, None)])
    return float(found.x[0]), float(found.x[1])


def fit_survival_platt(log_odds: npt.ArrayLike, alive: npt.ArrayLike) -> tuple[float, tuple[float, ...]]:
    """One slope, 0 or more, and an intercept for each horizon, none above the one before.

    Log odds that never rise from horizon to horizon so give probabilities that never rise. Fitted by the likelihood of
    discrete time, so that the censored count as far as they were followed (Gensheimer & Narasimhan, PeerJ 2019).

    Args:
        log_odds: (n, h) of being alive at each horizon, never rising along h.
        alive: (n, h) 1, 0 (for good), or NaN from the first horizon that follow-up did not reach.
    """
    from scipy.optimize import minimize

    x, y = np.asarray(log_odds, dtype=np.float64), np.asarray(alive, dtype=np.float64)
    entered = np.column_stack([np.ones(len(y), dtype=bool), y[:, :-1] == 1]) & ~np.isnan(y)

    def loss(parameters: FloatArray) -> float:
        slope, first, *steps = parameters
        log_survival = -np.logaddexp(0.0, -(slope * x + _intercepts(first, steps)))
        lived = np.minimum(np.diff(log_survival, axis=1, prepend=0.0), -SMALLEST_RISK)
        terms = np.where(y == 1, lived, np.log(-np.expm1(lived)))
        pull = PULL * 0.5 * (slope - 1) ** 2 + STEP_PULL * 0.5 * np.square(steps).sum()
        return float(pull - terms[entered].sum())

    bounds = [(0.0, None), (None, None), *[(0.0, None)] * (x.shape[1] - 1)]
    found = minimize(loss, np.array([1.0, *[0.0] * x.shape[1]]), method="L-BFGS-B", bounds=bounds).x
    return float(found[0]), tuple(_intercepts(found[1], found[2:]).tolist())


def interval_coverage(answers: npt.ArrayLike, others: npt.ArrayLike, z: float = 1.96) -> float:
    """Share of patients whose `others` value lies within z standard deviations of the mean of their answers.

    Args:
        answers: (r, n) log odds by an ensemble, its members and variants of the image along r.
        others: (n,) log odds of the same patients by a network trained anew, or true ones.
    """
    found, value = np.asarray(answers, dtype=np.float64), np.asarray(others, dtype=np.float64)
    return float(np.mean(np.abs(value - found.mean(axis=0)) <= z * found.std(axis=0, ddof=1)))


def _intercepts(first: float, steps: npt.ArrayLike) -> FloatArray:
    return first - np.concatenate([[0.0], np.cumsum(steps)])


def _known(
    log_odds: npt.ArrayLike, labels: npt.ArrayLike, known: npt.ArrayLike | None
) -> tuple[FloatArray, FloatArray]:
    x = np.asarray(log_odds, dtype=np.float64)
    y = np.asarray(labels, dtype=np.float64)
    keep = np.ones(len(x), dtype=bool) if known is None else np.asarray(known, dtype=bool)
    return x[keep], y[keep]


def _log_loss(log_odds: FloatArray, labels: FloatArray) -> float:
    return float(np.mean(np.logaddexp(0.0, log_odds) - labels * log_odds))
