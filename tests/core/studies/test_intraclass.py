"""ICC(2,1) against the example of Shrout and Fleiss, Psychol Bull 1979;86:420-428, Tables 2 to 4."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.studies.intraclass import icc_agreement, mean_squares
from core.train.robustness import icc_agreement as of_features

# 6 targets, 4 judges
JUDGED = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def test_the_analysis_of_variance_of_the_paper() -> None:
    found = mean_squares(JUDGED)
    assert (found.patients, found.readers, found.rest) == pytest.approx((11.24, 32.49, 1.02), abs=5e-3)


def test_the_correlation_of_the_paper_and_the_interval_that_other_programs_give() -> None:
    found = icc_agreement(JUDGED)
    assert found is not None
    assert (found.n, found.k) == (6, 4)
    assert found.value == pytest.approx(0.29, abs=5e-3)  # Table 4
    assert (found.low, found.high) == pytest.approx((0.019, 0.761), abs=1e-3)  # R's psych::ICC and irr::icc


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    truth = 1 / (1 + 0.3 + 0.5)  # variance between patients 1, readers 0.3, rest 0.5
    hits = 0
    for _ in range(400):
        scores = (
            rng.normal(size=(25, 1)) + np.sqrt(0.3) * rng.normal(size=(1, 8)) + np.sqrt(0.5) * rng.normal(size=(25, 8))
        )
        found = icc_agreement(scores)
        assert found is not None
        hits += found.low <= truth <= found.high
    assert 0.92 <= hits / 400 <= 0.98


@given(st.integers(2, 8), st.integers(2, 5), st.integers(0, 1000))
def test_scale_and_order_do_not_matter(n: int, k: int, seed: int) -> None:
    scores = np.random.default_rng(seed).uniform(size=(n, k))
    found, again = icc_agreement(scores), icc_agreement(100 * scores[::-1, ::-1] + 3)
    assert found is not None
    assert again is not None
    assert (again.value, again.low, again.high) == pytest.approx((found.value, found.low, found.high), abs=1e-9)
    assert found.low <= found.value <= found.high
    assert found.value == pytest.approx(float(of_features(scores)), abs=1e-12)


def test_readers_who_say_the_same_and_readers_apart_by_a_constant() -> None:
    same = icc_agreement([[0.2, 0.2], [0.5, 0.5], [0.9, 0.9]])
    assert same is not None
    assert (same.value, same.low, same.high) == pytest.approx((1, 1, 1))
    apart = icc_agreement([[0.2, 0.3], [0.5, 0.6], [0.8, 0.9]])
    assert apart is not None
    assert (apart.value, apart.low, apart.high) == pytest.approx((0.18 / (0.18 + 2 * 0.015 / 3), 0, 1))
    assert icc_agreement([[0.4, 0.4], [0.4, 0.4]]) is None
    assert icc_agreement([[0.4, 0.5], [0.4, 0.5]]) is None


@pytest.mark.parametrize("scores", [[[1, 2]], [[1], [2]], [[1, 2], [3, float("nan")]], [1, 2]])
def test_too_little_is_refused(scores: list[list[float]]) -> None:
    with pytest.raises(InputError, match="readers' scores: expected finite numbers of two"):
        icc_agreement(scores)
