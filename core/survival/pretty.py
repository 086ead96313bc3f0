"""Round numbers for an axis, as R's pretty chooses them (Becker, Chambers and Wilks, The New S Language, 1988)."""

from __future__ import annotations

import math

import numpy as np

from core.errors import InputError
from core.survival.step_function import FloatArray

_HIGH_BIAS = 1.5  # R's high.u.bias: prefers larger steps
_FIVE_BIAS = 0.5 + 1.5 * _HIGH_BIAS
_SLACK = 1e-10


def pretty(low: float, high: float, intervals: int = 10) -> FloatArray:
    """About `intervals` + 1 equally spaced round values that cover `low` to `high`.

    Raises:
        InputError: unless `low` <= `high`, both finite.
    """
    if not (math.isfinite(low) and math.isfinite(high) and low <= high):
        raise InputError(f"axis: expected finite bounds in ascending order, got {low:g} and {high:g}")
    unit = _unit(_cell(low, high, intervals))
    start, stop = math.floor(low / unit + _SLACK), math.ceil(high / unit - _SLACK)
    while start * unit > low + _SLACK * unit:
        start -= 1
    while stop * unit < high - _SLACK * unit:
        stop += 1
    start, stop = _at_least(intervals // 3, start, stop, low, high)
    return np.linspace(start * unit, stop * unit, stop - start + 1)


def _cell(low: float, high: float, intervals: int) -> float:
    """The step before it is rounded; for a range next to nothing one that suits its size."""
    size, span = max(abs(low), abs(high)), high - low
    if size == 0:
        size, small = 1.0, True
    else:
        rounding = (1 + 1 / (1 + _HIGH_BIAS)) * max(1, intervals) * np.finfo(np.float64).eps
        small = bool(span < size * rounding * 3)
    if not small:
        return span / intervals if intervals > 1 else span
    size = 9 + size / 10 if size > 10 else size
    size *= 0.75
    return size / (intervals // 3) if intervals // 3 > 1 else size


def _unit(cell: float) -> float:
    """1, 2, 5 or 10 times a power of ten, with a leaning towards the larger."""
    base = 10.0 ** math.floor(math.log10(cell))
    unit = base
    for factor, bias in ((2, _HIGH_BIAS), (5, _FIVE_BIAS), (10, _HIGH_BIAS)):
        if factor * base - cell < bias * (cell - unit):
            unit = factor * base
        else:
            break
    return unit


def _at_least(fewest: int, start: int, stop: int, low: float, high: float) -> tuple[int, int]:
    """Widen to `fewest` intervals, on both sides unless one end is 0."""
    lacking = fewest - (stop - start)
    if lacking <= 0:
        return start, stop
    if low == 0 and start == 0 and high != 0:
        return start, stop + lacking
    if high == 0 and stop == 0 and low != 0:
        return start - lacking, stop
    more, less = lacking - lacking // 2, lacking // 2
    return (start - more, stop + less) if start >= 0 else (start - less, stop + more)
