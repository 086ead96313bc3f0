"""The clinical model of MTM: a logistic regression on yes/no predictors that a ClinicalRecord can supply.

It is fitted on 262 real patients (M. Li et al., Radiology 2023;308:e230255), centres 0 and 1, and tested on centre 2;
or on a centre's own records. The public table holds only yes/no columns. Their cut-offs: AFP > 100 ng/mL is the label
in the authors' own analysis script (github.com/Rahysea/DSFR_MTM_Radiology, R/nomogram_model.R); the others are not
stated there and are assumed from common laboratory limits that fit the shares of yes. Left out: tumour size (every
patient of the HAIC study is over any plausible cut-off), CT signs and the authors' model scores (no record holds
them), and prothrombin time (its share of yes differs between the centres from .11 to .77).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from core.artefacts import Metric
from core.case import ClinicalRecord
from core.errors import InputError
from core.fusion import ClinicalModel, ClinicalTerm
from core.geometry import FloatArray
from core.train.discrimination import auc

if TYPE_CHECKING:
    import pandas as pd

ATTRIBUTION = "Clinical model: public table of M. Li et al., Radiology 2023;308:e230255, Apache-2.0"
FIT_CENTRES = (0, 1)
TEST_CENTRE = 2
RIDGE_C = 1.0
"""Inverse strength of the ridge penalty on the coefficients."""
PER_PREDICTOR = 5
"""Patients of the rarer kind for each predictor (E. Vittinghoff, C. McCulloch, Am J Epidemiol 2007;165:710)."""


@dataclass(frozen=True)
class Predictor:
    """One column of the public table and its meaning in a ClinicalRecord.

    Attributes:
        column: in the table.
        field, above, equals: as in ClinicalTerm.
        source: where the cut-off comes from.
    """

    column: str
    field: str
    above: float | None
    equals: str | None
    source: str


PREDICTORS = (
    Predictor("AFP", "afp_ng_ml", 100.0, None, "published: label in the authors' analysis script"),
    Predictor("sex", "sex", None, "male", "assumed: 86 % are yes, as men in Chinese HCC cohorts"),
    Predictor("age", "age_years", 50.0, None, "assumed: 64 % are yes"),
    Predictor("plt", "platelets_1e9_l", 100.0, None, "assumed: 89 % are yes"),
    Predictor("AST", "ast_u_l", 40.0, None, "assumed: 30 % are yes"),
    Predictor("ALT", "alt_u_l", 50.0, None, "assumed: 18 % are yes"),
)
"""Six, as many as the paper's clinical model has."""


@dataclass(frozen=True)
class ClinicalFit:
    """A fitted clinical model with its figures and where its cut-offs come from.

    Attributes:
        n, positives: patients it was fitted on, and those of them with MTM.
        sources: of the cut-offs, by variable.
        attribution: of the table, "" for a centre's own.
        out_of_fold: (n,) log odds of the patients it was fitted on, each without himself; None where they are others
            than those of the fusion.
    """

    model: ClinicalModel
    metrics: tuple[Metric, ...]
    n: int
    positives: int
    sources: dict[str, str]
    attribution: str = ""
    out_of_fold: tuple[float, ...] | None = None


def fit_clinical_table(path: Path) -> ClinicalFit:
    """Fit on centres 0 and 1 of mtm_dect_262.csv, test on centre 2.

    Raises:
        InputError: if the table lacks a column.
    """
    table = _read(path)
    fitting, testing = table[table["dataset"].isin(FIT_CENTRES)], table[table["dataset"] == TEST_CENTRE]
    x, y = _matrix(fitting)
    model = _fit(x, y)
    x_test, y_test = _matrix(testing)
    only_afp = [
        auc(part["MTM"], part["AFP"]).metric(f"clinical MTM AUC, AFP alone, {name}", len(part))
        for name, part in (("centres 0 and 1", fitting), ("centre 2", testing))
    ]
    metrics = (
        auc(y, _log_odds(model, x)).metric("clinical MTM AUC, centres 0 and 1, apparent", y.size),
        auc(y, _cross_validated(x, y)).metric("clinical MTM AUC, centres 0 and 1, cross-validated", y.size),
        auc(y_test, _log_odds(model, x_test)).metric("clinical MTM AUC, centre 2, not used in fitting", y_test.size),
        *only_afp,
    )
    sources = {p.field: p.source for p in PREDICTORS}
    return ClinicalFit(model, metrics, int(y.size), int(y.sum()), sources, ATTRIBUTION)


