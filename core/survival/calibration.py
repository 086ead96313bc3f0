"""Do as many patients die as predicted? Overall, over the range of predictions, and with the optimism taken off.

In the large: observed over expected deaths at a horizon, or over the whole follow-up (Crowson, Atkinson and Therneau,
Stat Methods Med Res 2016;25:1692-1706). Slope: the Cox coefficient of the linear predictor, 1 where effects are neither
too strong nor too weak (van Houwelingen, Stat Med 2000;19:3401-3415). Smooth: a Cox model of a restricted cubic spline
of log(-log(1 - predicted risk)) (Austin, Harrell and van Klaveren, Stat Med 2020;39:2714-2742). Grouped: see
`grouped_calibration.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.survival.cox import fit_cox
from core.survival.cox_curves import CoxCurves, cox_curves
from core.survival.follow_up import FollowUp
from core.survival.intervals import z_of
from core.survival.kaplan_meier import kaplan_meier
from core.survival.optimism import Corrected, bootstrap_optimism
from core.survival.spline import default_knots, spline_basis
from core.survival.step_function import FloatArray, within

# Risks are kept so far inside 0 and 1 that log(-log) is finite.
INSIDE = 1e-15
GRID = 50


@dataclass(frozen=True)
class Estimate:
    """A number with its standard error and normal limits."""

    value: float
    se: float
    low: float
    high: float


@dataclass(frozen=True)
class InTheLarge:
    """Observed against expected.

    Attributes:
        observed, expected: risk at the horizon (0..1), or numbers of deaths.
        log_ratio: log(observed / expected) with its standard error and limits.
    """

    observed: float
    expected: float
    log_ratio: Estimate

    @property
    def ratio(self) -> tuple[float, float, float]:
        """Observed / expected with its limits."""
        log = self.log_ratio
        return float(np.exp(log.value)), float(np.exp(log.low)), float(np.exp(log.high))


class CalibrationErrors(NamedTuple):
    """Mean (the integrated calibration index), median, 90th percentile and maximum of |observed - predicted|."""

    ici: float
    e50: float
    e90: float
    e_max: float


@dataclass(frozen=True, eq=False)
class SmoothCalibration:
    """The calibration curve at a horizon.

    Attributes:
        horizon: in the unit of the follow-up.
        predicted: risks of the patients, (n,).
        observed: the curve at them, (n,).
        knots: of the spline, on the scale of log(-log(1 - risk)).
        curves: of the Cox model on the spline.
    """

    horizon: float
    predicted: FloatArray
    observed: FloatArray
    knots: FloatArray
    curves: CoxCurves

    @property
    def errors(self) -> CalibrationErrors:
        """Over the patients."""
        gap = np.abs(self.observed - self.predicted)
        return CalibrationErrors(*map(float, (gap.mean(), np.median(gap), np.quantile(gap, 0.9), gap.max())))

    def at(self, risk: npt.ArrayLike) -> FloatArray:
        """Observed risk where `risk` (...) is predicted; straight in log(-log) outside the outer knots."""
        return np.asarray(1.0 - self.curves.survival(self._basis(risk), self.horizon)[..., 0])

    def limits(self, risk: npt.ArrayLike, level: float = 0.95) -> tuple[FloatArray, FloatArray]:
        """Pointwise limits of `at`, as rms::survest has them for the Cox model."""
        band = self.curves.band(self._basis(risk), self.horizon, level)
        return np.asarray(1.0 - band.high[..., 0]), np.asarray(1.0 - band.low[..., 0])

    def _basis(self, risk: npt.ArrayLike) -> FloatArray:
        return spline_basis(_log_log(np.asarray(risk, dtype=np.float64)), self.knots)


@dataclass(frozen=True, eq=False)
class CorrectedCalibration:
    """A smooth calibration curve corrected for optimism.

    Attributes:
        predicted: risks at which the curve is given, from the fifth smallest to the fifth largest, (g,).
        curve: observed risk there, (g,).
        errors: `CalibrationErrors` in their order, (4,).
    """

    predicted: FloatArray
    curve: Corrected
    errors: Corrected


def calibration_slope(follow_up: FollowUp, linear_predictor: npt.ArrayLike, level: float = 0.95) -> Estimate:
    """Cox coefficient of a `linear_predictor` (n,), ties by Efron; errors as in `fit_cox`."""
    column = np.asarray(linear_predictor, dtype=np.float64)[..., None]
    fit = fit_cox(follow_up, column, ["linear predictor"])
    return _estimate(float(fit.beta[0]), float(fit.se[0]), level)


def calibration_in_the_large(
    follow_up: FollowUp, risk: npt.ArrayLike, horizon: float, level: float = 0.95
) -> InTheLarge:
    """Kaplan-Meier risk at `horizon` over the mean predicted `risk` (n,).

    The interval is normal for the log ratio, with Greenwood's variance of the observed risk; predictions are fixed. Its
    limits are not numbers where all have died.

    Raises:
        InputError: for a risk outside 0..1, another number of them, or a horizon past the follow-up or before a death.
    """
    predicted = _checked_risk(follow_up, risk)
    last = float(follow_up.time.max())
    at = kaplan_meier(follow_up).at(within(horizon, 0.0, last, "horizon, within the follow-up"))
    observed, expected = 1.0 - float(at.survival), float(predicted.mean())
    if observed == 0 or expected == 0:
        raise InputError(f"horizon {horizon:g}: expected a risk above 0 observed and predicted, got 0")
    return InTheLarge(observed, expected, _estimate(float(np.log(observed / expected)), float(at.se) / observed, level))


def calibration_over_time(follow_up: FollowUp, cumulative_hazard: npt.ArrayLike, level: float = 0.95) -> InTheLarge:
    """Deaths over those expected, the sum of the patients' predicted cumulative hazards at their own times, (n,).

    The log ratio is the intercept of a Poisson model with the log hazards as offset, its variance 1 / deaths.

    Raises:
        InputError: without a death, or for hazards that are negative, not finite or all 0.
    """
    hazard = np.asarray(cumulative_hazard, dtype=np.float64)
    if hazard.shape != follow_up.time.shape or not (np.isfinite(hazard) & (hazard >= 0)).all() or not hazard.any():
        raise InputError(f"cumulative hazard: expected {len(follow_up)} finite numbers of 0 or more, not all 0")
    if follow_up.events == 0:
        raise InputError("event: expected at least one death, got none")
    observed, expected = float(follow_up.events), float(hazard.sum())
    log_ratio = _estimate(float(np.log(observed / expected)), float(observed**-0.5), level)
    return InTheLarge(observed, expected, log_ratio)


def smooth_calibration(follow_up: FollowUp, risk: npt.ArrayLike, horizon: float, knots: int = 3) -> SmoothCalibration:
    """The curve of observed against predicted `risk` (n,) at `horizon`.

    Args:
        follow_up: of n patients.
        risk: predicted risks of death by the horizon, 0..1.
        horizon: in the unit of `follow_up`.
        knots: of the spline, at quantiles of the predictions.

    Raises:
        InputError: for a risk outside 0..1, another number of them, risks too tied for a spline, a horizon past the
            follow-up, and as `fit_cox`.
    """
    predicted = _checked_risk(follow_up, risk)
    placed = default_knots(_log_log(predicted), knots)
    basis = spline_basis(_log_log(predicted), placed)
    fit = fit_cox(follow_up, basis, [f"spline {k}" for k in range(1, basis.shape[1] + 1)])
    curves = cox_curves(fit)
    observed = 1.0 - curves.survival(basis, horizon)[..., 0]
    return SmoothCalibration(float(horizon), predicted, np.asarray(observed), placed, curves)


def corrected_calibration(
    follow_up: FollowUp,
    x: npt.ArrayLike,
    fit: Callable[[FollowUp, FloatArray], Callable[[FloatArray], FloatArray]],
    horizon: float,
    resamples: int = 200,
    seed: int = 0,
) -> CorrectedCalibration:
    """Smooth calibration at `horizon` of a model on its own patients, corrected by `bootstrap_optimism`.

    Args:
        follow_up: of n patients, at least 10.
        x: their covariates, (n, ...).
        fit: from follow-up and covariates to a function from covariates to risks of death by the horizon.
        horizon, resamples, seed: as in `smooth_calibration` and `bootstrap_optimism`; errors too.
    """
    covariates = np.asarray(x, dtype=np.float64)
    risks = np.sort(fit(follow_up, covariates)(covariates))
    if risks.size < 10:
        raise InputError(f"follow-up: expected at least 10 patients, got {risks.size}")
    grid = np.linspace(risks[4], risks[-5], GRID)

    def curve_and_errors(
        model: Callable[[FloatArray], FloatArray], patients: FollowUp, of_patients: FloatArray
    ) -> FloatArray:
        smooth = smooth_calibration(patients, model(of_patients), horizon)
        return np.append(smooth.at(grid), smooth.errors)

    both = bootstrap_optimism(follow_up, covariates, fit, curve_and_errors, resamples, seed)
    return CorrectedCalibration(grid, _part(both, slice(GRID)), _part(both, slice(GRID, None)))


def _part(whole: Corrected, part: slice) -> Corrected:
    return Corrected(whole.apparent[part], whole.optimism[part], whole.value[part], whole.resamples, whole.failed)


def _estimate(value: float, se: float, level: float) -> Estimate:
    half = z_of(level) * se
    return Estimate(value, se, value - half, value + half)


def _log_log(risk: FloatArray) -> FloatArray:
    return np.asarray(np.log(-np.log1p(-np.clip(risk, INSIDE, 1.0 - INSIDE))))


def _checked_risk(follow_up: FollowUp, risk: npt.ArrayLike) -> FloatArray:
    values = within(risk, 0.0, 1.0, "predicted risk")
    if values.shape != (len(follow_up),):
        raise InputError(f"predicted risk: expected {len(follow_up)} patients, got {values.shape}")
    return values
