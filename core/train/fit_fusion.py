"""Training the fusion: weights of the three parts of the MTM score, and the map to the DLR scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from core.artefacts import Metric
from core.case import ClinicalRecord
from core.errors import InputError
from core.fusion import PARTS, ClinicalModel, FusionModel, PartWeights
from core.fusion.log_odds import PROBABILITY_LIMIT, LogOdds
from core.geometry import FloatArray
from core.train.discrimination import auc, auc_difference
from core.train.fit_clinical import ClinicalFit
from core.train.fit_dlr import DlrCohort, dlr_figures, fit_dlr_map

RIDGE_GRID = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
"""Inverse strengths of the ridge penalty that cross-validation chooses from."""
FOLDS = 5
NEWTON_STEPS, LARGEST_STEP = 50, 4.0
NO_WEIGHTS = PartWeights(0.0, dict.fromkeys(PARTS, 0.0), dict.fromkeys(PARTS, 0.0))
"""Of a fusion without labels: no part has a weight, and the MTM score is unknown."""


@dataclass(frozen=True, eq=False)
class FusionCohort:
    """What fusion is fitted on; every probability is out of fold or from patients the part was not trained on.

    Attributes:
        network, radiomics: (n,) calibrated probability of MTM; NaN where unknown.
        records: n clinical records, for the clinical part.
        mtm: (n,) 0 or 1; n = 0 where no patient has a label, and the MTM score then stays unknown.
        dlr: whom the DLR map is fitted on, perhaps others than the n; None without survival.
        clinical: (n,) log odds of the clinical part where it was fitted on these very patients, each without himself.
    """

    network: FloatArray
    radiomics: FloatArray
    records: Sequence[ClinicalRecord]
    mtm: npt.NDArray[np.int_]
    dlr: DlrCohort | None
    clinical: FloatArray | None = None


@dataclass(frozen=True)
class FusionFit:
    """A fitted fusion with its figures.

    Attributes:
        fitted, positives: patients of the weights, and those of them with MTM.
        ridge_c: chosen inverse strength of the penalty, None without labels.
        out_of_fold: (n,) fused log odds, penalty and weights chosen without the patient.
        parts: (n, 3) log odds behind them, columns as PARTS, NaN where unknown.
    """

    model: FusionModel
    metrics: tuple[Metric, ...]
    fitted: int
    positives: int
    ridge_c: float | None
    out_of_fold: FloatArray
    parts: FloatArray


def fit_fusion(cohort: FusionCohort, clinical: ClinicalFit, version: str = "1.0.0", seed: int = 23) -> FusionFit:
    """Fit the weights by ridge stacking and the DLR map.

    Raises:
        InputError: if there are too few patients of one kind, or neither labels nor survival.
    """
    parts, y = part_log_odds(cohort, clinical.model), cohort.mtm
    if y.size == 0 and cohort.dlr is None:
        raise InputError("cohort: expected MTM labels or survival for the fusion, got neither")
    ridge_c, weights, out_of_fold = None, NO_WEIGHTS, np.empty(0)
    metrics: tuple[Metric, ...] = ()
    if y.size:
        if min(y.sum(), y.size - y.sum()) < FOLDS:
            raise InputError(f"cohort: expected at least {FOLDS} patients with and without MTM for the fusion weights")
        ridge_c = _best_ridge(parts, y, seed)
        weights = fit_weights(parts, y, ridge_c)
        out_of_fold = _out_of_fold(parts, y, weights, seed)
        metrics = _figures("out of fold", y, parts, out_of_fold)
    dlr = None if cohort.dlr is None else fit_dlr_map(cohort.dlr)
    if dlr is not None and cohort.dlr is not None:
        metrics += dlr_figures(dlr, cohort.dlr)
    model = FusionModel(clinical.model, weights, dlr, version)
    metrics = (*clinical.metrics, *metrics)
    return FusionFit(model, metrics, int(y.size), int(y.sum()), ridge_c, out_of_fold, parts)


def fit_weights(parts: FloatArray, labels: npt.NDArray[np.int_], ridge_c: float) -> PartWeights:
    """Ridge logistic regression on centred log odds; a part whose weight would be negative gets none.

    Args:
        parts: (n, 3) log odds, columns as PARTS, NaN where unknown. labels: (n,) 0 or 1.
    """
    centre = _centre(parts)
    x = np.nan_to_num(parts - centre, nan=0.0)
    active = list(range(len(PARTS)))
    weight, intercept = np.zeros(len(PARTS)), float(np.log(labels.mean() / (1 - labels.mean())))
    while active:
        beta = _ridge_logistic(x[:, active], labels, ridge_c)
        negative = [index for index, value in zip(active, beta[1:], strict=True) if value < 0]
        if not negative:
            weight[active], intercept = beta[1:], float(beta[0])
            break
        active = [index for index in active if index not in negative]
    named = dict(zip(PARTS, weight.tolist(), strict=True))
    return PartWeights(intercept, named, dict(zip(PARTS, centre.tolist(), strict=True)))


def part_log_odds(cohort: FusionCohort, clinical: ClinicalModel) -> FloatArray:
    """Log odds of the parts, (n, 3), columns as PARTS, NaN where unknown."""
    by_record = [clinical.log_odds(record)[0] for record in cohort.records]
    by_model = np.array([np.nan if found is None else found.mean for found in by_record])
    columns = (
        _logit(np.asarray(cohort.network, dtype=np.float64)),
        _logit(np.asarray(cohort.radiomics, dtype=np.float64)),
        by_model if cohort.clinical is None else cohort.clinical,
    )
    return np.column_stack(columns)


def fused_log_odds(weights: PartWeights, parts: FloatArray) -> FloatArray:
    """Fused log odds (n,) of parts (n, 3), as `PartWeights.fuse` has them; NaN where no part with a weight is known."""
    each = [
        weights.fuse(
            {name: None if np.isnan(v) else LogOdds(float(v), 0.0) for name, v in zip(PARTS, row, strict=True)}
        )
        for row in parts
    ]
    return np.array([np.nan if found is None else found.mean for found in each])


def _centre(parts: FloatArray) -> FloatArray:
    """Mean of each column's known values, 0 where none is known."""
    known = np.isfinite(parts)
    mean: FloatArray = np.where(known, parts, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return mean


def _logit(probability: FloatArray) -> FloatArray:
    p = np.clip(probability, PROBABILITY_LIMIT, 1 - PROBABILITY_LIMIT)
    return np.log(p / (1 - p))


def _fused(weights: PartWeights, parts: FloatArray) -> FloatArray:
    """Fused log odds; an unknown part stands at its centre."""
    centre = np.array([weights.centre[name] for name in PARTS])
    weight = np.array([weights.weight[name] for name in PARTS])
    fused: FloatArray = weights.intercept + np.nan_to_num(parts - centre, nan=0.0) @ weight
    return fused


def _ridge_logistic(x: FloatArray, labels: npt.NDArray[np.int_], ridge_c: float) -> FloatArray:
    """Intercept and coefficients that minimise |b|^2 / 2 + ridge_c * log loss, by Newton's method."""
    design = np.column_stack([np.ones(len(x)), x])
    penalty = np.diag([0.0, *np.full(x.shape[1], 1 / ridge_c)])
    beta = np.zeros(design.shape[1])
    for _ in range(NEWTON_STEPS):
        p = 1 / (1 + np.exp(-design @ beta))
        gradient = design.T @ (labels - p) - penalty @ beta
        step = np.linalg.solve((design * (p * (1 - p))[:, None]).T @ design + penalty, gradient)
        beta = beta + np.clip(step, -LARGEST_STEP, LARGEST_STEP)
        if np.abs(step).max() < 1e-10:
            break
    return beta


def _folds(labels: npt.NDArray[np.int_], seed: int) -> list[tuple[Any, Any]]:
    from sklearn.model_selection import StratifiedKFold

    return list(StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(np.zeros(labels.size), labels))


def _best_ridge(parts: FloatArray, labels: npt.NDArray[np.int_], seed: int) -> float:
    """The penalty with the least out-of-fold log loss."""

    def loss(ridge_c: float) -> float:
        total = 0.0
        for inner, outer in _folds(labels, seed):
            log_odds = _fused(fit_weights(parts[inner], labels[inner], ridge_c), parts[outer])
            total += float((np.logaddexp(0, log_odds) - labels[outer] * log_odds).sum())
        return total

    return min(RIDGE_GRID, key=loss)


def _out_of_fold(parts: FloatArray, labels: npt.NDArray[np.int_], weights: PartWeights, seed: int) -> FloatArray:
    """Fused log odds, penalty and weights chosen without the patient.

    Intercept and centre are those of all patients: a fold's own would fall where the fold left out holds many with MTM,
    and rank its patients below those of other folds.
    """
    fused = np.empty(labels.size)
    for inner, outer in _folds(labels, seed + 1):
        ridge_c = _best_ridge(parts[inner], labels[inner], seed)
        chosen = fit_weights(parts[inner], labels[inner], ridge_c).weight
        fused[outer] = _fused(replace(weights, weight=chosen), parts[outer])
    return fused


def _figures(where: str, labels: npt.NDArray[np.int_], parts: FloatArray, fused: FloatArray) -> tuple[Metric, ...]:
    n = labels.size
    known = np.nan_to_num(parts - _centre(parts), nan=0.0)
    lines = [auc(labels, fused).metric(f"MTM AUC, fused, {where}", n)]
    for name, column in zip(PARTS, known.T, strict=True):
        lines.append(auc(labels, column).metric(f"MTM AUC, {name}, {where}", n))
        lines.append(auc_difference(labels, fused, column).metric(f"MTM AUC, fused minus {name}, {where}", n))
    return tuple(lines)
