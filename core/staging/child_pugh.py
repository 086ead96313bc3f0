"""Child-Pugh class of liver function, from five parts of 1 to 3 points: A 5-6, B 7-9, C 10-15.

Pugh R.N. et al., Br J Surg 1973;60:646-649; bilirubin in µmol/L (2 and 3 mg/dL), INR in place of the prothrombin time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from core.case import ClinicalRecord

ChildPughClass = Literal["A", "B", "C"]

_ASCITES_POINTS = {"none": 1, "mild": 2, "moderate_severe": 3}


@dataclass(frozen=True)
class ChildPugh:
    """Child-Pugh of one patient.

    Attributes:
        points: 5-15, None unless all five parts are known.
        class_: A, B or C; given too where the missing parts cannot change it, else None.
        classes: the classes that the missing parts leave possible, best first.
        reasons: points of each known part, by field name.
        missing: names of the unknown parts.
    """

    points: int | None
    class_: ChildPughClass | None
    classes: tuple[ChildPughClass, ...]
    reasons: dict[str, int]
    missing: tuple[str, ...]


def child_pugh(clinical: ClinicalRecord) -> ChildPugh:
    """Points and class; a missing part counts as anything from 1 to 3 points, never as normal."""
    values = {name: getattr(clinical, name) for name in _PARTS}
    reasons = {name: _PARTS[name](value) for name, value in values.items() if value is not None}
    missing = tuple(name for name, value in values.items() if value is None)
    least = sum(reasons.values()) + len(missing)
    most = sum(reasons.values()) + 3 * len(missing)
    classes = tuple(dict.fromkeys(_class_of(points) for points in range(least, most + 1)))
    return ChildPugh(None if missing else least, classes[0] if len(classes) == 1 else None, classes, reasons, missing)


def _class_of(points: int) -> ChildPughClass:
    if points <= 6:
        return "A"
    return "B" if points <= 9 else "C"


def _bilirubin(umol_l: float) -> int:
    if umol_l < 34.2:
        return 1
    return 2 if umol_l <= 51.3 else 3


def _albumin(g_l: float) -> int:
    if g_l > 35:
        return 1
    return 2 if g_l >= 28 else 3


def _inr(ratio: float) -> int:
    if ratio < 1.7:
        return 1
    return 2 if ratio <= 2.3 else 3


def _encephalopathy(grade: int) -> int:
    if grade == 0:
        return 1
    return 2 if grade <= 2 else 3


_PARTS: dict[str, Callable[[Any], int]] = {
    "bilirubin_umol_l": _bilirubin,
    "albumin_g_l": _albumin,
    "inr": _inr,
    "ascites": _ASCITES_POINTS.__getitem__,
    "encephalopathy_grade": _encephalopathy,
}
