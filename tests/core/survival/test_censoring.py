import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.survival.censoring import censoring_survival, checked_horizons
from core.survival.follow_up import FollowUp
from core.survival.kaplan_meier import kaplan_meier
from core.survival.step_function import FloatArray
from tests.core.survival.cohorts import tied_cohorts

# one lost at 1, a death and a loss at 2, a loss at 3
TIED = FollowUp(np.array([2.0, 1.0, 2.0, 3.0]), np.array([True, False, False, False]))


def test_deaths_leave_before_those_censored_at_the_same_time() -> None:
    curve = censoring_survival(TIED)
    assert curve.at([0.0, 1.0, 2.0, 2.9, 3.0]).tolist() == [1.0, 0.75, 0.375, 0.375, 0.0]
    assert curve.before([1.0, 2.0, 3.0]).tolist() == [1.0, 0.75, 0.375]


def test_weights_of_the_dead_the_living_and_the_lost() -> None:
    assert censoring_survival(TIED).weights(2.0).tolist() == [1 / 0.75, 0.0, 0.0, 1 / 0.375]
    assert censoring_survival(TIED).weights(3.0).tolist() == [1 / 0.75, 0.0, 0.0, 0.0]


def test_nobody_lost_means_no_weighting() -> None:
    curve = censoring_survival(FollowUp(np.array([3.0, 1.0, 2.0]), np.ones(3)))
    assert curve.at([1.0, 3.0]).tolist() == [1.0, 1.0]
    assert curve.weights(2.0).tolist() == [1.0, 1.0, 1.0]
    assert curve.influence_of_weights(np.array([1.0, 2.0, 3.0]), 2.0).tolist() == [0.0, 0.0, 0.0]


@given(tied_cohorts(), st.integers(1, 8))
def test_weighted_deaths_are_the_kaplan_meier_risk(case: tuple[FollowUp, FloatArray], horizon: int) -> None:
    follow_up, _ = case
    at = min(float(horizon), float(follow_up.time.max()))
    weights = censoring_survival(follow_up).weights(at)
    risk = weights[follow_up.time <= at].sum() / len(follow_up)
    assert risk == pytest.approx(1 - float(kaplan_meier(follow_up).at(at).survival), abs=1e-12)


@given(tied_cohorts(), st.integers(1, 8))
def test_influence_of_the_weights_is_its_double_sum(case: tuple[FollowUp, FloatArray], horizon: int) -> None:
    follow_up, score = case
    at = min(float(horizon), float(follow_up.time.max()))
    expected = _double_sum(follow_up, score, at)
    curve = censoring_survival(follow_up)
    assert curve.influence_of_weights(score, at) == pytest.approx(expected, abs=1e-10)
    assert curve.influence_of_weights(np.stack([score, -score]), at)[1] == pytest.approx(-expected, abs=1e-10)


def _double_sum(follow_up: FollowUp, terms: FloatArray, horizon: float) -> FloatArray:
    """The definition, with M_i just before each death and at the horizon as matrices."""
    time, event, n = follow_up.time, follow_up.event, len(follow_up)
    at_risk = (time[:, None] >= time).sum(axis=0)

    def influence(until: FloatArray) -> FloatArray:
        jump = np.where(~event[:, None] & (time[:, None] <= until), n / at_risk[:, None], 0.0)
        share = np.where(event, 0.0, n / at_risk**2.0)
        lived = (time[:, None] <= until) & (time[:, None, None] >= time[:, None])
        return np.asarray(jump - (lived * share[:, None]).sum(axis=1))

    just_before, dead = influence(time - 0.5), event & (time <= horizon)
    past = terms[time > horizon].sum()
    return np.asarray((just_before[:, dead] @ terms[dead] + influence(np.array([horizon]))[:, 0] * past) / n)


@pytest.mark.parametrize("time", [-1.0, 3.5, float("nan")])
def test_outside_the_follow_up_is_refused(time: float) -> None:
    for ask in (censoring_survival(TIED).at, censoring_survival(TIED).before, censoring_survival(TIED).weights):
        with pytest.raises(InputError, match="time, within the follow-up: expected 0-3"):
            ask(time)
    with pytest.raises(InputError, match="horizon, within the follow-up: expected 0-3"):
        checked_horizons(TIED, [1.0, time])


def test_horizons_form_a_row() -> None:
    assert checked_horizons(TIED, 2).tolist() == [2.0]
    for wrong in ([], [[1.0], [2.0]]):
        with pytest.raises(InputError, match="horizons: expected a row of at least one time"):
            checked_horizons(TIED, wrong)
