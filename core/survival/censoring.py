"""How likely a patient is to be still under follow-up: the Kaplan-Meier curve G of the time to censoring.

At one time deaths leave the risk set before censorings, so that G(u) = prod of 1 - censored / (at risk - deaths), as
prodlim(reverse = TRUE) of R. Inverse-probability-of-censoring weights at a horizon t stand for the patients who were
lost: 1/G(T-) for a death at T <= t, 1/G(t) for a patient followed past t, 0 for one censored by t. With them a mean
over patients estimates what it would be without censoring (Graf et al., Stat Med 1999;18:2529-2545).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.survival.follow_up import FollowUp, IntArray
from core.survival.step_function import FloatArray, within


@dataclass(frozen=True, eq=False)
class CensoringSurvival:
    """The curve G over K distinct times of n patients.

    Attributes:
        follow_up: of the patients.
        time: distinct times, ascending, (K,).
        at_risk: patients followed up to each time or longer, deaths and censorings of that time included, (K,).
        censored: censorings at each time, (K,).
        survival: G from each time on, (K,).
    """

    follow_up: FollowUp
    time: FloatArray
    at_risk: IntArray
    censored: IntArray
    survival: FloatArray

    def at(self, times: npt.ArrayLike) -> FloatArray:
        """G(t), in the shape of `times`.

        Raises:
            InputError: for a time before 0 or past the last one observed.
        """
        return self._steps(self.survival, times, "right")

    def before(self, times: npt.ArrayLike) -> FloatArray:
        """G(t-), just before each time; shape and errors as in `at`."""
        return self._steps(self.survival, times, "left")

    def weights(self, horizon: float) -> FloatArray:
        """Inverse-probability weights of the patients at `horizon`, (n,), in the caller's order; errors as in `at`.

        As riskRegression::Score(cens.model = "km") and pec::pec(cens.model = "marginal") have them.
        """
        time, event = self.follow_up.time, self.follow_up.event
        remaining = float(self.at(horizon))
        past = time > horizon
        weights = np.where(event & ~past, 1.0 / self.before(time), 0.0)
        if past.any():
            weights[past] = 1.0 / remaining
        return weights

    def influence_of_weights(self, terms: FloatArray, horizon: float) -> FloatArray:
        """What estimating G adds to each patient's influence on the mean of weighted terms, (..., n).

        With M_i(u) patient i's influence on G's cumulative hazard up to u, it is

            1/n (sum over deaths j up to t of terms_j M_i(T_j-)  +  M_i(t) sum over T_k > t of terms_k),

        as riskRegression 2022.11.28 has it, whose M counts the deaths of a tied time as at risk.

        Args:
            terms: weighted terms of the patients, (..., n), in the caller's order.
            horizon: t, at which they were weighted.
        """
        time, n = self.follow_up.time, len(self.follow_up)
        dead = self.follow_up.event & (time <= horizon)
        of_time = np.add.reduceat(np.where(dead, terms, 0.0)[..., self._by_time], self._starts, axis=-1)
        compensator_before = self._compensator - self.censored * n / self.at_risk**2
        earlier = np.cumsum(of_time * compensator_before, axis=-1)
        later = of_time.sum(axis=-1, keepdims=True) - np.cumsum(of_time, axis=-1)
        past = np.where(time > horizon, terms, 0.0).sum(axis=-1, keepdims=True)
        own = self._martingale(horizon)
        return np.asarray((own * (later[..., self._place] + past) - earlier[..., self._place]) / n)

    @cached_property
    def _place(self) -> IntArray:
        """Position of each patient's time in `time`, (n,)."""
        return np.searchsorted(self.time, self.follow_up.time)

    @cached_property
    def _by_time(self) -> IntArray:
        return np.argsort(self._place, kind="stable")

    @cached_property
    def _starts(self) -> IntArray:
        """Where each distinct time begins in `_by_time`, (K,)."""
        return np.searchsorted(self._place[self._by_time], np.arange(len(self.time)))

    @cached_property
    def _compensator(self) -> FloatArray:
        """Integral of n / at risk over G's cumulative hazard up to each time, (K,)."""
        return np.cumsum(self.censored * len(self.follow_up) / self.at_risk**2)

    def _martingale(self, horizon: float) -> FloatArray:
        """M_i(horizon), (n,)."""
        time, n = self.follow_up.time, len(self.follow_up)
        lost = ~self.follow_up.event & (time <= horizon)
        lived = self._steps(self._compensator, np.minimum(time, horizon), "right", start=0.0)
        return np.asarray(np.where(lost, n / self.at_risk[self._place], 0.0) - lived)

    def _steps(
        self, values: FloatArray, times: npt.ArrayLike, side: Literal["left", "right"], start: float = 1.0
    ) -> FloatArray:
        wanted = within(times, 0.0, float(self.time[-1]), "time, within the follow-up")
        return np.asarray(np.append(start, values)[np.searchsorted(self.time, wanted, side=side)])


def censoring_survival(follow_up: FollowUp) -> CensoringSurvival:
    """The curve G of `follow_up`."""
    time, place = np.unique(follow_up.time, return_inverse=True)
    deaths = np.bincount(place, weights=follow_up.event, minlength=len(time)).astype(np.intp)
    leaving = np.bincount(place, minlength=len(time))
    at_risk = leaving[::-1].cumsum()[::-1]
    censored = leaving - deaths
    factor = 1.0 - censored / np.maximum(at_risk - deaths, 1)
    return CensoringSurvival(follow_up, time, at_risk, censored, np.cumprod(factor, dtype=np.float64))


def checked_horizons(follow_up: FollowUp, horizons: npt.ArrayLike) -> FloatArray:
    """`horizons` as a row of t numbers.

    Raises:
        InputError: if there is none, or one lies before 0 or past the last time of `follow_up`.
    """
    row = np.atleast_1d(np.asarray(horizons, dtype=np.float64))
    if row.ndim != 1 or row.size == 0:
        raise InputError(f"horizons: expected a row of at least one time, got shape {row.shape}")
    return within(row, 0.0, float(follow_up.time.max()), "horizon, within the follow-up")