def enough_records(mtm: npt.ArrayLike) -> bool:
    """Whether labels (n,) are enough for a clinical model of a centre's own: `PER_PREDICTOR` of the rarer kind each."""
    y = np.asarray(mtm, dtype=np.int_)
    return bool(min(y.sum(), y.size - y.sum()) >= PER_PREDICTOR * len(PREDICTORS))


def fit_clinical_records(records: Sequence[ClinicalRecord], mtm: npt.ArrayLike) -> ClinicalFit:
    """Fit on a centre's own records; an unknown value takes the share of yes among the known.

    Args:
        mtm: (n,) 0 or 1.

    Raises:
        InputError: if a predictor is unknown in every record.
    """
    y = np.asarray(mtm, dtype=np.int_)
    columns = [[_term(p, 0.0, 0.0).indicator(record) for record in records] for p in PREDICTORS]
    x = np.array([[np.nan if value is None else value for value in column] for column in columns]).T
    empty = int(np.isnan(x).all(axis=0).sum())
    if empty:
        raise InputError(f"cohort: expected {len(PREDICTORS)} clinical predictors, got {empty} of them without a value")
    x = np.where(np.isnan(x), np.nanmean(x, axis=0), x)
    model = _fit(x, y)
    p = _cross_validated(x, y)
    line = auc(y, p).metric("clinical MTM AUC, own cohort, cross-validated", y.size)
    sources = {p.field: p.source for p in PREDICTORS}
    without = tuple(np.log(p / (1 - p)).tolist())
    return ClinicalFit(model, (line,), int(y.size), int(y.sum()), sources, "", without)


def _read(path: Path) -> pd.DataFrame:
    import pandas as pd

    table = pd.read_csv(path)
    missing = sum(name not in table for name in ("dataset", "MTM", *(p.column for p in PREDICTORS)))
    if missing:
        raise InputError(f"clinical MTM table: expected its known columns, got a table without {missing} of them")
    return table


def _matrix(table: pd.DataFrame) -> tuple[FloatArray, npt.NDArray[np.int_]]:
    x = table[[p.column for p in PREDICTORS]].to_numpy(dtype=np.float64)
    return x, table["MTM"].to_numpy(dtype=np.int_)


def _fit(x: FloatArray, y: npt.NDArray[np.int_]) -> ClinicalModel:
    fitted = _logistic().fit(x, y)
    coefficients, intercept = fitted.coef_[0], float(fitted.intercept_[0])
    design = np.column_stack([np.ones(len(x)), x])
    p = 1 / (1 + np.exp(-(x @ coefficients + intercept)))
    penalty = np.diag([0.0, *np.full(x.shape[1], 1 / RIDGE_C)])
    covariance = np.linalg.inv((design * (p * (1 - p))[:, None]).T @ design + penalty)
    means = x.mean(axis=0)
    terms = tuple(_term(p, float(b), float(m)) for p, b, m in zip(PREDICTORS, coefficients, means, strict=True))
    return ClinicalModel(intercept, terms, tuple(tuple(map(float, row)) for row in covariance))


def _term(predictor: Predictor, coefficient: float, mean: float) -> ClinicalTerm:
    return ClinicalTerm(predictor.field, predictor.above, predictor.equals, coefficient, mean)


def _log_odds(model: ClinicalModel, x: FloatArray) -> FloatArray:
    found: FloatArray = x @ np.array([term.coefficient for term in model.terms]) + model.intercept
    return found


def _cross_validated(x: FloatArray, y: npt.NDArray[np.int_]) -> FloatArray:
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    return np.asarray(cross_val_predict(_logistic(), x, y, cv=folds, method="predict_proba")[:, 1], dtype=np.float64)


def _logistic() -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=RIDGE_C)
