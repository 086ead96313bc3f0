"""Who was followed for how long, and who died: the outcome of every statistic of this floor."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.survival.step_function import FloatArray

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.intp]

# Times closer than this, absolutely or relative to their mean, are one time; R's survival does the same (aeqSurv).
SAME_TIME = float(np.sqrt(np.finfo(np.float64).eps))


@dataclass(frozen=True, eq=False)
class FollowUp:
    """Right-censored follow-up of n patients, in any one unit of time (months in this product).

    Times that differ only by rounding are made equal on construction, so that ties are ties.

    Attributes:
        time: from the time origin to death or last contact, (n,), 0 or more, read-only.
        event: True for a death, False for a censored time, (n,), read-only.

    Raises:
        InputError: on construction, if the arrays do not match, are empty or hold a time that is negative, not finite
            or an event that is not 0 or 1; it names the first row at fault, counted from 1.
    """

    time: FloatArray
    event: BoolArray

    def __post_init__(self) -> None:
        time, event = np.asarray(self.time, dtype=np.float64), np.asarray(self.event)
        if time.ndim != 1 or time.shape != event.shape or time.size == 0:
            raise InputError(
                f"follow-up: expected one event for each of at least one time, got {event.size} and {time.size}"
            )
        _refuse(~(np.isfinite(time) & (time >= 0)), time, "time: expected 0 or more")
        if event.dtype != np.bool_:
            _refuse(~((event == 0) | (event == 1)), event, "event: expected 0 or 1")
        for name, values in (("time", _with_exact_ties(time)), ("event", event.astype(np.bool_))):
            values.setflags(write=False)
            object.__setattr__(self, name, values)

    def __len__(self) -> int:
        return self.time.size

    @property
    def events(self) -> int:
        """Number of deaths."""
        return int(np.count_nonzero(self.event))

    @cached_property
    def order(self) -> IntArray:
        """Positions by ascending time, deaths before censored at one time: they were at risk together."""
        return np.lexsort((~self.event, self.time))

    def of(self, chosen: BoolArray | IntArray) -> FollowUp:
        """Of the chosen patients: a mask, or positions that may repeat (a bootstrap sample)."""
        return FollowUp(self.time[chosen], self.event[chosen])

    def reversed(self) -> FollowUp:
        """Censoring as the event. At one time deaths still leave the risk set first: see `censoring.py`."""
        return FollowUp(self.time, ~self.event)


def _refuse(wrong: BoolArray, values: npt.NDArray[np.generic], expected: str) -> None:
    if wrong.any():
        row = int(np.argmax(wrong))
        raise InputError(f"row {row + 1}, {expected}, got {float(values[row]):g}")


def _with_exact_ties(time: FloatArray) -> FloatArray:
    """Times, those that differ by rounding only replaced by the smallest of them."""
    distinct = np.unique(time)
    steps = np.diff(distinct)
    tied = (steps <= SAME_TIME) | (steps <= SAME_TIME * np.abs(distinct).mean())
    if not tied.any():
        return time.copy()
    firsts = distinct[np.concatenate([[True], ~tied])]
    return np.asarray(firsts[np.searchsorted(firsts, time, side="right") - 1])
