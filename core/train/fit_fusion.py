"""Training the fusion: weights of the three parts of the MTM score, the map to the DLR scale, and the artefact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.artefacts import Golden, Metric, ModelCard, Training, write_artefact
from core.case import ClinicalRecord
from core.errors import InputError
from core.findings import HEADS, ImageEvidence
from core.fusion import PARTS, FusionModel, PartWeights
from core.fusion.log_odds import PROBABILITY_LIMIT
from core.geometry import FloatArray
from core.model_card import INTENDED_USE
from core.train.card_facts import CardFacts, golden
from core.train.discrimination import auc, auc_difference
from core.train.fit_clinical import ATTRIBUTION, ClinicalFit
from core.train.fit_dlr import dlr_figures, fit_dlr_map

RIDGE_GRID = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
"""Inverse strengths of the ridge penalty that cross-validation chooses from."""
FOLDS = 5


@dataclass(frozen=True, eq=False)
class FusionCohort:
    """What fusion is fitted on; every probability is out of fold or from patients the part was not trained on.

    Attributes:
        network, radiomics: (n,) calibrated probability of MTM; NaN where unknown.
        records: n clinical records, for the clinical part.
        mtm: (n,) 0 or 1.
        os_heads: (m, 4) calibrated survival heads, columns os1, os2, os3, os_gt3; may be of other patients than the n.
        true_dlr: (m,) DLR on the published scale where it is known (simulated cohorts), else None.
        tested: (n,) True for patients held out of fitting for a last figure; None for no such patients.
    """

    network: FloatArray
    radiomics: FloatArray
    records: Sequence[ClinicalRecord]
    mtm: npt.NDArray[np.int_]
    os_heads: FloatArray
    true_dlr: FloatArray | None = None
    tested: npt.NDArray[np.bool_] | None = None


@dataclass(frozen=True)
class FusionFit:
    """A fitted fusion with its figures; `fitted` and `positives` count the patients of the weights."""

    model: FusionModel
    metrics: tuple[Metric, ...]
    fitted: int
    positives: int
    ridge_c: float


def fit_fusion(cohort: FusionCohort, clinical: ClinicalFit, version: str = "1.0.0", seed: int = 23) -> FusionFit:
    """Fit the weights by ridge stacking and the DLR map.

    Raises:
        InputError: if there are too few patients of one kind.
    """
    parts = _parts(cohort, clinical)
    testing = np.zeros(len(parts), dtype=bool) if cohort.tested is None else cohort.tested
    y = cohort.mtm[~testing]
    if min(y.sum(), y.size - y.sum()) < FOLDS:
        raise InputError(f"cohort: expected at least {FOLDS} patients with and without MTM for the fusion weights")
    fitted = parts[~testing]
    ridge_c = _best_ridge(fitted, y, seed)
    weights = fit_weights(fitted, y, ridge_c)
    out_of_fold = _out_of_fold(fitted, y, seed)
    metrics = _figures("out of fold", y, fitted, out_of_fold)
    if testing.any():
        metrics += _figures("held out", cohort.mtm[testing], parts[testing], _fused(weights, parts[testing]))
    dlr = fit_dlr_map(cohort.os_heads, cohort.true_dlr)
    metrics += dlr_figures(dlr, cohort.os_heads, cohort.true_dlr)
    model = FusionModel(clinical.model, weights, dlr, version)
    return FusionFit(model, (*clinical.metrics, *metrics), int(y.size), int(y.sum()), ridge_c)


def write_fusion(fit: FusionFit, clinical: ClinicalFit, weights_dir: Path, facts: CardFacts) -> Path:
    """Write weights/fusion/VERSION: fusion.json and the card.

    Raises:
        ValueError: if the facts name another version than the model.
    """
    if fit.model.version != facts.version:
        raise ValueError(f"version: expected {fit.model.version}, got {facts.version}")
    model = fit.model
    card = ModelCard(
        name="fusion",
        version=facts.version,
        architecture={
            "mtm": "weighted sum of log odds, weights not negative",
            "weights": dict(model.weights.weight),
            "ridge_c": fit.ridge_c,
            "dlr": model.dlr.method,
            "clinical_cohort": f"{clinical.n} patients, {clinical.positives} with MTM",
            "clinical_cut_offs": clinical.sources,
        },
        inputs={"parts": list(PARTS), "clinical": [term.field for term in model.clinical.terms], "heads": list(HEADS)},
        outputs={
            "mtm": "probability of the macrotrabecular-massive subtype, 0..1",
            "dlr": "DLR score, 0..1, higher is better",
        },
        training=Training(facts.cohort, fit.fitted, fit.positives, facts.dates),
        intended_use=INTENDED_USE,
        licence=facts.licence,
        attribution="; ".join(filter(None, (facts.attribution, ATTRIBUTION))),
        commit=facts.commit,
        golden=_golden(model),
        simulated=facts.simulated,
        provenance=facts.provenance,
        metrics=fit.metrics,
    )
    return write_artefact(weights_dir, card, {"fusion.json": model.to_json()})


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
        fitted = _logistic(ridge_c).fit(x[:, active], labels)
        negative = [index for index, value in zip(active, fitted.coef_[0], strict=True) if value < 0]
        if not negative:
            weight[active], intercept = fitted.coef_[0], float(fitted.intercept_[0])
            break
        active = [index for index in active if index not in negative]
    named = dict(zip(PARTS, weight.tolist(), strict=True))
    return PartWeights(intercept, named, dict(zip(PARTS, centre.tolist(), strict=True)))


def _parts(cohort: FusionCohort, clinical: ClinicalFit) -> FloatArray:
    by_record = [clinical.model.log_odds(record)[0] for record in cohort.records]
    columns = (
        _logit(np.asarray(cohort.network, dtype=np.float64)),
        _logit(np.asarray(cohort.radiomics, dtype=np.float64)),
        np.array([np.nan if found is None else found.mean for found in by_record]),
    )
    return np.column_stack(columns)


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


def _logistic(ridge_c: float) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=ridge_c)


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


def _out_of_fold(parts: FloatArray, labels: npt.NDArray[np.int_], seed: int) -> FloatArray:
    """Fused log odds, penalty and weights chosen without the patient."""
    fused = np.empty(labels.size)
    for inner, outer in _folds(labels, seed + 1):
        ridge_c = _best_ridge(parts[inner], labels[inner], seed)
        fused[outer] = _fused(fit_weights(parts[inner], labels[inner], ridge_c), parts[outer])
    return fused


def _figures(where: str, labels: npt.NDArray[np.int_], parts: FloatArray, fused: FloatArray) -> tuple[Metric, ...]:
    n = labels.size
    known = np.nan_to_num(parts - _centre(parts), nan=0.0)
    lines = [auc(labels, fused).metric(f"MTM AUC, fused, {where}", n)]
    for name, column in zip(PARTS, known.T, strict=True):
        lines.append(auc(labels, column).metric(f"MTM AUC, {name}, {where}", n))
        lines.append(auc_difference(labels, fused, column).metric(f"MTM AUC, fused minus {name}, {where}", n))
    return tuple(lines)


def _golden(model: FusionModel) -> Golden:
    heads = [0.7, 0.8, 0.6, 0.5, 0.4]
    made_of = {"heads": heads, "radiomics": [0.6], "afp_ng_ml": 500.0}
    evidence = ImageEvidence(np.array([heads]), np.array([0.6]))
    scores, _, _ = model.scores(evidence, ClinicalRecord(afp_ng_ml=500.0))
    expected = {name: score.value for name, score in (("mtm", scores.mtm), ("dlr", scores.dlr)) if score is not None}
    return golden("one row of heads, one radiomics probability, AFP 500 ng/mL, all else unknown", made_of, expected)
