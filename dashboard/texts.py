"""Every sentence shown, in one place, without streamlit."""

from __future__ import annotations

import math
from collections.abc import Sequence

from core.case import ClinicalRecord, Phase
from core.findings import HEADS, Assessment, CurvePoint, Prognosis, RiskGroup, Score, ScoreOrigin, Scores, Survival

UNKNOWN = "unknown"
PRODUCT = "HAIC Nomogram"
SUBTITLE = "Survival after hepatic arterial infusion chemotherapy for hepatocellular carcinoma"
ABOUT = (
    "A multitask deep-learning radiomics nomogram after He et al., Radiol Med 2023 (doi:10.1007/s11547-023-01719-1). "
    "Research and education. Not a medical device, not for clinical decisions."
)
NOT_FOR_CLINICAL_USE = "Research and education. Not a medical device, not for clinical decisions."
DEMONSTRATION_WEIGHTS = "Image scores: demonstration weights, trained on simulated tumours; not valid for patients."

HEAT_CAVEAT = "Shows influence, not tumour boundary or cause."
SIMULATED = {Phase.ARTERIAL: "Simulated<br>arterial phase", Phase.PORTAL_VENOUS: "Simulated<br>portal-venous phase"}
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

INPUT_LABELS = {
    "pvtt": "Portal vein tumour thrombus (PVTT)",
    "response": "Response (mRECIST)",
    "haic_sessions": "HAIC sessions so far",
    "months_since_first_haic": "Months since the first HAIC",
    "mtm": "MTM score",
    "dlr": "DLR score",
}
MODEL_NAMES = {"pre": "Before treatment", "post": "After response"}
AXES_UNCONDITIONAL = (
    "The survival axes count from the first HAIC, as published; the sentence and the curve take into account that the "
    "patient has lived to today."
)
NO_WARNINGS = "No warnings."
SCORE_HELP = {
    "mtm": (
        "Probability of the macrotrabecular-massive subtype, 0 to 1. "
        "Where pathology has answered, set 0 (not MTM) or 1 (MTM)."
    ),
    "dlr": "Deep-learning radiomics survival score, 0 to 1. Higher means better survival.",
}
KNOWN_NOT_LEVERS = (
    "Response and sessions describe what is known about the patient by now. They are not treatment effects: more "
    "sessions do not by themselves prolong life, patients who live longer can receive more."
)
POST_WAITS = "The post-treatment model is offered once the response has been assessed."
FOLLOW_UP_ENDS = "Follow-up ends at 60 months; nothing is drawn past it."
UPLOADS_STAY = "Images are read on this machine, kept for this session only and never sent on."
SOURCE = "Model: He et al., Radiol Med 2023, doi:10.1007/s11547-023-01719-1."
DROP_IMAGES = "Drop both contrast phases here"
DROP_FOLDER = "Drop a folder that holds both contrast phases"
WHOLE_FOLDER = "Choose a whole DICOM folder"
DROP_HELP = (
    "NIfTI, NRRD, MHA, a zip of a DICOM folder, or the DICOM files themselves, all at once. One zip may hold both "
    "phases. Which series is which phase is proposed and can be corrected."
)
DROP_MASK = "Liver mask on the grid of the portal-venous series (1 liver, 2 lesion)"
DROP_RECORD = "Load clinical.json"
OWN_MASK = "Use a liver mask of your own"
MASK_TAKEN = "Your liver mask replaces the segmenter's."
RECORD_FILE = "Load or save these values as a file"
READING = "Reading the images"
PREPARING = "Preparing"
DEMO_IS = "A procedural patient, made by computer: no images of anybody."
DEMO_LOADED = "The demo case is loaded: a procedural patient, made by computer. Both phases are simulated."
IMAGES_LOADED = "The images of this case are being assessed."
IMAGES_FINE = "Nothing to remark on the images."
WHAT_HAPPENS = "What the assessment does"
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
    missing = [AXIS_NAMES.get(name, name) for name in names]
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
    return f"Widest source of the range: {prognosis.widest_source}."


def score_origin(score: Score | None, provenance: str) -> str:
    """Who says so, for one score."""
    if score is None:
        return "Unknown: no images scored and no value given by hand."
    if score.origin is ScoreOrigin.MANUAL:
        return "Given by hand, taken as exact."
    return (
        f"{score.model} {score.version}: {provenance}".strip(": ") if provenance else f"{score.model} {score.version}"
    )


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
    return {None: UNKNOWN, False: "no", True: "yes"}[value]


