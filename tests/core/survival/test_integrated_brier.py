"""Expected numbers: pec 2022.5.4 on R 4.2.2, survival 3.5.3 (tests/golden/r)."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from core.errors import InputError
from core.survival import integrated_brier as module
from core.survival.brier import brier
from core.survival.follow_up import FollowUp
from core.survival.integrated_brier import REFERENCE, BrierCurves, brier_curves, integrated_brier
from tests import r_answers
from tests.core.survival import cohorts

THREE = FollowUp(np.array([1.0, 2.0, 4.0]), np.array([1, 1, 1]))


@pytest.fixture(scope="module")
def curves() -> BrierCurves:
    return brier_curves(cohorts.cohort(), {model: cohorts.survival_curves(model) for model in ("post", "pre")})


def test_equal_to_crps(curves: BrierCurves) -> None:
    expected = r_answers.read("pec_ibs.csv")
    assert list(curves.names) == list(expected["model"]) == [REFERENCE, "post", "pre"]
    assert_allclose(integrated_brier(curves, [36, 60]), expected.iloc[:, 1:].to_numpy(), rtol=1e-10)


def test_equal_to_pec_at_all_times(curves: BrierCurves) -> None:
    expected = r_answers.read("pec_brier_curve.csv")
    assert_allclose(curves.at(expected["time"]), expected[["KM", "post", "pre"]].to_numpy().T, rtol=1e-10, atol=1e-14)


def test_equal_to_the_score_at_one_horizon(curves: BrierCurves) -> None:
    risks = {model: 1 - cohorts.predicted_survival(model) for model in ("post", "pre")}
    single = brier(cohorts.cohort(), risks, cohorts.HORIZONS).estimates.value
    assert_allclose(curves.at(cohorts.HORIZONS), single, rtol=1e-8)


def test_mean_over_time_by_hand() -> None:
    """Reference survival 2/3, 1/3, 0 from times 1, 2, 4: its errors are p (1 - p)."""
    flat = brier_curves(THREE, {"coin": lambda times: np.full((3, len(times)), 0.5)})
    assert flat.time.tolist() == [0, 1, 2, 4]
    assert flat.value == pytest.approx(np.array([[0, 2 / 9, 2 / 9, 0], [0.25] * 4]))
    assert integrated_brier(flat, [1.0, 3.0, 4.0]) == pytest.approx(
        np.array([[0, 2 / 9 * 2 / 3, 2 / 9 * 3 / 4], [0.25] * 3])
    )


def test_blocks_and_an_early_end_change_nothing(curves: BrierCurves, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK", 489 * 7)
    until = brier_curves(cohorts.cohort(), {"post": cohorts.survival_curves("post")}, until=36.5)
    assert until.time[-1] == 36.5
    assert_allclose(until.value[:, :-1], curves.value[:2, : len(until.time) - 1], rtol=1e-14)
    assert_allclose(integrated_brier(until, 36.5), integrated_brier(curves, 36.5)[:2], rtol=1e-12)


def test_bad_predictions_and_times_are_refused() -> None:
    with pytest.raises(InputError, match="survival of model m: expected 0-1, got 2"):
        brier_curves(THREE, {"m": lambda times: np.full((3, len(times)), 2.0)})
    with pytest.raises(InputError, match="survival of model m: expected 3 patients at 4 times"):
        brier_curves(THREE, {"m": lambda times: np.ones((3, 1))})
    with pytest.raises(InputError, match="expected another name"):
        brier_curves(THREE, {REFERENCE: lambda times: np.ones((3, len(times)))})
    with pytest.raises(InputError, match="end, within the follow-up: expected 0-4, got 5"):
        brier_curves(THREE, {}, until=5.0)
    curves = brier_curves(THREE, {}, until=3.0)
    with pytest.raises(InputError, match="horizon, within the follow-up: expected 0-3, got 4"):
        integrated_brier(curves, 4.0)
    with pytest.raises(InputError, match="expected a time above 0"):
        integrated_brier(curves, [0.0, 1.0])
