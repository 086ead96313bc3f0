"""The published terms on real patients: what a TACE cohort says about a nomogram made for HAIC.

Of the nomograms' inputs the cohort has portal vein thrombosis and the response by mRECIST. It has no MTM subtype, no
DLR score and no HAIC sessions, so that neither nomogram's linear predictor, and no predicted survival, can be formed:
only the two hazard ratios, and the part of the post nomogram's linear predictor that they make, are held against the
patients. Other things equal, a hazard ratio in a model that lacks strong covariates lies nearer to 1 than one adjusted
for them (Gail et al., Biometrika 1984;71:431-444).

Response is known only after treatment. A landmark analysis (Anderson et al., J Clin Oncol 1983;1:710-719) takes the
patients alive at the landmark whose response was known by then, and counts from the landmark.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from core.errors import InputError
from core.studies.recorded_stages import GroupedSurvival, concordance_of, survival_by
from core.studies.tace_cohort import TaceCohort
from core.survival.calibration import Estimate, calibration_slope
from core.survival.cox import CoxFit, fit_cox
from core.survival.follow_up import BoolArray, FollowUp
from core.survival.intervals import z_of
from core.survival.model import Nomogram
from core.survival.proportional_hazards import proportional_hazards_test
from core.survival.step_function import FloatArray

Verdict = Literal["confirmed", "compatible, not shown", "stronger", "weaker", "opposite"]

LANDMARKS_MONTHS = (6.0, 3.0)
YEAR = 12.0
PRINTED = 0.005  # hazard ratios are published to two decimals
PVTT, RESPONSE = "pvtt", "response"


@dataclass(frozen=True)
class RatioCheck:
    """A hazard ratio of the cohort beside the published one.

    Attributes:
        analysis: which patients, time and covariates.
        term: name of the covariate, 0 or 1.
        published: hazard ratio, to two decimals.
        n, events, with_term: patients, deaths, patients who have the term.
        ratio, low, high: hazard ratio with its 95 % Wald interval.
        p, p_published: two-sided, of a ratio of 1, and of the published ratio taken as exact.
        power: of telling the published ratio from 1 at the 5 % level with so many deaths (Schoenfeld, Biometrics
            1983;39:499-503, the term being alone in the model).
        p_proportional: of a ratio that is constant over time.
    """

    analysis: str
    term: str
    published: float
    n: int
    events: int
    with_term: int
    ratio: float
    low: float
    high: float
    p: float
    p_published: float
    power: float
    p_proportional: float

    @property
    def verdict(self) -> Verdict:
        """What the interval says of the published ratio.

        It holds a ratio printed as that one: "confirmed" if it does not hold 1, else "compatible, not shown". It does
        not: "stronger" if it lies on the published ratio's side of 1 and farther off, "opposite" if it lies on the
        other side of 1, else "weaker".
        """
        side = np.sign(np.log(self.published))
        low, high = sorted(side * np.log([self.low, self.high]))
        least, most = sorted(side * np.log([self.published - PRINTED, self.published + PRINTED]))
        if low > most:
            return "stronger"
        if high < least:
            return "opposite" if high < 0 else "weaker"
        return "confirmed" if low > 0 else "compatible, not shown"


@dataclass(frozen=True)
class PredictorCheck:
    """What the two terms together say of survival, by the post nomogram's betas.

    Attributes:
        analysis: which patients and time.
        n, events: patients and deaths.
        concordance: Harrell's index.
        slope: Cox coefficient of the linear predictor's part; 1 if the betas are right.
    """

    analysis: str
    n: int
    events: int
    concordance: Estimate
    slope: Estimate


@dataclass(frozen=True)
class _View:
    """One choice of time origin and reading of the response."""

    analysis: str
    follow_up: FollowUp
    pvtt: FloatArray
    response: FloatArray


def survival_by_pvtt(cohort: TaceCohort) -> GroupedSurvival:
    """Kaplan-Meier without and with portal vein thrombosis, and the log-rank test."""
    return survival_by(cohort.follow_up, cohort.pvtt.astype(np.intp), ("no thrombosis", "portal vein thrombosis"))


def survival_by_response(cohort: TaceCohort, months: float = LANDMARKS_MONTHS[0]) -> GroupedSurvival:
    """Kaplan-Meier from the landmark without and with objective response, and the log-rank test."""
    view = _from_landmark(cohort, months)
    return survival_by(view.follow_up, view.response.astype(np.intp), ("no objective response", "objective response"))


def term_checks(cohort: TaceCohort, pre: Nomogram, post: Nomogram) -> tuple[RatioCheck, ...]:
    """Portal vein thrombosis alone against the pre nomogram; response alone and both against the post nomogram."""
    before, after = ({term.name: term.hazard_ratio.value for term in nomogram.terms} for nomogram in (pre, post))
    pvtt, end = cohort.pvtt.astype(np.float64), pre.follow_up_months.value
    later, still = landmark(cohort.follow_up, YEAR, np.zeros(len(cohort)))
    checks = [
        *ratio_checks("all patients", cohort.follow_up, {PVTT: pvtt}, before),
        *ratio_checks(f"follow-up cut at {end:g} months", cut(cohort.follow_up, end), {PVTT: pvtt}, before),
        *ratio_checks(f"follow-up cut at {YEAR:g} months", cut(cohort.follow_up, YEAR), {PVTT: pvtt}, before),
        *ratio_checks(f"from {YEAR:g} months", later, {PVTT: pvtt[still]}, before),
    ]
    for view in _views(cohort):
        response = {RESPONSE: view.response}
        checks += ratio_checks(view.analysis, view.follow_up, response, after)
        checks += ratio_checks(f"{view.analysis}, both terms", view.follow_up, {PVTT: view.pvtt} | response, after)
    return tuple(checks)


def predictor_checks(cohort: TaceCohort, post: Nomogram) -> tuple[PredictorCheck, ...]:
    """The part of the post nomogram's linear predictor that both terms make, from the start and from landmarks."""
    views = (_whole(cohort), *(_from_landmark(cohort, months) for months in LANDMARKS_MONTHS))
    return tuple(_predictor_check(view, post) for view in views)


