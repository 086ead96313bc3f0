"""Expected numbers: survival 3.5.3 on R 4.2.2 (tests/golden/r)."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.testing import assert_allclose

from core.errors import InputError
from core.survival.calibration import (
    calibration_in_the_large,
    calibration_over_time,
    calibration_slope,
    corrected_calibration,
    smooth_calibration,
)
from core.survival.cox import fit_cox
from core.survival.cox_curves import cox_curves, martingale_residuals
from core.survival.follow_up import FollowUp
from core.survival.kaplan_meier import kaplan_meier
from core.survival.step_function import FloatArray
from tests import r_answers
from tests.core.survival import cohorts

HAZARD_RATIOS = {"post": [1.38, 0.54, 0.74, 2.44, 0.10], "pre": [1.42, 0.11]}
TERMS = {"post": r_answers.POST, "pre": r_answers.PRE}


@pytest.mark.parametrize("model", ["pre", "post"])
def test_slope_of_the_published_coefficients(model: str) -> None:
    expected = r_answers.scalars("sim")
    predictor = r_answers.cohort()[TERMS[model]].to_numpy() @ np.log(HAZARD_RATIOS[model])
    slope = calibration_slope(cohorts.cohort(), predictor)
    assert slope.value == pytest.approx(expected[f"{model}_frozen_calib_slope"], rel=1e-9)
    assert slope.se == pytest.approx(expected[f"{model}_frozen_calib_slope_se"], rel=1e-9)
    assert slope.high - slope.low == pytest.approx(2 * 1.959963984540054 * slope.se)


def test_slope_scales_with_the_predictor() -> None:
    follow_up, x = cohorts.simulated(200)
    assert calibration_slope(follow_up, 2 * x).value == pytest.approx(calibration_slope(follow_up, x).value / 2)


def test_in_the_large_at_a_horizon() -> None:
    risk = 1 - cohorts.predicted_survival("post")[:, 1]
    result = calibration_in_the_large(cohorts.cohort(), risk, 36.0)
    curve = r_answers.read("km_all.csv").query("time <= 36").iloc[-1]
    assert result.observed == pytest.approx(1 - curve["surv"], rel=1e-9)
    assert result.expected == pytest.approx(risk.mean())
    ratio, low, high = result.ratio
    assert ratio == pytest.approx((1 - curve["surv"]) / risk.mean(), rel=1e-9)
    half = 1.959963984540054 * curve["se_log"] * curve["surv"] / (1 - curve["surv"])
    assert [low, high] == pytest.approx([ratio * np.exp(-half), ratio * np.exp(half)], rel=1e-9)


def test_the_kaplan_meier_risk_is_calibrated_in_the_large() -> None:
    follow_up = cohorts.lung()
    risk = np.full(len(follow_up), 1 - float(kaplan_meier(follow_up).at(365.0).survival))
    assert calibration_in_the_large(follow_up, risk, 365.0).log_ratio.value == pytest.approx(0, abs=1e-12)


def test_in_the_large_the_limits_are_unknown_where_all_died() -> None:
    follow_up = FollowUp(np.array([1.0, 2.0]), np.ones(2))
    result = calibration_in_the_large(follow_up, [0.5, 0.5], 2.0)
    assert result.ratio[0] == 2.0
    assert np.isnan([result.log_ratio.se, *result.ratio[1:]]).all()


def test_over_time_a_model_fitted_to_the_patients_expects_their_deaths() -> None:
    follow_up, x = cohorts.simulated(300)
    fit = fit_cox(follow_up, x[:, None], ["x"])
    expected = follow_up.event - martingale_residuals(fit)
    result = calibration_over_time(follow_up, expected)
    assert result.log_ratio.value == pytest.approx(0, abs=1e-10)
    assert result.log_ratio.se == pytest.approx(1 / np.sqrt(follow_up.events))
    half = calibration_over_time(follow_up, expected / 2)
    assert half.ratio == pytest.approx([2 * each for each in result.ratio])
    assert (half.observed, half.expected) == pytest.approx((follow_up.events, follow_up.events / 2))


def _risk(x: FloatArray, horizon: float) -> FloatArray:
    """The true risk of `cohorts.simulated`."""
    return np.asarray(1 - np.exp(-np.exp(x) * horizon / 10))


def test_smooth_calibration_finds_the_truth() -> None:
    follow_up, x = cohorts.simulated(20_000)
    smooth = smooth_calibration(follow_up, _risk(x, 6.0), 6.0)
    ici, e50, e90, largest = smooth.errors
    assert 0 < ici < 0.01
    assert max(ici, e50) < e90 < largest < 0.05
    assert smooth.at([0.2, 0.5, 0.8]) == pytest.approx([0.2, 0.5, 0.8], abs=0.02)


def test_smooth_calibration_corrects_predictions_that_are_off() -> None:
    """Where the hazard is predicted half as large, or all effects twice as strong, the curve leads back."""
    everyone, x = cohorts.simulated(20_000)
    follow_up, x = everyone.of(np.abs(x) < 1.5), x[np.abs(x) < 1.5]
    right = smooth_calibration(follow_up, _risk(x, 6.0), 6.0)
    low = smooth_calibration(follow_up, _risk(x - np.log(2), 6.0), 6.0)
    assert_allclose(low.observed, right.observed, rtol=1e-6)
    assert low.errors.ici > 0.1
    strong = smooth_calibration(follow_up, _risk(2 * x, 6.0), 6.0)
    assert_allclose(strong.observed, right.observed, rtol=1e-6)


def test_smooth_calibration_is_a_cox_model_of_the_predictors_spline() -> None:
    """With 3 knots log(-log) is straight outside them: the curve at the ends goes on with one slope."""
    follow_up, x = cohorts.simulated(300)
    smooth = smooth_calibration(follow_up, _risk(x, 6.0), 6.0)
    beyond = smooth.knots[-1] + np.array([0.5, 1.0, 1.5])
    observed = smooth.at(1 - np.exp(-np.exp(beyond)))
    first, second = np.diff(np.log(-np.log(1 - observed)))
    assert first == pytest.approx(second, rel=1e-6)
    assert_allclose(smooth.at(smooth.predicted), smooth.observed, rtol=1e-10)


def test_limits_enclose_the_curve() -> None:
    follow_up, x = cohorts.simulated(300)
    smooth = smooth_calibration(follow_up, _risk(x, 6.0), 6.0)
    low, high = smooth.limits(smooth.predicted)
    assert ((low < smooth.observed) & (smooth.observed < high)).all()
    narrow_low, narrow_high = smooth.limits(smooth.predicted, level=0.5)
    assert ((low < narrow_low) & (narrow_high <= high)).all()


def test_risks_of_zero_and_one_are_kept_inside() -> None:
    follow_up, x = cohorts.simulated(300)
    risk = _risk(x, 6.0)
    risk[[0, 1]] = 0.0, 1.0
    smooth = smooth_calibration(follow_up, risk, 6.0)
    assert np.isfinite(smooth.observed).all()
    assert ((smooth.observed >= 0) & (smooth.observed <= 1)).all()


def test_corrected_curve_takes_the_optimism_off() -> None:
    """Ten covariates of noise on 120 patients: the fit looks calibrated on them and is far too extreme for others."""
    follow_up, x = cohorts.simulated(120)
    noise = np.column_stack([x / 4, np.random.default_rng(8).normal(size=(120, 10))])

    def fit(patients: FollowUp, covariates: FloatArray) -> Callable[[FloatArray], FloatArray]:
        cox = fit_cox(patients, covariates, [f"x{k}" for k in range(11)])
        curves = cox_curves(cox)
        return lambda rows: 1 - curves.survival(rows, 6.0)[..., 0]

    corrected = corrected_calibration(follow_up, noise, fit, 6.0, resamples=30, seed=4)
    risks = np.sort(fit(follow_up, noise)(noise))
    assert corrected.predicted[[0, -1]] == pytest.approx(risks[[4, -5]])
    assert corrected.curve.value.shape == (50,)
    assert corrected.errors.optimism[0] < 0
    assert corrected.errors.value[0] > corrected.errors.apparent[0]
    # high risks turn out lower, low risks higher than they looked
    assert corrected.curve.optimism[-1] > 0 > corrected.curve.optimism[0]
    again = corrected_calibration(follow_up, noise, fit, 6.0, resamples=30, seed=4)
    assert again.curve.value.tolist() == corrected.curve.value.tolist()


@pytest.mark.parametrize(
    ("risk", "horizon", "message"),
    [
        ([0.1, 1.1], 1.0, "predicted risk: expected 0-1, got 1.1"),
        ([0.1], 1.0, "predicted risk: expected 2 patients"),
        ([0.1, 0.2], 9.0, "horizon, within the follow-up: expected 0-2, got 9"),
        ([0.1, 0.2], 0.5, "horizon 0.5: expected a risk above 0 observed"),
        ([0.0, 0.0], 1.0, "horizon 1: expected a risk above 0 observed and predicted"),
    ],
)
def test_bad_risks_and_horizons_are_refused(risk: list[float], horizon: float, message: str) -> None:
    with pytest.raises(InputError, match=message):
        calibration_in_the_large(FollowUp(np.array([1.0, 2.0]), np.ones(2)), risk, horizon)


def test_smooth_calibration_refuses_tied_risks_and_late_horizons() -> None:
    follow_up, x = cohorts.simulated(60)
    with pytest.raises(InputError, match="differ enough for 3 knots"):
        smooth_calibration(follow_up, np.where(x > 0, 0.8, 0.2), 6.0)
    with pytest.raises(InputError, match="within the follow-up"):
        smooth_calibration(follow_up, _risk(x, 6.0), 1e4)


@pytest.mark.parametrize("hazard", [[0.1], [0.1, -0.1], [0.1, np.inf], [0.0, 0.0]])
def test_bad_hazards_are_refused(hazard: list[float]) -> None:
    with pytest.raises(InputError, match="cumulative hazard: expected 2 finite numbers"):
        calibration_over_time(FollowUp(np.array([1.0, 2.0]), np.ones(2)), hazard)
    with pytest.raises(InputError, match="expected at least one death"):
        calibration_over_time(FollowUp(np.array([1.0, 2.0]), np.zeros(2)), [0.1, 0.1])


def test_a_corrected_curve_needs_ten_patients() -> None:
    follow_up, x = cohorts.simulated(9)
    with pytest.raises(InputError, match="expected at least 10 patients, got 9"):
        corrected_calibration(follow_up, x, lambda *_: lambda rows: _risk(rows, 6.0), 6.0)
