"""Brier scores at all times, and their mean over time: the integrated Brier score.

A Brier score estimated with inverse-probability weights changes only where a patient dies or is censored or a predicted
curve steps; taken at all distinct times of the patients, its integral over [0, t), divided by t, is exact for models
whose curves step only there, as those of a Cox model fitted to these patients. So are pec::pec(exact = TRUE,
cens.model = "marginal", splitMethod = "none") and pec::crps of R, version 2022.5.4 (Mogensen, Ishwaran and Gerds,
J Stat Softw 2012;50:11; Graf et al., Stat Med 1999;18:2529-2545).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.survival.censoring import CensoringSurvival, censoring_survival
from core.survival.follow_up import FollowUp
from core.survival.kaplan_meier import kaplan_meier
from core.survival.step_function import FloatArray, within

REFERENCE = "Reference"
# Predictions are asked for so many patients times times at once (32 MB).
BLOCK = 4_000_000

SurvivalCurves = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, eq=False)
class BrierCurves:
    """Brier scores of m models, each holding from its time on.

    Attributes:
        names: of the models, that of the Kaplan-Meier curve of the patients first.
        time: 0, the distinct times of the patients and the end, (K,).
        value: (m, K).
    """

    names: tuple[str, ...]
    time: FloatArray
    value: FloatArray

    def at(self, times: npt.ArrayLike) -> FloatArray:
        """Brier scores at `times` (t,), (m, t).

        Raises:
            InputError: for a time before 0 or past the last.
        """
        wanted = within(np.atleast_1d(times), 0.0, float(self.time[-1]), "time, within the follow-up")
        return np.asarray(self.value[:, np.searchsorted(self.time, wanted, side="right") - 1])


def brier_curves(
    follow_up: FollowUp, survival: Mapping[str, SurvivalCurves], until: float | None = None
) -> BrierCurves:
    """Brier scores of the patients' Kaplan-Meier curve and of each model at all times, in O(n K) time.

    Args:
        follow_up: of n patients.
        survival: by model, a function from times (k,), ascending, to predicted survival of the patients, (n, k).
        until: the last time of interest; None takes all.

    Raises:
        InputError: for predictions outside 0..1 or of another shape, a model of the name "Reference", or an `until`
            past the follow-up.
    """
    if REFERENCE in survival:
        raise InputError("models: expected another name than that of the reference, got it")
    curve, last = kaplan_meier(follow_up), float(follow_up.time.max())
    end = float(within(last if until is None else until, 0.0, last, "end, within the follow-up"))
    time = np.unique(np.concatenate([[0.0], curve.time[curve.time <= end], [end]]))
    value = np.empty((1 + len(survival), len(time)))
    censoring, width = censoring_survival(follow_up), max(BLOCK // len(follow_up), 1)
    for start in range(0, len(time), width):
        block = slice(start, start + width)
        everyone = np.broadcast_to(curve.at(time[block]).survival, (len(follow_up), len(time[block])))
        value[0, block] = _scores(censoring, everyone, time[block])
        for row, (name, predict) in enumerate(survival.items(), start=1):
            value[row, block] = _scores(censoring, _checked(name, predict(time[block]), everyone.shape), time[block])
    return BrierCurves((REFERENCE, *survival), time, value)


def integrated_brier(curves: BrierCurves, horizons: npt.ArrayLike) -> FloatArray:
    """Mean of the Brier scores over [0, t) for each of the `horizons` (t,), (m, t).

    Raises:
        InputError: for a horizon that is not above 0 or past the last time of `curves`.
    """
    ends = within(np.atleast_1d(horizons), 0.0, float(curves.time[-1]), "horizon, within the follow-up")
    if not (ends > 0).all():
        raise InputError("horizon: expected a time above 0, got 0")
    lengths = np.clip(ends[:, None] - curves.time, 0.0, np.append(np.diff(curves.time), np.inf))
    return np.asarray(curves.value @ lengths.T / ends)


def _scores(censoring: CensoringSurvival, survival: FloatArray, times: FloatArray) -> FloatArray:
    """Brier scores at `times` (k,) of predictions (n, k)."""
    time, event = censoring.follow_up.time, censoring.follow_up.event
    past = time[:, None] > times
    died = np.where(event, 1.0 / censoring.before(time), 0.0)
    remaining = censoring.at(times)
    # G may be 0 at the last time, which nobody is followed past.
    alive = 1.0 / np.where(remaining > 0, remaining, 1.0)
    errors = np.where(past, (1.0 - survival) ** 2 * alive, survival**2 * died[:, None])
    return np.asarray(errors.mean(axis=0))


def _checked(name: str, survival: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    values = within(survival, 0.0, 1.0, f"survival of model {name}")
    if values.shape != shape:
        raise InputError(f"survival of model {name}: expected {shape[0]} patients at {shape[1]} times")
    return values
