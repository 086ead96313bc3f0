"""Expected numbers: rms 6.5.0 (groupkm) on R 4.2.2, survival 3.5.3 (tests/golden/r)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from core.errors import InputError
from core.survival.follow_up import FollowUp
from core.survival.grouped_calibration import grouped_calibration, quantile_groups
from tests import r_answers
from tests.core.survival import cohorts


@pytest.mark.parametrize("model", ["pre", "post"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_equal_to_groupkm(model: str, place: int) -> None:
    horizon = cohorts.HORIZONS[place]
    groups = grouped_calibration(cohorts.cohort(), cohorts.predicted_survival(model)[:, place], horizon)
    expected = r_answers.read(f"calib_groupkm_{model}_{horizon:.0f}.csv")
    assert groups.n.tolist() == expected["n"].tolist()
    assert groups.events.tolist() == expected["events"].tolist()
    for name, column in (("predicted", "x"), ("observed", "KM"), ("se_log", "std.err")):
        assert_allclose(getattr(groups, name), expected[column], rtol=1e-10)


def test_limits_where_survival_is_known() -> None:
    groups = grouped_calibration(cohorts.cohort(), cohorts.predicted_survival("post")[:, 2], 60.0)
    assert groups.observed[0] == 0
    assert np.isnan([groups.low[0], groups.high[0]]).all()
    assert_allclose(groups.low[1:], groups.observed[1:] * np.exp(-1.959963984540054 * groups.se_log[1:]))
    assert_allclose(groups.high[1:], groups.observed[1:] * np.exp(1.959963984540054 * groups.se_log[1:]))


def test_quantiles_keep_equal_values_together() -> None:
    values = np.array([7.0, 1, 1, 2, 1, 3, 1, 5, 4, 6])
    assert quantile_groups(values, 5).tolist() == [3, 0, 0, 1, 0, 1, 0, 2, 2, 3]
    assert quantile_groups(values, 1).tolist() == [0] * 10
    assert quantile_groups(np.full(4, 0.5), 3).tolist() == [0] * 4


def test_quantiles_end_where_the_share_is_reached() -> None:
    """489 in fifths of 97.8: the groups end after 98, 196, 294 and 392."""
    counts = np.bincount(quantile_groups(np.arange(489.0), 5))
    assert counts.tolist() == [98, 98, 98, 98, 97]


def test_values_that_differ_by_rounding_are_equal() -> None:
    assert quantile_groups(np.array([0.1 + 0.2, 0.3, 0.3, 0.9]), 3).tolist() == [0, 0, 0, 1]


@given(st.lists(st.integers(0, 9), min_size=1, max_size=50), st.integers(1, 12))
def test_groups_follow_the_values(values: list[int], groups: int) -> None:
    of_value = dict(zip(values, quantile_groups(np.array(values, float), groups).tolist(), strict=True))
    ordered = [of_value[value] for value in sorted(of_value)]
    assert ordered == sorted(ordered)
    assert set(ordered) == set(range(max(ordered) + 1))
    assert max(ordered) < groups


def test_a_group_followed_up_less_long_is_unknown() -> None:
    follow_up = FollowUp(np.array([1.0, 2.0, 1.0, 5.0]), np.array([1, 0, 1, 0]))
    groups = grouped_calibration(follow_up, [0.1, 0.1, 0.9, 0.9], 4.0, groups=2)
    assert groups.observed[1] == 0.5
    assert np.isnan([groups.observed[0], groups.se_log[0], groups.low[0], groups.high[0]]).all()
    assert groups.n.tolist() == [2, 2]


@pytest.mark.parametrize("horizon", [5.0, 5.0 - 1e-7, 5.0 + 1e-7])
def test_the_last_time_of_a_group_is_known_yet(horizon: float) -> None:
    follow_up = FollowUp(np.array([1.0, 5.0, 5.0, 9.0]), np.array([1, 1, 0, 0]))
    groups = grouped_calibration(follow_up, [0.1, 0.1, 0.1, 0.1], horizon, groups=1)
    early = grouped_calibration(follow_up.of(np.array([0, 1, 2])), [0.1, 0.1, 0.1], horizon, groups=1)
    assert groups.observed.tolist() == pytest.approx([0.5])
    assert early.observed.tolist() == pytest.approx([1 / 3])


def test_a_group_that_died_out_stays_known() -> None:
    follow_up = FollowUp(np.array([1.0, 2.0, 1.0, 5.0]), np.array([1, 1, 1, 0]))
    groups = grouped_calibration(follow_up, [0.1, 0.1, 0.9, 0.9], 4.0, groups=2)
    assert groups.observed.tolist() == [0.0, 0.5]
    assert groups.se_log[0] == np.inf


def test_one_patient_is_no_estimate() -> None:
    follow_up = FollowUp(np.array([6.0, 2.0, 5.0]), np.array([1, 1, 0]))
    groups = grouped_calibration(follow_up, [0.9, 0.1, 0.1], 4.0, groups=2)
    assert groups.n.tolist() == [2, 1]
    assert groups.observed[0] == 0.5
    assert np.isnan(groups.observed[1])


def test_predictions_near_zero_are_tied() -> None:
    follow_up = FollowUp(np.arange(1.0, 5.0), np.ones(4))
    groups = grouped_calibration(follow_up, [1e-11, 1e-12, 1e-13, 0.5], 2.0, groups=4)
    assert groups.n.tolist() == [3, 1]
    assert groups.predicted.tolist() == [0.0, 0.5]


@pytest.mark.parametrize(
    ("survival", "horizon", "groups", "message"),
    [
        ([0.1, 1.1], 1.0, 2, "predicted survival: expected 0-1, got 1.1"),
        ([0.1], 1.0, 2, "predicted survival: expected 2 patients"),
        ([0.1, 0.2], -1.0, 2, "horizon: expected 0-inf, got -1"),
        ([0.1, 0.2], 1.0, 0, "groups: expected at least 1, got 0"),
    ],
)
def test_bad_input_is_refused(survival: list[float], horizon: float, groups: int, message: str) -> None:
    with pytest.raises(InputError, match=message):
        grouped_calibration(FollowUp(np.array([1.0, 2.0]), np.ones(2)), survival, horizon, groups)
