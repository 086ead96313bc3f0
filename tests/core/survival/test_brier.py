"""Expected numbers: riskRegression 2022.11.28 on R 4.2.2, survival 3.5.3 (tests/golden/r)."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from core.errors import InputError
from core.survival.brier import NULL_MODEL, brier
from core.survival.estimates import Estimates
from core.survival.follow_up import FollowUp, IntArray
from core.survival.step_function import FloatArray
from tests import r_answers
from tests.core.survival import cohorts

THREE = FollowUp(np.array([1.0, 2.0, 3.0]), np.array([1, 1, 0]))


def _assert_estimates(estimates: Estimates, expected: pd.DataFrame) -> None:
    assert list(estimates.names) == list(dict.fromkeys(expected["model"]))
    for name, column in (("value", "Brier"), ("se", "se"), ("low", "lower"), ("high", "upper")):
        assert_allclose(getattr(estimates, name).ravel(), expected[column], rtol=1e-10)


def test_equal_to_riskregression_for_two_models_and_the_null_model() -> None:
    risks = {model: 1 - cohorts.predicted_survival(model) for model in ("post", "pre")}
    result = brier(cohorts.cohort(), risks, cohorts.HORIZONS)
    _assert_estimates(result.estimates, r_answers.read("score_brier.csv"))
    expected, contrasts = r_answers.read("score_brier_contrasts.csv"), result.contrasts
    pairs = expected.loc[expected["times"] == 12, ["model", "reference"]].to_numpy().tolist()
    assert [list(pair) for pair in zip(contrasts.models, contrasts.references, strict=True)] == pairs
    for name, column in (("delta", "delta.Brier"), ("se", "se"), ("low", "lower"), ("high", "upper"), ("p", "p")):
        assert_allclose(getattr(contrasts, name).T.ravel(), expected[column], rtol=1e-9)


def test_equal_to_riskregression_with_deaths_and_losses_at_the_same_times() -> None:
    horizons = np.array(cohorts.LUNG_HORIZONS)
    result = brier(cohorts.lung(), {"m": 1 - cohorts.survival_curves("lung")(horizons)}, horizons)
    _assert_estimates(result.estimates, r_answers.read("score_brier_lung.csv"))


def test_without_censoring_it_is_the_mean_squared_error() -> None:
    time, risk = np.arange(1.0, 21.0), np.linspace(0.9, 0.1, 20)
    result = brier(FollowUp(time, np.ones(20)), {"m": risk}, 8.0).estimates
    errors = ((time <= 8) - risk) ** 2
    assert result.value[:, 0] == pytest.approx([0.4 * 0.6, errors.mean()])
    assert result.se[1, 0] == pytest.approx(errors.std(ddof=1) / np.sqrt(20))


@given(cohorts.tied_cohorts(), st.integers(1, 8))
def test_no_constant_prediction_beats_the_null_model(cohort: tuple[FollowUp, FloatArray], horizon: int) -> None:
    follow_up, _ = cohort
    at = min(float(horizon), float(follow_up.time.max()))
    assume((follow_up.time > at).any())  # at the last time the weights need not add up to n
    constants = {f"{risk:g}": np.full(len(follow_up), risk) for risk in (0.0, 0.3, 0.5, 0.8, 1.0)}
    value = brier(follow_up, constants, at).estimates.value[:, 0]
    assert (value[0] <= value + 1e-12).all()


def test_standard_errors_agree_with_the_jackknife() -> None:
    follow_up, x = cohorts.simulated(250)
    risk, everyone = 1 - np.exp(-0.6 * np.exp(x)), np.arange(250)

    def value(chosen: IntArray) -> float:
        return float(brier(follow_up.of(chosen), {"m": risk[chosen]}, 8.0).estimates.value[1, 0])

    left_out = np.array([value(np.delete(everyone, i)) for i in everyone])
    result = brier(follow_up, {"m": risk}, 8.0).estimates
    assert result.se[1, 0] == pytest.approx(left_out.std() * np.sqrt(249), rel=0.03)


def test_the_end_of_follow_up_is_a_horizon_too() -> None:
    assert brier(THREE, {}, 3.0).estimates.value[0, 0] == pytest.approx(2 / 3 * (1 / 3) ** 2)
    with pytest.raises(InputError, match="horizon, within the follow-up: expected 0-3, got 4"):
        brier(THREE, {}, 4.0)


@pytest.mark.parametrize(
    ("risk", "message"),
    [
        ([0.1, 0.2, 1.2], "risk of model m: expected 0-1, got 1.2"),
        ([0.1, 0.2, np.nan], "risk of model m: expected 0-1, got nan"),
        ([0.1, 0.2], "risk of model m: expected 3 patients at 1 horizons"),
    ],
)
def test_bad_risks_are_refused(risk: list[float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        brier(THREE, {"m": risk}, 2.0)


def test_one_row_of_risks_serves_one_horizon_only() -> None:
    with pytest.raises(InputError, match="expected 3 patients at 2 horizons"):
        brier(THREE, {"m": [0.1, 0.2, 0.3]}, [1.0, 2.0])


def test_the_null_models_name_is_taken() -> None:
    with pytest.raises(InputError, match="expected another name"):
        brier(THREE, {NULL_MODEL: [0.1, 0.2, 0.3]}, 2.0)
