"""Survival, scores and risk in words, the same on the page and in a report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from core.case import ClinicalRecord
from core.findings import HEADS, Prognosis, RiskGroup, Score, ScoreOrigin, Scores, Survival, Verdict
from core.survival.scenarios import Scenarios

UNKNOWN = "unknown"
NOT_FOR_CLINICAL_USE = "Research and education. Not a medical device, not for clinical decisions."
HEAT_CAVEAT = "Shows influence, not tumour boundary or cause."
HEAD_NAMES = dict(zip(HEADS, ("MTM", "1 year", "2 years", "3 years", "> 3 years"), strict=True))
HEAD_MEANINGS = dict(
    zip(
        HEADS,
        (
            "macrotrabecular-massive subtype",
            "alive at 12 months",
            "alive at 24 months",
            "alive at 36 months",
            "alive at 48 months",
        ),
        strict=True,
    )
)
AXIS_NAMES = {
    "pvtt": "PVTT",
    "response": "Objective response",
    "haic_sessions": "HAIC sessions",
    "mtm": "MTM score",
    "dlr": "DLR score",
}
GROUP_NAMES: dict[RiskGroup, str] = {"low": "Low risk", "high": "High risk", "indeterminate": "Indeterminate"}
MODEL_NAMES = {"pre": "Before treatment", "post": "After response"}
WHERE_FROM = (
    "Published: hazard ratios and cut-offs. Derived from published figures: baseline survival, second cut-off and "
    "ranges. Assumed: the end at 60 months and the coding of sessions."
)
AXES_UNCONDITIONAL = (
    "The survival axes count from the first HAIC, as published; the sentence and the curve take into account that the "
    "patient has lived to today."
)
WIDEST_SOURCES = {
    "coefficients": "the published coefficients",
    "baseline": "the baseline survival, derived from the published curves",
    "image score": "the image score",
}
FIRST_HAIC = "the first HAIC"
NO_WARNINGS = "No warnings."
SOURCE = "Model: He et al., Radiol Med 2023, doi:10.1007/s11547-023-01719-1."
WORDS = {
    "CR": "CR, complete",
    "PR": "PR, partial",
    "SD": "SD, stable",
    "PD": "PD, progressive",
    "moderate_severe": "moderate or severe",
}
MASK_ORIGINS = {"model": "by the segmenter", "edited": "edited", "given": "given"}
SIGNS: dict[Verdict, str] = {"reliable": "✓", "doubtful": "?", "failed": "✕"}
SAME_TIME = 1e-3  # a year of 365 days is shorter than 12 months by less


def out_of_100(survival: Survival) -> tuple[int, int]:
    """(alive, dead) of 100 people, whole numbers that add up to 100."""
    alive = round(100 * survival.value)
    return alive, 100 - alive


def percent_range(survival: Survival) -> str:
    """The 95 % range in whole per cent, such as 27-50."""
    return f"{round(100 * survival.low)}–{round(100 * survival.high)}"


def rounded(months: float) -> str:
    """Months to a tenth: 60, 5.9; what is less than one to two digits."""
    return f"{months:.2g}" if months < 1 else f"{round(months, 1):.10g}"


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


def still_missing(names: Sequence[str], words: Mapping[str, str] = AXIS_NAMES) -> str:
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
    source = WIDEST_SOURCES.get(prognosis.widest_source, prognosis.widest_source)
    return f"Widest source of the range: {source}."


def percent(survival: Survival, digits: int = 0) -> tuple[str, str]:
    """(value, range) in per cent."""
    value, low, high = (100 * number for number in (survival.value, survival.low, survival.high))
    return f"{value:.{digits}f} %", f"{low:.{digits}f}–{high:.{digits}f} %"


def scenario_rows(found: Scenarios, end_months: float) -> list[tuple[str, str]]:
    """Worst, typical and best case in whole months, each with what it means; `end_months` is where the curve stops."""
    end = f"over {rounded(end_months)} months (beyond follow-up)"

    def case(time: float | None, known: str, beyond: str) -> str:
        return f"{beyond} live {end}" if time is None else f"{known} {time:.0f} months"

    first, last = found.typical
    typical = case(first, "", "over 3 in 4")
    if first is not None:
        typical = f"the middle half live {first:.0f} to {end if last is None else f'{last:.0f} months'}"
    return [
        ("Worst case", case(found.worst, "1 in 10 live less than", "over 9 in 10")),
        ("Typical", typical),
        ("Best case", case(found.best, "1 in 10 live more than", "over 1 in 10")),
    ]


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


def score_value(score: Score | None) -> str:
    """A score with its range."""
    if score is None:
        return "unknown"
    if score.origin is ScoreOrigin.MANUAL:
        return f"{score.value:.2f}"
    return f"{score.value:.2f} ({score.low:.2f}–{score.high:.2f})"


def yes_no(value: bool | None) -> str:
    """An answer that can be unknown."""
    return {None: UNKNOWN, False: "no", True: "yes"}[value]


def word(value: str | None) -> str:
    """A word of a choice, for people."""
    return UNKNOWN if value is None else WORDS.get(value, value)


def _count(number: int) -> str:
    return {0: "fewer than 1", 100: "more than 99"}.get(number, f"about {number}")


def _in_units(months: float) -> tuple[str, str]:
    """(number, unit): whole years as such, all else in months; 365 days are 1 year."""
    count = round(months / 12)
    whole = abs(months / 12 - count) <= SAME_TIME * count
    return (f"{count}", "year") if whole else (rounded(months), "month")
