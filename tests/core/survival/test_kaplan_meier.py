"""Against R 4.2.2, survival 3.5.3 (survfit, summary.survfit); scripts tests/golden/r/03_golden.R and 04_realdata.R."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.survival.follow_up import FollowUp
from core.survival.intervals import IntervalKind
from core.survival.kaplan_meier import kaplan_meier
from tests import r_answers
from tests.core.survival.test_cox import MODELS, PUBLISHED, fit_of

CUTS = {"post_lit": -0.26, "pre_lit": -1.40, "post_eff": -1.25, "pre_eff": -1.15}
EXACT = 1e-10


def all_patients() -> FollowUp:
    table = r_answers.cohort()
    return FollowUp(table["time"].to_numpy(), table["status"].to_numpy())


def group_of(tag: str) -> np.ndarray:
    """0 or 1 by the published linear predictor, as the script splits the cohort."""
    model = tag.split("_")[0]
    lp = r_answers.cohort()[MODELS[model]].to_numpy(dtype=float) @ PUBLISHED[model]
    return (lp > CUTS[tag]).astype(int)


@pytest.mark.parametrize("file", ["km_all.csv", "km_all_lung.csv"])
def test_whole_curve(file: str) -> None:
    table = r_answers.lung() if "lung" in file else r_answers.cohort()
    curve = kaplan_meier(FollowUp(table["time"].to_numpy(), table["status"].to_numpy()))
    expected = r_answers.read(file)
    np.testing.assert_array_equal(curve.time, expected["time"])
    np.testing.assert_array_equal(curve.at_risk, expected["n.risk"])
    np.testing.assert_array_equal(curve.events, expected["n.event"])
    np.testing.assert_allclose(curve.survival, expected["surv"], rtol=EXACT)
    np.testing.assert_allclose(curve.se_log, expected["se_log"], rtol=EXACT)
    low, high = curve.interval()
    np.testing.assert_allclose(low, expected["lower"], rtol=EXACT)
    np.testing.assert_allclose(high, expected["upper"], rtol=EXACT)
    if "cumhaz" in expected:
        np.testing.assert_array_equal(curve.censored, expected["n.censor"])
        np.testing.assert_allclose(curve.cumulative_hazard, expected["cumhaz"], rtol=EXACT)


@pytest.mark.parametrize("tag", CUTS)
@pytest.mark.parametrize("kind", ["log", "log-log", "plain"])
def test_readings_of_risk_groups(tag: str, kind: IntervalKind) -> None:
    expected = r_answers.read(f"km_{tag}_{kind.replace('-', '')}.csv")
    group = group_of(tag)
    for place in (0, 1):
        rows = expected[expected["group"] == f"g={place}"]
        found = kaplan_meier(all_patients().of(group == place)).at([12, 36, 60], kind=kind)
        np.testing.assert_array_equal(found.at_risk, rows["n.risk"])
        for ours, column in (
            (found.survival, "surv"), (found.se, "se"), (found.low, "lower"), (found.high, "upper"),
        ):  # fmt: skip
            np.testing.assert_allclose(ours, rows[column].astype(float), rtol=EXACT, atol=1e-14)


@pytest.mark.parametrize("tag", [*CUTS, "lung"])
def test_median_and_mean(tag: str) -> None:
    expected = r_answers.read(f"km_median_{tag}.csv")
    if tag == "lung":
        table = r_answers.lung()
        follow_up = FollowUp(table["time"].to_numpy(), table["status"].to_numpy())
        lp = fit_of(table, r_answers.LUNG).linear_predictor(table[r_answers.LUNG])
        group = (lp > np.median(lp)).astype(int)
    else:
        follow_up, group = all_patients(), group_of(tag)
    end = max(follow_up.time[group == place].max() for place in (0, 1))
    for place, row in expected.iterrows():
        curve = kaplan_meier(follow_up.of(group == place))
        median = curve.median()
        assert (curve.at_risk[0], curve.events.sum()) == (row["records"], row["events"])
        assert median.value == pytest.approx(row["median"], rel=EXACT)
        assert median.low == pytest.approx(row["X0.95LCL"], rel=EXACT)
        if np.isnan(row["X0.95UCL"]):
            assert median.high is None
        else:
            assert median.high == pytest.approx(row["X0.95UCL"], rel=EXACT)
        mean, se = curve.restricted_mean(float(end))
        assert mean == pytest.approx(row["rmean"], rel=EXACT)
        assert se == pytest.approx(row["se.rmean."], rel=1e-9)


def test_restricted_mean_by_response_and_median_follow_up() -> None:
    expected, table = r_answers.scalars("sim"), r_answers.cohort()
    for response in (0, 1):
        mean, se = kaplan_meier(all_patients().of((table["OR"] == response).to_numpy())).restricted_mean(60)
        assert mean == pytest.approx(expected[f"rmst60_OR{response}"], rel=EXACT)
        assert se == pytest.approx(expected[f"rmst60_se_OR{response}"], rel=1e-9)
    median = kaplan_meier(all_patients().reversed()).median()
    assert median.value == pytest.approx(expected["reverseKM_median_followup"], rel=EXACT)


def test_flat_at_one_half_and_never_reached() -> None:
    even = kaplan_meier(FollowUp(np.array([1.0, 2, 3, 4]), np.ones(4)))
    assert even.median().value == 2.5
    alive = kaplan_meier(FollowUp(np.array([1.0, 2, 3]), np.array([1, 0, 0])))
    assert (alive.median().value, alive.median().high) == (None, None)
    assert alive.known_at(3.0) == pytest.approx(2 / 3)
    assert alive.known_at(3.1) is None
    assert even.known_at(9.0) == 0


@given(st.integers(0, 2**32 - 1))
def test_without_censoring_it_is_the_share_alive(seed: int) -> None:
    rng = np.random.default_rng(seed)
    time = rng.integers(0, 12, int(rng.integers(1, 60))).astype(float)
    curve = kaplan_meier(FollowUp(time, np.ones(len(time))))
    shares = [(time > t).mean() for t in curve.time]
    np.testing.assert_allclose(curve.survival, shares, atol=1e-12)
    mean, _ = curve.restricted_mean(20.0)
    assert mean == pytest.approx(time.mean())


@pytest.mark.parametrize("time", [-1.0, np.nan, np.inf])
def test_bad_times_are_refused(time: float) -> None:
    curve = kaplan_meier(FollowUp(np.array([1.0, 2]), np.ones(2)))
    with pytest.raises(InputError, match="time"):
        curve.at(time)
    with pytest.raises(InputError, match="tau"):
        curve.restricted_mean(time)
