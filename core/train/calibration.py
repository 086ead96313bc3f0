"""Bringing log odds to honest probabilities."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.geometry import FloatArray

PULL = 1.0
"""Weight of the pull of Platt's slope towards 1, in patients: it steadies small cohorts."""


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


def fit_temperature(log_odds: npt.ArrayLike, labels: npt.ArrayLike, known: npt.ArrayLike | None = None) -> float:
    """The temperature T that makes expit(log odds / T) fit best (C. Guo et al., ICML 2017), within 0.05-20.

    Args: as `fit_platt`.
    """
    from scipy.optimize import minimize_scalar

    x, y = _known(log_odds, labels, known)
    found = minimize_scalar(
        lambda log_t: _log_loss(x * np.exp(-log_t), y), bounds=(np.log(0.05), np.log(20.0)), method="bounded"
    )
    return float(np.exp(found.x))


def _known(
    log_odds: npt.ArrayLike, labels: npt.ArrayLike, known: npt.ArrayLike | None
) -> tuple[FloatArray, FloatArray]:
    x = np.asarray(log_odds, dtype=np.float64)
    y = np.asarray(labels, dtype=np.float64)
    keep = np.ones(len(x), dtype=bool) if known is None else np.asarray(known, dtype=bool)
    return x[keep], y[keep]


def _log_loss(log_odds: FloatArray, labels: FloatArray) -> float:
    return float(np.mean(np.logaddexp(0.0, log_odds) - labels * log_odds))
