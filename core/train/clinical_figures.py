"""How far clinical values, CT signs and the authors' scores tell MTM in the public table, each set fitted alike.

Table: M. Li et al., Radiology 2023;308:e230255, 262 patients of three centres; fitted on centres 0 and 1, tested on 2.
Sets and fit (logistic, ridge C = 1) are those of SCIENCE.md section 4, whose figures these are; the model that ships is
that of `fit_clinical.py`, the six clinical values that a record holds at cut-offs of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.geometry import FloatArray
from core.train.discrimination import Z95, Estimate, auc
from core.train.fit_clinical import FIT_CENTRES, PREDICTORS, RIDGE_C, TEST_CENTRE, fit_clinical_table

if TYPE_CHECKING:
    import pandas as pd

CLINICAL = ("sex", "age", "plt", "AST", "ALT", "ALB", "TB", "Cr", "PT", "INR", "AFP")
SIGNS = (
    *("size", "number", "Margin", "Capsule", "APE", "IA", "Mosaic", "blood_products"),
    "substantial_necrosis",
)
SCORES = ("AP.VMI.Model", "AP.ElectronDensity.Model", "PVP.IodineDensity.Model")
SIX = tuple(predictor.column for predictor in PREDICTORS)
PREDICTOR_SETS: Mapping[str, tuple[str, ...]] = {
    "AFP alone": ("AFP",),
    "the six that ship": SIX,
    "all clinical": CLINICAL,
    "CT signs": SIGNS,
    "clinical and CT signs": (*CLINICAL, *SIGNS),
    "the authors' three scores": SCORES,
}
CENTRES = (*FIT_CENTRES, TEST_CENTRE)
STEPS, CONVERGED = 50, 1e-10
FARTHEST = 30.0
"""A slope or intercept beyond this, in log odds, means that the classes are apart and none is finite."""


@dataclass(frozen=True)
class SetFigures:
    """AUC of one set of columns.

    Attributes:
        name: of the set. columns: how many.
        fitting: on the centres it was fitted on, apparent. testing: on the other.
        n_fitting, n_testing: patients.
    """

    name: str
    columns: int
    fitting: Estimate
    testing: Estimate
    n_fitting: int
    n_testing: int


@dataclass(frozen=True)
class LogisticCalibration:
    """Calibration of log odds against outcomes (D. R. Cox, Biometrika 1958;45:562), with Wald intervals.

    Attributes:
        n, observed: patients and those with the outcome. expected: the sum of the predicted probabilities.
        in_the_large: log odds to be added to the predictions at slope 1; 0 is right.
        slope: of the outcomes' log odds on the predicted ones; 1 is right.
    """

    n: int
    observed: int
    expected: float
    in_the_large: Estimate
    slope: Estimate


def set_figures(path: Path) -> tuple[SetFigures, ...]:
    """Every set of `PREDICTOR_SETS` fitted on centres 0 and 1 and tested on centre 2.

    Raises:
        InputError: a table without a column that is needed.
    """
    table = _read(path)
    return tuple(_figures(table, name, columns, TEST_CENTRE) for name, columns in PREDICTOR_SETS.items())


def each_centre(path: Path, name: str = "the six that ship") -> tuple[SetFigures, ...]:
    """One set with each centre left out in turn, in the order of `CENTRES`; errors as in `set_figures`."""
    table = _read(path)
    return tuple(_figures(table, name, PREDICTOR_SETS[name], centre) for centre in CENTRES)


def shipped_calibration(path: Path) -> LogisticCalibration:
    """Of the model that ships (`fit_clinical_table`), on centre 2; errors as in `set_figures`."""
    model = fit_clinical_table(path).model
    testing = _read(path).query(f"dataset == {TEST_CENTRE}")
    beta = np.array([term.coefficient for term in model.terms])
    return calibration(testing["MTM"], testing[list(SIX)].to_numpy(dtype=np.float64) @ beta + model.intercept)


def calibration(labels: npt.ArrayLike, log_odds: npt.ArrayLike) -> LogisticCalibration:
    """Calibration in the large and slope.

    Args:
        labels: (n,) 0 or 1. log_odds: (n,) predicted.

    Raises:
        ValueError: one class only, or log odds that part the classes, for which no slope is finite.
    """
    y, eta = np.asarray(labels, dtype=np.float64), np.asarray(log_odds, dtype=np.float64)
    if len(np.unique(y)) < 2:
        raise ValueError("labels: expected both classes, got one")
    ones = np.ones((len(y), 1))
    large, large_se = _maximum_likelihood(ones, y, eta)
    slopes, slope_se = _maximum_likelihood(np.column_stack([ones, eta]), y, np.zeros(len(y)))
    return LogisticCalibration(
        len(y),
        int(y.sum()),
        float(_expit(eta).sum()),
        _wald(large[0], large_se[0]),
        _wald(slopes[1], slope_se[1]),
    )


def _figures(table: pd.DataFrame, name: str, columns: tuple[str, ...], left_out: int) -> SetFigures:
    from sklearn.linear_model import LogisticRegression

    fitting, testing = table[table["dataset"] != left_out], table[table["dataset"] == left_out]
    model = LogisticRegression(C=RIDGE_C).fit(fitting[list(columns)], fitting["MTM"])
    found = [auc(part["MTM"], model.decision_function(part[list(columns)])) for part in (fitting, testing)]
    return SetFigures(name, len(columns), found[0], found[1], len(fitting), len(testing))


def _read(path: Path) -> pd.DataFrame:
    import pandas as pd

    table = pd.read_csv(path)
    missing = len({"dataset", "MTM", *CLINICAL, *SIGNS, *SCORES} - set(table.columns))
    if missing:
        raise InputError(f"clinical MTM table: expected its known columns, got a table without {missing} of them")
    return table


def _maximum_likelihood(x: FloatArray, y: FloatArray, offset: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Coefficients (p,) of a logistic regression with an offset, and their standard errors, by Newton's method."""
    beta = np.zeros(x.shape[1])
    for _ in range(STEPS):
        p = _expit(x @ beta + offset)
        information = (x * (p * (1 - p))[:, None]).T @ x
        step = np.linalg.solve(information, x.T @ (y - p))
        beta = beta + step
        if np.abs(beta).max() > FARTHEST:
            break
        if np.abs(step).max() < CONVERGED:
            return beta, np.sqrt(np.diag(np.linalg.inv(information)))
    raise ValueError("log odds: expected classes that overlap, got ones that are apart")


def _expit(eta: FloatArray) -> FloatArray:
    found: FloatArray = 1 / (1 + np.exp(-eta))
    return found


def _wald(value: float, se: float) -> Estimate:
    return Estimate(float(value), float(value - Z95 * se), float(value + Z95 * se))
