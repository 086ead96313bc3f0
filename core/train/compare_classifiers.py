"""XGBoost against three other classifiers on the same selected features, all out of fold.

The paper built its radiomics score with XGBoost because it outperformed three others, which its main text does not
name; here they are the three usual ones. Folds and the selection inside them are those of `fit_radiomics`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.geometry import FloatArray
from core.survival.delong import paired_test, roc_auc
from core.train.boosting import fit_booster, margins
from core.train.select_features import labelled_folds, select

if TYPE_CHECKING:
    import pandas as pd

XGBOOST = "XGBoost"
Labels = npt.NDArray[np.int_]


@dataclass(frozen=True)
class ClassifierFigures:
    """One line of the comparison; intervals are 95 %.

    Attributes:
        classifier: its name.
        n, positives: patients, and those of them with MTM.
        auc, low, high: out of fold, with DeLong's interval; None where a class has a single patient.
        difference, difference_low, difference_high, p: AUC of XGBoost less this one's, by DeLong's paired test; None
            for XGBoost itself.
    """

    classifier: str
    n: int
    positives: int
    auc: float
    low: float | None
    high: float | None
    difference: float | None = None
    difference_low: float | None = None
    difference_high: float | None = None
    p: float | None = None


@dataclass(frozen=True, eq=False)
class Comparison:
    """All classifiers on the same patients.

    Attributes:
        figures: XGBoost first.
        out_of_fold: scores (index patient_id, a column per classifier), higher for MTM, not calibrated.
    """

    figures: tuple[ClassifierFigures, ...]
    out_of_fold: pd.DataFrame

    def rows(self) -> list[dict[str, Any]]:
        """Plain data for a card or report."""
        return [asdict(line) for line in self.figures]


def compare_classifiers(
    table: pd.DataFrame, mtm: pd.Series, folds: int = 5, seed: int = 23, robust: Collection[str] | None = None
) -> Comparison:
    """Score every patient with each classifier fitted without him.

    Args:
        table: one row per training patient (index patient_id), columns as `extract_cohort` makes them.
        mtm: 0, 1 or NaN where unknown, who are left out; index patient_id.
        folds, seed, robust: as `fit_radiomics` was given; the folds and their features are then the same.

    Raises:
        InputError: if the table holds too few patients or usable features.
    """
    import pandas as pd

    known = mtm.reindex(table.index).notna()
    rows, y = table[known], mtm.reindex(table.index)[known].to_numpy(dtype=np.int_)
    if not known.any():
        raise InputError("cohort: expected patients with known MTM, got none")
    scores = {name: np.empty(y.size) for name in CLASSIFIERS}
    for inner, outer in labelled_folds(y, folds, seed):
        names = list(select(rows.iloc[inner], y[inner], seed, robust).prefixed)
        values = rows[names].to_numpy(dtype=np.float64)
        for name, fit in CLASSIFIERS.items():
            scores[name][outer] = fit(values[inner], y[inner], seed)(values[outer])
    figures = tuple(_figures(name, y, scores) for name in CLASSIFIERS)
    return Comparison(figures, pd.DataFrame(scores, index=rows.index))


def as_markdown(figures: Sequence[ClassifierFigures]) -> str:
    """A table for the report: AUC and difference with intervals, p."""
    lines = ["| classifier | AUC (95 %) | XGBoost less this (95 %) | p |", "|---|---|---|---|"]
    for line in figures:
        apart = _with_interval(line.difference, line.difference_low, line.difference_high)
        p = "" if line.p is None else f"{line.p:.3f}"
        lines.append(f"| {line.classifier} | {_with_interval(line.auc, line.low, line.high)} | {apart} | {p} |")
    return "\n".join(lines) + "\n"


Score = Callable[[FloatArray], FloatArray]


def _xgboost(values: FloatArray, labels: Labels, seed: int) -> Score:
    booster = fit_booster(values, labels, [str(column) for column in range(values.shape[1])], seed)
    return lambda others: margins(booster, others)


def _logistic(values: FloatArray, labels: Labels, seed: int) -> Score:
    from sklearn.linear_model import LogisticRegression

    return _standardised(LogisticRegression(C=0.1, max_iter=1000), values, labels)


def _support_vectors(values: FloatArray, labels: Labels, seed: int) -> Score:
    from sklearn.svm import SVC

    return _standardised(SVC(C=1.0, kernel="rbf", gamma="scale"), values, labels)


def _forest(values: FloatArray, labels: Labels, seed: int) -> Score:
    from sklearn.ensemble import RandomForestClassifier

    forest = RandomForestClassifier(200, min_samples_leaf=3, random_state=seed, n_jobs=1).fit(values, labels)
    return lambda others: np.asarray(forest.predict_proba(others)[:, 1], dtype=np.float64)


def _standardised(classifier: Any, values: FloatArray, labels: Labels) -> Score:
    """Centred and scaled by the fitted patients alone; a value far beyond them is drawn in to 5 standard deviations."""
    mean, sd = values.mean(axis=0), np.maximum(values.std(axis=0), np.finfo(float).tiny)

    def scaled(others: FloatArray) -> FloatArray:
        drawn_in: FloatArray = np.clip((others - mean) / sd, -5.0, 5.0)
        return drawn_in

    fitted = classifier.fit(scaled(values), labels)
    return lambda others: np.asarray(fitted.decision_function(scaled(others)), dtype=np.float64)


CLASSIFIERS: Mapping[str, Callable[[FloatArray, Labels, int], Score]] = {
    XGBOOST: _xgboost,
    "logistic regression": _logistic,
    "support vector machine": _support_vectors,
    "random forest": _forest,
}
"""How each is fitted: values (n, features), labels (n,), seed -> scores of others."""


def _figures(name: str, labels: Labels, scores: Mapping[str, FloatArray]) -> ClassifierFigures:
    area = roc_auc(labels, scores[name])
    low, high = area.interval() or (None, None)
    line = ClassifierFigures(name, int(labels.size), int(labels.sum()), area.value, low, high)
    if name == XGBOOST:
        return line
    apart = paired_test(labels, scores[XGBOOST], scores[name])
    low_apart, high_apart = apart.interval() or (None, None)
    return replace(line, difference=apart.difference, difference_low=low_apart, difference_high=high_apart, p=apart.p)


def _with_interval(value: float | None, low: float | None, high: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.3f}" if low is None or high is None else f"{value:.3f} ({low:.3f} to {high:.3f})"
