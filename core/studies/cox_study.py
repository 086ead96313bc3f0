"""A centre's own Cox nomogram: everything that one cohort says about it.

    selection -> fit -> baseline, tests, discrimination, calibration, decision curve -> CoxStudy

Apparent figures are those on the patients the model was fitted to; corrected ones have the optimism taken off by
refitting to bootstrap samples.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.case import Notice
from core.errors import InputError
from core.io.selection import Selection
from core.studies.baseline_table import BaselineRow, Variable, baseline_table
from core.studies.internal_validation import InternalValidation, validate_internally
from core.studies.performance import Performance, Risks, performance
from core.survival.concordance import Concordance, concordance
from core.survival.cox import CoxFit, fit_cox
from core.survival.cox_curves import CoxCurves, cox_curves
from core.survival.follow_up import FollowUp
from core.survival.model import Nomogram
from core.survival.own import Readings, TermDesign, fitted_terms, own_nomogram
from core.survival.proportional_hazards import ProportionalHazards, proportional_hazards_test
from core.survival.risk_sets import Ties
from core.survival.step_function import FloatArray

MONTHS_PER_UNIT = {"days": 1 / 30.4375, "weeks": 7 / 30.4375, "months": 1.0, "years": 12.0}
FEWEST_EVENTS, FEW_EVENTS, EVENTS_PER_COVARIATE = 20, 100, 10

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class CoxSettings:
    """What the user chose.

    Attributes:
        horizons: times at which survival is read out, ascending, in `unit`.
        ties: how tied deaths are treated.
        unit: of the times: days, weeks, months or years.
        force: fit with under 20 events.
        cohort: name of the cohort in words, "" if not said.
        dates: when its patients were seen, "" if not said.
        resamples: of each bootstrap.
        seed: of all random numbers.
    """

    horizons: tuple[float, ...]
    ties: Ties = "efron"
    unit: str = "months"
    force: bool = False
    cohort: str = ""
    dates: str = ""
    resamples: int = 200
    seed: int = 20231006


@dataclass(frozen=True, eq=False)
class CoxStudy:
    """The results.

    Attributes:
        settings, selection: what was asked, and of whom.
        follow_up: of the n complete patients.
        fit, curves: the Cox model and its survival curves.
        proportional_hazards: by term.
        univariable: a model of each term alone, by term.
        harrell, uno: concordance of the linear predictor, apparent.
        performance: discrimination, calibration and decision curves, apparent.
        internal: corrected for optimism.
        baseline: patients by outcome.
        nomogram: the model as an artefact holds it; its cut is the median linear predictor.
        lp_range: least and greatest centred linear predictor.
        notices: what the reader must know.
    """

    settings: CoxSettings
    selection: Selection
    follow_up: FollowUp
    fit: CoxFit
    curves: CoxCurves
    proportional_hazards: ProportionalHazards
    univariable: dict[str, CoxFit]
    harrell: Concordance
    uno: Concordance
    performance: Performance
    internal: InternalValidation | None
    baseline: tuple[BaselineRow, ...]
    nomogram: Nomogram
    lp_range: tuple[float, float]
    notices: tuple[Notice, ...]

    @property
    def cut(self) -> float:
        """The linear predictor, uncentred, above which a patient is in the high-risk group."""
        return self.nomogram.cut_published.value

    @property
    def linear_predictor(self) -> FloatArray:
        """Uncentred linear predictor of the patients, (n,)."""
        return self.fit.linear_predictor(self.selection.x)


def study_cox(selection: Selection, settings: CoxSettings, progress: Progress) -> CoxStudy:
    """Fit the model and judge it.

    Raises:
        InputError: with under 20 deaths unless forced, for a horizon outside the follow-up, and as `fit_cox`.
    """
    follow_up, x = FollowUp(selection.time, selection.event), selection.x
    notices = _notices(selection, follow_up, settings)
    progress("fitting", 0.0)
    fit = fit_cox(follow_up, x, selection.names, settings.ties)
    curves, lp = cox_curves(fit), fit.linear_predictor(x)
    designs = term_designs(selection)
    cut = float(np.median(lp))
    readings = Readings(settings.horizons, MONTHS_PER_UNIT[settings.unit])
    nomogram = own_nomogram(fit, fitted_terms(fit, x, designs), (cut, cut), readings)
    progress("univariable models", 0.1)
    univariable = {
        design.name: fit_cox(
            follow_up, x[:, design.columns], [selection.names[c] for c in design.columns], settings.ties
        )
        for design in designs
    }
    progress("discrimination, calibration, decision curves", 0.2)
    risks = Risks(follow_up, lp, 1 - curves.survival(x, settings.horizons), np.array(settings.horizons))
    judged = performance(risks, cut, settings.seed)
    progress("bootstrap", 0.4)
    internal, doubt = _corrected(follow_up, x, settings)
    return CoxStudy(
        settings=settings,
        selection=selection,
        follow_up=follow_up,
        fit=fit,
        curves=curves,
        proportional_hazards=proportional_hazards_test(fit, {d.name: d.columns for d in designs}),
        univariable=univariable,
        harrell=concordance(follow_up, lp),
        uno=concordance(follow_up, lp, "n/G2"),
        performance=judged,
        internal=internal,
        baseline=baseline_table(_variables(selection, designs), follow_up.event.astype(np.intp), 2),
        nomogram=nomogram,
        lp_range=(float(lp.min() - fit.center), float(lp.max() - fit.center)),
        notices=(*notices, *doubt),
    )


def term_designs(selection: Selection) -> tuple[TermDesign, ...]:
    """How the terms lie in the covariates."""
    return tuple(
        TermDesign(name, tuple(np.flatnonzero(selection.term_of == position).tolist()), selection.levels.get(name, ()))
        for position, name in enumerate(selection.terms)
    )


def _notices(selection: Selection, follow_up: FollowUp, settings: CoxSettings) -> tuple[Notice, ...]:
    """What the reader must know, or a refusal."""
    events, covariates = follow_up.events, selection.x.shape[1]
    if events < FEWEST_EVENTS and not settings.force:
        raise InputError(
            f"cohort: expected at least {FEWEST_EVENTS} deaths for a model, got {events}; --force fits it all the same"
        )
    notices = [Notice("cohort_table", text) for text in selection.notices]
    if events < FEW_EVENTS:
        text = (
            f"{events} deaths: under {FEW_EVENTS}, coefficients and survival are uncertain; the intervals say how much."
        )
        notices.append(Notice("few_events", text))
    if events < EVENTS_PER_COVARIATE * covariates:
        text = (
            f"{events} deaths for {covariates} coefficients: fewer than {EVENTS_PER_COVARIATE} each, "
            "so expect the model to be too confident on new patients."
        )
        notices.append(Notice("few_events_per_coefficient", text))
    return tuple(notices)


def _corrected(
    follow_up: FollowUp, x: FloatArray, settings: CoxSettings
) -> tuple[InternalValidation | None, tuple[Notice, ...]]:
    """Figures without optimism, or why they cannot be had: too few deaths make resamples without a model."""
    try:
        found = validate_internally(follow_up, x, settings.ties, settings.horizons, settings.resamples, settings.seed)
    except InputError as error:
        return None, (Notice("not_corrected", f"The figures are not corrected for optimism: {error}."),)
    if found is None and settings.resamples:
        text = f"The figures are not corrected for optimism: with {len(follow_up)} patients there is next to none."
        return None, (Notice("not_corrected", text),)
    return found, ()


def _variables(selection: Selection, designs: tuple[TermDesign, ...]) -> list[Variable]:
    """The terms as they were in the table."""
    variables = []
    for design in designs:
        columns = selection.x[:, design.columns]
        if design.levels:
            level = (columns * np.arange(1, len(design.levels))).sum(axis=1)
            variables.append(Variable(design.name, level, design.levels))
        else:
            variables.append(Variable(design.name, columns[:, 0]))
    return variables
