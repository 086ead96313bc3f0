"""Cox's proportional-hazards model: fit by Newton's method, with Efron's or Breslow's treatment of tied deaths.

Equal to survival::coxph of R (tests/golden). Cox, J R Stat Soc B 1972;34:187-220.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2, norm

from core.errors import InputError
from core.survival.follow_up import FollowUp
from core.survival.risk_sets import RiskSets, RiskSums, Ties
from core.survival.step_function import FloatArray, weighted_sum

MAX_ITERATIONS = 50
RELATIVE_TOLERANCE = 1e-12
# A coefficient that, or whose standard error, is larger than this over its covariate's range has run away.
LARGEST_CONTRAST = 30.0


@dataclass(frozen=True, eq=False)
class CoxFit:
    """A fitted Cox model, p covariates.

    Attributes:
        names: of the covariates.
        beta: log hazard ratios, (p,).
        covariance: of beta, the inverse information, (p, p).
        mean: of the covariates, (p,); R's centre is mean @ beta.
        log_likelihood, log_likelihood_null: partial, at beta and at 0.
        score_test: Rao's score statistic of all covariates at 0, p degrees of freedom.
        n, events: patients and deaths.
        ties: how tied deaths were treated.
        sums: the risk sets at beta, from which baseline and tests are made.
    """

    names: tuple[str, ...]
    beta: FloatArray
    covariance: FloatArray
    mean: FloatArray
    log_likelihood: float
    log_likelihood_null: float
    score_test: float
    n: int
    events: int
    ties: Ties
    sums: RiskSums

    @property
    def se(self) -> FloatArray:
        """Standard errors of beta, (p,)."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def p(self) -> FloatArray:
        """Two-sided p values of Wald's test, (p,)."""
        return np.asarray(2 * norm.sf(np.abs(self.beta / self.se)))

    @property
    def center(self) -> float:
        """The linear predictor at the covariates' means (rms::cph calls it center)."""
        return float(self.mean @ self.beta)

    @property
    def likelihood_ratio(self) -> float:
        """Likelihood-ratio statistic, p degrees of freedom."""
        return 2 * (self.log_likelihood - self.log_likelihood_null)

    @property
    def likelihood_ratio_p(self) -> float:
        """Its p value."""
        return float(chi2.sf(self.likelihood_ratio, len(self.beta)))

    @property
    def wald_test(self) -> float:
        """Wald's statistic of all covariates, p degrees of freedom."""
        return float(self.beta @ np.linalg.solve(self.covariance, self.beta))

    def interval(self, level: float = 0.95) -> tuple[FloatArray, FloatArray]:
        """Limits of beta, (p,) each."""
        half = norm.ppf(0.5 + level / 2) * self.se
        return self.beta - half, self.beta + half

    def linear_predictor(self, x: npt.ArrayLike) -> FloatArray:
        """Uncentred linear predictor (...) of covariates (..., p); equal patients have equal ones, to the last bit."""
        return weighted_sum(np.asarray(x, dtype=np.float64), self.beta)


def fit_cox(follow_up: FollowUp, x: npt.ArrayLike, names: Sequence[str], ties: Ties = "efron") -> CoxFit:
    """Maximise the partial likelihood.

    Args:
        follow_up: of n patients.
        x: covariates, (n, p), finite.
        names: of the p covariates, for error texts.
        ties: "efron" (R's default) or "breslow".

    Raises:
        InputError: without a death, for a covariate that is constant, a combination of the others or not finite, or
            whose coefficient runs away because it separates deaths from survivors.
    """
    null, score_test = _null_model(follow_up, x, names, ties)
    beta, sums = _maximise(null, names)
    return _as_fit(names, beta, sums, null.log_likelihood, score_test)


def cox_at(follow_up: FollowUp, x: npt.ArrayLike, names: Sequence[str], beta: npt.ArrayLike, ties: Ties) -> CoxFit:
    """The model at coefficients `beta` (p,) that are given, not fitted: its baseline and likelihood on these patients.

    The covariance is the inverse information there, as survival::coxph(init=beta, iter.max=0) has it. Errors as in
    `fit_cox`.
    """
    null, score_test = _null_model(follow_up, x, names, ties)
    given = np.array(beta, dtype=np.float64)
    return _as_fit(names, given, null.sets.at(given), null.log_likelihood, score_test)


def _null_model(follow_up: FollowUp, x: npt.ArrayLike, names: Sequence[str], ties: Ties) -> tuple[RiskSums, float]:
    """The sums at coefficients 0, and Rao's score statistic there."""
    covariates = _checked(follow_up, x, names)
    null = RiskSets.of(follow_up, covariates, ties).at(np.zeros(covariates.shape[1]))
    score, information = null.score_and_information(np.ones(len(null.sets.death)))
    _refuse_singular(information, names)
    return null, float(score @ np.linalg.solve(information, score))