def ratio_checks(
    analysis: str, follow_up: FollowUp, terms: Mapping[str, FloatArray], published: Mapping[str, float]
) -> tuple[RatioCheck, ...]:
    """One Cox model of `terms`, (n,) each, 0 or 1, beside `published`; patients with an unknown term are left out.

    Raises:
        InputError: as `fit_cox`.
    """
    x = np.stack(list(terms.values()), axis=1)
    known: BoolArray = np.asarray(np.isfinite(x).all(axis=1))
    fit = fit_cox(follow_up.of(known), x[known], list(terms))
    shares = x[known].mean(axis=0)
    return tuple(
        _ratio_check(analysis, fit, place, float(shares[place]), published[term]) for place, term in enumerate(terms)
    )


def landmark(follow_up: FollowUp, months: float, known_at: npt.ArrayLike) -> tuple[FollowUp, BoolArray]:
    """Follow-up from a landmark, and whose it is, (n,).

    Args:
        follow_up: of n patients, in months.
        months: the landmark.
        known_at: months at which the covariate became known, (n,); not a number: never.

    Raises:
        InputError: if nobody is followed past the landmark with a known covariate.
    """
    chosen = (follow_up.time > months) & (np.asarray(known_at) <= months)
    if not chosen.any():
        raise InputError(f"landmark of {months:g} months: expected patients followed past it, got none")
    return FollowUp(follow_up.time[chosen] - months, follow_up.event[chosen]), chosen


def cut(follow_up: FollowUp, months: float) -> FollowUp:
    """Follow-up that ends at `months`; deaths at that time are kept."""
    return FollowUp(np.minimum(follow_up.time, months), follow_up.event & (follow_up.time <= months))


def _whole(cohort: TaceCohort) -> _View:
    return _View("all patients", cohort.follow_up, cohort.pvtt.astype(np.float64), cohort.objective_response)


def _from_landmark(cohort: TaceCohort, months: float) -> _View:
    known_at = np.where(np.isfinite(cohort.objective_response), cohort.months_to_response, np.nan)
    follow_up, chosen = landmark(cohort.follow_up, months, known_at)
    pvtt = cohort.pvtt[chosen].astype(np.float64)
    return _View(f"from {months:g} months", follow_up, pvtt, cohort.objective_response[chosen])


def _views(cohort: TaceCohort) -> tuple[_View, ...]:
    whole = _whole(cohort)
    readers = (
        _View(f"reader {reader + 1}", whole.follow_up, whole.pvtt, cohort.objective_response_of(reader))
        for reader in range(cohort.response.shape[1])
    )
    return (whole, *(_from_landmark(cohort, months) for months in LANDMARKS_MONTHS), *readers)


def _ratio_check(analysis: str, fit: CoxFit, place: int, share: float, published: float) -> RatioCheck:
    beta, se, wanted = float(fit.beta[place]), float(fit.se[place]), float(np.log(published))
    low, high = (float(np.exp(limits[place])) for limits in fit.interval())
    name = fit.names[place]
    return RatioCheck(
        analysis=analysis,
        term=name,
        published=published,
        n=fit.n,
        events=fit.events,
        with_term=round(share * fit.n),
        ratio=float(np.exp(beta)),
        low=low,
        high=high,
        p=float(fit.p[place]),
        p_published=float(2 * norm.sf(abs(beta - wanted) / se)),
        power=float(norm.cdf(abs(wanted) * np.sqrt(fit.events * share * (1 - share)) - z_of(0.95))),
        p_proportional=proportional_hazards_test(fit).terms[name].p,
    )


def _predictor_check(view: _View, post: Nomogram) -> PredictorCheck:
    known = np.isfinite(view.response)
    beta = {term.name: term.beta.value for term in post.terms}
    part = beta[PVTT] * view.pvtt[known] + beta[RESPONSE] * view.response[known]
    follow_up = view.follow_up.of(known)
    slope = calibration_slope(follow_up, part)
    return PredictorCheck(view.analysis, len(follow_up), follow_up.events, concordance_of(follow_up, part), slope)
