"""Boosted CART trees with one fixed, strongly regularised setting: small cohorts, the same result on every run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from core.geometry import FloatArray

if TYPE_CHECKING:
    import xgboost

ROUNDS = 120
PARAMETERS: Mapping[str, Any] = {
    "booster": "gbtree",
    "objective": "binary:logistic",
    "tree_method": "hist",
    "max_depth": 2,
    "eta": 0.05,
    "subsample": 0.8,
    "colsample_bytree": 0.5,
    "min_child_weight": 2.0,
    "lambda": 5.0,
    "nthread": 1,  # sums of several threads come in another order on every run
}


def fit_booster(values: FloatArray, labels: npt.NDArray[np.int_], names: Sequence[str], seed: int) -> xgboost.Booster:
    """Fit on (n, features) values and 0/1 labels."""
    import xgboost

    matrix = xgboost.DMatrix(values, labels.astype(np.float32), feature_names=list(names), nthread=1)
    return xgboost.train({**PARAMETERS, "seed": seed}, matrix, num_boost_round=ROUNDS)


def margins(booster: xgboost.Booster, values: FloatArray) -> FloatArray:
    """Uncalibrated log odds, (n,)."""
    import xgboost

    matrix = xgboost.DMatrix(values, feature_names=booster.feature_names, nthread=1)
    return np.asarray(booster.predict(matrix, output_margin=True), dtype=np.float64)
