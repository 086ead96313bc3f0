"""How good scores learned from images are, on patients they were not trained on.

MTM: AUC of the fused score and of each part with DeLong's intervals and paired differences (DeLong et al., Biometrics
1988;44:837), as in the paper's comparison; calibration slope of the fused log odds. Survival: AUC of each head where
its target is known; Harrell's C of the published nomograms with the image scores. Where the truth is known (simulated
cohorts): the same for a reader who knows all latent values, and for the nomograms with the true scores.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.findings import HEADS
from core.survival.calibration import calibration_slope
from core.survival.concordance import Concordance, concordance
from core.survival.delong import paired_test, roc_auc
from core.survival.follow_up import FollowUp
from core.survival.intervals import z_of
from core.survival.model import Nomogram
from core.survival.step_function import FloatArray

Mask = npt.NDArray[np.bool_]
GROUPS = {"train": "training, out of fold", "internal": "internal", "external": "external"}
FEWEST = 5
"""Patients of each kind, or deaths, under which no figure is made."""


@dataclass(frozen=True)
class ScoreFigure:
    """One figure.

    Attributes:
        subject: "mtm", "survival" or "prognosis".
        name: what was measured. group: on whom.
        low, high: 95 % limits, None where unknown.
        n, events: patients, and those of them with MTM, alive at the horizon, or dead.
    """

    subject: str
    name: str
    group: str
    value: float
    low: float | None
    high: float | None
    n: int
    events: int


@dataclass(frozen=True, eq=False)
class ScoredCohort:
    """Scores and outcomes of n patients; NaN is unknown.

    Attributes:
        split: (n,) "train", "internal" or "external".
        mtm_label: (n,) 0 or 1 from pathology.
        parts: log odds of MTM by name, each (n,); "fused" is the score.
        heads, targets: (n, 5) calibrated probabilities and what came of them, columns as HEADS.
        inputs: of the nomograms, by the names of their terms, each (n,); mtm and dlr are the image scores.
        time_months, event: (n,).
        true_mtm, true_mtm_logit, true_dlr: (n,) of simulated patients.
    """

    split: npt.NDArray[np.str_]
    mtm_label: FloatArray
    parts: Mapping[str, FloatArray]
    heads: FloatArray
    targets: FloatArray
    inputs: Mapping[str, FloatArray]
    time_months: FloatArray
    event: FloatArray
    true_mtm: FloatArray
    true_mtm_logit: FloatArray
    true_dlr: FloatArray


def score_figures(cohort: ScoredCohort, nomograms: Iterable[Nomogram]) -> tuple[ScoreFigure, ...]:
    """Every figure that the cohort allows, by split."""
    models = tuple(nomograms)
    found: list[ScoreFigure] = []
    for split, name in GROUPS.items():
        member: Mask = np.asarray(cohort.split == split)
        found += _mtm(cohort, member & np.isfinite(cohort.mtm_label), cohort.mtm_label, f"{name}, histology")
        hidden = member & np.isnan(cohort.mtm_label) & (split != "train")
        found += _mtm(cohort, hidden & np.isfinite(cohort.true_mtm), cohort.true_mtm, f"{name}, simulated truth")
        found += _heads(cohort, member, name)
        for model in models:
            found += _prognosis(cohort, member, model, name)
    return tuple(found)


def binary_slope(label: npt.ArrayLike, log_odds: npt.ArrayLike) -> tuple[float, float]:
    """Slope of the logistic regression of labels (n,) on log odds (n,), 1 is right, and its standard error."""
    y, x = np.asarray(label, dtype=np.float64), np.asarray(log_odds, dtype=np.float64)
    design, beta = np.column_stack([np.ones(len(x)), x]), np.zeros(2)
    for _ in range(50):
        p = 1 / (1 + np.exp(-design @ beta))
        information = (design * (p * (1 - p))[:, None]).T @ design
        step = np.linalg.solve(information, design.T @ (y - p))
        beta += np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-9:
            break
    return float(beta[1]), float(np.linalg.inv(information)[1, 1] ** 0.5)


def _mtm(cohort: ScoredCohort, member: Mask, truth: FloatArray, group: str) -> Iterator[ScoreFigure]:
    member = member & np.isfinite(cohort.parts["fused"])
    label = truth[member]
    n, positives = len(label), int(label.sum())
    if min(positives, n - positives) < FEWEST:
        return
    fused = cohort.parts["fused"][member]
    others = {name: values[member] for name, values in cohort.parts.items() if name != "fused"}
    if np.isfinite(cohort.true_mtm_logit[member]).all():
        others["ideal reader"] = cohort.true_mtm_logit[member]
    auc = roc_auc(label, fused)
    yield ScoreFigure("mtm", "AUC, fused", group, auc.value, *_limits(auc.interval()), n, positives)
    for name, values in others.items():
        # a part that is unknown tells the patients apart no better than a coin
        filled = np.where(np.isfinite(values), values, np.nanmean(values) if np.isfinite(values).any() else 0.0)
        auc = roc_auc(label, filled)
        yield ScoreFigure("mtm", f"AUC, {name}", group, auc.value, *_limits(auc.interval()), n, positives)
        test = paired_test(label, fused, filled)
        limits = _limits(test.interval())
        yield ScoreFigure("mtm", f"AUC, fused minus {name}", group, test.difference, *limits, n, positives)
    yield from _slope(label, fused, group)


def _slope(label: FloatArray, fused: FloatArray, group: str) -> Iterator[ScoreFigure]:
    if np.ptp(fused) == 0:
        return
    try:
        slope, se = binary_slope(label, fused)
    except np.linalg.LinAlgError:  # the score tells all patients apart: no finite slope
        return
    half = z_of(0.95) * se
    n, positives = len(label), int(label.sum())
    yield ScoreFigure("mtm", "calibration slope, fused", group, slope, slope - half, slope + half, n, positives)


def _heads(cohort: ScoredCohort, member: Mask, group: str) -> Iterator[ScoreFigure]:
    for index, head in enumerate(HEADS[1:], start=1):
        known = member & np.isfinite(cohort.targets[:, index]) & np.isfinite(cohort.heads[:, index])
        label = cohort.targets[known, index]
        if min(label.sum(), len(label) - label.sum()) < FEWEST:
            continue
        auc = roc_auc(label, cohort.heads[known, index])
        limits = _limits(auc.interval())
        yield ScoreFigure("survival", f"AUC, {head}", group, auc.value, *limits, len(label), int(label.sum()))


def _prognosis(cohort: ScoredCohort, member: Mask, model: Nomogram, group: str) -> Iterator[ScoreFigure]:
    inputs = np.column_stack([cohort.inputs[name] for name in model.names])
    known = member & np.isfinite(inputs).all(axis=1) & np.isfinite(cohort.time_months)
    events = int(np.nansum(cohort.event[known]))
    if events < FEWEST:
        return
    follow_up = FollowUp(cohort.time_months[known], cohort.event[known] == 1)
    risk = model.linear_predictor(inputs[known])
    try:
        found = concordance(follow_up, risk)
        slope = calibration_slope(follow_up, risk)
    except InputError:  # everybody has the same risk
        return
    n, name = int(known.sum()), f"C of the {model.model} nomogram"
    image = f"{name}, image scores"
    yield ScoreFigure("prognosis", image, group, found.value, *found.interval(), n, events)
    label = f"calibration slope of the {model.model} nomogram, image scores"
    yield ScoreFigure("prognosis", label, group, slope.value, slope.low, slope.high, n, events)
    truth = {"mtm": cohort.true_mtm, "dlr": cohort.true_dlr}
    ideal = np.column_stack([truth.get(term, cohort.inputs[term]) for term in model.names])[known]
    if np.isfinite(ideal).all():
        best = concordance(follow_up, model.linear_predictor(ideal))
        yield ScoreFigure("prognosis", f"{name}, true scores", group, best.value, *best.interval(), n, events)
        yield _difference(found, best, f"{name}, image minus true scores", group, events)


def _difference(one: Concordance, two: Concordance, name: str, group: str, events: int) -> ScoreFigure:
    value = one.value - two.value
    half = z_of(0.95) * float(np.sqrt(((one.influence - two.influence) ** 2).sum()))
    return ScoreFigure("prognosis", name, group, value, value - half, value + half, one.influence.size, events)


def _limits(found: tuple[float, float] | None) -> tuple[Any, Any]:
    return (None, None) if found is None else found
