"""Survival of the two risk groups of each nomogram, as in Figure 5 and the text around it, and how long was followed.

A patient is in the high-risk group if his linear predictor exceeds the cut: the one the paper prints, or the effective
one that was derived from the printed group survival. Curves are Kaplan-Meier's; where a group's follow-up ends earlier
the last value is carried on (R's summary(survfit, extend = TRUE)), as the printed 5-year figures seem to be.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core.errors import InputError
from core.studies.published_figures import HORIZONS_MONTHS, MODELS
from core.studies.ranges import Measures
from core.studies.simulated_cohorts import Patients
from core.survival.follow_up import BoolArray, FollowUp
from core.survival.kaplan_meier import kaplan_meier
from core.survival.log_rank import log_rank
from core.survival.model import Nomogram
from core.survival.step_function import FloatArray

CUTS = ("effective", "published")
GROUPS = ("low", "high")
CURVE_MONTHS = np.arange(61.0)
AT_RISK_MONTHS = np.arange(0.0, 61.0, 12.0)
HORIZON_PLACES = np.searchsorted(CURVE_MONTHS, HORIZONS_MONTHS)
"""Where `CURVE_MONTHS` has the printed horizons."""

FEW = 2  # a group of fewer patients has no curve


def cut(nomogram: Nomogram, name: str) -> float:
    """The cut of that name on the scale of the linear predictor."""
    return nomogram.cut_effective.value if name == "effective" else nomogram.cut_published.value


def group_survival(patients: Patients, nomograms: Mapping[str, Nomogram]) -> Measures:
    """Of one cohort, m models (MODELS), c cuts (CUTS), g groups (GROUPS).

    Returns:
        curve: survival at CURVE_MONTHS, (m, c, g, months). at_risk: share of the whole cohort that is in the group and
        still followed at AT_RISK_MONTHS, (m, c, g, months). share_high: of the patients, (m, c). log_rank_p: (m, c).
    """
    curve = np.full((len(MODELS), len(CUTS), len(GROUPS), len(CURVE_MONTHS)), np.nan)
    at_risk = np.zeros((*curve.shape[:3], len(AT_RISK_MONTHS)))
    share, p = np.zeros(curve.shape[:2]), np.full(curve.shape[:2], np.nan)
    for i, model in enumerate(MODELS):
        lp = patients.linear_predictor(nomograms[model])
        for j, name in enumerate(CUTS):
            high = lp > cut(nomograms[model], name)
            share[i, j], p[i, j] = high.mean(), _log_rank_p(patients.follow_up, high)
            for k, members in enumerate((~high, high)):
                if np.count_nonzero(members) >= FEW:
                    curve[i, j, k], at_risk[i, j, k] = _curve(patients.follow_up.of(members), len(patients))
    return {"curve": curve, "at_risk": at_risk, "share_high": share, "log_rank_p": p}


def follow_up_measures(patients: Patients) -> Measures:
    """Of one cohort, (1,) each.

    Returns:
        died: share who died by the end of follow-up. median_alive, median_dead: median months of follow-up of those
        alive then and of those who died.
    """
    time, event = patients.follow_up.time, patients.follow_up.event
    return {
        "died": np.array([event.mean()]),
        "median_alive": _median(time[~event]),
        "median_dead": _median(time[event]),
    }


def _curve(group: FollowUp, everyone: int) -> tuple[FloatArray, FloatArray]:
    fitted = kaplan_meier(group)
    return fitted.at(CURVE_MONTHS).survival, fitted.at(AT_RISK_MONTHS).at_risk / everyone


def _log_rank_p(follow_up: FollowUp, high: BoolArray) -> float:
    """Not a number where there is one group only, or the groups cannot be compared."""
    try:
        p = log_rank(follow_up, high).p
    except InputError:
        return np.nan
    return np.nan if p is None else p


def _median(times: FloatArray) -> FloatArray:
    return np.array([np.median(times) if times.size else np.nan])
