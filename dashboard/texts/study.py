"""Is this patient in the study? Criteria and the distance to its cohort, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from core.case import ClinicalRecord
from core.findings import Criterion
from core.staging.child_pugh import child_pugh
from dashboard.texts import labels
from dashboard.texts.values import difference, yes_no

if TYPE_CHECKING:
    from core.studies.cohort_distance import AgainstMedian, CohortDistance, Deviation, Frequency

TITLE = "Is this patient in the study?"
SEE_EACH = "See each criterion"
SETTLE = "Fill in: {field}"
LIGHTS = {"met": "✓", "not met": "✕", "unknown": "?"}
DISTANCE = "How this patient lies in the cohort"
WHAT_DISTANCE = (
    "Cohort: the 489 patients of the training cohort, as Table 2 of He et al. 2023 describes them. Distance: standard"
    " deviations from the cohort's mean, one value at a time; the inner band holds about two in three, both bands "
    "about 95 in 100 of a normal distribution. Mean and deviation of all 489 are derived from the printed figures of "
    "the living and the dead."
)
LIMITS = (
    "One distance over all values would need how they go together, which the paper does not print: a patient can be "
    "ordinary in each value and still be unlike anybody in the cohort. Near the cohort does not mean that the model "
    "is right for the patient."
)
NO_VALUE = "No value with a printed mean is known yet, so no distance can be told."
MEDIAN_TITLE = "Values of which only medians are printed"
MEDIAN_NOTE = "No spread is printed, so a distance cannot be told: only the multiple of the median."
MEDIAN_HEAD = ("Value", "This patient", "Median of the living / the dead", "Multiple")
SHARE_TITLE = "How many of the cohort have the same answer"
CRITERIA_SOURCE = (
    "He et al. 2023, Materials and methods. The exclusion for loss to follow-up after more than 6 months cannot be "
    "told when the model is used, and has no light. Unknown is never taken as met."
)
SHARE_NOTE = (
    "PVTT and response are missing from Table 2 (contradiction 31): their shares are assumed, those at which the "
    "baseline survival is taken. Sessions are those received by the end of treatment."
)
SHARE_HEAD = ("Finding", "This patient", "Of 489", "Share", "Where from")
SCORE_TITLE = "Image scores in their distributions"
SCORE_NOTE = (
    "DLR: the distribution that was derived from the published figures, a mixture of two beta distributions; the "
    "paper prints none. MTM: mean and SD printed in the results, whose words and numbers contradict each other "
    "(contradiction 20). Scores of this software's own image models are brought onto that scale with simulated "
    "patients; a place in the distribution does not make them valid."
)
MTM_PATHOLOGY = "from pathology or set to an end: the distribution of the score does not apply"
ALBI_GRADE = "ALBI grade"
NOTHING_KNOWN = "None of these values is known yet."


def count_sentence(criteria: Sequence[Criterion]) -> str:
    """The sentence that the page leads with."""
    met, failed, unknown = (_are(sum(criterion.state == state for criterion in criteria)) for state in LIGHTS)
    count, are = met.split(" ")
    return f"{count} of the study's {len(criteria)} criteria {are} met, {failed} not met, {unknown} unknown."


def verdict(criteria: Sequence[Criterion]) -> str:
    """What follows from it, and no more."""
    states = {criterion.state for criterion in criteria}
    if "not met" in states:
        return "The patient is outside the study that the model comes from: every result stands behind that warning."
    if "unknown" in states:
        return "Nothing known puts the patient outside the study; whether the patient is inside it cannot be told yet."
    return "As far as the record goes the patient is like those of the study, which says nothing about the images."


def answers(clinical: ClinicalRecord) -> dict[str, str]:
    """What the record says on each criterion, by its name; "" where it says nothing."""
    found = child_pugh(clinical)
    classes = " or ".join(found.classes)
    liver = f"class {classes}" if found.points is None else f"class {classes}, {found.points} points"
    treated = {None: "", True: "treated before", False: "nothing before"}[clinical.prior_treatment]
    sessions = "" if clinical.haic_sessions is None else f"{clinical.haic_sessions} sessions of HAIC"
    return {
        "Age": _number(clinical.age_years, "years"),
        "ECOG performance status": _number(clinical.ecog, ""),
        "Child-Pugh class": liver if found.part_points else "",
        "FOLFOX-HAIC as first line": ", ".join(filter(None, (sessions, treated))),
        "Largest tumour": _number(clinical.largest_tumour_cm, "cm"),
        "Prior treatment of the HCC": _present(clinical.prior_treatment),
        "Other malignancy": _present(clinical.other_malignancy),
        "Simultaneous TACE": _present(clinical.concurrent_tace),
    }


def distance_sentence(found: CohortDistance, names: Mapping[str, str]) -> str:
    """How many values are known and how many of them are far."""
    far, total = found.far, len(found.deviations)
    if not far:
        words = "none is more than 2 standard deviations from the mean"
    else:
        told = ", ".join(f"{names[one.name]} {difference(one.z or 0.0, 1)}" for one in far)
        words = f"{len(far)} more than 2 standard deviations from the mean: {told}"
    return f"{found.known} of {total} values with a printed mean are known; {words}."


def strip_rows(deviations: Sequence[Deviation], names: Mapping[str, str]) -> list[tuple[str, float, str]]:
    """The known values for the figure: name, deviation, both in words."""
    return [
        (names[one.name], one.z, f"{names[one.name]}: {one.value:g}; cohort {one.mean:.2f} ± {one.sd:.2f}")
        for one in deviations
        if one.z is not None
    ]


def strip_description(rows: Sequence[tuple[str, float, str]]) -> str:
    """The figure in words, for screen readers."""
    return "Standard deviations from the cohort's mean. " + "; ".join(
        f"{words}, {difference(z, 1)} standard deviations" for _, z, words in rows
    )


def unknown_values(found: Iterable[Deviation | AgainstMedian | Frequency], names: Mapping[str, str]) -> str:
    """How many values are unknown, and which; "" if none is."""
    unknown = [names.get(one.name, ALBI_GRADE) for one in found if _unknown(one)]
    return f"{len(unknown)} unknown: {', '.join(unknown)}." if unknown else ""


def median_rows(found: CohortDistance, names: Mapping[str, str]) -> list[tuple[str, ...]]:
    """The known values, as in MEDIAN_HEAD."""
    rows = []
    for one in found.medians:
        if one.value is not None:
            multiples = " / ".join(f"{one.value / median:.1f}" for median in (one.alive, one.dead))
            rows.append((names[one.name], f"{one.value:g}", f"{one.alive:g} / {one.dead:g}", f"{multiples} times"))
    return rows


def share_rows(found: CohortDistance, names: Mapping[str, str]) -> list[tuple[str, ...]]:
    """The known answers, as in SHARE_HEAD."""
    return [
        (names.get(one.name, ALBI_GRADE), one.answer.replace(">=", "≥").replace("-", "–"), *_share(one), one.tag)
        for one in found.frequencies
        if one.answer is not None
    ]


def score_facts(found: CohortDistance, dlr: float | None, mtm: float | None) -> list[tuple[str, str]]:
    """Where the scores lie."""
    below = f"{dlr:.2f}: higher than in about {100 * found.dlr_below:.0f} of 100 patients" if (
        dlr is not None and found.dlr_below is not None) else labels.UNKNOWN  # fmt: skip
    if mtm is None:
        return [("DLR score", below), ("MTM score", labels.UNKNOWN)]
    if not found.mtm:
        return [("DLR score", below), ("MTM score", f"{mtm:.2f}: {MTM_PATHOLOGY}")]
    told = [
        f"{abs(one.z or 0.0):.1f} SD {'above' if (one.z or 0.0) > 0 else 'below'} the mean of patients {one.name} "
        f"({one.mean:g} ± {one.sd:g})"
        for one in found.mtm
    ]
    return [("DLR score", below), ("MTM score", f"{mtm:.2f}: {'; '.join(told)}")]


def _unknown(one: Deviation | AgainstMedian | Frequency) -> bool:
    return getattr(one, "value", getattr(one, "answer", None)) is None


def _are(count: int) -> str:
    return "1 is" if count == 1 else f"{count} are"


def _share(one: Frequency) -> tuple[str, str]:
    share = 100 * (one.share or 0.0)
    count = "not printed" if one.count is None else str(one.count)
    return count, f"{share:.1f} %" if 0 < share < 1 else f"{share:.0f} %"


def _number(value: float | None, unit: str) -> str:
    return "" if value is None else f"{value:g} {unit}".strip()


def _present(value: bool | None) -> str:
    return "" if value is None else yes_no(value)
