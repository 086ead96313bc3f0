import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.survival.step_function import StepFunction

STEPS = StepFunction(np.array([0.0, 2.0, 5.0]), np.array([1.0, 0.7, 0.4]), end=6.0)


def test_right_continuous_and_vectorised() -> None:
    assert STEPS([[0.0, 1.9], [2.0, 6.0]]).tolist() == [[1.0, 1.0], [0.7, 0.4]]
    assert STEPS(5.0) == 0.4
    assert STEPS.domain == (0.0, 6.0)


@pytest.mark.parametrize(("time", "got"), [(-0.1, "-0.1"), (6.01, "6.01"), (float("nan"), "nan")])
def test_extrapolation_is_refused_with_the_bounds(time: float, got: str) -> None:
    with pytest.raises(InputError, match=f"time: expected 0-6, got {got}"):
        STEPS([1.0, time])


@pytest.mark.parametrize(
    ("x", "y", "end"),
    [
        ([], [], 1.0),
        ([0.0], [1.0, 2.0], 1.0),
        ([1.0, 1.0], [1.0, 2.0], 2.0),
        ([0.0, 3.0], [1.0, 1.0], 2.0),
        ([0.0], [np.nan], 1.0),
    ],
)
def test_bad_steps_are_refused(x: list[float], y: list[float], end: float) -> None:
    with pytest.raises(InputError, match="step function"):
        StepFunction(np.array(x), np.array(y), end)


def test_arrays_are_copied_and_read_only() -> None:
    x = np.array([0.0, 1.0])
    steps = StepFunction(x, np.array([1.0, 0.5]), 1.0)
    x[1] = 9.0
    assert steps.x[1] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        steps.y[0] = 0.0


@given(st.floats(0, 6))
def test_value_is_that_of_the_last_step_not_after(time: float) -> None:
    assert STEPS(time) == STEPS.y[max(i for i, x in enumerate(STEPS.x) if x <= time)]
