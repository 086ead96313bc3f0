"""A step function that does not extrapolate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.errors import InputError

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class StepFunction:
    """A right-continuous step function: y[i] holds from x[i] up to, not including, x[i + 1].

    Attributes:
        x: times of the steps, strictly increasing, (n,).
        y: values from each step on, (n,).
        end: last time at which the function is known; at least x[-1].
    """

    x: FloatArray
    y: FloatArray
    end: float

    def __post_init__(self) -> None:
        x, y = (np.array(values, dtype=np.float64) for values in (self.x, self.y))
        if x.ndim != 1 or x.size == 0 or x.shape != y.shape:
            raise InputError(
                f"step function: expected one value for each of at least one time, got {y.size} for {x.size}"
            )
        if not (np.isfinite(x).all() and np.isfinite(y).all() and (np.diff(x) > 0).all() and self.end >= x[-1]):
            raise InputError("step function: expected finite values at strictly increasing times within its range")
        for name, values in (("x", x), ("y", y)):
            values.setflags(write=False)
            object.__setattr__(self, name, values)

    @property
    def domain(self) -> tuple[float, float]:
        """First and last time at which the function is known."""
        return float(self.x[0]), float(self.end)

    def __call__(self, times: npt.ArrayLike) -> FloatArray:
        """Values at `times`, of their shape.

        Raises:
            InputError: if a time lies outside `domain` or is not a number.
        """
        low, high = self.domain
        wanted = within(times, low, high, "time")
        return np.asarray(self.y[np.searchsorted(self.x, wanted, side="right") - 1])


def within(values: npt.ArrayLike, low: float, high: float, role: str) -> FloatArray:
    """`values` as float64.

    Raises:
        InputError: naming `role`, the bounds and the first value outside them or not a number.
    """
    numbers = np.asarray(values, dtype=np.float64)
    outside = ~((numbers >= low) & (numbers <= high))
    if outside.any():
        first = float(numbers[outside].flat[0])
        raise InputError(f"{role}: expected {low:g}-{high:g}, got {first:g}")
    return numbers


def weighted_sum(x: FloatArray, weights: FloatArray) -> FloatArray:
    """Sum of `weights` (p,) times `x` (..., p), (...).

    A matrix product may round equal rows differently by their place, which would untie patients who are alike.
    """
    return np.asarray(np.einsum("...i,i->...", x, weights))
