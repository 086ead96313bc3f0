"""How far a nomogram must be changed for a new cohort, and no further.

    baseline          coefficients kept, the cumulative hazard of the cohort in place of the model's
    baseline_slope    in addition the linear predictor multiplied by one number
    refit             coefficients of the cohort's own

The least change that suffices is found by the closed test of Vergouwe et al. (Stat Med 2017;36:4529-4539): refitting is
tested against keeping the coefficients, by likelihood ratio with as many degrees of freedom as terms; only if that is
refused, against the slope alone. Whether the baseline itself fits is tested by deaths observed and expected between the
horizons. Each candidate's figures are given as they stand and corrected for optimism.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy.stats import chi2

from core.errors import InputError
from core.studies.internal_validation import MOST_PATIENTS
from core.survival.brier import brier
from core.survival.calibration import calibration_slope
from core.survival.concordance import concordance
from core.survival.cox import CoxFit, cox_at, fit_cox
from core.survival.cox_curves import cox_curves
from core.survival.follow_up import FollowUp
from core.survival.model import Nomogram
from core.survival.optimism import Corrected, bootstrap_optimism
from core.survival.own import FITTED, Readings, own_nomogram
from core.survival.step_function import FloatArray, weighted_sum
from core.survival.tagged import Figure, Term

Change = Literal["none", "baseline", "baseline_slope", "refit"]
SIGNIFICANT = 0.05
EVENTS_PER_TERM = 10

Fitter = Callable[[FollowUp, FloatArray], CoxFit]


@dataclass(frozen=True, eq=False)
class Candidate:
    """One way to change the model.

    Attributes:
        change: its name.
        fit: the Cox model on all terms that it amounts to, its covariance with all that is uncertain in it.
        log_likelihood: partial, of the cohort.
        figures: concordance, calibration slope and Brier score at each horizon, (2 + h,); corrected ones too, where
            they could be had.
        corrected: None for over 20,000 patients.
    """

    change: Change
    fit: CoxFit
    log_likelihood: float
    figures: FloatArray
    corrected: Corrected | None


@dataclass(frozen=True)
class ChiSquare:
    """A chi-square test."""

    chi_square: float
    df: int

    @property
    def p(self) -> float:
        """Its p value."""
        return float(chi2.sf(self.chi_square, self.df))


@dataclass(frozen=True, eq=False)
class Recalibration:
    """The candidates and what the tests say.

    Attributes:
        candidates: baseline, baseline_slope and, where the cohort allows it, refit.
        baseline_test: deaths observed and expected between the horizons.
        coefficients_test: refit against the coefficients as they are; slope_test: refit against the slope alone; None
            without refit.
        recommended: the least change that suffices.
        reason: why, in one sentence.
        no_refit: why there is no refit, "" if there is one.
    """

    candidates: tuple[Candidate, ...]
    baseline_test: ChiSquare
    coefficients_test: ChiSquare | None
    slope_test: ChiSquare | None
    recommended: Change
    reason: str
    no_refit: str = ""

    def candidate(self, change: Change) -> Candidate | None:
        """The candidate of that name."""
        return next((one for one in self.candidates if one.change == change), None)


def recalibrate(
    nomogram: Nomogram, follow_up: FollowUp, x: FloatArray, horizons: FloatArray, bootstrap: tuple[int, int]
) -> Recalibration:
    """Try the candidates on a cohort.

    Args:
        nomogram: the model, p terms.
        follow_up: of n patients, in months.
        x: their inputs, (n, p).
        horizons: months, within the follow-up of model and cohort, (h,).
        bootstrap: resamples and seed.
    """
    fitters = _fitters(nomogram)
    candidates, no_refit = [], ""
    for change, fitter in fitters.items():
        try:
            candidates.append(_candidate(change, fitter, nomogram, (follow_up, x), horizons, bootstrap))
        except InputError as error:
            if change != "refit":
                raise
            no_refit = str(error)
    by_name = {one.change: one for one in candidates}
    coefficients = slope = None
    if "refit" in by_name:
        terms = x.shape[1]
        coefficients = _likelihood_ratio(by_name["refit"], by_name["baseline"], terms)
        slope = _likelihood_ratio(by_name["refit"], by_name["baseline_slope"], terms - 1) if terms > 1 else None
    baseline = baseline_test(nomogram, follow_up, x, horizons)
    recommended, reason = _recommend(baseline, coefficients, slope, follow_up.events, x.shape[1])
    return Recalibration(tuple(candidates), baseline, coefficients, slope, recommended, reason, no_refit)


def recalibrated_nomogram(nomogram: Nomogram, candidate: Candidate, horizons: FloatArray) -> Nomogram:
    """`nomogram` changed as `candidate` says: axes, labels and, unless refitted, cuts stay.

    Errors as in `own_nomogram`.
    """
    fit = candidate.fit
    terms = tuple(_changed(term, fit, position) for position, term in enumerate(nomogram.terms))
    slope = float(fit.beta @ nomogram.beta / (nomogram.beta @ nomogram.beta))
    lp = fit.linear_predictor(fit.sums.sets.x + fit.mean)
    cuts = (float(np.median(lp)),) * 2 if candidate.change == "refit" else tuple(slope * c for c in _cuts(nomogram))
    made = own_nomogram(fit, terms, (cuts[0], cuts[1]), Readings(tuple(horizons.tolist())))
    return replace(made, model=nomogram.model)


def baseline_test(nomogram: Nomogram, follow_up: FollowUp, x: FloatArray, horizons: FloatArray) -> ChiSquare:
    """Deaths observed against those expected by the model's hazard between the horizons: sum (O - E)^2 / E."""
    lp = weighted_sum(x, nomogram.beta)
    edges = np.concatenate([[0.0], horizons])
    lived = np.minimum(follow_up.time[:, None], edges)
    expected = np.diff(nomogram.cumulative_hazard_at(lived, lp[:, None]), axis=1).sum(axis=0)
    deaths = follow_up.time[follow_up.event]
    observed = np.histogram(deaths[deaths <= edges[-1]], np.nextafter(edges, np.inf))[0].astype(float)
    observed[0] += np.count_nonzero(deaths == 0)
    return ChiSquare(float(((observed - expected) ** 2 / expected).sum()), len(horizons))


