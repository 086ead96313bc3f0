"""The map from the mean of the survival heads to the published DLR scale, on which the hazard ratios were published.

Where DLR itself is known (simulated cohorts) the map is its regression on the heads. Elsewhere the heads' quantiles are
matched with the published distribution and then pulled to its mean, so far that the Cox coefficient of the result in
the training patients is the published one (ln .11 per unit, beside PVTT): heads that say less must speak more softly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.artefacts import Metric
from core.errors import InputError
from core.fusion import DlrMap
from core.geometry import FloatArray
from core.survival.cox import fit_cox
from core.survival.follow_up import FollowUp

BINS = 12
PATIENTS_PER_BIN = 8
SHARE_LOW = 0.12067919617
LOW = (0.71021992778, 8.17338630679)
HIGH = (8.52673858433, 0.7789082035)
"""Derived from published figures: DLR is drawn from one of two beta distributions, the low one with SHARE_LOW."""
MEAN_DLR = 0.815153730052298
BETA_PRE = float(np.log(0.11))
"""Published log hazard ratio of DLR before HAIC."""


@dataclass(frozen=True, eq=False)
class DlrCohort:
    """Whom the map is fitted on; heads are out of fold.

    Attributes:
        os_heads: (m, 4) calibrated survival heads, columns os1, os2, os3, os_gt3.
        true_dlr: (m,) DLR on the published scale where it is known (simulated cohorts), else None.
        follow_up: of the m patients, used where true_dlr is None.
        pvtt: (m,) 1, 0 or NaN where unknown; None for not to adjust for it.
    """

    os_heads: FloatArray
    true_dlr: FloatArray | None = None
    follow_up: FollowUp | None = None
    pvtt: FloatArray | None = None


def fit_dlr_map(cohort: DlrCohort) -> DlrMap:
    """The monotone map from the mean of the heads to the DLR scale.

    Raises:
        InputError: if the heads say the same of everybody.
    """
    mean = cohort.os_heads.mean(axis=1)
    bins = np.array_split(np.argsort(mean, kind="stable"), min(BINS, max(2, len(mean) // PATIENTS_PER_BIN)))
    x = np.array([mean[members].mean() for members in bins])
    if cohort.true_dlr is None:
        y, method = _matched(cohort, mean, len(bins))
    else:
        y, method = _regressed(cohort.true_dlr, x, bins)
    keep = np.flatnonzero(np.diff(x, prepend=-1.0) > 1e-6)
    if len(keep) < 2:
        raise InputError("cohort: expected survival heads that differ between patients, got one value for all")
    return DlrMap(tuple(x[keep].tolist()), tuple(np.maximum.accumulate(y[keep]).tolist()), method)


def dlr_figures(dlr: DlrMap, cohort: DlrCohort) -> tuple[Metric, ...]:
    """How well the map meets the simulated DLR, for the card; nothing where that is unknown."""
    true_dlr, os_heads = cohort.true_dlr, cohort.os_heads
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


def _regressed(true_dlr: FloatArray, x: FloatArray, bins: list[npt.NDArray[np.intp]]) -> tuple[FloatArray, str]:
    from sklearn.isotonic import IsotonicRegression

    y = np.array([true_dlr[members].mean() for members in bins])
    y = IsotonicRegression(y_min=0.0, y_max=1.0).fit_transform(x, y, sample_weight=[len(m) for m in bins])
    return y, "isotonic regression of the simulated DLR on the mean of the heads, in bins"


def _matched(cohort: DlrCohort, mean: FloatArray, bins: int) -> tuple[FloatArray, str]:
    y = _published_quantiles((np.arange(bins) + 0.5) / bins)
    if cohort.follow_up is None:
        return y, "quantiles of the published distribution"
    from scipy.stats import rankdata

    matched = _published_quantiles((rankdata(mean) - 0.5) / len(mean))
    pull = _pull(cohort, matched)
    return MEAN_DLR + pull * (y - MEAN_DLR), f"quantiles of the published distribution, spread times {pull:.3f}"


def _pull(cohort: DlrCohort, matched: FloatArray) -> float:
    """Share of the spread that is kept, 0.05-1: the quantiles' Cox coefficient over the published one."""
    if cohort.follow_up is None or not cohort.follow_up.events:
        return 1.0
    columns = {"dlr": matched}
    if cohort.pvtt is not None and np.isfinite(cohort.pvtt).all() and 0 < cohort.pvtt.mean() < 1:
        columns["pvtt"] = cohort.pvtt
    fitted = fit_cox(cohort.follow_up, np.column_stack(list(columns.values())), tuple(columns))
    return float(np.clip(fitted.beta[0] / BETA_PRE, 0.05, 1.0))


def _published_quantiles(levels: FloatArray) -> FloatArray:
    from scipy.stats import beta

    grid = np.linspace(0, 1, 4001)
    cumulative = SHARE_LOW * beta.cdf(grid, *LOW) + (1 - SHARE_LOW) * beta.cdf(grid, *HIGH)
    return np.interp(levels, cumulative, grid)
