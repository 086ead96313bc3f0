"""Hong Kong Liver Cancer stage: Yau T. et al., Gastroenterology 2014;146:1691-1700.

Tumour: of the three findings "over 5 cm", "over 3 tumours" and "intrahepatic venous invasion" an early tumour has none,
an intermediate one has one, a locally advanced one two or three; a diffuse tumour is locally advanced. This is the
paper's list (at most 5 cm: none, one, both of the other two; over 5 cm: none of them or any) in fewer words.

    ECOG 0-1, Child-Pugh A or B, liver only   early I/IIa, intermediate IIb/IIIa, locally advanced IIIb
    ECOG 0-1, Child-Pugh A or B, beyond it    IVa/IVb
    ECOG 2-4 or Child-Pugh C                  Va if early and confined to the liver, else Vb

Of a pair the left is Child-Pugh A, the right B. Beyond the liver means extrahepatic vascular invasion, extrahepatic
spread or a lymph node metastasis. Where readings disagree: some cohorts grade a single massive tumour by its size, here
`massive_or_diffuse` is locally advanced; some count a thrombus of the main portal vein as extrahepatic vascular
invasion, here only what is recorded as such.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Literal, NamedTuple

from core.case import ClinicalRecord
from core.staging.child_pugh import possible_classes
from core.staging.facts import evidence, intrahepatic_venous_invasion, spread_or_nodes
from core.staging.unknowns import by_upper, determine, either, missing_fields

HklcStage = Literal["I", "IIa", "IIb", "IIIa", "IIIb", "IVa", "IVb", "Va", "Vb"]
Tumour = Literal["early", "intermediate", "locally-advanced"]

_CONFINED: dict[Tumour, tuple[HklcStage, HklcStage]] = {
    "early": ("I", "IIa"),
    "intermediate": ("IIb", "IIIa"),
    "locally-advanced": ("IIIb", "IIIb"),
}
_BEYOND = ("extrahepatic_vascular_invasion", "extrahepatic_spread", "lymph_node_metastasis")


@dataclass(frozen=True)
class Hklc:
    """HKLC of one patient.

    Attributes:
        stage: I to Vb; None if the known values leave several possible.
        tumour: early, intermediate or locally-advanced, None likewise.
        reasons: what decided the stage, by field name; {} where nothing did.
        missing: unknown fields that could still change the stage, and lymph nodes whenever they are unknown.
    """

    stage: HklcStage | None
    tumour: Tumour | None
    reasons: dict[str, str]
    missing: tuple[str, ...]


def hklc(clinical: ClinicalRecord) -> Hklc:
    """Stage and tumour status; unknown lymph nodes count as free of tumour."""
    options = (
        by_upper(clinical.tumour_count, (3, inf)),
        by_upper(clinical.largest_tumour_cm, (5, inf)),
        either(intrahepatic_venous_invasion(clinical)),
        either(clinical.massive_or_diffuse),
        either(clinical.extrahepatic_vascular_invasion),
        either(spread_or_nodes(clinical)),
        by_upper(clinical.ecog, (1, inf)),
        possible_classes(clinical),
    )
    found = determine(_stage, _Inputs, options)
    tumour = determine(_tumour, _Inputs, options).value
    missing = missing_fields(clinical, found.undecided, listed=("lymph_node_metastasis",))
    return Hklc(found.value, tumour, _reasons(found.value, tumour, clinical), missing)


class _Inputs(NamedTuple):
    """Numbers by the upper limit of their class."""

    tumour_count: float
    largest_tumour_cm: float
    intrahepatic_venous_invasion: bool
    massive_or_diffuse: bool
    extrahepatic_vascular_invasion: bool
    extrahepatic_spread: bool
    ecog: float
    child_pugh: str


def _tumour(x: _Inputs) -> Tumour:
    findings = (x.largest_tumour_cm > 5) + (x.tumour_count > 3) + x.intrahepatic_venous_invasion
    if x.massive_or_diffuse or findings > 1:
        return "locally-advanced"
    return "intermediate" if findings else "early"


def _stage(x: _Inputs) -> HklcStage:
    beyond = x.extrahepatic_vascular_invasion or x.extrahepatic_spread
    if x.ecog >= 2 or x.child_pugh == "C":
        return "Va" if _tumour(x) == "early" and not beyond else "Vb"
    if beyond:
        return "IVa" if x.child_pugh == "A" else "IVb"
    return _CONFINED[_tumour(x)][x.child_pugh == "B"]


def _reasons(stage: HklcStage | None, tumour: Tumour | None, clinical: ClinicalRecord) -> dict[str, str]:
    if stage is None:
        return {}
    reasons = {}
    if clinical.ecog is not None and clinical.ecog >= 2:
        reasons["ecog"] = f"{clinical.ecog}: stage V"
    classes = possible_classes(clinical)
    if classes == ("C",):
        reasons["child_pugh"] = "class C: stage V"
    elif len(classes) == 1 and stage not in ("IIIb", "Va", "Vb"):
        reasons["child_pugh"] = f"class {classes[0]}: stage {stage}"
    shown = "true: stage Vb" if stage == "Vb" else "true: stage IV"
    beyond = {name: shown for finding in _BEYOND for name in evidence(clinical, finding)}
    if beyond:
        return reasons | beyond
    if tumour is not None:
        reasons["tumour"] = f"{tumour.replace('-', ' ')}: stage {stage}"
    return reasons | _tumour_reasons(clinical)


def _tumour_reasons(clinical: ClinicalRecord) -> dict[str, str]:
    if clinical.massive_or_diffuse:
        return {"massive_or_diffuse": "true: locally advanced"}
    reasons = {}
    size, count = clinical.largest_tumour_cm, clinical.tumour_count
    if size is not None:
        reasons["largest_tumour_cm"] = f"{size:.9g} cm: {'over' if size > 5 else 'at most'} 5 cm"
    if count is not None:
        reasons["tumour_count"] = f"{count}: {'over' if count > 3 else 'at most'} 3 tumours"
    for name in evidence(clinical, "intrahepatic_venous_invasion"):
        reasons[name] = "true: intrahepatic venous invasion"
    if clinical.intrahepatic_venous_invasion is False:
        reasons["intrahepatic_venous_invasion"] = "false: no intrahepatic venous invasion"
    return reasons