def unknown_between(low: float, high: float) -> str:
    """What an empty number field says: unknown, and the range that is accepted."""
    top = f"10{str(round(math.log10(high))).translate(SUPERSCRIPTS)}" if high >= 1e6 else f"{high:g}"
    return f"{UNKNOWN} ({low:g}–{top})"


SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


WORDS = {
    "CR": "CR, complete",
    "PR": "PR, partial",
    "SD": "SD, stable",
    "PD": "PD, progressive",
    "moderate_severe": "moderate or severe",
}


def word(value: str | None) -> str:
    """A word of a choice, for people."""
    return UNKNOWN if value is None else WORDS.get(value, value)


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


def nomogram_description(prognosis: Prognosis | None) -> str:
    """The nomogram in words, for screen readers."""
    if prognosis is None:
        return "Nomogram without a patient: not all inputs are known."
    parts = [f"{AXIS_NAMES.get(name, name)} {points:.0f} points" for name, points in prognosis.points.items()]
    return f"Nomogram: {', '.join(parts)}; total {prognosis.total_points:.0f} points."


DIRECTIONS = {"axial": "from the feet up", "coronal": "from front to back", "sagittal": "from right to left"}


def head_name(head: str) -> str:
    """A head of the network, or none."""
    return HEAD_NAMES.get(head, "None")


def on_which_grid(phase: Phase) -> str:
    """Where a phase lies."""
    return "brought onto the portal-venous grid" if phase is Phase.ARTERIAL else "reference grid"


def picture_description(phase: Phase, plane: str, number: int, head: str | None) -> str:
    """A picture in words, for screen readers."""
    heat = f" with the {HEAD_NAMES[head]} heatmap" if head else ""
    return f"{PHASE_NAMES[phase]} CT, {plane} slice {number}{heat}, patient's right on the left"


def heat_sentence(head: str, share_in_liver: float) -> str:
    """What a heatmap is and is not."""
    return (
        f"Heatmap of the head “{HEAD_NAMES[head]}” ({HEAD_MEANINGS[head]}). {HEAT_CAVEAT} "
        f"{round(100 * share_in_liver)} % of the heat lies inside the liver outline."
    )


def liver_facts(assessment: Assessment) -> list[tuple[str, str]]:
    """The liver and the match of the phases in numbers."""
    facts = []
    if (liver := assessment.liver) is not None:
        facts.append(("Liver", f"{liver.volume_ml:.0f} mL, mask {MASK_ORIGINS.get(liver.origin, liver.origin)}"))
        if liver.lesion_volume_ml is None:
            facts.append(("Lesions", "no lesion mask"))
        else:
            longest = "" if liver.largest_lesion_mm is None else f", largest {liver.largest_lesion_mm:.0f} mm"
            facts.append(("Lesions", f"{liver.lesion_volume_ml:.0f} mL{longest}"))
    if (moved := assessment.registration) is not None:
        overlap = "" if moved.liver_overlap is None else f", liver overlap {moved.liver_overlap:.2f}"
        facts.append(("Phases", f"moved {moved.shift_mm:.1f} mm, turned {moved.rotation_deg:.1f}°{overlap}"))
    return facts


MASK_ORIGINS = {"model": "by the segmenter", "edited": "edited", "given": "given"}


def score_facts(assessment: Assessment) -> list[tuple[str, str]]:
    """The scores with their parts."""
    facts = []
    for name, score in (("MTM score", assessment.scores.mtm), ("DLR score", assessment.scores.dlr)):
        parts = "" if score is None else ", ".join(f"{part} {value:.2f}" for part, value in score.parts.items())
        facts.append((name, score_value(score) + (f"; {parts}" if parts else "")))
    heads = [f"{HEAD_NAMES[head]} {value:.2f}" for head, value in assessment.os_heads.items() if head in HEAD_NAMES]
    if heads:
        facts.append(("Alive, by the network", ", ".join(heads)))
    return facts


def known_values(known: int, total: int) -> str:
    """How much of the form is filled in."""
    return f"{known} of {total} values known. Leave what you do not know as unknown; it is never taken as zero or no."


def took(total_seconds: float) -> str:
    """How long an assessment took."""
    return f"Assessed in {total_seconds:.0f} s, step by step"


def model_score(score: Score) -> str:
    """What the models say, under the slider."""
    return f"By the models: {score.value:.2f}, range {score.low:.2f}–{score.high:.2f}"
