"""Against R 4.2.2: survival 3.5.3 (coxph) and rms 6.5.0 (cph); scripts tests/golden/r/03_golden.R and 04_realdata.R."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.survival.cox import CoxFit, cox_at, fit_cox
from core.survival.follow_up import FollowUp
from core.survival.risk_sets import Ties
from tests import r_answers

EXACT = 1e-9
MODELS = {"post": r_answers.POST, "pre": r_answers.PRE}
PUBLISHED = {"post": np.log([1.38, 0.54, 0.74, 2.44, 0.10]), "pre": np.log([1.42, 0.11])}


def fit_of(table: pd.DataFrame, names: list[str], ties: Ties = "efron") -> CoxFit:
    follow_up = FollowUp(table["time"].to_numpy(), table["status"].to_numpy())
    return fit_cox(follow_up, table[names].to_numpy(dtype=float), names, ties)


@pytest.mark.parametrize("model", MODELS)
def test_coefficients_of_the_simulated_cohort(model: str) -> None:
    expected = r_answers.read(f"cox_{model}.csv")
    fit = fit_of(r_answers.cohort(), MODELS[model])
    np.testing.assert_allclose(fit.beta, expected["coef_efron"], rtol=EXACT)
    np.testing.assert_allclose(fit.beta, expected["coef_cph"], rtol=EXACT)
    np.testing.assert_allclose(fit.se, expected["se"], rtol=EXACT)
    np.testing.assert_allclose(fit.beta / fit.se, expected["z"], rtol=EXACT)
    np.testing.assert_allclose(fit.p, expected["p"], rtol=1e-8)
    low, high = fit.interval()
    np.testing.assert_allclose(np.exp(low), expected["HR_lo"], rtol=EXACT)
    np.testing.assert_allclose(np.exp(high), expected["HR_hi"], rtol=EXACT)
    breslow = fit_of(r_answers.cohort(), MODELS[model], "breslow")
    np.testing.assert_allclose(breslow.beta, expected["coef_breslow"], rtol=EXACT)
    covariance = r_answers.read(f"cox_vcov_{model}.csv").to_numpy()[:, 1:].astype(float)
    np.testing.assert_allclose(fit.covariance, covariance, rtol=1e-8)


@pytest.mark.parametrize("model", MODELS)
def test_likelihoods_and_tests(model: str) -> None:
    expected = r_answers.scalars("sim")
    fit = fit_of(r_answers.cohort(), MODELS[model])
    assert fit.log_likelihood_null == pytest.approx(expected[f"{model}_loglik0"], rel=EXACT)
    assert fit.log_likelihood == pytest.approx(expected[f"{model}_loglik1"], rel=EXACT)
    assert fit.likelihood_ratio == pytest.approx(expected[f"{model}_LR"], rel=EXACT)
    assert fit.likelihood_ratio == pytest.approx(expected[f"{model}_cph_stat_Model L.R."], rel=EXACT)
    assert fit.score_test == pytest.approx(expected[f"{model}_score"], rel=EXACT)
    assert fit.wald_test == pytest.approx(expected[f"{model}_wald"], abs=0.005)  # printed with two decimals
    assert 2 * len(fit.beta) - 2 * fit.log_likelihood == pytest.approx(expected[f"{model}_AIC"], rel=EXACT)
    assert fit.center == pytest.approx(expected[f"{model}_cph_center"], rel=EXACT)
    assert (fit.n, fit.events) == (expected[f"{model}_cph_stat_Obs"], expected[f"{model}_cph_stat_Events"])
    assert fit.likelihood_ratio_p < 1e-20
    assert 1 - np.exp(-fit.likelihood_ratio / fit.n) == pytest.approx(expected[f"{model}_cph_stat_R2(489)"], rel=EXACT)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_lung_with_tied_deaths(ties: Ties) -> None:
    expected = r_answers.read(f"cox_lung_{ties}.csv")
    fit = fit_of(r_answers.lung(), r_answers.LUNG, ties)
    np.testing.assert_allclose(fit.beta, expected["coef"], rtol=EXACT)
    np.testing.assert_allclose(fit.se, expected["se"], rtol=EXACT)
    assert fit.log_likelihood == pytest.approx(r_answers.scalars("lung")[f"lung_{ties}_loglik"], rel=EXACT)
    np.testing.assert_allclose(fit.mean, r_answers.lung()[r_answers.LUNG].mean(), rtol=EXACT)


@pytest.mark.parametrize("model", MODELS)
def test_likelihood_at_given_coefficients(model: str) -> None:
    table, names = r_answers.cohort(), MODELS[model]
    follow_up = FollowUp(table["time"].to_numpy(), table["status"].to_numpy())
    fixed = cox_at(follow_up, table[names].to_numpy(dtype=float), names, PUBLISHED[model], "efron")
    assert fixed.log_likelihood == pytest.approx(r_answers.scalars("sim")[f"{model}_frozen_loglik"], rel=EXACT)
    lp = fixed.linear_predictor(table[names])
    slope = fit_cox(follow_up, lp[:, None], ["lp"])
    assert slope.beta[0] == pytest.approx(r_answers.scalars("sim")[f"{model}_frozen_calib_slope"], rel=EXACT)
    assert slope.se[0] == pytest.approx(r_answers.scalars("sim")[f"{model}_frozen_calib_slope_se"], rel=EXACT)


@given(st.integers(0, 2**32 - 1), st.booleans())
def test_score_is_zero_and_order_does_not_matter(seed: int, ties: bool) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(30, 80))
    time = rng.integers(1, 12, n).astype(float) if ties else rng.exponential(10, n)
    follow_up, x = FollowUp(time, rng.random(n) < 0.7), rng.normal(size=(n, 2))
    fit = fit_cox(follow_up, x, ["a", "b"])
    score, information = fit.sums.score_and_information(np.ones(fit.events))
    assert np.abs(score @ np.linalg.solve(information, score)) < 1e-10
    shuffled = rng.permutation(n)
    again = fit_cox(follow_up.of(shuffled), x[shuffled], ["a", "b"])
    np.testing.assert_allclose(again.beta, fit.beta, rtol=1e-7, atol=1e-9)
    scaled = fit_cox(follow_up, x * [1000.0, 0.001] + [1e4, -3.0], ["a", "b"])
    np.testing.assert_allclose(scaled.beta * [1000.0, 0.001], fit.beta, rtol=1e-5, atol=1e-7)


def test_two_patients_by_hand() -> None:
    # one death among two: log likelihood -log(1 + exp(-beta)) has no maximum; three make one: deaths x = 1, 0, then 1
    fit = fit_cox(FollowUp(np.array([1.0, 2, 3]), np.array([1, 1, 0])), np.array([[1.0], [0], [1]]), ["x"])
    grid = np.linspace(-3, 3, 200001)
    likelihood = grid - np.log(2 * np.exp(grid) + 1) - np.log(np.exp(grid) + 1)
    assert fit.beta[0] == pytest.approx(grid[likelihood.argmax()], abs=1e-4)


@pytest.mark.parametrize(
    ("x", "text"),
    [
        ([[1.0, 2], [1, 3], [1, 4], [1, 5]], "term a: expected values that differ, got 1 in every row"),
        ([[1.0, 2], [2, 4], [3, 6], [5, 10]], "term b: expected information of its own, got a combination"),
        ([[1.0, 2], [np.nan, 4], [3, 7], [5, 1]], "term a: expected finite numbers"),
        ([[1.0], [2], [3], [4]], "covariates: expected 4 rows and 2 columns"),
    ],
)
def test_bad_covariates_are_named(x: list[list[float]], text: str) -> None:
    follow_up = FollowUp(np.array([1.0, 2, 3, 4]), np.array([1, 0, 1, 1]))
    with pytest.raises(InputError, match=text):
        fit_cox(follow_up, np.array(x), ["a", "b"])


def test_separation_is_named() -> None:
    rng = np.random.default_rng(1)
    time = np.concatenate([rng.uniform(1, 2, 20), rng.uniform(3, 4, 20)])
    follow_up = FollowUp(time, np.arange(40) < 20)
    x = np.stack([rng.normal(size=40), np.arange(40) < 20], axis=1).astype(float)
    with pytest.raises(InputError, match="term group: expected both deaths and survivors along its range"):
        fit_cox(follow_up, x, ["noise", "group"])


def test_no_death_is_refused() -> None:
    with pytest.raises(InputError, match="event: expected at least one death, got none"):
        fit_cox(FollowUp(np.array([1.0, 2]), np.array([0, 0])), np.array([[1.0], [2]]), ["x"])


def test_a_large_cohort_recovers_its_coefficients() -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(size=(20000, 2))
    death = rng.exponential(1 / np.exp(x @ [0.5, -1.0]))
    follow_up = FollowUp(np.minimum(death, 1.0), death < 1.0)
    fit = fit_cox(follow_up, x, ["a", "b"])
    assert np.abs((fit.beta - [0.5, -1.0]) / fit.se).max() < 4


def test_equal_patients_have_equal_predictors_to_the_last_bit() -> None:
    fit = fit_of(r_answers.lung(), r_answers.LUNG)
    rows = r_answers.lung()[r_answers.LUNG].to_numpy(dtype=float)
    assert len(np.unique(fit.linear_predictor(rows))) == len(np.unique(rows, axis=0))
