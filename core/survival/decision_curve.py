"""What it is worth to treat the patients whose predicted risk reaches a threshold: decision curves under censoring.

Of a model at threshold p, with q the share of patients whose risk of dying by the horizon h is p or more and S their
survival by Kaplan-Meier,

    net benefit = q (1 - S(h)) - q S(h) p / (1 - p)

in true positives per patient: who would treat at risk p holds one untreated death as bad as (1 - p) / p needless
treatments. To treat all is q = 1, to treat none is worth 0. Vickers and Elkin, Med Decis Making 2006;26:565-574; with
censoring Vickers et al., BMC Med Inform Decis Mak 2008;8:53.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.survival.follow_up import FollowUp
from core.survival.kaplan_meier import kaplan_meier
from core.survival.step_function import FloatArray, within

ALL, NONE = "all", "none"


@dataclass(frozen=True, eq=False)
class DecisionCurve:
    """Net benefit of models, of treating all and of treating none.

    Attributes:
        horizon: in the unit of the follow-up.
        thresholds: risks at which one would treat, (m,).
        net_benefit: by model and for "all" and "none", (m,) each; not a number where follow-up of those to be treated
            ends before the horizon with survivors.
    """

    horizon: float
    thresholds: FloatArray
    net_benefit: Mapping[str, FloatArray]


def decision_curve(
    follow_up: FollowUp, risks: Mapping[str, npt.ArrayLike], horizon: float, thresholds: npt.ArrayLike
) -> DecisionCurve:
    """Net benefit at `thresholds`.

    Args:
        follow_up: of n patients.
        risks: predicted probability of dying by the horizon, (n,) by model.
        horizon: in the unit of the follow-up.
        thresholds: probabilities from 0 to under 1, (m,).

    Raises:
        InputError: for a risk or threshold out of its range, risks of another length, a model called all or none, or a
            horizon that is negative or not finite.
    """
    if {ALL, NONE} & set(risks):
        raise InputError("models: expected names other than all and none, got one of them")
    limits = np.atleast_1d(within(thresholds, 0.0, np.nextafter(1.0, 0.0), "threshold, under 1"))
    treated = {name: _checked(risk, len(follow_up))[:, None] >= limits for name, risk in risks.items()}
    treated[ALL] = np.ones((len(follow_up), len(limits)), dtype=np.bool_)
    curves = {name: _net_benefit(follow_up, chosen, horizon, limits) for name, chosen in treated.items()}
    return DecisionCurve(float(horizon), limits, curves | {NONE: np.zeros(len(limits))})


def _net_benefit(
    follow_up: FollowUp, treated: npt.NDArray[np.bool_], horizon: float, thresholds: FloatArray
) -> FloatArray:
    """Of treating `treated` (n, m), (m,)."""
    share = treated.mean(axis=0)
    # Neighbouring thresholds often choose the same patients; a larger share contains the smaller.
    _, first, which = np.unique(share, return_index=True, return_inverse=True)
    survival = np.array([_survival(follow_up, treated[:, column], horizon) for column in first])[which]
    return np.asarray(share * (1 - survival) - share * survival * thresholds / (1 - thresholds))


def _survival(follow_up: FollowUp, members: npt.NDArray[np.bool_], horizon: float) -> float:
    """Of the members; 1 of nobody, to whom treatment does neither good nor harm."""
    if not members.any():
        return 1.0
    known = kaplan_meier(follow_up.of(members)).known_at(horizon)
    return np.nan if known is None else known


def _checked(risk: npt.ArrayLike, n: int) -> FloatArray:
    risks = within(risk, 0.0, 1.0, "risk")
    if risks.shape != (n,):
        raise InputError(f"risk: expected one for each of {n} patients, got {risks.size}")
    return risks
