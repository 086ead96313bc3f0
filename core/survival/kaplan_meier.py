"""Survival of a group by the product-limit method, with what is read off it: risks, medians, restricted means.

Kaplan and Meier, J Am Stat Assoc 1958;53:457-481; the variance is Greenwood's. Equal to survival::survfit of R and its
summary (tests/golden), also where R gives NA: such a limit is not a number here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.survival.follow_up import FollowUp, IntArray
from core.survival.intervals import IntervalKind, survival_interval
from core.survival.step_function import FloatArray

# A curve this near to one half is there: the tolerance of R's survfit.
AT_HALF = float(np.sqrt(np.finfo(np.float64).eps))


@dataclass(frozen=True, eq=False)
class Readings:
    """A curve at given times, arrays of one shape.

    Attributes:
        time: as asked for.
        at_risk: patients still followed just before each time; 0 past the last.
        survival: probability, 0..1.
        se: its standard error by Greenwood's formula; not a number where survival is 0.
        low, high: its pointwise limits, 0..1; not a number as in `KaplanMeier.interval`.
    """

    time: FloatArray
    at_risk: IntArray
    survival: FloatArray
    se: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True)
class Median:
    """Time by which half have died, with its limits; None where a curve does not fall to one half."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, eq=False)
class KaplanMeier:
    """The curve at the k distinct times of follow-up, deaths or not.

    Attributes:
        time: ascending, (k,), in the unit of the follow-up.
        at_risk, events, censored: patients followed up to each time, dying then and leaving then, (k,).
        survival: from each time on, 0..1, (k,).
        se_log: standard error of log survival, (k,); infinite where survival is 0.
        cumulative_hazard: by Nelson and Aalen, (k,).
    """

    time: FloatArray
    at_risk: IntArray
    events: IntArray
    censored: IntArray
    survival: FloatArray
    se_log: FloatArray
    cumulative_hazard: FloatArray

    def interval(self, level: float = 0.95, kind: IntervalKind = "log") -> tuple[FloatArray, FloatArray]:
        """Pointwise limits of `survival`, two (k,); not a number at survival 0, nor at 1 for kind "log-log"."""
        return survival_interval(self.survival, self.se_log, level, kind)

    def at(self, times: npt.ArrayLike, level: float = 0.95, kind: IntervalKind = "log") -> Readings:
        """The curve at `times` of any shape, 1 before the first; past the last its last value (R's extend=TRUE).

        Raises:
            InputError: for a time that is negative or not finite.
        """
        wanted = np.asarray(times, dtype=np.float64)
        _refuse_negative(wanted, "time")
        step = np.searchsorted(self.time, wanted, side="right")
        with np.errstate(invalid="ignore"):
            se = self.se_log * self.survival
        low, high = self.interval(level, kind)
        start_and_values = ((1.0, self.survival), (0.0, se), (1.0, low), (1.0, high))
        read = [np.asarray(np.append(start, values)[step]) for start, values in start_and_values]
        at_risk = np.append(self.at_risk, 0)[np.searchsorted(self.time, wanted, side="left")]
        return Readings(wanted, np.asarray(at_risk), *read)

    def known_at(self, time: float) -> float | None:
        """Survival at `time`, None past the last time of follow-up unless all have died by then; errors as in `at`."""
        survival = float(self.at(time).survival)
        return None if time > self.time[-1] and survival > 0 else survival

    def median(self, level: float = 0.95, kind: IntervalKind = "log") -> Median:
        """Median survival, its limits where those of the curve fall to one half (Brookmeyer and Crowley, 1982).

        A curve flat at exactly one half has its median in the middle of the flat part, as in R's summary.survfit.
        """
        low, high = self.interval(level, kind)
        return Median(*(_half_time(curve, self.time) for curve in (self.survival, low, high)))

    def restricted_mean(self, tau: float) -> tuple[float, float]:
        """Mean time lived up to `tau` and its standard error, R's summary(fit, rmean=tau).

        Past the last time of follow-up the last survival is carried on, as in R.

        Raises:
            InputError: for a `tau` that is negative or not finite.
        """
        _refuse_negative(np.asarray(tau), "tau")
        before = self.time < tau
        steps = np.diff(self.time[before], prepend=0.0, append=tau) * np.append(1.0, self.survival[before])
        area_after = np.cumsum(steps[:0:-1])[::-1]
        events, staying = self.events[before], (self.at_risk - self.events)[before]
        # When the last patients die the area after them is 0, and so is their part of the variance.
        greenwood = events / (self.at_risk[before] * np.maximum(staying, 1))
        return float(steps.sum()), float(np.sqrt((area_after**2 * greenwood).sum()))


def kaplan_meier(follow_up: FollowUp) -> KaplanMeier:
    """The curve of all patients of `follow_up`; at one time deaths come before those censored."""
    time, place = np.unique(follow_up.time, return_inverse=True)
    leaving = np.bincount(place)
    events = np.bincount(place[follow_up.event], minlength=len(time))
    at_risk = np.cumsum(leaving[::-1])[::-1]
    staying = at_risk - events
    with np.errstate(divide="ignore"):
        variance = np.cumsum(events / (at_risk * staying))
    survival, hazard = np.cumprod(staying / at_risk, dtype=np.float64), np.cumsum(events / at_risk)
    return KaplanMeier(time, at_risk, events, leaving - events, survival, np.asarray(np.sqrt(variance)), hazard)


def _half_time(curve: FloatArray, time: FloatArray) -> float | None:
    """The first time at which `curve` is one half or less."""
    reached = np.flatnonzero(curve < 0.5 + AT_HALF)  # False where not a number
    if reached.size == 0:
        return None
    first = reached[0]
    below = reached[curve[reached] < curve[first]]
    flat_at_half = abs(curve[first] - 0.5) < AT_HALF
    return float((time[first] + time[below[0]]) / 2 if flat_at_half and below.size else time[first])


def _refuse_negative(times: FloatArray, role: str) -> None:
    wrong = ~(np.isfinite(times) & (times >= 0))
    if wrong.any():
        raise InputError(f"{role}: expected a finite time of 0 or more, got {float(times[wrong][0]):g}")
