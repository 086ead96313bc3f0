"""BCLC stage, 2022 update: Reig M. et al., J Hepatol 2022;76:681-693.

    D  ECOG 3-4, or Child-Pugh C in a patient who is no candidate for transplantation
    C  macrovascular invasion, extrahepatic spread, lymph node metastasis or ECOG 1-2
    0  a single tumour of at most 2 cm
    A  a single tumour of any size, or 2-3 tumours none of them over 3 cm
    B  everything else

The first line that fits holds. Where descriptions of BCLC disagree: a single tumour over 5 cm is A, not B as before
2018; ECOG 1 is C, though some centres leave it in A or B; a transplant candidate with Child-Pugh C is staged by the
tumour; the subgroups of B are not given, they depend on the treating centre.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Literal, NamedTuple

from core.case import ClinicalRecord
from core.staging.child_pugh import possible_classes
from core.staging.facts import evidence, macrovascular_invasion, spread_or_nodes
from core.staging.unknowns import by_upper, determine, either, missing_fields

BclcStage = Literal["0", "A", "B", "C", "D"]


@dataclass(frozen=True)
class Bclc:
    """BCLC of one patient.

    Attributes:
        stage: 0, A, B, C or D; None if the known values leave several possible.
        reasons: what decided it, by field name; {} where nothing did.
        missing: unknown fields that could still change it, and lymph nodes whenever they are unknown.
    """

    stage: BclcStage | None
    reasons: dict[str, str]
    missing: tuple[str, ...]


def bclc(clinical: ClinicalRecord) -> Bclc:
    """Stage; unknown lymph nodes count as free of tumour."""
    options = (
        by_upper(clinical.tumour_count, (1, 3, inf)),
        by_upper(clinical.largest_tumour_cm, (2, 3, inf)),
        either(macrovascular_invasion(clinical)),
        either(spread_or_nodes(clinical)),
        by_upper(clinical.ecog, (0, 2, inf)),
        possible_classes(clinical),
        either(clinical.transplant_candidate),
    )
    found = determine(_stage, _Inputs, options)
    missing = missing_fields(clinical, found.undecided, listed=("lymph_node_metastasis",))
    return Bclc(found.value, _reasons(found.value, clinical), missing)


class _Inputs(NamedTuple):
    """Numbers by the upper limit of their class."""

    tumour_count: float
    largest_tumour_cm: float
    macrovascular_invasion: bool
    extrahepatic_spread: bool
    ecog: float
    child_pugh: str
    transplant_candidate: bool


def _stage(x: _Inputs) -> BclcStage:
    if x.ecog >= 3 or (x.child_pugh == "C" and not x.transplant_candidate):
        return "D"
    if x.macrovascular_invasion or x.extrahepatic_spread or x.ecog >= 1:
        return "C"
    if x.tumour_count == 1:
        return "0" if x.largest_tumour_cm <= 2 else "A"
    return "A" if x.tumour_count <= 3 and x.largest_tumour_cm <= 3 else "B"


def _reasons(stage: BclcStage | None, clinical: ClinicalRecord) -> dict[str, str]:
    if stage is None:
        return {}
    if stage == "D":
        return _end_stage(clinical)
    return _advanced(clinical) if stage == "C" else _burden(stage, clinical)


def _end_stage(clinical: ClinicalRecord) -> dict[str, str]:
    reasons = {}
    if clinical.ecog is not None and clinical.ecog >= 3:
        reasons["ecog"] = f"{clinical.ecog}: stage D"
    if possible_classes(clinical) == ("C",) and clinical.transplant_candidate is False:
        reasons["child_pugh"] = "class C: stage D without transplantation"
        reasons["transplant_candidate"] = "false: stage D with Child-Pugh C"
    return reasons


def _advanced(clinical: ClinicalRecord) -> dict[str, str]:
    findings = ("macrovascular_invasion", "extrahepatic_spread", "lymph_node_metastasis")
    reasons = {name: "true: stage C" for finding in findings for name in evidence(clinical, finding)}
    if clinical.ecog:
        reasons["ecog"] = f"{clinical.ecog}: stage C"
    return reasons


def _burden(stage: BclcStage, clinical: ClinicalRecord) -> dict[str, str]:
    """Tumour number and size; only stage B of over 3 tumours is given without the size."""
    count, size = clinical.tumour_count, clinical.largest_tumour_cm
    if count is None or size is None or count > 3:
        return {"tumour_count": f"{count}: over 3 tumours, stage {stage}"}
    limit = 2 if count == 1 else 3
    return {
        "tumour_count": f"{count}: {'a single tumour' if count == 1 else 'at most 3 tumours'}",
        "largest_tumour_cm": f"{size:.9g} cm: {'at most' if size <= limit else 'over'} {limit} cm, stage {stage}",
    }
