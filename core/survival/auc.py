"""How well scores tell who dies by a horizon from who lives past it: the cumulative/dynamic time-dependent AUC.

Cases died by the horizon, controls were followed past it; patients censored by it count through the weights of
`censoring.py`. A pair counts 1 if the case has the higher score and 1/2 if they are equal. With w_j the weight of case
j, r_j the sum of the weights of the controls that it outranks and W1, W0 the sums of all cases' and all controls'
weights, its influence is n w_j (r_j - W0 AUC) / (W1 W0), and alike for controls; estimating the weights adds its own
part (Blanche, Dartigues and Jacqmin-Gadda, Stat Med 2013;32:5381-5397). Equal to riskRegression::Score(metrics = "auc",
cens.method = "ipcw", cens.model = "km", se.fit = TRUE) of R, version 2022.11.28.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.survival.censoring import censoring_survival, checked_horizons
from core.survival.estimates import Comparison, compare
from core.survival.follow_up import BoolArray, FollowUp
from core.survival.step_function import FloatArray


def time_dependent_auc(
    follow_up: FollowUp, scores: Mapping[str, npt.ArrayLike], horizons: npt.ArrayLike, level: float = 0.95
) -> Comparison:
    """AUC of each score at each horizon with standard error and interval, and the differences of all pairs of scores.

    O(n log n) per score and horizon.

    Args:
        follow_up: of n patients.
        scores: by name, higher meaning worse, (n,), or (n, t) where a score differs between horizons.
        horizons: (t,), in the unit of `follow_up`.
        level: of the intervals.

    Raises:
        InputError: for a score that is not finite or of another shape, no score, a horizon past the follow-up, or one
            without a death up to it or without a patient followed past it.
    """
    times = checked_horizons(follow_up, horizons)
    columns = [_checked(name, score, (len(follow_up), times.size)) for name, score in scores.items()]
    if not columns:
        raise InputError("scores: expected at least one, got none")
    censoring = censoring_survival(follow_up)
    value = np.empty((len(columns), times.size))
    influence = np.empty((*value.shape, len(follow_up)))
    for position, horizon in enumerate(times.tolist()):
        case, control = _cases_and_controls(follow_up, horizon)
        weight = censoring.weights(horizon)
        for model, column in enumerate(columns):
            value[model, position], own = _auc(column[:, position], weight * case, weight * control)
            influence[model, position] = own + censoring.influence_of_weights(own, horizon)
    return compare(list(scores), times, value, influence, level)


def _auc(score: FloatArray, case: FloatArray, control: FloatArray) -> tuple[float, FloatArray]:
    """AUC and the influences for known weights, (n,), from the weights of cases and of controls, 0 for others."""
    _, rank = np.unique(score, return_inverse=True)
    controls, cases = np.bincount(rank, weights=control), np.bincount(rank, weights=case)
    outranked = (np.cumsum(controls) - controls / 2)[rank]
    outranking = (cases.sum() - np.cumsum(cases) + cases / 2)[rank]
    pairs = case.sum() * control.sum()
    auc = min(float(case @ outranked / pairs), 1.0)
    own = case * (outranked - control.sum() * auc) + control * (outranking - case.sum() * auc)
    return auc, np.asarray(len(score) * own / pairs)


def _cases_and_controls(follow_up: FollowUp, horizon: float) -> tuple[BoolArray, BoolArray]:
    control = follow_up.time > horizon
    case = follow_up.event & ~control
    for wanted, group in (("a death up to it", case), ("a patient followed past it", control)):
        if not group.any():
            raise InputError(f"horizon {horizon:g}: expected {wanted}, got none")
    return case, control


def _checked(name: str, score: npt.ArrayLike, shape: tuple[int, int]) -> FloatArray:
    values = np.asarray(score, dtype=np.float64)
    if values.shape == shape[:1]:
        values = values[:, None]
    if values.shape not in (shape, (shape[0], 1)) or not np.isfinite(values).all():
        raise InputError(f"score {name}: expected {shape[0]} finite numbers, at each of {shape[1]} horizons or for all")
    return np.broadcast_to(values, shape)
