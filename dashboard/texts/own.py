"""A centre's own nomogram in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields

from core.case import ClinicalRecord
from core.findings import Prognosis
from core.model_card import Metric, ModelCard
from core.survival.model import Nomogram
from core.survival.questions import SCORES, CaseAnswer, Question
from dashboard.texts import labels
from dashboard.texts.survival import against_cuts, rounded, signed, time_spans

WHAT = (
    "A centre can fit a Cox nomogram to its own patients, or bring an existing one up to date with them, and read it "
    "here. No nomogram is loaded yet."
)
HOW = "One command makes it from a table with one row per patient:"
COMMAND = (
    "haic-nomogram cox cohort.csv --time months --event died \\\n"
    "    --terms age_years,pvtt,afp_ng_ml --horizons 12,36,60 --out own"
)
THEN = (
    "It writes nomogram.json, the file to load here, and report.html, which says how good the nomogram is. Columns "
    "named as in clinical.json are filled in from the case you are working on. The command validate writes such a file "
    "too: an existing nomogram after the least change that a cohort of yours calls for."
)
DROP, DROP_ANOTHER, REMOVE = "Load nomogram.json", "Load another nomogram.json", "Remove this nomogram"
STAYS = "The file holds coefficients, no patients. It stays in this browser session, also when a new case is started."
ASKS, ABOUT = "What this nomogram asks", "About this nomogram"
SIMULATED = "Made from simulated patients; not valid for patients."
ORIGIN = "the start of follow-up"
METRICS_HEAD = ("Quality", "Value", "95 % range", "n")
NO_METRICS = "The file does not say how good the nomogram is."
APPARENT = "Apparent: measured in the patients to whom the nomogram was fitted, which flatters it."
WAITS = "The curve is drawn once every input is known; nothing is guessed."
FROM_CASE = "From the case."
NOTHING_FROM_CASE = "Nothing is filled in from the case: none of these inputs is named as in clinical.json."
YES_NO = {member.name for member in fields(ClinicalRecord) if member.type == "bool | None"}
MODEL = "Own nomogram"
USE = "Use it on the page Prognosis"
REPORT_IS_PUBLISHED = (
    "The report speaks of the published nomograms, not of this one, whose drawing is saved below the nomogram."
)
NOT_THE_STUDY = "The criteria of the published study do not apply to this nomogram: whom it is for, its card says."
PARTS = {"coefficients": "coefficients", "baseline": "baseline survival", "cut": "cut-off between the risk groups"}


def where_from(nomogram: Nomogram) -> str:
    """Which of its figures are fitted to the cohort, and which are not."""
    groups: dict[str, list[str]] = {}
    for part, tag in _tags(nomogram).items():
        groups.setdefault(tag, []).append(PARTS[part])
    return " ".join(f"{tag.capitalize()}: {listed(parts)}." for tag, parts in groups.items())


def time_origin(nomogram: Nomogram) -> str:
    """From when time is counted, and what follows from it."""
    published = "" if nomogram.model == "own" else " (in the published model: the first HAIC)"
    late = "; response and sessions are known later, which flatters this estimate" if nomogram.model == "post" else ""
    return f"Time is counted from {ORIGIN} in its cohort{published}{late}. A result for a group of similar patients."


def risk_sentence(prognosis: Prognosis, nomogram: Nomogram) -> str:
    """Where the linear predictor stands against the one cut-off, or the two of a published model brought up to date."""
    low, high = nomogram.cuts
    stands = against_cuts(prognosis, (low, high))
    if low == high:
        return f"{stands} The cut-off is the median of the patients to whom the coefficients were fitted."
    return (
        f"{stands} Cut-offs: {signed(low)} and {signed(high)}, those of the published model on the scale of this one; "
        "between them the group is indeterminate."
    )


def widest_source(prognosis: Prognosis, nomogram: Nomogram) -> str:
    """What makes the band as wide as it is, and where the curve stops."""
    source, tags = prognosis.widest_source, _tags(nomogram)
    name = f"{tags[source]} {PARTS[source]}" if source in tags else source
    end = rounded(nomogram.follow_up_months.value)
    return f"Widest source of the range: the {name}. This nomogram ends at {end} months; nothing is drawn past it."


def answer(question: Question, value: float | None) -> str:
    """An answer in words."""
    if value is None:
        return labels.UNKNOWN
    number = f"{value:.3g}" if question.name in SCORES else f"{value:.6g}"
    return {level: label for label, level in question.levels}.get(value, number)


def where_answer_is_from(question: Question, case: CaseAnswer | None, by_hand: bool) -> str:
    """Whether an answer is the case's; "" where the case says nothing."""
    if case is None:
        return ""
    words = answer(question, case.value)
    if not question.takes(case.value):
        known = "only these" if question.levels else " to ".join(f"{end:.6g}" for end in question.range)
        return f"The case says {words}; this nomogram knows {known}, so it is not used."
    return f"By hand; the case says {words}." if by_hand else FROM_CASE


def figures(nomogram: Nomogram) -> list[tuple[str, str]]:
    """At what times it is read out, and how many inputs it asks for."""
    times = listed(list(time_spans(nomogram.readings_months).values()))
    end = rounded(nomogram.follow_up_months.value)
    return [("Horizons", f"{times}; the curve ends at {end} months")]


def card_facts(card: ModelCard) -> list[tuple[str, str]]:
    """From whom the nomogram was made, and for what."""
    training = card.training
    return [
        ("Cohort", training.cohort),
        ("Patients", _count(training.n)),
        ("Deaths", _count(training.events)),
        ("Dates", training.dates),
        ("Source", card.attribution),
        ("Intended use", card.intended_use),
    ]


def metric_row(metric: Metric) -> tuple[str, str, str, str]:
    """As in METRICS_HEAD."""
    limits = "none" if metric.low is None or metric.high is None else f"{metric.low:.2f}–{metric.high:.2f}"
    return metric.name[:1].upper() + metric.name[1:], f"{metric.value:.2f}", limits, _count(metric.n)


def about_metrics(card: ModelCard) -> str:
    """What to keep in mind about them."""
    if not card.metrics:
        return NO_METRICS
    return APPARENT if any("apparent" in metric.name for metric in card.metrics) else ""


def axis_names(asked: Sequence[Question], clinical: Mapping[str, str]) -> dict[str, str]:
    """The axes' names for people; `clinical` are those of the form's fields."""
    return {question.name: _name(question, clinical) for question in asked}


def with_coding(question: Question, name: str) -> str:
    """The name of a question, with what 1 means where the case knows it as yes or no."""
    known = question.name == "response" or question.name in YES_NO
    return f"{name}, 1 is yes" if known and [label for label, _ in question.levels] == ["0", "1"] else name


def listed(parts: Sequence[str]) -> str:
    """A, B and C."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _name(question: Question, clinical: Mapping[str, str]) -> str:
    if question.name in labels.AXIS_NAMES and not question.is_category:
        known_exactly = question.name in SCORES and question.levels
        return question.name.upper() if known_exactly else labels.AXIS_NAMES[question.name]
    return clinical.get(question.name, question.label)


def _tags(nomogram: Nomogram) -> dict[str, str]:
    """Where the figures of each part come from."""
    ratios = {term.hazard_ratio.tag for term in nomogram.terms}
    coefficients = ratios.pop() if len(ratios) == 1 else "fitted"
    return {
        "coefficients": coefficients,
        "baseline": nomogram.cumulative_hazard.tag,
        "cut": nomogram.cut_published.tag,
    }


def _count(number: int | None) -> str:
    return labels.UNKNOWN if number is None else str(number)
