"""Restricted cubic splines: smooth curves that are straight outside their outer knots.

Stone and Koo's truncated-power basis with the knots that Hmisc::rcspline.eval and rms::rcs of R place by default
(Harrell, Regression Modeling Strategies, 2015, section 2.4.5).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.survival.follow_up import IntArray
from core.survival.step_function import FloatArray

# A value that so large a share of the patients have is tied; at an end of the range it takes the knot there to itself.
TIED_SHARE = 0.05
# Below so many patients the outer knots are the fifth smallest and largest values.
FEW = 100


def spline_basis(x: npt.ArrayLike, knots: FloatArray) -> FloatArray:
    """The columns of a spline: x itself and its k - 2 nonlinear terms, (..., k - 1), in units of x.

    Args:
        x: (...).
        knots: ascending, (k,), at least 3.
    """
    values = np.asarray(x, dtype=np.float64)[..., None]
    inner, before_last, last = knots[:-2], knots[-2], knots[-1]
    cube = _cubed(values - inner) + (
        (before_last - inner) * _cubed(values - last) - (last - inner) * _cubed(values - before_last)
    ) / (last - before_last)
    return np.concatenate([values, cube / (last - knots[0]) ** 2], axis=-1)


def default_knots(x: FloatArray, count: int = 3) -> FloatArray:
    """Knots at quantiles of `x` (n,), ascending: for 3 at .1, .5 and .9, for 4-6 from .05 to .95, for more from .025.

    Where ties leave fewer than three, they are sought at twice as many quantiles, as R does.

    Raises:
        InputError: for fewer than 3 knots, fewer than 6 values or values too tied for 3 knots.
    """
    if count < 3 or x.size < 6:
        raise InputError(f"spline: expected at least 3 knots and 6 values, got {count} and {x.size}")
    distinct, counts = np.unique(x, return_counts=True)
    knots = distinct[1:-1] if len(distinct) - 2 <= count else _quantile_knots(x, distinct, counts, count)
    knots = np.unique(knots)
    if len(knots) < 3:
        raise InputError("spline: expected values that differ enough for 3 knots, got too many equal ones")
    return knots


def _quantile_knots(x: FloatArray, distinct: FloatArray, counts: IntArray, count: int) -> FloatArray:
    outer = 0.1 if count <= 3 else 0.05 if count <= 6 else 0.025
    first, last = _tied_ends(distinct, counts / x.size)
    rest = x[(x > (first[0] if first else -np.inf)) & (x < (last[0] if last else np.inf))]
    free = count - len(first) - len(last)
    if free == 1:
        return np.array([*first, float(np.median(rest)), *last])
    knots = np.quantile(rest, np.linspace(0.5 if free == 2 else outer, 1.0 - outer, free))
    if len(np.unique(knots)) < min(free, 3):
        knots = np.quantile(rest, np.linspace(outer, 1.0 - outer, 2 * free))
    if 5 <= rest.size < FEW:
        ordered = np.sort(rest)
        knots[0] = knots[0] if first else ordered[4]
        knots[-1] = knots[-1] if last else ordered[-5]
    return np.array([*first, *knots, *last])


def _tied_ends(distinct: FloatArray, share: FloatArray) -> tuple[list[float], list[float]]:
    """The knots next to a tied smallest and a tied largest value, if no value between is tied."""
    if share[1:-1].max() >= TIED_SHARE:
        return [], []
    first = [float(distinct[1])] if share[0] >= TIED_SHARE else []
    last = [float(distinct[-2])] if share[-1] >= TIED_SHARE else []
    return first, last


def _cubed(values: FloatArray) -> FloatArray:
    return np.asarray(np.maximum(values, 0.0) ** 3)
