"""Area under the ROC curve (AUC) of known labels, with DeLong's variance and tests, and the cut of Youden.

A placement is the share of the other class on whose right side a patient's score lies, ties counting half. Their mean
is the AUC, their variances give its variance. Made from midranks in O(n log n) time (Sun and Xu, IEEE Signal Process
Lett 2014;21:1389-1393). Equal to pROC of R with direction "<" (tests/golden). DeLong et al., Biometrics
1988;44:837-845; Youden, Cancer 1950;3:32-35.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import norm, rankdata, t

from core.errors import InputError
from core.survival.follow_up import BoolArray
from core.survival.intervals import z_of
from core.survival.step_function import FloatArray


@dataclass(frozen=True, eq=False)
class Auc:
    """The area of one score.

    Attributes:
        value: chance that a case scores higher than a control, 0..1.
        cases: each case's placement, the share of controls below it, (cases,), in the order given.
        controls: each control's placement, the share of cases above it, (controls,).
    """

    value: float
    cases: FloatArray
    controls: FloatArray

    @property
    def variance(self) -> float | None:
        """DeLong's; None with a single case or control."""
        return _covariance((self.cases, self.cases), (self.controls, self.controls))

    def interval(self, level: float = 0.95) -> tuple[float, float] | None:
        """Normal limits, cut at 0 and 1 (pROC::ci.auc); None if the variance is."""
        if self.variance is None:
            return None
        half = z_of(level) * self.variance**0.5
        return max(self.value - half, 0.0), min(self.value + half, 1.0)


@dataclass(frozen=True)
class PairedTest:
    """Two scores of the same patients.

    Attributes:
        difference: AUC of the first less that of the second.
        covariance: of the two AUCs; None, as are se, z and p, with a single case or control.
        se: of the difference.
        z: difference / se; 0 for two equal curves, infinite if a difference has no variance.
        p: two-sided.
    """

    difference: float
    covariance: float | None
    se: float | None
    z: float | None
    p: float | None

    def interval(self, level: float = 0.95) -> tuple[float, float] | None:
        """Normal limits of the difference; None if se is."""
        if self.se is None:
            return None
        half = z_of(level) * self.se
        return self.difference - half, self.difference + half


@dataclass(frozen=True)
class UnpairedTest:
    """AUCs of different patients.

    Attributes:
        difference: AUC of the first less that of the second.
        statistic: difference / standard error (pROC's D); None, as are df and p, without variances above 0.
        df: degrees of freedom by Welch and Satterthwaite, from the numbers of patients.
        p: two-sided, by Student's t.
    """

    difference: float
    statistic: float | None
    df: float | None
    p: float | None


@dataclass(frozen=True)
class YoudenCut:
    """The cut with the largest sensitivity + specificity, the lowest of equals; a score above it is positive.

    Attributes:
        threshold: midway between two neighbouring scores; infinite where to call all or none positive is best.
        sensitivity, specificity, accuracy: 0..1.
        ppv, npv: predictive values, 0..1; None if nobody is positive, or negative.
    """

    threshold: float
    sensitivity: float
    specificity: float
    ppv: float | None
    npv: float | None
    accuracy: float


def roc_auc(label: npt.ArrayLike, score: npt.ArrayLike) -> Auc:
    """AUC of `score` (n,), higher meaning a case, for `label` (n,), 1 for a case and 0 for a control.

    Raises:
        InputError: unless labels are 0 or 1 with both present and scores are finite.
    """
    case, scores = _both_classes(label, score)
    rank = rankdata(scores)
    cases = (rank[case] - rankdata(scores[case])) / np.count_nonzero(~case)
    controls = 1 - (rank[~case] - rankdata(scores[~case])) / np.count_nonzero(case)
    return Auc(float(cases.mean()), cases, controls)


def paired_test(label: npt.ArrayLike, first: npt.ArrayLike, second: npt.ArrayLike) -> PairedTest:
    """DeLong's test of two scores (n,) of the same patients; arguments, errors as in `roc_auc`."""
    one, two = roc_auc(label, first), roc_auc(label, second)
    difference = one.value - two.value
    # The variance of the placements' differences is exactly 0 for equal curves; var + var - 2 cov need not be.
    cases, controls = one.cases - two.cases, one.controls - two.controls
    variance = _covariance((cases, cases), (controls, controls))
    if variance is None:
        return PairedTest(difference, None, None, None, None)
    covariance = _covariance((one.cases, two.cases), (one.controls, two.controls))
    z = _ratio(difference, variance**0.5)
    return PairedTest(difference, covariance, variance**0.5, z, float(2 * norm.sf(abs(z))))


