"""The map from the mean of the survival heads to the published DLR scale, on which the hazard ratios were published."""

from __future__ import annotations

import numpy as np

from core.artefacts import Metric
from core.errors import InputError
from core.fusion import DlrMap
from core.geometry import FloatArray

BINS = 12
PATIENTS_PER_BIN = 8
SHARE_LOW = 0.12067919617
LOW = (0.71021992778, 8.17338630679)
HIGH = (8.52673858433, 0.7789082035)
"""Derived from published figures: DLR is drawn from one of two beta distributions, the low one with SHARE_LOW."""


def fit_dlr_map(os_heads: FloatArray, true_dlr: FloatArray | None) -> DlrMap:
    """The monotone map from the mean of the heads to the DLR scale.

    Args:
        os_heads: (m, 4). true_dlr: (m,), or None: then quantiles are matched with the published distribution.
    """
    from sklearn.isotonic import IsotonicRegression

    mean = os_heads.mean(axis=1)
    bins = np.array_split(np.argsort(mean, kind="stable"), min(BINS, max(2, len(mean) // PATIENTS_PER_BIN)))
    x = np.array([mean[members].mean() for members in bins])
    if true_dlr is None:
        middles = (np.arange(len(bins)) + 0.5) / len(bins)
        y, method = _published_quantiles(middles), "quantiles of the published distribution"
    else:
        y = np.array([true_dlr[members].mean() for members in bins])
        y = IsotonicRegression(y_min=0.0, y_max=1.0).fit_transform(x, y, sample_weight=[len(m) for m in bins])
        method = "isotonic regression of the simulated DLR on the mean of the heads, in bins"
    keep = np.flatnonzero(np.diff(x, prepend=-1.0) > 1e-6)
    if len(keep) < 2:
        raise InputError("cohort: expected survival heads that differ between patients, got one value for all")
    return DlrMap(tuple(x[keep].tolist()), tuple(np.maximum.accumulate(y[keep]).tolist()), method)


def _published_quantiles(levels: FloatArray) -> FloatArray:
    from scipy.stats import beta

    grid = np.linspace(0, 1, 4001)
    cumulative = SHARE_LOW * beta.cdf(grid, *LOW) + (1 - SHARE_LOW) * beta.cdf(grid, *HIGH)
    return np.interp(levels, cumulative, grid)


def dlr_figures(dlr: DlrMap, os_heads: FloatArray, true_dlr: FloatArray | None) -> tuple[Metric, ...]:
    """How well the map meets the simulated DLR, for the card; nothing where that is unknown."""
    if true_dlr is None:
        return ()
    from scipy.stats import spearmanr

    found = np.array([dlr(value) for value in os_heads.mean(axis=1)])
    error = float(np.sqrt(np.mean((found - true_dlr) ** 2)))
    n = len(found)
    correlation = float(spearmanr(os_heads.mean(axis=1), true_dlr).statistic)
    return (
        Metric("DLR, root mean square error, patients of the map", error, n=n),
        Metric("DLR, rank correlation of the mean head with the simulated DLR", correlation, n=n),
    )
