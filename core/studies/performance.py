"""How well predicted risks discriminate, are calibrated and would decide, on one set of patients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.errors import InputError
from core.survival.auc import time_dependent_auc
from core.survival.brier import brier
from core.survival.calibration import (
    Estimate,
    InTheLarge,
    SmoothCalibration,
    calibration_in_the_large,
    calibration_slope,
    smooth_calibration,
)
from core.survival.classification import HorizonClassification, classification_at_horizon
from core.survival.decision_curve import DecisionCurve, decision_curve
from core.survival.estimates import Comparison, Estimates
from core.survival.follow_up import FollowUp
from core.survival.grouped_calibration import GroupedCalibration, grouped_calibration
from core.survival.kaplan_meier import KaplanMeier, kaplan_meier
from core.survival.log_rank import LogRank, log_rank
from core.survival.step_function import FloatArray

MODEL = "model"
CURVE_POINTS = 20  # times at which the AUC is drawn
THRESHOLDS = np.round(np.arange(0.01, 1.0, 0.01), 2)
CLASSIFIED = 200_000  # patients times resamples of the bootstrap of a cut, at most ten times this


@dataclass(frozen=True, eq=False)
class Risks:
    """What a model predicts for n patients at h horizons.

    Attributes:
        follow_up: of the patients.
        linear_predictor: (n,), higher is worse.
        risk: of death by each horizon, (n, h).
        horizons: ascending, in the unit of the follow-up, (h,).
    """

    follow_up: FollowUp
    linear_predictor: FloatArray
    risk: FloatArray
    horizons: FloatArray


@dataclass(frozen=True, eq=False)
class RiskGroup:
    """Patients on one side of the cut."""

    name: str
    n: int
    events: int
    curve: KaplanMeier


@dataclass(frozen=True, eq=False)
class Performance:
    """All of it; tuples are by horizon.

    Attributes:
        auc: of the linear predictor at the horizons; auc_curve: over the follow-up.
        brier: of the null model and the model.
        slope: of the linear predictor.
        in_the_large: observed over expected risk.
        grouped, smooth: calibration; smooth is None where predictions are too tied for a curve.
        decision: net benefit.
        cut: of the linear predictor; classified: what it is worth.
        groups: low and high risk, where both have patients; log_rank: between them, None for one group.
    """

    horizons: FloatArray
    auc: Estimates
    auc_curve: Estimates
    brier: Comparison
    slope: Estimate
    in_the_large: tuple[InTheLarge, ...]
    grouped: tuple[GroupedCalibration, ...]
    smooth: tuple[SmoothCalibration | None, ...]
    decision: tuple[DecisionCurve, ...]
    cut: float
    classified: tuple[HorizonClassification, ...]
    groups: tuple[RiskGroup, ...]
    log_rank: LogRank | None


def performance(risks: Risks, cut: float, seed: int, rivals: Mapping[str, FloatArray] | None = None) -> Performance:
    """Judge `risks`.

    Args:
        risks: of one model.
        cut: of its linear predictor; patients above it are at high risk.
        seed: of the bootstrap of the cut's figures.
        rivals: risks (n, h) of other models, drawn in the decision curves beside the model.

    Raises:
        InputError: for a horizon past the follow-up or before the first death.
    """
    follow_up, lp, horizons = risks.follow_up, risks.linear_predictor, risks.horizons.tolist()
    columns = list(zip(horizons, risks.risk.T, strict=True))
    groups = _groups(follow_up, lp > cut)
    resamples = int(min(500, max(20, 10 * CLASSIFIED // len(follow_up))))
    return Performance(
        horizons=risks.horizons,
        auc=time_dependent_auc(follow_up, {MODEL: lp}, horizons).estimates,
        auc_curve=time_dependent_auc(follow_up, {MODEL: lp}, _curve_times(follow_up, risks.horizons)).estimates,
        brier=brier(follow_up, {MODEL: risks.risk}, horizons),
        slope=calibration_slope(follow_up, lp),
        in_the_large=tuple(calibration_in_the_large(follow_up, risk, t) for t, risk in columns),
        grouped=tuple(grouped_calibration(follow_up, 1 - risk, t) for t, risk in columns),
        smooth=tuple(_smooth(follow_up, risk, t) for t, risk in columns),
        decision=tuple(
            decision_curve(follow_up, {MODEL: risk, **{k: r[:, at] for k, r in (rivals or {}).items()}}, t, THRESHOLDS)
            for at, (t, risk) in enumerate(columns)
        ),
        cut=cut,
        classified=tuple(classification_at_horizon(follow_up, lp, cut, t, resamples, seed) for t in horizons),
        groups=groups,
        log_rank=log_rank(follow_up, lp > cut) if len(groups) == 2 else None,
    )


def _groups(follow_up: FollowUp, high: np.ndarray) -> tuple[RiskGroup, ...]:
    sides = (("low", ~high), ("high", high))
    return tuple(
        RiskGroup(name, len(part), part.events, kaplan_meier(part))
        for name, chosen in sides
        if chosen.any()
        for part in [follow_up.of(chosen)]
    )


def _curve_times(follow_up: FollowUp, horizons: FloatArray) -> FloatArray:
    """Times of death from the 5th to the 95th percentile, where both cases and controls are left."""
    deaths = follow_up.time[follow_up.event]
    low, high = np.quantile(deaths, [0.05, 0.95])
    last = min(float(high), float(np.quantile(follow_up.time, 0.98)), float(np.nextafter(follow_up.time.max(), 0)))
    first = max(float(low), float(np.nextafter(deaths.min(), np.inf)))
    return np.linspace(first, last, CURVE_POINTS) if last > first else horizons


def _smooth(follow_up: FollowUp, risk: FloatArray, horizon: float) -> SmoothCalibration | None:
    try:
        return smooth_calibration(follow_up, risk, horizon)
    except InputError:
        return None  # predictions too tied for a spline: the grouped calibration says what can be said
