"""What a nomogram says about one patient; of the two published ones also what they cannot say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import numpy as np

from core.case import ClinicalRecord, Notice
from core.findings import CurvePoint, Prognosis, RiskGroup, Scores, Survival
from core.survival.bands import Band, conditional_band, log_hazard_variance, survival_band
from core.survival.model import Nomogram
from core.survival.nomogram import axis_names, axis_points, exact_months
from core.survival.step_function import FloatArray

STEP_MONTHS = 0.5
FEWEST_STEPS = 100  # of a curve, however short
SOURCE_MONTHS = 36.0  # where the widest source is read, in a longer follow-up
MOST_SESSIONS = 4  # the model's "more than three"
# Sessions closer than this are not expected; the paper names no interval (assumed).
SHORTEST_INTERVAL_MONTHS = 14 / 30.4375


def prognoses(
    pre_model: Nomogram, post_model: Nomogram, clinical: ClinicalRecord, scores: Scores
) -> tuple[Prognosis | None, Prognosis | None, tuple[Notice, ...]]:
    """The pre- and the post-HAIC prognosis; None, with a notice, for a model that lacks an input.

    Notices: missing_input, immortal_time (months since the first HAIC unknown), beyond_follow_up (they reach 60),
    sessions_timing (more sessions than fit into them).
    """
    inputs = model_inputs(clinical, scores)
    spread = {name: score.sd for name, score in (("mtm", scores.mtm), ("dlr", scores.dlr)) if score is not None}
    pre, pre_notices = _prognosis(pre_model, inputs, spread, None)
    post, post_notices = _prognosis(post_model, inputs, spread, clinical.months_since_first_haic)
    notices = [*pre_notices, *post_notices, *_timing(post_model, clinical, post is not None)]
    return pre, post, tuple(notices)


def model_inputs(clinical: ClinicalRecord, scores: Scores) -> dict[str, float | None]:
    """The models' inputs as numbers, None where unknown; sessions beyond 4 count as 4."""
    sessions = clinical.haic_sessions
    return {
        "pvtt": _number(clinical.pvtt),
        "response": _number(clinical.objective_response),
        "haic_sessions": None if sessions is None else float(min(sessions, MOST_SESSIONS)),
        "mtm": None if scores.mtm is None else scores.mtm.value,
        "dlr": None if scores.dlr is None else scores.dlr.value,
    }


def prognosis(
    nomogram: Nomogram,
    inputs: Mapping[str, float],
    score_sd: Mapping[str, float],
    months_since_first_haic: float | None = None,
) -> Prognosis:
    """One nomogram's answer.

    Args:
        nomogram: the model.
        inputs: its inputs by name; others are ignored.
        score_sd: standard deviations of the image scores by name (mtm, dlr).
        months_since_first_haic: s, to add S(t)/S(s); None or past the follow-up, nothing is added.

    Raises:
        InputError: for an input out of its range.
    """
    x = np.array([inputs[name] for name in nomogram.names])
    points = {name: float(value) for name, value in zip(axis_names(nomogram), axis_points(nomogram, x), strict=True)}
    lp = float(nomogram.linear_predictor(x))
    months = _grid(nomogram)
    at = min(SOURCE_MONTHS, nomogram.follow_up_months.value)
    source = log_hazard_variance(nomogram, x, at, score_sd).widest_source
    horizons = np.array(nomogram.readings_months)
    conditional, conditional_curve = _conditional(nomogram, x, score_sd, months_since_first_haic)
    return Prognosis(
        model=nomogram.model,
        linear_predictor=lp,
        points=points,
        total_points=sum(points.values()),
        os=_by_month(horizons, survival_band(nomogram, x, horizons, score_sd)),
        curve=_curve(months, survival_band(nomogram, x, months, score_sd)),
        risk_group=cast(RiskGroup, str(nomogram.risk_groups(lp))),
        widest_source=str(source),
        os_conditional=conditional,
        conditional_curve=conditional_curve,
        months_since_first_haic=months_since_first_haic,
    )


def _number(value: bool | None) -> float | None:
    return None if value is None else float(value)


def _prognosis(
    nomogram: Nomogram, inputs: Mapping[str, float | None], score_sd: Mapping[str, float], since: float | None
) -> tuple[Prognosis | None, list[Notice]]:
    known = {name: value for name in nomogram.names if (value := inputs[name]) is not None}
    missing = [name for name in nomogram.names if name not in known]
    if missing:
        text = f"The {nomogram.model}-HAIC nomogram needs {', '.join(missing)}: unknown, so it is not computed."
        return None, [Notice("missing_input", text)]
    return prognosis(nomogram, known, score_sd, since), []


def _timing(nomogram: Nomogram, clinical: ClinicalRecord, computed: bool) -> list[Notice]:
    since, sessions, end = clinical.months_since_first_haic, clinical.haic_sessions, nomogram.follow_up_months.value
    notices = []
    if computed and since is None:
        text = (
            "Survival after HAIC is counted from the first HAIC; response and sessions are known later. "
            "Give the months since the first HAIC to see survival from now on."
        )
        notices.append(Notice("immortal_time", text))
    if computed and since is not None and since >= end:
        text = f"Follow-up of the model ends at {end:g} months from the first HAIC; nothing can be said after that."
        notices.append(Notice("beyond_follow_up", text))
    if since is not None and sessions is not None and since < (sessions - 1) * SHORTEST_INTERVAL_MONTHS:
        text = f"{sessions} HAIC sessions within {since:g} months of the first are under two weeks apart: check both."
        notices.append(Notice("sessions_timing", text))
    return notices


def _conditional(
    nomogram: Nomogram, x: FloatArray, score_sd: Mapping[str, float], since: float | None
) -> tuple[dict[float, Survival] | None, tuple[CurvePoint, ...]]:
    if since is None or since >= nomogram.follow_up_months.value:
        return None, ()
    horizons = np.array([month for month in nomogram.readings_months if month > since])
    grid = _grid(nomogram)
    months = np.concatenate([[since], grid[grid > since]])
    at_horizons = conditional_band(nomogram, x, horizons, since, score_sd)
    return _by_month(horizons, at_horizons), _curve(months, conditional_band(nomogram, x, months, since, score_sd))


def _grid(nomogram: Nomogram) -> FloatArray:
    end = nomogram.follow_up_months.value
    return np.linspace(0.0, end, max(round(end / STEP_MONTHS), FEWEST_STEPS) + 1)


def _by_month(months: FloatArray, band: Band) -> dict[float, Survival]:
    return {exact_months(point.time_months): point.survival for point in _curve(months, band)}


def _curve(months: FloatArray, band: Band) -> tuple[CurvePoint, ...]:
    rows = zip(months.tolist(), band.value.tolist(), band.low.tolist(), band.high.tolist(), strict=True)
    return tuple(CurvePoint(month, Survival(value, low, high)) for month, value, low, high in rows)
