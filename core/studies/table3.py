"""Table 3 and Figure 3: how well the two nomograms, two clinical models and four staging systems tell who dies.

The paper states no horizon for its AUC. Four readings are computed for each model, and none is preferred here:

    12, 36, 60 months    cumulative/dynamic AUC with censoring weights, as timeROC and riskRegression have it
    status               AUC for dead or alive at the end of follow-up, however long that was, as pROC has it

P values compare a model with the nomogram that Table 3 compares it with, on the same patients: DeLong's test for the
status, the test from influences for a horizon. The clinical models are fitted by Cox to the training cohort, PVTT alone
and PVTT, response and sessions, and applied to all three cohorts. The direction of a score is given (higher is worse):
an AUC below one half stays there, where pROC's own choice of direction may turn it round.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core.studies.published_figures import HORIZONS_MONTHS, MODEL_NAMES, MODELS, REFERENCE
from core.studies.ranges import Measures
from core.studies.simulated_cohorts import Patients
from core.studies.staged_patients import StagedPatients
from core.survival.auc import time_dependent_auc
from core.survival.concordance import concordance
from core.survival.cox import CoxFit, fit_cox
from core.survival.delong import paired_test, roc_auc
from core.survival.estimates import Comparison
from core.survival.follow_up import FollowUp
from core.survival.model import Nomogram
from core.survival.prognoses import MOST_SESSIONS
from core.survival.step_function import FloatArray

READINGS = (*(f"at {months:g} months" for months in HORIZONS_MONTHS), "for status at the end of follow-up")
AUC_MONTHS = np.arange(6.0, 61.0, 6.0)
"""Horizons of Figure 3; the printed ones are among them."""
_PRINTED = np.searchsorted(AUC_MONTHS, HORIZONS_MONTHS)

Scores = Mapping[str, FloatArray]


def clinical_models(training: Patients) -> dict[str, CoxFit]:
    """The two clinical models fitted to a training cohort."""
    terms = {"clinical_pre": ["pvtt"], "clinical_post": ["pvtt", "response", "haic_sessions"]}
    return {
        name: fit_cox(training.follow_up, _clinical(training)[:, : len(columns)], columns)
        for name, columns in terms.items()
    }


def model_scores(
    staged: StagedPatients, nomograms: Mapping[str, Nomogram], clinical: Mapping[str, CoxFit]
) -> dict[str, FloatArray]:
    """The eight models' scores of n patients, higher meaning worse, (n,) each, in the order of Table 3."""
    columns = _clinical(staged.patients)
    scores = {model: staged.patients.linear_predictor(nomograms[model]) for model in MODELS}
    scores |= {name: fit.linear_predictor(columns[:, : len(fit.names)]) for name, fit in clinical.items()}
    scores |= staged.stages
    return {name: scores[name] for name in MODEL_NAMES}


def discrimination(follow_up: FollowUp, scores: Scores) -> Measures:
    """Of one cohort, with the eight models' `scores`.

    Returns:
        auc: by model and reading, (8, 4). auc_p: against the reference, (8, 4), not a number for the nomograms.
        auc_over_time: at AUC_MONTHS, (8, months). concordance: Harrell's index of the two nomograms, (2,).
    """
    curve, horizon_p = _over_time(follow_up, scores)
    status = np.array([roc_auc(follow_up.event, score).value for score in scores.values()])
    auc = np.column_stack([curve[:, _PRINTED], status])
    p = np.column_stack([horizon_p[:, _PRINTED], _status_p(follow_up, scores)])
    index = np.array([concordance(follow_up, scores[model]).value for model in MODELS])
    return {"auc": auc, "auc_p": p, "auc_over_time": curve, "concordance": index}


def _clinical(patients: Patients) -> FloatArray:
    """PVTT, response, sessions up to 4, (n, 3)."""
    baseline = patients.baseline
    columns = (baseline.pvtt, baseline.response, np.minimum(patients.planned, MOST_SESSIONS))
    return np.stack(columns, axis=-1).astype(np.float64)


def _over_time(follow_up: FollowUp, scores: Scores) -> tuple[FloatArray, FloatArray]:
    """AUC and p values at AUC_MONTHS, (8, months) each, not a number where a horizon lacks a death or a survivor."""
    time, dead = follow_up.time, follow_up.event
    usable = np.array([(time > h).any() and (dead & (time <= h)).any() for h in AUC_MONTHS])
    auc, p = (np.full((len(scores), len(AUC_MONTHS)), np.nan) for _ in range(2))
    if usable.any():
        compared = time_dependent_auc(follow_up, scores, AUC_MONTHS[usable])
        auc[:, usable] = compared.estimates.value
        p[:, usable] = [_p_against(compared, name) for name in scores]
    return auc, p


def _p_against(compared: Comparison, name: str) -> FloatArray:
    """P values of the model against its reference at the horizons of `compared`."""
    contrasts, pair = compared.contrasts, {name, REFERENCE.get(name)}
    for row, (model, reference) in enumerate(zip(contrasts.models, contrasts.references, strict=True)):
        if {model, reference} == pair:
            return np.asarray(contrasts.p[row])
    return np.full(contrasts.horizons.shape, np.nan)


def _status_p(follow_up: FollowUp, scores: Scores) -> FloatArray:
    """DeLong's p value of each model against its reference."""
    p = np.full(len(scores), np.nan)
    for row, (name, score) in enumerate(scores.items()):
        if name in REFERENCE:
            found = paired_test(follow_up.event, scores[REFERENCE[name]], score).p
            p[row] = np.nan if found is None else found
    return p
