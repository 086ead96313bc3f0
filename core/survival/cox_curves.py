"""Baseline hazard and patients' survival curves of a Cox model, with pointwise intervals, as survival::survfit of R.

    H0(t)        = sum over deaths up to t of 1/s0                     at covariates zero
    H(t|x)       = exp(x beta) H0(t)
    var H(t|x)   = exp(2 x beta) (sum 1/s0^2 + d' V d),    d = x H0(t) - sum xbar/s0

with the denominators s0 of the tie method, V the covariance of beta (Tsiatis, Ann Stat 1981;9:93-108; Therneau and
Grambsch 2000, section 10.2). The steps stop at the last time observed: a curve is not continued past it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.survival.cox import CoxFit
from core.survival.intervals import IntervalKind, survival_interval
from core.survival.step_function import FloatArray, within

BLOCK = 8192  # patients whose bands are computed at once: what fits into a processor's cache


@dataclass(frozen=True, eq=False)
class PatientSurvival:
    """Survival of patients at times, arrays (..., t).

    Attributes:
        value, low, high: survival and its limits, 0..1.
        se: standard error of the survival.
    """

    value: FloatArray
    low: FloatArray
    high: FloatArray
    se: FloatArray


@dataclass(frozen=True, eq=False)
class CoxCurves:
    """The curves of one fit, K distinct times of follow-up.

    Kept at the covariates' means, where no exponential overflows: `center` is the linear predictor there.

    Attributes:
        time: all distinct times, ascending, (K,).
        hazard: cumulative hazard at the covariates' means, (K,).
        hazard_variance: sum of 1/s0^2 there, (K,).
        mean_hazard: sum of (xbar - mean)/s0 there, (K, p).
        beta, covariance, mean: of the fit.
    """

    time: FloatArray
    hazard: FloatArray
    hazard_variance: FloatArray
    mean_hazard: FloatArray
    beta: FloatArray
    covariance: FloatArray
    mean: FloatArray

    @property
    def baseline(self) -> FloatArray:
        """Cumulative hazard at covariates zero, (K,): basehaz(fit, centered = FALSE)."""
        return np.asarray(self.hazard * np.exp(-self.mean @ self.beta))

    def cumulative_hazard(self, x: npt.ArrayLike, times: npt.ArrayLike) -> FloatArray:
        """H(t|x), (..., t), of covariates (..., p) at `times` (t,), the last step before or at each.

        Raises:
            InputError: for a time before 0 or past the last time observed.
        """
        shifted = np.asarray(x, dtype=np.float64) - self.mean
        return np.asarray(np.exp(shifted @ self.beta)[..., None] * self._at(times, self.hazard))

    def survival(self, x: npt.ArrayLike, times: npt.ArrayLike) -> FloatArray:
        """S(t|x); shapes and errors as in `cumulative_hazard`."""
        return np.asarray(np.exp(-self.cumulative_hazard(x, times)))

    def hazard_sd(self, x: npt.ArrayLike, times: npt.ArrayLike) -> FloatArray:
        """Standard error of H(t|x); shapes and errors as in `cumulative_hazard`."""
        shifted = np.asarray(x, dtype=np.float64) - self.mean
        hazard, own, means = (self._at(times, part) for part in (self.hazard, self.hazard_variance, self.mean_hazard))
        # d' V d of d = shifted h - m, multiplied out: the patients' own part is needed once for all times
        of_patient = np.einsum("...i,...i->...", shifted @ self.covariance, shifted)[..., None]
        of_time = np.einsum("ti,ti->t", means @ self.covariance, means)
        mixed = shifted @ (self.covariance @ means.T)
        from_beta = np.maximum(of_patient * hazard**2 - 2 * mixed * hazard + of_time, 0.0)
        return np.asarray(np.exp(shifted @ self.beta)[..., None] * np.sqrt(own + from_beta))

    def band(
        self, x: npt.ArrayLike, times: npt.ArrayLike, level: float = 0.95, kind: IntervalKind = "log"
    ) -> PatientSurvival:
        """S(t|x) with pointwise limits of `kind`: "log" is the default of R's survfit and rms's survest."""
        patients = np.asarray(x, dtype=np.float64)
        flat = patients.reshape(-1, patients.shape[-1])
        blocks = [flat[start : start + BLOCK] for start in range(0, len(flat), BLOCK)] or [flat]
        parts = [self._band(block, times, level, kind) for block in blocks]
        whole = (np.concatenate(part).reshape(*patients.shape[:-1], -1) for part in zip(*parts, strict=True))
        return PatientSurvival(*whole)

    def _band(
        self, x: FloatArray, times: npt.ArrayLike, level: float, kind: IntervalKind
    ) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Value, limits and standard error of a block of patients, (n, t) each."""
        hazard, sd = self.cumulative_hazard(x, times), self.hazard_sd(x, times)
        value = np.exp(-hazard)
        return value, *survival_interval(value, sd, level, kind), value * sd

    def _at(self, times: npt.ArrayLike, steps: FloatArray) -> FloatArray:
        wanted = within(times, 0.0, float(self.time[-1]), "time, within the follow-up")
        padded = np.concatenate([np.zeros((1, *steps.shape[1:])), steps])
        return np.asarray(padded[np.searchsorted(self.time, np.atleast_1d(wanted), side="right")])


def cox_curves(fit: CoxFit) -> CoxCurves:
    """The curves of `fit`."""
    sums, sets = fit.sums, fit.sums.sets
    time = np.unique(sets.time)
    place = np.searchsorted(time, sets.time[sets.death])
    step = np.exp(-sums.shift) / sums.s0
    means = np.stack(
        [np.bincount(place, weights=step * column, minlength=len(time)) for column in sums.mean_at_risk.T], axis=-1
    )
    return CoxCurves(
        time=time,
        hazard=np.cumsum(np.bincount(place, weights=step, minlength=len(time))),
        hazard_variance=np.cumsum(np.bincount(place, weights=step**2, minlength=len(time))),
        mean_hazard=np.cumsum(means, axis=0),
        beta=fit.beta,
        covariance=fit.covariance,
        mean=fit.mean,
    )


def martingale_residuals(fit: CoxFit) -> FloatArray:
    """Deaths minus expected deaths of each patient, (n,), in the caller's order."""
    sums, sets = fit.sums, fit.sums.sets
    expected = sums.weight * sums.hazard_lived_through(np.ones(len(sets.death)))
    residuals = np.empty(len(sets.order))
    residuals[sets.order] = -expected
    return np.asarray(residuals + sets.follow_up.event)


def deviance_residuals(fit: CoxFit) -> FloatArray:
    """Martingale residuals made more symmetric, (n,), in the caller's order (Therneau et al., Biometrika 1990)."""
    martingale, event = martingale_residuals(fit), fit.sums.sets.follow_up.event
    expected = np.where(event, np.maximum(event - martingale, 1e-300), 1.0)
    return np.asarray(np.sign(martingale) * np.sqrt(-2 * (martingale + event * np.log(expected))))
