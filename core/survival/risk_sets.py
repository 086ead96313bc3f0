"""Sums over the risk sets of a Cox model, at given coefficients: what its fit, baseline and tests are made of.

With w = exp(linear predictor), each death has a denominator s0 = sum of w over its risk set. Of d deaths at one time,
Efron's method takes w of the tied deaths out in steps: the l-th (from 0) has s0 - l/d times their sum; Breslow's leaves
it in. Everything follows from sums over deaths, for weights g per death:

    sum g (x - xbar)            the score
    sum g (s2/s0 - xbar xbar')  the information

where sum g s2/s0 = X' diag(w A) X with A the hazard that each patient lived through, so that no matrix is kept per
death. Therneau and Grambsch, Modeling Survival Data, 2000, chapter 3; Efron, J Am Stat Assoc 1977;72:557-565.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from core.survival.follow_up import FollowUp, IntArray
from core.survival.step_function import FloatArray

Ties = Literal["efron", "breslow"]


@dataclass(frozen=True, eq=False)
class RiskSets:
    """n patients in ascending time, deaths first among equals, with m deaths at K distinct times.

    Attributes:
        follow_up: in the caller's order.
        x: covariates in the order of `order`, centred at `mean`, (n, p).
        mean: of the covariates, (p,).
        order: positions in the caller's arrays, (n,).
        death: positions of the deaths among the ordered patients, (m,).
        first: of each death, the first patient of its time, where its risk set begins, (m,).
        fraction: of each death, the share l/d of the tied deaths that Efron's method takes out; 0 for Breslow, (m,).
        ties: the method.
    """

    follow_up: FollowUp
    x: FloatArray
    mean: FloatArray
    order: IntArray
    death: IntArray
    first: IntArray
    fraction: FloatArray
    ties: Ties

    @classmethod
    def of(cls, follow_up: FollowUp, x: FloatArray, ties: Ties) -> RiskSets:
        """Order the patients once; x is (n, p)."""
        order = follow_up.order
        time, event = follow_up.time[order], follow_up.event[order]
        death = np.flatnonzero(event)
        first = np.searchsorted(time, time[death], side="left")
        tied_deaths = np.bincount(first, minlength=len(time))[first]
        fraction = (death - first) / tied_deaths if ties == "efron" else np.zeros(len(death))
        mean = x.mean(axis=0)
        return cls(follow_up, x[order] - mean, mean, order, death, first, fraction, ties)

    @cached_property
    def time(self) -> FloatArray:
        """Times of the ordered patients, (n,)."""
        return self.follow_up.time[self.order]

    def at(self, beta: FloatArray) -> RiskSums:
        """The sums at coefficients `beta` (p,)."""
        eta = self.x @ beta
        shift = float(eta.max())
        weight = np.exp(eta - shift)
        at_risk = np.cumsum(weight[::-1])[::-1]
        dying = self.over_tied(weight)
        s0 = at_risk[self.first] - self.fraction * dying
        return RiskSums(self, eta, shift, weight, s0)

    @cached_property
    def begin(self) -> IntArray:
        """Of each ordered patient, the first of his time, (n,)."""
        return np.searchsorted(self.time, self.time)

    def over_tied(self, values: FloatArray) -> FloatArray:
        """Of each death, the sum of `values` (n, ...) over the deaths of its time."""
        starts, of_time = self._death_times
        return np.asarray(np.add.reduceat(values[self.death], starts, axis=0)[of_time])

    @cached_property
    def _death_times(self) -> tuple[IntArray, IntArray]:
        """Where the deaths of each time begin among the deaths, (K,), and the time of each death, (m,)."""
        _, starts, of_time = np.unique(self.first, return_index=True, return_inverse=True)
        return starts, of_time


@dataclass(frozen=True, eq=False)
class RiskSums:
    """The risk sets at given coefficients.

    Attributes:
        sets: the risk sets.
        eta: centred linear predictor of the ordered patients, (n,).
        shift: its maximum, taken out of `weight` and `s0` so that no exponential overflows.
        weight: exp(eta - shift), (n,).
        s0: denominator of each death, (m,).
    """

    sets: RiskSets
    eta: FloatArray
    shift: float
    weight: FloatArray
    s0: FloatArray

    @property
    def log_likelihood(self) -> float:
        """Log partial likelihood, with the tie method's denominators."""
        return float((self.eta[self.sets.death] - self.shift).sum() - np.log(self.s0).sum())

    @cached_property
    def mean_at_risk(self) -> FloatArray:
        """Xbar = s1/s0 of each death, of the centred covariates, (m, p)."""
        weighted = self.weight[:, None] * self.sets.x
        at_risk = np.cumsum(weighted[::-1], axis=0)[::-1]
        s1 = at_risk[self.sets.first]
        if self.sets.ties == "efron":
            s1 = s1 - self.sets.fraction[:, None] * self.sets.over_tied(weighted)
        return np.asarray(s1 / self.s0[:, None])

    def hazard_lived_through(self, g: FloatArray) -> FloatArray:
        """A of each ordered patient: the sum of g/s0 over the deaths in whose denominator he is, (n,).

        A patient who died at a time of tied deaths is in the l-th denominator only with 1 - l/d.
        """
        step = g / self.s0
        n, first = len(self.sets.x), self.sets.first
        lived = np.cumsum(np.bincount(first, weights=step, minlength=n))[self.sets.begin]
        taken_out = np.bincount(first, weights=step * self.sets.fraction, minlength=n)
        lived[self.sets.death] -= taken_out[first]
        return np.asarray(lived)

    def score_and_information(self, g: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Sum of g (x - xbar), (p,), and of g (s2/s0 - xbar xbar'), (p, p), over the deaths."""
        x, xbar = self.sets.x, self.mean_at_risk
        exposure = self.weight * self.hazard_lived_through(g)
        score = g @ x[self.sets.death] - exposure @ x
        information = (x * exposure[:, None]).T @ x - (xbar * g[:, None]).T @ xbar
        return score, (information + information.T) / 2
