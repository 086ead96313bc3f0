"""Do the hazard ratios stay the same over time? The score test of Grambsch and Therneau, as survival::cox.zph (R >= 3).

For each term the model is widened by its covariates times g(t), g being one minus the Kaplan-Meier curve just before
t ("km"), and Rao's test is made of the added coefficients at 0. Grambsch and Therneau, Biometrika 1994;81:515-526.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

from core.survival.cox import CoxFit
from core.survival.kaplan_meier import kaplan_meier
from core.survival.step_function import FloatArray


@dataclass(frozen=True)
class ScoreTest:
    """A chi-square statistic with its degrees of freedom and p value."""

    chi_square: float
    df: int
    p: float


@dataclass(frozen=True)
class ProportionalHazards:
    """The test for each term and for all at once."""

    terms: Mapping[str, ScoreTest]
    overall: ScoreTest


def proportional_hazards_test(fit: CoxFit, terms: Mapping[str, Sequence[int]] | None = None) -> ProportionalHazards:
    """Test each term of `fit`.

    Args:
        fit: the model.
        terms: which covariates belong to which term; None: each is a term of its own.
    """
    groups = {name: [position] for position, name in enumerate(fit.names)} if terms is None else terms
    g = _transformed_time(fit)
    score, mixed = fit.sums.score_and_information(g)
    _, widened = fit.sums.score_and_information(g**2)
    everything = np.arange(len(fit.beta))
    tests = {name: _test(np.asarray(list(columns)), fit, score, mixed, widened) for name, columns in groups.items()}
    return ProportionalHazards(tests, _test(everything, fit, score, mixed, widened))


def schoenfeld_residuals(fit: CoxFit) -> tuple[FloatArray, FloatArray]:
    """Times of the deaths, (m,), and x - xbar of each, (m, p); with Efron's ties xbar is of its own denominator."""
    sets = fit.sums.sets
    return sets.time[sets.death], np.asarray(sets.x[sets.death] - fit.sums.mean_at_risk)


def _transformed_time(fit: CoxFit) -> FloatArray:
    """The g of each death, centred: 1 - S(t-), (m,)."""
    sets = fit.sums.sets
    curve = kaplan_meier(sets.follow_up)
    before = np.concatenate([[1.0], curve.survival])[np.searchsorted(curve.time, sets.time[sets.death], side="left")]
    return np.asarray((1 - before) - (1 - before).mean())


def _test(chosen: np.ndarray, fit: CoxFit, score: FloatArray, mixed: FloatArray, widened: FloatArray) -> ScoreTest:
    """Rao's test of g(t) x for the chosen covariates, the model's own coefficients being estimated."""
    cross = mixed[chosen]
    variance = widened[np.ix_(chosen, chosen)] - cross @ fit.covariance @ cross.T
    statistic = float(score[chosen] @ np.linalg.solve(variance, score[chosen]))
    return ScoreTest(statistic, len(chosen), float(chi2.sf(statistic, len(chosen))))
