import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.survival.spline import default_knots, spline_basis
from core.survival.step_function import FloatArray

KNOTS = np.array([1.0, 2.0, 4.0, 8.0])


def test_basis_by_hand() -> None:
    """At 5 with knots 1, 2, 4, 8: ((5-1)^3 - (5-4)^3 (8-1)/(8-4)) / 7^2, and alike from 2."""
    assert spline_basis(5.0, KNOTS).tolist() == pytest.approx([5.0, (64 - 7 / 4) / 49, (27 - 6 / 4) / 49])
    assert spline_basis(0.5, KNOTS).tolist() == [0.5, 0.0, 0.0]


@given(st.floats(8.0, 100.0), st.floats(0.1, 10.0))
def test_straight_past_the_last_knot(x: float, step: float) -> None:
    low, middle, high = spline_basis([x, x + step, x + 2 * step], KNOTS)
    assert high - middle == pytest.approx(middle - low, rel=1e-6)


def test_smooth_at_the_knots() -> None:
    steps = np.array([-2e-4, -1e-4, 0.0, 1e-4, 2e-4])
    for knot in KNOTS:
        second = np.diff(spline_basis(knot + steps, KNOTS)[:, 1:], n=2, axis=0) / 1e-8
        assert second[0] == pytest.approx(second[2], abs=2e-3)


def test_shape_follows_the_input() -> None:
    assert spline_basis(np.zeros((3, 2)), KNOTS).shape == (3, 2, 3)


@pytest.mark.parametrize(
    ("count", "quantiles"),
    [
        (3, [0.1, 0.5, 0.9]),
        (4, [0.05, 0.35, 0.65, 0.95]),
        (5, [0.05, 0.275, 0.5, 0.725, 0.95]),
        (7, np.linspace(0.025, 0.975, 7)),
    ],
)
def test_default_knots_are_quantiles(count: int, quantiles: FloatArray) -> None:
    x = np.random.default_rng(1).permutation(np.arange(1001.0))
    assert default_knots(x, count) == pytest.approx(1000 * np.asarray(quantiles))


def test_few_values_have_their_fifth_as_outer_knots() -> None:
    assert default_knots(np.arange(1.0, 51.0)).tolist() == [5.0, 25.5, 46.0]


def test_a_tied_end_of_the_range_takes_a_knot_to_itself() -> None:
    """A tenth at 0: a knot at the next value, the others at .5 and .9 of those above it (rcs with fractied = .05)."""
    x = np.concatenate([np.zeros(100), np.arange(1.0, 1002.0)])
    assert default_knots(x).tolist() == pytest.approx([1.0, 501.5, 901.1])
    both = np.concatenate([x, np.full(100, 2000.0)])
    assert default_knots(both).tolist() == pytest.approx([1.0, 501.0, 1001.0])


def test_few_distinct_values_are_the_knots_themselves() -> None:
    assert default_knots(np.repeat(np.arange(5.0), 9)).tolist() == [1.0, 2.0, 3.0]


def test_more_quantiles_are_tried_where_the_middle_is_tied() -> None:
    """.1, .26, .42, .58, .74 and .9 find three values where .1, .5 and .9 find two."""
    x = np.concatenate([np.full(90, 0.0), np.arange(1.0, 11.0), np.full(20, 50.0), [60.0, 70.0]])
    assert default_knots(x).tolist() == pytest.approx([0.0, np.quantile(x, 0.74), 50.0])


@pytest.mark.parametrize(("x", "count"), [(np.arange(5.0), 3), (np.arange(9.0), 2)])
def test_too_little_is_refused(x: FloatArray, count: int) -> None:
    with pytest.raises(InputError, match="expected at least 3 knots and 6 values"):
        default_knots(x, count)


def test_too_many_equal_values_are_refused() -> None:
    with pytest.raises(InputError, match="values that differ enough for 3 knots"):
        default_knots(np.repeat([1.0, 2.0, 3.0, 4.0], 5))
