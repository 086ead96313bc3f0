"""A cut on known labels and on censored survival, against counts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.survival.classification import classification, classification_at_horizon, wilson
from core.survival.follow_up import FollowUp
from core.survival.kaplan_meier import kaplan_meier

NAMES = ("sensitivity", "specificity", "ppv", "npv", "accuracy")


def test_counts_by_hand() -> None:
    found = classification([1, 1, 1, 0, 0, 0, 0], [5.0, 4, 1, 3, 2, 1, 0], 2.5)
    assert (found.true_positive, found.false_positive, found.false_negative, found.true_negative) == (2, 1, 1, 3)
    values = [getattr(found.figures, name).value for name in NAMES]
    assert values == pytest.approx([2 / 3, 3 / 4, 2 / 3, 3 / 4, 5 / 7])


def test_wilson_is_the_root_of_its_equation() -> None:
    """The limits p solve |x/n - p| = z sqrt(p (1 - p) / n)."""
    found = wilson(7, 20)
    assert found is not None
    for limit in (found.low, found.high):
        assert limit is not None
        assert abs(0.35 - limit) == pytest.approx(1.959964 * np.sqrt(limit * (1 - limit) / 20), rel=1e-5)
    none, all_of = wilson(0, 5), wilson(5, 5)
    assert none is not None
    assert all_of is not None
    assert (none.low, all_of.high) == (0, 1)
    assert wilson(0, 0) is None


@given(st.integers(0, 2**32 - 1))
def test_without_censoring_it_is_the_table_of_counts(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(5, 60))
    time, risk = rng.exponential(10, n), rng.normal(size=n)
    found = classification_at_horizon(FollowUp(time, np.ones(n)), risk, 0.2, 8.0, resamples=0)
    expected = classification(time <= 8, risk, 0.2)
    assert (found.high, found.low) == ((risk > 0.2).sum(), (risk <= 0.2).sum())
    for name in NAMES:
        ours, counted = getattr(found.figures, name), getattr(expected.figures, name)
        assert (ours is None) == (counted is None)
        if ours is not None:
            assert ours.value == pytest.approx(counted.value)


def test_with_censoring_it_is_kaplan_meier_in_the_groups() -> None:
    rng = np.random.default_rng(2)
    death, lost, risk = rng.exponential(10, 400), rng.exponential(15, 400), rng.normal(size=400)
    follow_up = FollowUp(np.minimum(death, lost), death <= lost)
    found = classification_at_horizon(follow_up, risk, 0.0, 8.0, resamples=200, seed=1)
    high = risk > 0
    s_high, s_low = (float(kaplan_meier(follow_up.of(side)).at(8.0).survival) for side in (high, ~high))
    q = high.mean()
    dead = q * (1 - s_high) + (1 - q) * (1 - s_low)
    expected = [q * (1 - s_high) / dead, (1 - q) * s_low / (1 - dead), 1 - s_high, s_low]
    expected.append(q * (1 - s_high) + (1 - q) * s_low)
    for name, value in zip(NAMES, expected, strict=True):
        figure = getattr(found.figures, name)
        assert figure.value == pytest.approx(value)
        assert figure.low < value < figure.high
    again = classification_at_horizon(follow_up, risk, 0.0, 8.0, resamples=200, seed=1)
    assert again == found


def test_nobody_above_the_cut_and_short_follow_up() -> None:
    follow_up = FollowUp(np.array([1.0, 2, 3, 4]), np.array([1, 0, 1, 0]))
    none = classification_at_horizon(follow_up, np.zeros(4), 1.0, 2.5, resamples=0).figures
    assert none.ppv is None
    assert none.sensitivity is not None
    assert none.sensitivity.value == 0
    late = classification_at_horizon(follow_up, np.array([0.0, 2, 0, 2]), 1.0, 4.5, resamples=0).figures
    assert late.ppv is None


def test_bad_scores_are_refused() -> None:
    with pytest.raises(InputError, match="risk: expected 2 finite numbers"):
        classification_at_horizon(FollowUp(np.array([1.0, 2]), np.ones(2)), [1.0, np.nan], 0, 1)
    with pytest.raises(InputError):
        classification([0, 3], [1.0, 2], 0)
