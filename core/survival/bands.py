"""How sure a survival probability of a nomogram is, and from what the uncertainty comes.

At t months, for inputs x, with dx = x - reference, V the sampling covariance and w the horizons' shares in log H(t):

    var log H(t) = dx'V dx + w'V_HH w + 2 dx'V_xH w + sd_structural(t)^2 + sum of (beta * sd)^2 over image scores
    band         = exp(-H(t) * exp(+-1.96 sd))

Before the first horizon (12 months) w and sd_structural are those of that horizon.

Conditional on being alive at s months, S(t)/S(s) = exp(-D) with D = H(t) - H(s). exp(beta * dx) multiplies both alike,
so that by the delta method log D has the same gradient dx in the betas, and in the horizons' log H

    g = (H(t) w(t) - H(s) w(s)) / D                     in place of w.

An image score's spread acts through exp(beta * dx) too and adds (beta * sd)^2 as before. The structural error is taken
as one error shared by all horizons (correlation 1), with the sd that the horizons say: only so is its sd linear in
log t between horizons, as stated. In log D its sd is then |g . sd_structural|; errors independent between horizons
would give a wider conditional band. Errors of the two image scores are taken as independent of each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.survival.model import Nomogram
from core.survival.step_function import FloatArray

Z_95 = 1.96
NO_SPREAD: Mapping[str, npt.ArrayLike] = {}


@dataclass(frozen=True, eq=False)
class LogHazardVariance:
    """Variance of the log cumulative hazard by source; the three add up to `total`.

    The covariance of betas and baseline belongs to both sources and counts half to each, so that one of them may be
    slightly negative.

    Attributes:
        coefficients: from the betas.
        baseline: from the baseline, sampling and structural.
        image_score: from the spread of the image scores.
    """

    coefficients: FloatArray
    baseline: FloatArray
    image_score: FloatArray

    @property
    def total(self) -> FloatArray:
        """Their sum."""
        return np.asarray(self.coefficients + self.baseline + self.image_score)

    @property
    def widest_source(self) -> npt.NDArray[np.str_]:
        """Name of the largest source, in the shape of `total`."""
        shape = self.total.shape
        sources = [np.broadcast_to(part, shape) for part in (self.coefficients, self.baseline, self.image_score)]
        return np.asarray(np.array(["coefficients", "baseline", "image score"])[np.argmax(sources, axis=0)])


@dataclass(frozen=True, eq=False)
class Band:
    """Survival probabilities with their 95 % band, arrays of one shape, 0..1."""

    value: FloatArray
    low: FloatArray
    high: FloatArray


def log_hazard_variance(
    nomogram: Nomogram, x: npt.ArrayLike, months: npt.ArrayLike, score_sd: Mapping[str, npt.ArrayLike] = NO_SPREAD
) -> LogHazardVariance:
    """Variance of log H(t|x).

    Args:
        nomogram: with p terms.
        x: inputs (..., p).
        months: times, broadcast with x's leading axes.
        score_sd: standard deviation of inputs that are image scores, by name (mtm, dlr); names of no term are ignored.

    Raises:
        InputError: for an input out of its range, a time outside the follow-up or a negative sd.
    """
    return _variance(nomogram, x, nomogram.weights(months), score_sd)


def survival_band(
    nomogram: Nomogram, x: npt.ArrayLike, months: npt.ArrayLike, score_sd: Mapping[str, npt.ArrayLike] = NO_SPREAD
) -> Band:
    """S(t|x) from the first HAIC with its band, all 1 at 0 months; arguments, errors as in `log_hazard_variance`."""
    hazard = nomogram.cumulative_hazard_at(months, nomogram.linear_predictor(x))
    return _band(hazard, log_hazard_variance(nomogram, x, months, score_sd).total)


def conditional_band(
    nomogram: Nomogram,
    x: npt.ArrayLike,
    months: npt.ArrayLike,
    alive_at: float,
    score_sd: Mapping[str, npt.ArrayLike] = NO_SPREAD,
) -> Band:
    """S(t|x) / S(s|x), the survival at t months of those alive at s, with its band.

    Args:
        nomogram: with p terms.
        x: inputs (..., p).
        months: times t from s on, from the first HAIC, broadcast with x's leading axes.
        alive_at: s, months from the first HAIC.
        score_sd: as in `log_hazard_variance`.

    Raises:
        InputError: if s lies outside 0..60 or at its end, t before s, and as in `log_hazard_variance`.
    """
    end = nomogram.follow_up_months.value
    if not 0.0 <= alive_at < end:
        raise InputError(
            f"months since the first HAIC: expected 0 to under {end:g}, where follow-up ends, got {alive_at:g}"
        )
    times = nomogram.checked_months(months)
    if (times < alive_at).any():
        raise InputError(f"months from the first HAIC: expected {alive_at:g}-{end:g}, got {times.min():g}")
    difference, gradient = _difference(nomogram, times, alive_at)
    excess = np.exp(nomogram.linear_predictor(x) - nomogram.lp_reference.value)
    return _band(np.asarray(difference * excess), _variance(nomogram, x, gradient, score_sd).total)


def _difference(nomogram: Nomogram, times: FloatArray, alive_at: float) -> tuple[FloatArray, FloatArray]:
    """H_ref(t) - H_ref(s), shape (...), and the gradient g of its logarithm in log H_ref at the horizons, (..., K)."""
    hazard, start = nomogram.reference_hazard(times), nomogram.reference_hazard(alive_at)
    shares, start_shares = nomogram.weights(times), nomogram.weights(alive_at)
    difference = np.asarray(hazard - start)
    moved = hazard[..., None] * shares - start * start_shares
    safe = np.where(difference > 0, difference, 1.0)
    # At t = s the difference is 0 and so is the band, whatever the gradient.
    gradient = np.where(difference[..., None] > 0, moved / safe[..., None], shares)
    return difference, gradient


def _variance(
    nomogram: Nomogram, x: npt.ArrayLike, gradient: FloatArray, score_sd: Mapping[str, npt.ArrayLike]
) -> LogHazardVariance:
    """The sources for a quantity whose gradient is dx in the betas and `gradient` (..., K) in log H at the horizons."""
    p = len(nomogram.terms)
    covariance = nomogram.covariance_array
    dx = nomogram.checked(x) - nomogram.reference
    betas = np.einsum("...i,...i->...", dx @ covariance[:p, :p], dx)
    shared = np.einsum("...i,...i->...", dx @ covariance[:p, p:], gradient)
    sampling = np.einsum("...i,...i->...", gradient @ covariance[p:, p:], gradient)
    structural = gradient @ np.array(nomogram.sd_structural.value)
    scores = np.zeros(())
    for name, sd in score_sd.items():
        scores = scores + _score_variance(nomogram, name, sd)
    return LogHazardVariance(
        np.asarray(betas + shared), np.asarray(sampling + structural**2 + shared), np.asarray(scores)
    )


def _score_variance(nomogram: Nomogram, name: str, sd: npt.ArrayLike) -> FloatArray:
    spread = np.asarray(sd, dtype=np.float64)
    if not (spread >= 0).all():
        raise InputError(f"{name}: expected a standard deviation of 0 or more, got {float(spread.min()):g}")
    if name not in nomogram.names:
        return np.zeros(())
    return np.asarray((nomogram.beta[nomogram.names.index(name)] * spread) ** 2)


def _band(hazard: FloatArray, variance: FloatArray) -> Band:
    hazard, spread = np.broadcast_arrays(hazard, np.exp(Z_95 * np.sqrt(variance)))
    return Band(np.exp(-hazard), np.exp(-hazard * spread), np.exp(-hazard / spread))