def _as_fit(names: Sequence[str], beta: FloatArray, sums: RiskSums, null: float, score_test: float) -> CoxFit:
    sets = sums.sets
    _, information = sums.score_and_information(np.ones(len(sets.death)))
    return CoxFit(
        names=tuple(names),
        beta=beta,
        covariance=np.asarray(np.linalg.inv(information), dtype=np.float64),
        mean=sets.mean,
        log_likelihood=sums.log_likelihood,
        log_likelihood_null=null,
        score_test=score_test,
        n=len(sets.follow_up),
        events=len(sets.death),
        ties=sets.ties,
        sums=sums,
    )


def _maximise(null: RiskSums, names: Sequence[str]) -> tuple[FloatArray, RiskSums]:
    """Newton's method from 0, halving a step that lowers the likelihood."""
    sets = null.sets
    ones, spans = np.ones(len(sets.death)), np.ptp(sets.x, axis=0)
    beta, sums = np.zeros(sets.x.shape[1]), null
    for _ in range(MAX_ITERATIONS):
        score, information = sums.score_and_information(ones)
        step = _newton_step(score, information, beta, spans, names)
        proposed = sets.at(beta + step)
        halvings = 0
        while not proposed.log_likelihood >= sums.log_likelihood - 1e-9 and halvings < 40:
            step, halvings = step / 2, halvings + 1
            proposed = sets.at(beta + step)
        gained = proposed.log_likelihood - sums.log_likelihood
        beta, sums = beta + step, proposed
        _refuse_runaway(beta, spans, names)
        if abs(gained) <= RELATIVE_TOLERANCE * abs(sums.log_likelihood):
            _refuse_runaway(1 / np.sqrt(np.diag(information)), spans, names)
            return beta, sums
    raise InputError(f"Cox model: expected to converge in {MAX_ITERATIONS} steps, got no convergence")


def _newton_step(
    score: FloatArray, information: FloatArray, beta: FloatArray, spans: FloatArray, names: Sequence[str]
) -> FloatArray:
    try:
        return np.asarray(np.linalg.solve(information, score), dtype=np.float64)
    except np.linalg.LinAlgError:
        _refuse_runaway(beta, spans, names)
        raise InputError("Cox model: expected information about every coefficient, got none along the way") from None


def _refuse_runaway(sizes: FloatArray, spans: FloatArray, names: Sequence[str]) -> None:
    """Of coefficients or of their standard errors, (p,)."""
    contrast = np.abs(sizes) * spans
    worst = int(np.nanargmax(contrast))
    if contrast[worst] > LARGEST_CONTRAST:
        raise InputError(
            f"term {names[worst]}: expected both deaths and survivors along its range, got a term that separates them, "
            "so that its coefficient has no finite value"
        )


def _checked(follow_up: FollowUp, x: npt.ArrayLike, names: Sequence[str]) -> FloatArray:
    covariates = np.asarray(x, dtype=np.float64)
    if covariates.shape != (len(follow_up), len(names)) or not names:
        raise InputError(
            f"covariates: expected {len(follow_up)} rows and {max(len(names), 1)} columns, got {covariates.shape}"
        )
    if follow_up.events == 0:
        raise InputError("event: expected at least one death, got none")
    for name, column in zip(names, covariates.T, strict=True):
        if not np.isfinite(column).all():
            raise InputError(f"term {name}: expected finite numbers, got one that is not")
        if np.ptp(column) == 0:
            raise InputError(f"term {name}: expected values that differ, got {column[0]:g} in every row")
    return covariates


def _refuse_singular(information: FloatArray, names: Sequence[str]) -> None:
    """A covariate that is a combination of those before it leaves nothing of its own information."""
    scale = np.sqrt(np.diag(information))
    if not (scale > 0).all():
        name = names[int(np.argmin(scale))]
        raise InputError(f"term {name}: expected values that differ among patients at risk at a death, got none")
    correlation = information / np.outer(scale, scale)
    for size in range(2, len(names) + 1):
        leading = correlation[:size, :size]
        rest = leading[-1, -1] - leading[-1, :-1] @ np.linalg.lstsq(leading[:-1, :-1], leading[:-1, -1], rcond=None)[0]
        if rest < 1e-9:
            raise InputError(
                f"term {names[size - 1]}: expected information of its own, got a combination of the terms before it"
            )
