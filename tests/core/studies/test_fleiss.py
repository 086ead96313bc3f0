"""Fleiss' kappa against the worked example of Fleiss, Psychol Bull 1971;76:378-382, Table 1, and another's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.errors import InputError
from core.studies.fleiss import fleiss_kappa

# 30 patients, 6 psychiatrists: depression, personality disorder, schizophrenia, neurosis, other
DIAGNOSES = np.array(
    [
        *((0, 0, 0, 6, 0), (0, 3, 0, 0, 3), (0, 1, 4, 0, 1), (0, 0, 0, 0, 6), (0, 3, 0, 3, 0), (2, 0, 4, 0, 0)),
        *((0, 0, 4, 0, 2), (2, 0, 3, 1, 0), (2, 0, 0, 4, 0), (0, 0, 0, 0, 6), (1, 0, 0, 5, 0), (1, 1, 0, 4, 0)),
        *((0, 3, 3, 0, 0), (1, 0, 0, 5, 0), (0, 2, 0, 3, 1), (0, 0, 5, 0, 1), (3, 0, 0, 1, 2), (5, 1, 0, 0, 0)),
        *((0, 2, 0, 4, 0), (1, 0, 2, 0, 3), (0, 0, 0, 0, 6), (0, 1, 0, 5, 0), (0, 2, 0, 1, 3), (2, 0, 0, 4, 0)),
        *((1, 0, 0, 4, 1), (0, 5, 0, 1, 0), (4, 0, 0, 0, 2), (0, 2, 0, 4, 0), (1, 0, 5, 0, 0), (0, 0, 0, 0, 6)),
    ]
)


def test_the_example_of_the_paper() -> None:
    shares = DIAGNOSES.mean(axis=0) / 6
    assert shares == pytest.approx([0.144, 0.144, 0.167, 0.306, 0.239], abs=5e-4)  # as printed
    found = fleiss_kappa(DIAGNOSES)
    assert found is not None
    assert found.value == pytest.approx(0.430, abs=5e-4)


def test_ten_patients_and_fourteen_readers() -> None:
    """The example of many textbooks: 10 subjects, 14 raters, 5 categories; kappa .210."""
    counts = [
        *((0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1)),
        *((7, 7, 0, 0, 0), (3, 2, 6, 3, 0), (2, 5, 3, 2, 2), (6, 5, 2, 1, 0), (0, 2, 2, 3, 7)),
    ]
    found = fleiss_kappa(counts)
    assert found is not None
    assert found.value == pytest.approx(0.210, abs=5e-4)


def test_the_standard_error_is_that_of_leaving_patients_out() -> None:
    found = fleiss_kappa(DIAGNOSES)
    assert found is not None
    left = [fleiss_kappa(np.delete(DIAGNOSES, n, axis=0)) for n in range(30)]
    values = np.array([one.value for one in left if one is not None])
    jackknife = np.sqrt(29 / 30 * np.square(values - values.mean()).sum())
    assert found.se == pytest.approx(jackknife, rel=0.03)
    assert (found.low, found.high) == pytest.approx(
        (found.value - 1.959964 * found.se, found.value + 1.959964 * found.se)
    )


@given(st.lists(st.integers(0, 3), min_size=2, max_size=30), st.randoms())
def test_order_and_names_do_not_matter_and_full_agreement_is_1(positive: list[int], shuffler: object) -> None:
    table = np.array([(count, 3 - count) for count in positive])
    found = fleiss_kappa(table)
    assume(found is not None)
    assert found is not None
    shuffled = table.copy()
    shuffler.shuffle(order := list(range(len(table))))  # type: ignore[attr-defined]
    again = fleiss_kappa(shuffled[order][:, ::-1])
    assert again is not None
    assert (again.value, again.se) == pytest.approx((found.value, found.se), abs=1e-12)
    assert -0.5 - 1e-12 <= found.value <= 1  # the least that three readers can have
    unanimous = fleiss_kappa(np.where(table > 1, 3, 0))
    assert unanimous is None or (unanimous.value, unanimous.se) == (1, 0)


def test_nothing_to_say() -> None:
    assert fleiss_kappa([[3, 0], [3, 0]]) is None
    assert fleiss_kappa([[2, 1]]) is None


@pytest.mark.parametrize(
    "counts", [[[3, 0], [2, 0]], [[1, 0], [0, 1]], [[2.5, 0.5], [3, 0]], [[-1, 4], [3, 0]], [1, 2]]
)
def test_what_is_no_table_of_readers_is_refused(counts: list[list[float]]) -> None:
    with pytest.raises(InputError, match="readers' counts: expected"):
        fleiss_kappa(counts)