def _fitters(nomogram: Nomogram) -> dict[Change, Fitter]:
    """Each gives the Cox model on all terms that the change amounts to."""
    names, beta = nomogram.names, nomogram.beta
    p = len(beta)
    sampling = nomogram.covariance_array[:p, :p]

    def baseline(follow_up: FollowUp, x: FloatArray) -> CoxFit:
        return replace(_at(follow_up, x, names, beta), covariance=sampling)

    def baseline_slope(follow_up: FollowUp, x: FloatArray) -> CoxFit:
        lp = fit_cox(follow_up, weighted_sum(x, beta)[:, None], ["linear predictor"])
        slope, variance = float(lp.beta[0]), float(lp.covariance[0, 0])
        # the slope is estimated on new patients: its error is independent of that of the coefficients
        covariance = slope**2 * sampling + variance * np.outer(beta, beta)
        return replace(_at(follow_up, x, names, slope * beta), covariance=covariance)

    return {"baseline": baseline, "baseline_slope": baseline_slope, "refit": lambda f, x: fit_cox(f, x, names)}


def _at(follow_up: FollowUp, x: FloatArray, names: tuple[str, ...], beta: FloatArray) -> CoxFit:
    return cox_at(follow_up, x, names, beta, "efron")


def _candidate(
    change: Change,
    fitter: Fitter,
    nomogram: Nomogram,
    patients: tuple[FollowUp, FloatArray],
    horizons: FloatArray,
    bootstrap: tuple[int, int],
) -> Candidate:
    follow_up, x = patients

    def figures(fit: CoxFit, of: FollowUp, inputs: FloatArray) -> FloatArray:
        return _figures(fit, of, inputs, horizons)

    fit = fitter(follow_up, x)
    corrected = None
    if len(follow_up) <= MOST_PATIENTS and bootstrap[0] > 0:
        corrected = bootstrap_optimism(follow_up, x, fitter, figures, *bootstrap)
    apparent = figures(fit, follow_up, x) if corrected is None else corrected.apparent
    return Candidate(change, fit, fit.log_likelihood, apparent, corrected)


def _figures(fit: CoxFit, follow_up: FollowUp, x: FloatArray, horizons: FloatArray) -> FloatArray:
    lp = fit.linear_predictor(x)
    risk = 1 - cox_curves(fit).survival(x, horizons)
    score = brier(follow_up, {"model": risk}, horizons).estimates.value[1]
    return np.array([concordance(follow_up, lp).value, calibration_slope(follow_up, lp).value, *score])


def _likelihood_ratio(larger: Candidate, smaller: Candidate, df: int) -> ChiSquare:
    return ChiSquare(max(0.0, 2 * (larger.log_likelihood - smaller.log_likelihood)), df)


def _recommend(
    baseline: ChiSquare, coefficients: ChiSquare | None, slope: ChiSquare | None, events: int, terms: int
) -> tuple[Change, str]:
    if coefficients is None or coefficients.p >= SIGNIFICANT:
        kept = "the cohort does not contradict its coefficients"
        if baseline.p >= SIGNIFICANT:
            return "none", f"No change is needed: {kept}, nor its baseline (p {baseline.p:.3g})."
        return "baseline", f"The baseline only: {kept}, but its deaths are not those expected (p {baseline.p:.3g})."
    if slope is None or slope.p >= SIGNIFICANT:
        why = f"the coefficients as they are do not fit (p {coefficients.p:.3g}), but one factor for all suffices"
        return "baseline_slope", f"Baseline and slope: {why}."
    if events < EVENTS_PER_TERM * terms:
        why = f"the coefficients do not fit (p {slope.p:.3g}), but {events} deaths are too few for {terms} new ones"
        return "baseline_slope", f"Baseline and slope: {why}."
    return "refit", f"New coefficients: neither the old ones nor their multiple fit this cohort (p {slope.p:.3g})."


def _changed(term: Term, fit: CoxFit, position: int) -> Term:
    beta = float(fit.beta[position])
    if beta == term.beta.value:
        return replace(term, reference=Figure(float(fit.mean[position]), FITTED))
    return replace(
        term,
        beta=Figure(beta, FITTED),
        hazard_ratio=Figure(float(np.exp(beta)), FITTED),
        reference=Figure(float(fit.mean[position]), FITTED),
    )


def _cuts(nomogram: Nomogram) -> tuple[float, float]:
    return nomogram.cut_published.value, nomogram.cut_effective.value
