"""Survival in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from core.case import ClinicalRecord
from core.findings import Prognosis, Scores, Survival
from dashboard.texts import labels
from dashboard.texts.values import score_value, yes_no

SAME_TIME = 1e-3  # a year of 365 days is shorter than 12 months by less


def out_of_100(survival: Survival) -> tuple[int, int]:
    """(alive, dead) of 100 people, whole numbers that add up to 100."""
    alive = round(100 * survival.value)
    return alive, 100 - alive


def percent_range(survival: Survival) -> str:
    """The 95 % range in whole per cent, such as 27-50."""
    return f"{round(100 * survival.low)}–{round(100 * survival.high)}"


def _count(number: int) -> str:
    return {0: "fewer than 1", 100: "more than 99"}.get(number, f"about {number}")


def rounded(months: float) -> str:
    """Months to a tenth: 60, 5.9; what is less than one to two digits."""
    return f"{months:.2g}" if months < 1 else f"{round(months, 1):.10g}"


def _in_units(months: float) -> tuple[str, str]:
    """(number, unit): whole years as such, all else in months; 365 days are 1 year."""
    count = round(months / 12)
    whole = abs(months / 12 - count) <= SAME_TIME * count
    return (f"{count}", "year") if whole else (rounded(months), "month")


def time_span(months: float) -> str:
    """1 year, 3 years, 6 months, 5.9 months."""
    number, unit = _in_units(months)
    return f"{number} {unit}" if number == "1" else f"{number} {unit}s"


def time_spans(months: Iterable[float]) -> dict[float, str]:
    """Horizons in words, exactly if two of them would read alike."""
    words = {month: time_span(month) for month in months}
    return words if len(set(words.values())) == len(words) else {month: f"{month:.10g} months" for month in words}


def survival_at(months: float) -> str:
    """1-year survival, 6-month survival."""
    return "-".join(_in_units(months)) + " survival"


def lead_sentence(survival: Survival, months: float, alive_at: float | None = None) -> str:
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
        f"Of 100 {group}, {_count(alive)} {verb} alive at {time_span(months)} "
        f"(range {percent_range(survival)}) and {deaths} {died}."
    )


def still_missing(names: Sequence[str], words: Mapping[str, str] = labels.AXIS_NAMES) -> str:
    """What stands in the place of the sentence while inputs are unknown; `words` are the axes' names for people."""
    missing = [words.get(name, name) for name in names]
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
    """Where the linear predictor stands against both cut-offs of a published model."""
    return (
        f"{against_cuts(prognosis, (cut_published, cut_effective))} Cut-offs: {signed(cut_published)} as published, "
        f"{signed(cut_effective)} reproduces the published groups; between them the group is indeterminate."
    )


def against_cuts(prognosis: Prognosis, cuts: tuple[float, float]) -> str:
    """Where the linear predictor stands."""
    low, high = sorted(cuts)
    place = {
        "low": f"at or below {signed(low)}",
        "high": f"above {signed(high)}",
        "indeterminate": f"between {signed(low)} and {signed(high)}",
    }[prognosis.risk_group]
    return f"Linear predictor {signed(prognosis.linear_predictor)}, {place}."


def signed(number: float) -> str:
    """Two decimals with a true minus sign."""
    return f"{number:.2f}".replace("-", "−")


def follow_up_ends(months: float) -> str:
    """Where the curve stops."""
    return f"Follow-up ends at {rounded(months)} months; nothing is drawn past it."


def widest_source(prognosis: Prognosis) -> str:
    """What makes the band of a published model as wide as it is."""
    source = labels.WIDEST_SOURCES.get(prognosis.widest_source, prognosis.widest_source)
    return f"Widest source of the range: {source}."


def percent(survival: Survival, digits: int = 0) -> tuple[str, str]:
    """(value, range) in per cent."""
    value, low, high = (100 * number for number in (survival.value, survival.low, survival.high))
    return f"{value:.{digits}f} %", f"{low:.{digits}f}–{high:.{digits}f} %"


def curve_description(prognosis: Prognosis) -> str:
    """The curve in words, for screen readers."""
    parts = [f"{time_span(month)} {round(100 * reading.value)} %" for month, reading in prognosis.os.items()]
    return "Survival curve: " + ", ".join(parts)


def nomogram_description(prognosis: Prognosis | None, words: Mapping[str, str] = labels.AXIS_NAMES) -> str:
    """The nomogram in words, for screen readers."""
    if prognosis is None:
        return "Nomogram without a patient: not all inputs are known."
    parts = [f"{words.get(name, name)} {points:.0f} points" for name, points in prognosis.points.items()]
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