def unpaired_test(first: Auc, second: Auc) -> UnpairedTest:
    """DeLong's test of AUCs from different patients (pROC::roc.test, paired=FALSE)."""
    difference = first.value - second.value
    one, two = first.variance, second.variance
    if one is None or two is None or one + two == 0:
        return UnpairedTest(difference, None, None, None)
    statistic = difference / (one + two) ** 0.5
    n_one, n_two = (auc.cases.size + auc.controls.size for auc in (first, second))
    df = (one + two) ** 2 / (one**2 / (n_one - 1) + two**2 / (n_two - 1))
    return UnpairedTest(difference, statistic, df, float(2 * t.sf(abs(statistic), df)))


def youden_cut(label: npt.ArrayLike, score: npt.ArrayLike) -> YoudenCut:
    """Youden's cut and its figures (pROC::coords, "best", its first row); arguments, errors as in `roc_auc`."""
    case, scores = _both_classes(label, score)
    values, place = np.unique(scores, return_inverse=True)
    cases, controls = (np.bincount(place[members], minlength=len(values)) for members in (case, ~case))
    # of the cut below each value, and above the last
    true_positive = np.append(np.cumsum(cases[::-1])[::-1], 0)
    true_negative = np.append(0, np.cumsum(controls))
    sensitivity, specificity = true_positive / cases.sum(), true_negative / controls.sum()
    best = int(np.argmax(sensitivity + specificity))
    hits, rejections = int(true_positive[best]), int(true_negative[best])
    positive = hits + int(controls.sum()) - rejections
    negative = len(scores) - positive
    return YoudenCut(
        threshold=_between(np.concatenate([[-np.inf], values, [np.inf]])[best : best + 2]),
        sensitivity=float(sensitivity[best]),
        specificity=float(specificity[best]),
        ppv=hits / positive if positive else None,
        npv=rejections / negative if negative else None,
        accuracy=(hits + rejections) / len(scores),
    )


def checked_labels(label: npt.ArrayLike, score: npt.ArrayLike) -> tuple[BoolArray, FloatArray]:
    """True for each label 1, (n,), and the scores as float64, (n,).

    Raises:
        InputError: if the shapes differ, nothing is given, a label is not 0 or 1 or a score is not finite.
    """
    labels, scores = np.asarray(label), np.asarray(score, dtype=np.float64)
    if labels.ndim != 1 or labels.shape != scores.shape or labels.size == 0:
        raise InputError(
            f"labels: expected one score for each of at least one label, got {scores.size} and {labels.size}"
        )
    if not ((labels == 0) | (labels == 1)).all():
        raise InputError("label: expected 0 or 1, got another value")
    if not np.isfinite(scores).all():
        raise InputError("score: expected finite numbers, got a missing or infinite one")
    return labels == 1, scores


def _both_classes(label: npt.ArrayLike, score: npt.ArrayLike) -> tuple[BoolArray, FloatArray]:
    case, scores = checked_labels(label, score)
    if case.all() or not case.any():
        raise InputError("label: expected cases and controls, got one of them only")
    return case, scores


def _between(neighbours: FloatArray) -> float:
    """Midpoint of two scores, or the upper where no number lies between them."""
    low, high = (float(value) for value in neighbours)
    middle = (low + high) / 2
    return high if middle == low > -np.inf else middle


def _covariance(cases: tuple[FloatArray, FloatArray], controls: tuple[FloatArray, FloatArray]) -> float | None:
    """Covariance of two AUCs of the same patients, from their placements."""
    if min(cases[0].size, controls[0].size) < 2:
        return None
    return sum(float(np.cov(*pair)[0, 1]) / pair[0].size for pair in (cases, controls))


def _ratio(difference: float, se: float) -> float:
    if se > 0:
        return difference / se
    return float(np.copysign(np.inf, difference)) if difference else 0.0
