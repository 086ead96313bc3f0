"""How far predicted risks at a horizon lie from what happened: the Brier score, the mean squared error.

Patients censored by the horizon count through the weights of `censoring.py`:

    Brier(t) = 1/n sum of 1(T <= t, death) (1 - risk)^2 / G(T-)  +  1(T > t) risk^2 / G(t)

The null model predicts for everyone the Kaplan-Meier risk of these patients. Standard errors account for estimating the
weights, though not the models, the null model included. Equal to riskRegression::Score(metrics = "brier", cens.method =
"ipcw", cens.model = "km", se.fit = TRUE), version 2022.11.28. Graf et al., Stat Med 1999;18:2529-2545; Gerds and
Schumacher, Biom J 2006;48:1029-1040.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.survival.censoring import censoring_survival, checked_horizons
from core.survival.estimates import Comparison, compare
from core.survival.follow_up import FollowUp
from core.survival.kaplan_meier import kaplan_meier
from core.survival.step_function import FloatArray, within

NULL_MODEL = "Null model"


def brier(
    follow_up: FollowUp, risks: Mapping[str, npt.ArrayLike], horizons: npt.ArrayLike, level: float = 0.95
) -> Comparison:
    """Brier score of the null model and of each model at each horizon, and the differences of all pairs.

    Args:
        follow_up: of n patients.
        risks: predicted risks of death by each horizon, 1 - S(t|x), by model, (n, t) or, for one horizon, (n,).
        horizons: (t,), in the unit of `follow_up`.
        level: of the intervals.

    Raises:
        InputError: for a risk outside 0..1 or of another shape, a model of the name "Null model", or a horizon past
            the follow-up.
    """
    times = checked_horizons(follow_up, horizons)
    null = 1.0 - kaplan_meier(follow_up).at(times).survival
    shape = (len(follow_up), times.size)
    predicted = {NULL_MODEL: np.broadcast_to(null, shape)}
    for name, risk in risks.items():
        if name == NULL_MODEL:
            raise InputError("models: expected another name than that of the null model, got it")
        predicted[name] = _checked(name, risk, shape)
    censoring = censoring_survival(follow_up)
    influence = np.empty((len(predicted), times.size, shape[0]))
    value = np.empty(influence.shape[:2])
    for position, horizon in enumerate(times.tolist()):
        at_horizon = np.stack([risk[:, position] for risk in predicted.values()])
        errors = censoring.weights(horizon) * ((follow_up.time <= horizon) - at_horizon) ** 2
        value[:, position] = errors.mean(axis=-1)
        estimated = censoring.influence_of_weights(errors, horizon)
        influence[:, position] = errors - value[:, [position]] + estimated
    return compare(list(predicted), times, value, influence, level)


def _checked(name: str, risk: npt.ArrayLike, shape: tuple[int, int]) -> FloatArray:
    values = within(risk, 0.0, 1.0, f"risk of model {name}")
    if values.shape == shape[:1] and shape[1] == 1:
        values = values[:, None]
    if values.shape != shape:
        raise InputError(
            f"risk of model {name}: expected {shape[0]} patients at {shape[1]} horizons, got {values.shape}"
        )
    return values
