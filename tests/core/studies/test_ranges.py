"""Expectations with their ranges over cohorts."""

from __future__ import annotations

import numpy as np

from core.studies.ranges import ranged

LARGE = {"a": np.array([[1.0, 2.0]]), "p": np.array(0.0)}


def test_the_value_is_that_of_the_large_sample_and_the_range_that_of_the_cohorts() -> None:
    cohorts = [{"a": np.array([[float(k), 10.0 * k]]), "p": np.array(k / 100)} for k in range(101)]
    found = ranged(LARGE, cohorts)
    assert found["a"].value.tolist() == [[1.0, 2.0]]
    np.testing.assert_allclose(found["a"].low, [[2.5, 25.0]])
    np.testing.assert_allclose(found["a"].high, [[97.5, 975.0]])
    assert found["a"].at(0, 1) == (2.0, 25.0, 975.0)


def test_a_p_value_has_the_median_of_the_cohorts() -> None:
    cohorts = [{"a": np.zeros((1, 2)), "p": np.array(p)} for p in (0.1, 0.2, 0.9)]
    assert float(ranged(LARGE, cohorts, frozenset({"p"}))["p"].value) == 0.2
    assert float(ranged(LARGE, cohorts)["p"].value) == 0.0


def test_cohorts_without_the_figure_are_left_out() -> None:
    values = ([1.0, np.nan], [3.0, np.nan], [np.nan, np.nan])
    found = ranged({"a": np.array([2.0, 5.0])}, [{"a": np.array(value)} for value in values])["a"]
    np.testing.assert_allclose([found.low[0], found.high[0]], [1.05, 2.95])
    assert np.isnan(found.low[1])
    assert np.isnan(found.high[1])
    assert found.value[1] == 5.0
