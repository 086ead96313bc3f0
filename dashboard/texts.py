"""Every sentence shown, in one place, without streamlit."""

from __future__ import annotations

from core.case import Phase
from core.findings import HEADS, CurvePoint, Prognosis, RiskGroup, Score, ScoreOrigin, Survival

PRODUCT = "HAIC Nomogram"
SUBTITLE = "Survival after hepatic arterial infusion chemotherapy for hepatocellular carcinoma"
ABOUT = (
    "A multitask deep-learning radiomics nomogram after He et al., Radiol Med 2023 (doi:10.1007/s11547-023-01719-1). "
    "Research and education. Not a medical device, not for clinical decisions."
)
NOT_FOR_CLINICAL_USE = "Research and education. Not a medical device, not for clinical decisions."
DEMONSTRATION_WEIGHTS = "Image scores: demonstration weights, trained on simulated tumours; not valid for patients."

HEAT_CAVEAT = "Shows influence, not tumour boundary or cause."
SIMULATED = {Phase.ARTERIAL: "Simulated arterial phase", Phase.PORTAL_VENOUS: "Simulated portal-venous phase"}
PHASE_NAMES = {
    Phase.NATIVE: "Non-contrast",
    Phase.ARTERIAL: "Arterial",
    Phase.PORTAL_VENOUS: "Portal venous",
    Phase.DELAYED: "Delayed",
}
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
STEP_NAMES = {
    "liver": "Finding the liver",
    "registration": "Matching the two phases",
    "image checks": "Checking the images",
    "network": "Reading the liver with the network",
    "heatmaps": "Drawing the heatmaps",
    "radiomics": "Measuring texture and shape",
    "prognosis": "Working out the prognosis",
}
GROUP_NAMES: dict[RiskGroup, str] = {"low": "Low risk", "high": "High risk", "indeterminate": "Indeterminate"}

SCORE_HELP = {
    "mtm": (
        "Probability of the macrotrabecular-massive subtype, 0 to 1. Where pathology has answered, set 0 (not MTM) or 1 (MTM)."
    ),
    "dlr": "Deep-learning radiomics survival score, 0 to 1. Higher means better survival.",
}
KNOWN_NOT_LEVERS = (
    "Response and sessions describe what is known about the patient by now. They are not treatment effects: more sessions do "
    "not by themselves prolong life, patients who live longer can receive more."
)
POST_WAITS = "The post-treatment model is offered once the response has been assessed."
NO_PROGNOSIS = {
    "pre": "The pre-treatment model needs PVTT and the DLR score.",
    "post": "The post-treatment model needs PVTT, response, HAIC sessions, the MTM score and the DLR score.",
}
FOLLOW_UP_ENDS = "Follow-up ends at 60 months; nothing is drawn past it."
UPLOADS_STAY = "Images are read on this machine, kept for this session only and never sent on."
SOURCE = "Model: He et al., Radiol Med 2023, doi:10.1007/s11547-023-01719-1."
NOTHING_ASSESSED = "No images have been assessed yet."
FAULT = "Something went wrong on our side; your entries are kept. The log of the server says more."


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
    group = "people like this" if alive_at is None else f"people like this who are alive {alive_at:g} months after the first HAIC"
    verb = "is" if alive <= 1 else "are"
    died = "has died" if dead <= 1 else "have died"
    deaths = {0: "fewer than 1", 100: "more than 99"}.get(dead, str(dead))
    return (
        f"Of 100 {group}, {_count(alive)} {verb} alive at {years(months)} "
        f"(range {percent_range(survival)}) and {deaths} {died}."
    )


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
        "low": f"at or below {low:.2f}",
        "high": f"above {high:.2f}",
        "indeterminate": f"between {low:.2f} and {high:.2f}",
    }[prognosis.risk_group]
    return (
        f"Linear predictor {prognosis.linear_predictor:.2f}, {place}. Cut-offs: {cut_published:.2f} as published, "
        f"{cut_effective:.2f} reproduces the published groups; between the two the group is indeterminate."
    ).replace("-", "−")


def widest_source(prognosis: Prognosis) -> str:
    """What makes the band as wide as it is."""
    return f"Widest source of the range: {prognosis.widest_source}."


def score_origin(score: Score | None, provenance: str) -> str:
    """Who says so, for one score."""
    if score is None:
        return "Unknown: no images scored and no value given by hand."
    if score.origin is ScoreOrigin.MANUAL:
        return "Given by hand, taken as exact."
    return f"{score.model} {score.version}: {provenance}".strip(": ") if provenance else f"{score.model} {score.version}"


def score_value(score: Score | None) -> str:
    """A score with its range."""
    if score is None:
        return "unknown"
    if score.origin is ScoreOrigin.MANUAL:
        return f"{score.value:.2f}"
    return f"{score.value:.2f} ({score.low:.2f}–{score.high:.2f})"


def percent(survival: Survival, digits: int = 0) -> tuple[str, str]:
    """(value, range) in per cent."""
    value, low, high = (100 * number for number in (survival.value, survival.low, survival.high))
    return f"{value:.{digits}f} %", f"{low:.{digits}f}–{high:.{digits}f} %"


def seconds(duration: float) -> str:
    """A duration for the progress list."""
    return f"{duration:.1f} s"


def curve_description(curve: tuple[CurvePoint, ...]) -> str:
    """The curve in words, for screen readers."""
    readings = {round(p.time_months): p.survival for p in curve}
    parts = [f"{years(m)} {round(100 * readings[m].value)} %" for m in (12, 36, 60) if m in readings]
    return "Survival curve: " + ", ".join(parts) if parts else "Survival curve"


def yes_no(value: bool | None) -> str:
    """An answer that can be unknown."""
    return {None: "unknown", False: "no", True: "yes"}[value]


WORDS = {
    "CR": "CR, complete",
    "PR": "PR, partial",
    "SD": "SD, stable",
    "PD": "PD, progressive",
    "moderate_severe": "moderate or severe",
}


def word(value: str | None) -> str:
    """A word of a choice, for people."""
    return "unknown" if value is None else WORDS.get(value, value)
