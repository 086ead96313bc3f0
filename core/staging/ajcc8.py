"""AJCC TNM stage of hepatocellular carcinoma, 8th edition: Amin M.B. et al. (eds), AJCC Cancer Staging Manual, 2017.

    T1a  single, at most 2 cm, with or without vascular invasion
    T1b  single, over 2 cm, without vascular invasion
    T2   single, over 2 cm, with vascular invasion; or several, none over 5 cm
    T3   several, at least one over 5 cm
    T4   a major branch of the portal or hepatic vein, an adjacent organ other than the gallbladder, or the visceral
         peritoneum
    M1 IVB, else N1 IVA, else T1a IA, T1b IB, T2 II, T3 IIIA, T4 IIIB

The manual's vascular invasion includes microscopic invasion, which imaging cannot show: here it is
`macrovascular_invasion`, as for a clinical stage. A portal vein tumour thrombus is vascular invasion, and T4 only where
`major_vein_invasion` says so. Some tables print T1a as "under 2 cm"; the manual has at most 2 cm.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Literal, NamedTuple

from core.case import ClinicalRecord
from core.staging.facts import evidence, extrahepatic_spread, macrovascular_invasion
from core.staging.unknowns import by_upper, determine, either, missing_fields

TCategory = Literal["T1a", "T1b", "T2", "T3", "T4"]
AjccStage = Literal["IA", "IB", "II", "IIIA", "IIIB", "IVA", "IVB"]

_STAGES: dict[TCategory, AjccStage] = {"T1a": "IA", "T1b": "IB", "T2": "II", "T3": "IIIA", "T4": "IIIB"}
_T4_FINDINGS = ("major_vein_invasion", "adjacent_organ_invasion", "peritoneal_perforation")
_LISTED = ("peritoneal_perforation", "lymph_node_metastasis")


@dataclass(frozen=True)
class Ajcc8:
    """AJCC 8 of one patient.

    Attributes:
        t: T1a to T4; None if the known values leave several possible.
        stage: IA to IVB, None likewise; M1 or N1 gives it without t.
        reasons: what decided t and stage, by field name.
        missing: unknown fields that could still change t or stage; nodes and perforation whenever they are unknown.
    """

    t: TCategory | None
    stage: AjccStage | None
    reasons: dict[str, str]
    missing: tuple[str, ...]


def ajcc8(clinical: ClinicalRecord) -> Ajcc8:
    """T category and stage; unknown lymph nodes and an unknown perforation count as absent."""
    options = (
        by_upper(clinical.tumour_count, (1, inf)),
        by_upper(clinical.largest_tumour_cm, (2, 5, inf)),
        either(macrovascular_invasion(clinical)),
        either(clinical.major_vein_invasion),
        either(clinical.adjacent_organ_invasion),
        (bool(clinical.peritoneal_perforation),),
        (bool(clinical.lymph_node_metastasis),),
        either(extrahepatic_spread(clinical)),
    )
    t, stage = determine(_t, _Inputs, options), determine(_stage, _Inputs, options)
    undecided = [name for name in _Inputs._fields if name in t.undecided or name in stage.undecided]
    missing = missing_fields(clinical, undecided, listed=_LISTED)
    return Ajcc8(t.value, stage.value, _reasons(t.value, stage.value, clinical), missing)


class _Inputs(NamedTuple):
    """Numbers by the upper limit of their class."""

    tumour_count: float
    largest_tumour_cm: float
    macrovascular_invasion: bool
    major_vein_invasion: bool
    adjacent_organ_invasion: bool
    peritoneal_perforation: bool
    lymph_node_metastasis: bool
    extrahepatic_spread: bool


def _t(x: _Inputs) -> TCategory:
    if x.major_vein_invasion or x.adjacent_organ_invasion or x.peritoneal_perforation:
        return "T4"
    if x.tumour_count > 1:
        return "T3" if x.largest_tumour_cm > 5 else "T2"
    if x.largest_tumour_cm <= 2:
        return "T1a"
    return "T2" if x.macrovascular_invasion else "T1b"


def _stage(x: _Inputs) -> AjccStage:
    if x.extrahepatic_spread:
        return "IVB"
    return "IVA" if x.lymph_node_metastasis else _STAGES[_t(x)]


def _reasons(t: TCategory | None, stage: AjccStage | None, clinical: ClinicalRecord) -> dict[str, str]:
    reasons = {}
    if t is not None:
        reasons = _t_reasons(t, f"{t}, stage {stage}" if stage == _STAGES[t] else t, clinical)
    if clinical.lymph_node_metastasis:
        reasons["lymph_node_metastasis"] = "true: N1, stage IVA" if stage == "IVA" else "true: N1"
    for name in evidence(clinical, "extrahepatic_spread"):
        reasons[name] = "true: M1, stage IVB"
    return reasons


def _t_reasons(t: TCategory, outcome: str, clinical: ClinicalRecord) -> dict[str, str]:
    if t == "T4":
        return {name: f"true: {outcome}" for name in _T4_FINDINGS if getattr(clinical, name)}
    count, size = clinical.tumour_count, clinical.largest_tumour_cm
    reasons = {}
    if count is not None:
        reasons["tumour_count"] = f"{count}: {'a single tumour' if count == 1 else 'several tumours'}"
    if size is not None:
        reasons["largest_tumour_cm"] = f"{size:.9g} cm: {_size_words(size)}"
    if t == "T1b":
        reasons["macrovascular_invasion"] = "false: no vascular invasion"
    if t == "T2" and (count is None or count == 1):
        reasons |= {name: "true: vascular invasion" for name in evidence(clinical, "macrovascular_invasion")}
    reasons[next(reversed(reasons))] += f", {outcome}"
    return reasons


def _size_words(size_cm: float) -> str:
    if size_cm <= 2:
        return "at most 2 cm"
    return "over 2 cm, at most 5 cm" if size_cm <= 5 else "over 5 cm"
