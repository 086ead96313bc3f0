"""Net benefit against its definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.survival.decision_curve import decision_curve
from core.survival.follow_up import FollowUp
from core.survival.kaplan_meier import kaplan_meier


@given(st.integers(0, 2**32 - 1))
def test_without_censoring_it_counts(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(5, 80))
    time, risk = rng.exponential(10, n), rng.random(n).round(2)
    thresholds = np.array([0.0, 0.1, 0.35, 0.6, 0.9])
    found = decision_curve(FollowUp(time, np.ones(n)), {"model": risk}, 8.0, thresholds)
    dead = time <= 8
    for at, p in enumerate(thresholds):
        treated = risk >= p
        expected = (treated & dead).mean() - (treated & ~dead).mean() * p / (1 - p)
        assert found.net_benefit["model"][at] == pytest.approx(expected, abs=1e-12)
        assert found.net_benefit["all"][at] == pytest.approx(dead.mean() - (~dead).mean() * p / (1 - p), abs=1e-12)
    assert (found.net_benefit["none"] == 0).all()


def test_with_censoring_it_is_kaplan_meier_among_those_treated() -> None:
    rng = np.random.default_rng(3)
    death, lost, risk = rng.exponential(10, 500), rng.exponential(20, 500), rng.random(500)
    follow_up = FollowUp(np.minimum(death, lost), death <= lost)
    found = decision_curve(follow_up, {"model": risk}, 6.0, [0.4])
    treated = risk >= 0.4
    survival = float(kaplan_meier(follow_up.of(treated)).at(6.0).survival)
    expected = treated.mean() * (1 - survival) - treated.mean() * survival * 0.4 / 0.6
    assert found.net_benefit["model"][0] == pytest.approx(expected)


def test_at_threshold_zero_all_models_are_treat_all() -> None:
    follow_up = FollowUp(np.array([1.0, 2, 3, 4]), np.array([1, 0, 1, 0]))
    found = decision_curve(follow_up, {"a": [0.1, 0.2, 0.3, 0.4]}, 3.5, [0.0])
    assert found.net_benefit["a"] == found.net_benefit["all"]


@pytest.mark.parametrize(
    ("risks", "thresholds", "text"),
    [
        ({"a": [0.1, 1.2]}, [0.1], "risk: expected 0-1, got 1.2"),
        ({"a": [0.1]}, [0.1], "risk: expected one for each of 2 patients"),
        ({"all": [0.1, 0.2]}, [0.1], "expected names other than all and none"),
        ({"a": [0.1, 0.2]}, [1.0], "threshold, under 1"),
    ],
)
def test_bad_input_is_refused(risks: dict[str, list[float]], thresholds: list[float], text: str) -> None:
    with pytest.raises(InputError, match=text):
        decision_curve(FollowUp(np.array([1.0, 2]), np.ones(2)), risks, 1.5, thresholds)
