"""Round axis values; the expected ones are R 4.2.2's pretty(c(low, high), n = 10)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.survival.pretty import pretty


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (39, 82, np.arange(35, 86, 5)),  # survival::lung, age: nomogram_axes_lung.csv
        (-24, 68, np.arange(-30, 71, 10)),  # survival::lung, wt.loss
        (0.0, 1.0, np.arange(0, 1.01, 0.1)),
        (0.0, 192.5, np.arange(0, 201, 20)),
    ],
)
def test_as_in_r(low: float, high: float, expected: np.ndarray) -> None:
    np.testing.assert_allclose(pretty(low, high), expected, atol=1e-12)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(2, 20))
def test_covers_the_range_with_equal_steps(low: float, span: float, intervals: int) -> None:
    values = pretty(low, low + span, intervals)
    step = values[1] - values[0]
    assert values[0] <= low + 1e-6 * step
    assert values[-1] >= low + span - 1e-6 * step
    np.testing.assert_allclose(np.diff(values), step, rtol=1e-5)
    assert intervals // 3 <= len(values) - 1 <= 2.5 * intervals + 2


def test_a_single_value_and_bad_bounds() -> None:
    assert pretty(5, 5).min() <= 5 <= pretty(5, 5).max()
    with pytest.raises(InputError, match="ascending order"):
        pretty(2, 1)
