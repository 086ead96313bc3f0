"""Expected numbers: riskRegression 2022.11.28 on R 4.2.2, survival 3.5.3 (tests/golden/r)."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from core.errors import InputError
from core.survival.auc import time_dependent_auc
from core.survival.censoring import censoring_survival
from core.survival.estimates import Estimates
from core.survival.follow_up import FollowUp, IntArray
from core.survival.step_function import FloatArray
from tests import r_answers
from tests.core.survival import cohorts


def _assert_estimates(estimates: Estimates, expected: pd.DataFrame) -> None:
    for name, column in (("value", "AUC"), ("se", "se"), ("low", "lower"), ("high", "upper")):
        assert_allclose(getattr(estimates, name).ravel(), expected[column], rtol=1e-10)


def test_equal_to_riskregression_for_two_models() -> None:
    scores = {model: cohorts.linear_predictor(model) for model in ("post", "pre")}
    result = time_dependent_auc(cohorts.cohort(), scores, cohorts.HORIZONS)
    _assert_estimates(result.estimates, r_answers.read("score_auc.csv"))
    expected = r_answers.read("score_auc_contrasts.csv")
    assert (result.contrasts.models, result.contrasts.references) == (("pre",), ("post",))
    for name, column in (("delta", "delta.AUC"), ("se", "se"), ("low", "lower"), ("high", "upper"), ("p", "p")):
        assert_allclose(getattr(result.contrasts, name).ravel(), expected[column], rtol=1e-9)


def test_equal_to_riskregression_with_deaths_and_losses_at_the_same_times() -> None:
    result = time_dependent_auc(cohorts.lung(), {"m": cohorts.linear_predictor("lung")}, cohorts.LUNG_HORIZONS)
    _assert_estimates(result.estimates, r_answers.read("score_auc_lung.csv"))


@given(cohorts.tied_cohorts(), st.integers(1, 7))
def test_the_value_is_the_weighted_share_of_concordant_pairs(cohort: tuple[FollowUp, FloatArray], horizon: int) -> None:
    follow_up, score = cohort
    case, control = follow_up.event & (follow_up.time <= horizon), follow_up.time > horizon
    assume(case.any() and control.any())
    weights = censoring_survival(follow_up).weights(horizon)
    pair = np.outer(weights[case], weights[control])
    difference = np.subtract.outer(score[case], score[control])
    expected = (pair * ((difference > 0) + (difference == 0) / 2)).sum() / pair.sum()
    result = time_dependent_auc(follow_up, {"up": score, "down": -score}, horizon).estimates
    assert result.value[:, 0] == pytest.approx([expected, 1 - expected], abs=1e-12)
    assert result.se[0, 0] == pytest.approx(result.se[1, 0], abs=1e-10)
    assert ((result.value >= 0) & (result.value <= 1)).all()


@given(cohorts.tied_cohorts(least=10))
def test_only_the_order_of_the_scores_counts(cohort: tuple[FollowUp, FloatArray]) -> None:
    follow_up, score = cohort
    assume((follow_up.event & (follow_up.time <= 4)).any() and (follow_up.time > 4).any())
    result = time_dependent_auc(follow_up, {"score": score, "its exponential": np.exp(score)}, [4.0])
    assert result.contrasts.delta[0, 0] == 0
    assert result.contrasts.se[0, 0] == 0


def test_without_censoring_the_influences_are_those_of_the_rank_test() -> None:
    random = np.random.default_rng(3)
    time, score = random.exponential(size=60), random.normal(size=60)
    result = time_dependent_auc(FollowUp(time, np.ones(60)), {"score": score}, [0.5]).estimates
    case, control = score[time <= 0.5], score[time > 0.5]
    above = (case[:, None] > control).astype(float)
    assert result.value[0, 0] == pytest.approx(above.mean(), abs=1e-12)
    variance = above.mean(axis=1).var() / len(case) + above.mean(axis=0).var() / len(control)
    assert result.se[0, 0] == pytest.approx(np.sqrt(variance * 60 / 59), rel=1e-10)


def test_standard_errors_agree_with_the_jackknife() -> None:
    follow_up, x = cohorts.simulated(250)
    noisy = x + np.random.default_rng(2).normal(size=250)
    everyone = np.arange(250)

    def values(chosen: IntArray) -> FloatArray:
        scores = {"x": x[chosen], "noisy": noisy[chosen]}
        return time_dependent_auc(follow_up.of(chosen), scores, [8.0]).estimates.value[:, 0]

    left_out = np.array([values(np.delete(everyone, i)) for i in everyone])
    result = time_dependent_auc(follow_up, {"x": x, "noisy": noisy}, [8.0])
    assert result.estimates.se[:, 0] == pytest.approx(left_out.std(axis=0) * np.sqrt(249), rel=0.03)
    difference = (left_out[:, 1] - left_out[:, 0]).std() * np.sqrt(249)
    assert result.contrasts.se[0, 0] == pytest.approx(difference, rel=0.03)


def test_scores_may_differ_between_horizons() -> None:
    follow_up, x = cohorts.simulated(100)
    both = time_dependent_auc(follow_up, {"x": np.stack([x, -x], axis=1)}, [5.0, 10.0]).estimates
    plain = time_dependent_auc(follow_up, {"x": x}, [5.0, 10.0]).estimates
    assert both.value[0].tolist() == pytest.approx([plain.value[0, 0], 1 - plain.value[0, 1]])


def test_a_hundred_thousand_patients() -> None:
    follow_up, x = cohorts.simulated(100_000)
    result = time_dependent_auc(follow_up, {"x": x, "rounded": x.round(1)}, [2.0, 5.0, 10.0])
    small = time_dependent_auc(follow_up.of(np.arange(2000)), {"x": x[:2000]}, [2.0, 5.0, 10.0])
    assert result.estimates.se[0] * np.sqrt(50) == pytest.approx(small.estimates.se[0], rel=0.15)


def test_a_horizon_needs_deaths_and_survivors() -> None:
    follow_up = FollowUp(np.array([1.0, 2.0, 3.0]), np.array([0, 1, 0]))
    for horizon, missing in ((1.0, "a death up to it"), (3.0, "a patient followed past it")):
        with pytest.raises(InputError, match=f"horizon {horizon:g}: expected {missing}, got none"):
            time_dependent_auc(follow_up, {"x": [1.0, 2.0, 3.0]}, [2.0, horizon])
    with pytest.raises(InputError, match="horizon, within the follow-up: expected 0-3, got 4"):
        time_dependent_auc(follow_up, {"x": [1.0, 2.0, 3.0]}, 4.0)


@pytest.mark.parametrize("score", [[1.0, 2.0], [1.0, np.nan, 2.0], [[1.0, 2.0, 3.0]]])
def test_bad_scores_are_refused(score: list[float]) -> None:
    follow_up = FollowUp(np.array([1.0, 2.0, 3.0]), np.array([1, 1, 0]))
    with pytest.raises(InputError, match="score x: expected 3 finite numbers"):
        time_dependent_auc(follow_up, {"x": score}, [2.0])
    with pytest.raises(InputError, match="scores: expected at least one"):
        time_dependent_auc(follow_up, {}, [2.0])
