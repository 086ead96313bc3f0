"""Would this patient have been in the study? Its inclusion and exclusion criteria, one by one.

He X. et al., Radiol Med 2023: age 18-75, ECOG below 2, Child-Pugh A or B, FOLFOX-HAIC, no treatment before it, no other
malignancy, largest tumour over 5 cm, no simultaneous TACE. What is not recorded is unknown, never met.
"""

from __future__ import annotations

from typing import Literal

from core.case import ClinicalRecord, Notice
from core.findings import Criterion
from core.staging.child_pugh import child_pugh, missing_parts

State = Literal["met", "not met", "unknown"]


def check_inclusion(clinical: ClinicalRecord) -> tuple[Criterion, ...]:
    """The study's eight criteria, in its order."""
    age, ecog, size = clinical.age_years, clinical.ecog, clinical.largest_tumour_cm
    return (
        Criterion("Age", "18-75 years", _state(None if age is None else 18 <= age <= 75)),
        Criterion("ECOG performance status", "below 2", _state(None if ecog is None else ecog < 2)),
        Criterion("Child-Pugh class", "A or B", _state(_child_pugh_a_or_b(clinical))),
        Criterion(
            "FOLFOX-HAIC as first line",
            "HAIC given and nothing before it; the regimen is not recorded and is taken to be FOLFOX",
            _state(_first_line(clinical)),
        ),
        Criterion("Largest tumour", "over 5 cm", _state(None if size is None else size > 5)),
        Criterion("Prior treatment of the HCC", "none", _state(_absent(clinical.prior_treatment))),
        Criterion("Other malignancy", "none", _state(_absent(clinical.other_malignancy))),
        Criterion("Simultaneous TACE", "none", _state(_absent(clinical.concurrent_tace))),
    )


def inclusion_notices(criteria: tuple[Criterion, ...]) -> tuple[Notice, ...]:
    """Notices outside_study, naming what is not met, and study_unknown, counting; () if all criteria are met."""
    outside = [f"{criterion.name} ({criterion.expected})" for criterion in criteria if criterion.state == "not met"]
    unknown = [criterion.name for criterion in criteria if criterion.state == "unknown"]
    notices = []
    if outside:
        text = f"This patient is outside the study that the model comes from. Not met: {'; '.join(outside)}."
        notices.append(Notice("outside_study", text))
    if unknown:
        text = f"{len(unknown)} of {len(criteria)} criteria of the study are unknown: {', '.join(unknown)}."
        notices.append(Notice("study_unknown", text))
    return tuple(notices)


def settled_by(clinical: ClinicalRecord) -> dict[str, tuple[str, ...]]:
    """Of each unknown criterion, by name, the empty fields of the record that bear on it, in the order to fill them."""
    unknown = [criterion.name for criterion in check_inclusion(clinical) if criterion.state == "unknown"]
    return {name: tuple(f for f in _fields(name, clinical) if getattr(clinical, f) is None) for name in unknown}


def _fields(criterion: str, clinical: ClinicalRecord) -> tuple[str, ...]:
    if criterion == "Child-Pugh class":
        return missing_parts(clinical)
    if criterion == "FOLFOX-HAIC as first line":
        given = clinical.haic_sessions is not None or clinical.months_since_first_haic is not None
        return ("prior_treatment",) if given else ("prior_treatment", "haic_sessions")
    return (_FIELD[criterion],)


_FIELD = {
    "Age": "age_years",
    "ECOG performance status": "ecog",
    "Largest tumour": "largest_tumour_cm",
    "Prior treatment of the HCC": "prior_treatment",
    "Other malignancy": "other_malignancy",
    "Simultaneous TACE": "concurrent_tace",
}


def _state(met: bool | None) -> State:
    if met is None:
        return "unknown"
    return "met" if met else "not met"


def _absent(present: bool | None) -> bool | None:
    return None if present is None else not present


def _child_pugh_a_or_b(clinical: ClinicalRecord) -> bool | None:
    possible = child_pugh(clinical).classes
    if "C" not in possible:
        return True
    return False if possible == ("C",) else None


def _first_line(clinical: ClinicalRecord) -> bool | None:
    """False after prior treatment; True only if HAIC is known to have been given with nothing before it."""
    if clinical.prior_treatment:
        return False
    given = clinical.haic_sessions is not None or clinical.months_since_first_haic is not None
    return True if given and clinical.prior_treatment is False else None
