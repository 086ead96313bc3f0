"""CLIP score, 0-6: Cancer of the Liver Italian Program, Hepatology 1998;28:751-755.

    Child-Pugh             A 0, B 1, C 2
    morphology             single tumour and at most half of the liver 0, several and at most half 1,
                           massive or over half 2
    alpha-fetoprotein      under 400 ng/mL 0, 400 or more 1
    portal vein thrombosis no 0, yes 1

Thrombosis is read as the tumour thrombus, `pvtt`. Reviews print the limit of alpha-fetoprotein as "over 400" or as
"400 or more"; here 400 itself scores 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import NamedTuple

from core.case import ClinicalRecord
from core.staging.child_pugh import possible_classes
from core.staging.facts import portal_vein_thrombus
from core.staging.unknowns import by_lower, by_upper, determine, either, missing_fields

_CHILD_PUGH_POINTS = {"A": 0, "B": 1, "C": 2}
_AFP_LIMIT = 400.0


@dataclass(frozen=True)
class Clip:
    """CLIP of one patient.

    Attributes:
        score: 0-6; None if the known values leave several possible.
        reasons: points of each part that is known, by field name.
        missing: unknown fields that could still change the score.
    """

    score: int | None
    reasons: dict[str, str]
    missing: tuple[str, ...]


def clip(clinical: ClinicalRecord) -> Clip:
    """Score."""
    options = (
        possible_classes(clinical),
        by_upper(clinical.tumour_count, (1, inf)),
        either(clinical.liver_involvement_over_half),
        either(clinical.massive_or_diffuse),
        by_lower(clinical.afp_ng_ml, (-inf, _AFP_LIMIT)),
        either(portal_vein_thrombus(clinical)),
    )
    found = determine(_score, _Inputs, options)
    return Clip(found.value, _reasons(clinical), missing_fields(clinical, found.undecided))


class _Inputs(NamedTuple):
    """The count by the upper, alpha-fetoprotein by the lower limit of its class."""

    child_pugh: str
    tumour_count: float
    liver_involvement_over_half: bool
    massive_or_diffuse: bool
    afp_ng_ml: float
    pvtt: bool


def _score(x: _Inputs) -> int:
    spread_in_liver = 2 if x.massive_or_diffuse or x.liver_involvement_over_half else int(x.tumour_count > 1)
    return _CHILD_PUGH_POINTS[x.child_pugh] + spread_in_liver + int(x.afp_ng_ml >= _AFP_LIMIT) + int(x.pvtt)


def _reasons(clinical: ClinicalRecord) -> dict[str, str]:
    reasons = {}
    classes = possible_classes(clinical)
    if len(classes) == 1:
        reasons["child_pugh"] = f"class {classes[0]}: {_points(_CHILD_PUGH_POINTS[classes[0]])}"
    reasons |= _morphology(clinical)
    afp = clinical.afp_ng_ml
    if afp is not None:
        reasons["afp_ng_ml"] = f"{afp:.9g} ng/mL: {_points(int(afp >= _AFP_LIMIT))}"
    if clinical.pvtt is not None:
        reasons["pvtt"] = "true: 1 point" if clinical.pvtt else "false: 0 points"
    elif portal_vein_thrombus(clinical) is False:
        reasons["pvtt"] = "excluded by the absence of vascular invasion: 0 points"
    return reasons


def _morphology(clinical: ClinicalRecord) -> dict[str, str]:
    for name in ("massive_or_diffuse", "liver_involvement_over_half"):
        if getattr(clinical, name):
            return {name: "true: 2 points"}
    bounded = clinical.massive_or_diffuse is False and clinical.liver_involvement_over_half is False
    count = clinical.tumour_count
    if count is None or not bounded:
        return {}
    return {"tumour_count": f"{count}: {_points(int(count > 1))}, at most half of the liver"}


def _points(points: int) -> str:
    return f"{points} point{'' if points == 1 else 's'}"
