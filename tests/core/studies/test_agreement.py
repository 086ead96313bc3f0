"""Values against scikit-learn; standard errors against the printed formula of Fleiss, Cohen and Everitt (1969)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from core.errors import InputError
from core.studies.agreement import agreement

GRADES = 4
pairs = st.lists(st.tuples(st.integers(0, GRADES - 1), st.integers(0, GRADES - 1)), min_size=1, max_size=60)


@given(pairs)
def test_kappa_and_its_standard_error(graded: list[tuple[int, int]]) -> None:
    one, two = np.array(graded).T
    assume(len(np.unique(np.concatenate([one, two]))) > 1)
    found = agreement(one, two, GRADES)
    assert found.kappa is not None
    expected = cohen_kappa_score(one, two, labels=range(GRADES), weights="linear")
    assert found.kappa.value == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert found.kappa.se**2 == pytest.approx(_printed_variance(one, two), rel=1e-9, abs=1e-12)
    assert found.kappa.high <= 1
    assert found.agreed == np.count_nonzero(one == two)


def _printed_variance(one: np.ndarray, two: np.ndarray) -> float:
    scale = np.arange(GRADES)
    weight = 1 - np.abs(scale[:, None] - scale) / (GRADES - 1)
    table = np.zeros((GRADES, GRADES))
    np.add.at(table, (one, two), 1 / len(one))
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    observed, chance = (weight * table).sum(), rows @ weight @ columns
    kappa = (observed - chance) / (1 - chance)
    means = (weight @ columns)[:, None] + rows @ weight
    first = (table * (weight - means * (1 - kappa)) ** 2).sum()
    variance = (first - (kappa - chance * (1 - kappa)) ** 2) / (len(one) * (1 - chance) ** 2)
    return float(variance)


def test_two_grades_by_hand() -> None:
    one, two = [0] * 20 + [0] * 5 + [1] * 10 + [1] * 15, [0] * 20 + [1] * 5 + [0] * 10 + [1] * 15
    found = agreement(one, two, 2)
    assert found.kappa is not None
    assert found.kappa.value == pytest.approx((0.7 - 0.5) / (1 - 0.5), rel=1e-12)
    assert (found.n, found.agreed) == (50, 35)


def test_perfect_agreement_and_a_single_grade() -> None:
    alike = agreement([0, 1, 2, 2], [0, 1, 2, 2], 3)
    assert alike.kappa is not None
    assert (alike.kappa.value, alike.kappa.se, alike.kappa.low) == (1, 0, 1)
    assert alike.share is not None
    assert alike.share.low == pytest.approx(4 / (4 + 1.959963984540054**2), rel=1e-12)
    assert agreement([1, 1], [1, 1], 3).kappa is None


def test_nobody() -> None:
    found = agreement([], [], 2)
    assert (found.n, found.share, found.kappa) == (0, None, None)


def test_gradings_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InputError, match="expected as many of both, got 2 and 1"):
        agreement([0, 1], [0], 2)
    with pytest.raises(InputError, match="positions from 0 to 1"):
        agreement([0, 2], [0, 1], 2)
