"""Survival in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from core.case import ClinicalRecord
from core.findings import CurvePoint, Prognosis, Scores, Survival
from dashboard.texts import labels
from dashboard.texts.values import score_value, yes_no


def out_of_100(survival: Survival) -> tuple[int, int]:
    """(alive, dead) of 100 people, whole numbers that add up to 100."""
    alive = round(100 * survival.value)
    return alive, 100 - alive


def percent_range(survival: Survival) -> str:
    """The 95 % range in whole per cent, such as 27-50."""
    return f"{round(100 * survival.low)}–{round(100 * survival.high)}"


def _count(number: int) -> str:
    return {0: "fewer than 1", 100: "more than 99"}.get(number, f"about {number}")


def years(months: int) -> str:
    """1 year, 3 years."""
    count = months // 12
    return f"{count} year" if count == 1 else f"{count} years"


def lead_sentence(survival: Survival, months: int, alive_at: float | None = None) -> str:
    """The natural-frequency sentence; `alive_at` conditions on being alive that many months after the first HAIC."""
    alive, dead = out_of_100(survival)
    group = (
        "people like this"
        if alive_at is None
        else f"people like this who are alive {alive_at:g} months after the first HAIC"
    )
    verb = "is" if alive <= 1 else "are"
    died = "has died" if dead <= 1 else "have died"
    deaths = {0: "fewer than 1", 100: "more than 99"}.get(dead, str(dead))
    return (
        f"Of 100 {group}, {_count(alive)} {verb} alive at {years(months)} "
        f"(range {percent_range(survival)}) and {deaths} {died}."
    )


def still_missing(names: Sequence[str]) -> str:
    """What stands in the place of the sentence while inputs are unknown."""
    missing = [labels.AXIS_NAMES.get(name, name) for name in names]
    listed = missing[0] if len(missing) == 1 else f"{', '.join(missing[:-1])} and {missing[-1]}"
    return f"For a prognosis this model still needs: {listed}."


def time_origin(prognosis: Prognosis) -> str:
    """From when time is counted, and what follows from it."""
    if prognosis.model == "pre":
        return "Time is counted from the first HAIC. A result for a group of similar patients, before treatment."
    if prognosis.os_conditional is not None:
        return "Time is counted from the first HAIC, given that the patient has lived to today."
    return (
        "Time is counted from the first HAIC; response and sessions are known later, which flatters this estimate. "
        "Enter the months since the first HAIC to correct for it."
    )


def risk_sentence(prognosis: Prognosis, cut_published: float, cut_effective: float) -> str:
    """Where the linear predictor stands against both cut-offs."""
    low, high = sorted((cut_published, cut_effective))
    place = {
        "low": f"at or below {signed(low)}",
        "high": f"above {signed(high)}",
        "indeterminate": f"between {signed(low)} and {signed(high)}",
    }[prognosis.risk_group]
    return (
        f"Linear predictor {signed(prognosis.linear_predictor)}, {place}. Cut-offs: {signed(cut_published)} as "
        f"published, {signed(cut_effective)} reproduces the published groups; between them the group is indeterminate."
    )


def signed(number: float) -> str:
    """Two decimals with a true minus sign."""
    return f"{number:.2f}".replace("-", "−")


def widest_source(prognosis: Prognosis) -> str:
    """What makes the band as wide as it is."""
    source = labels.WIDEST_SOURCES.get(prognosis.widest_source, prognosis.widest_source)
    return f"Widest source of the range: {source}."


def percent(survival: Survival, digits: int = 0) -> tuple[str, str]:
    """(value, range) in per cent."""
    value, low, high = (100 * number for number in (survival.value, survival.low, survival.high))
    return f"{value:.{digits}f} %", f"{low:.{digits}f}–{high:.{digits}f} %"


def curve_description(curve: tuple[CurvePoint, ...]) -> str:
    """The curve in words, for screen readers."""
    readings = {round(p.time_months): p.survival for p in curve}
    parts = [f"{years(m)} {round(100 * readings[m].value)} %" for m in (12, 36, 60) if m in readings]
    return "Survival curve: " + ", ".join(parts) if parts else "Survival curve"


def nomogram_description(prognosis: Prognosis | None) -> str:
    """The nomogram in words, for screen readers."""
    if prognosis is None:
        return "Nomogram without a patient: not all inputs are known."
    parts = [f"{labels.AXIS_NAMES.get(name, name)} {points:.0f} points" for name, points in prognosis.points.items()]
    return f"Nomogram: {', '.join(parts)}; total {prognosis.total_points:.0f} points."


def axis_readings(clinical: ClinicalRecord, scores: Scores) -> dict[str, str]:
    """The patient's value on every axis, in words."""
    response = clinical.objective_response
    sessions = clinical.haic_sessions
    return {
        "pvtt": yes_no(clinical.pvtt),
        "response": "unknown" if response is None else "CR or PR" if response else "SD or PD",
        "haic_sessions": "unknown" if sessions is None else str(sessions),
        "mtm": score_value(scores.mtm),
        "dlr": score_value(scores.dlr),
    }
