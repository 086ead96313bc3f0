"""The postoperative nomogram from landmarks, on patients whose hazard ratio per session is known."""

from __future__ import annotations

import numpy as np
import pytest

from core.simulate.latents import MONTHS_BETWEEN_SESSIONS
from core.studies.landmark import LANDMARKS_MONTHS, STARTS, landmark_analysis
from core.studies.simulated_cohorts import simulate_patients
from core.survival.concordance import concordance
from core.survival.follow_up import FollowUp
from tests import r_answers
from tests.core.studies.paper import nomograms, r_cohort

MANY = simulate_patients(60_000, np.random.default_rng(12))
FOUND = landmark_analysis(MANY, nomograms())
PLANNED, RECEIVED = 0, 1


def test_the_fit_from_the_first_haic_is_that_of_r() -> None:
    """survival 3.5.3 (R 4.2.2) on R's cohort, in which every planned session counts."""
    coefficient = r_answers.read("cox_post.csv").set_index("term")["coef_efron"]["sess4"]
    found = landmark_analysis(r_cohort(), nomograms())["log_hr"]
    assert found[[PLANNED, RECEIVED]].tolist() == pytest.approx([coefficient] * 2, rel=1e-7)


def test_planned_sessions_have_no_bias_and_received_ones_have() -> None:
    assert np.exp(FOUND["log_hr"][PLANNED]) == pytest.approx(0.74, abs=0.015)
    assert FOUND["log_hr"][RECEIVED] < FOUND["log_hr"][PLANNED] - 0.005


@pytest.mark.parametrize("months", [3.0, 6.0])
def test_a_landmark_by_which_four_sessions_are_possible_has_no_bias(months: float) -> None:
    assert months >= 3 * MONTHS_BETWEEN_SESSIONS
    place = 2 + LANDMARKS_MONTHS.index(months)
    assert np.exp(FOUND["log_hr"][place]) == pytest.approx(0.74, abs=0.015)


def test_only_those_alive_and_followed_are_counted() -> None:
    expected = [1.0, 1.0] + [float((MANY.follow_up.time > months).mean()) for months in LANDMARKS_MONTHS]
    assert FOUND["share"].tolist() == expected
    assert len(STARTS) == len(expected)


def test_the_landmark_concordance_is_that_of_the_patients_left() -> None:
    left = MANY.of(MANY.follow_up.time > 6.0)
    lp = left.linear_predictor(nomograms()["pre"])
    later = FollowUp(left.follow_up.time - 6.0, left.follow_up.event)
    assert FOUND["concordance"][-1, 1] == pytest.approx(concordance(later, lp).value, rel=1e-12)


def test_limiting_sessions_gives_early_deaths_away() -> None:
    """What is lost is negative: the model gains from knowing who died before his next session."""
    assert FOUND["lost"][0] == FOUND["concordance"][PLANNED, 0] - FOUND["concordance"][RECEIVED, 0]
    assert -0.006 < FOUND["lost"][0] < 0
    np.testing.assert_array_equal(FOUND["concordance"][PLANNED, 1], FOUND["concordance"][RECEIVED, 1])


def test_a_later_landmark_discriminates_less() -> None:
    assert (np.diff(FOUND["concordance"][2:, 0]) < 0).all()
    assert FOUND["concordance"][-1, 0] < FOUND["concordance"][RECEIVED, 0]


def test_an_auc_past_the_follow_up_is_not_a_number() -> None:
    early = MANY.of(MANY.follow_up.time < 40.0)
    found = landmark_analysis(early, nomograms())
    assert np.isnan(found["auc"][:, 2]).all()
    assert np.isfinite(found["auc"][:, :2]).all()
