"""Child-Pugh class of liver function, from five parts of 1 to 3 points: A 5-6, B 7-9, C 10-15.

Pugh R.N. et al., Br J Surg 1973;60:646-649; bilirubin in µmol/L (2 and 3 mg/dL), INR in place of the prothrombin time.
Published tables differ in where the limits themselves belong: here 34.2 and 51.3 µmol/L, 35 and 28 g/L, INR 1.7 and 2.3
all score 2. The separate bilirubin limits for cholestatic disease are not used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from core.case import ClinicalRecord

ChildPughClass = Literal["A", "B", "C"]

_ASCITES_POINTS = {"none": 1, "mild": 2, "moderate_severe": 3}
_UNITS = {"bilirubin_umol_l": " µmol/L", "albumin_g_l": " g/L"}
# 3 mg/dL times 17.1 is 51.300000000000004 in binary.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class ChildPugh:
    """Child-Pugh of one patient.

    Attributes:
        points: 5-15, None unless all five parts are known.
        class_: A, B or C; given too where the missing parts cannot change it, else None.
        classes: the classes that the missing parts leave possible, best first.
        part_points: points of each known part, by field name.
        reasons: the same in words.
        missing: names of the unknown parts; each still matters to the points.
    """

    points: int | None
    class_: ChildPughClass | None
    classes: tuple[ChildPughClass, ...]
    part_points: dict[str, int]
    reasons: dict[str, str]
    missing: tuple[str, ...]


def child_pugh(clinical: ClinicalRecord) -> ChildPugh:
    """Points and class; a missing part counts as anything from 1 to 3 points, never as normal."""
    points = _part_points(clinical)
    missing = missing_parts(clinical)
    classes = _classes(sum(points.values()), len(missing))
    reasons = {name: _words(name, getattr(clinical, name), part) for name, part in points.items()}
    total = None if missing else sum(points.values())
    return ChildPugh(total, classes[0] if len(classes) == 1 else None, classes, points, reasons, missing)


def possible_classes(clinical: ClinicalRecord) -> tuple[ChildPughClass, ...]:
    """The classes that the unknown parts leave possible, best first; `ChildPugh.classes` without the words."""
    points = _part_points(clinical)
    return _classes(sum(points.values()), len(_PARTS) - len(points))


def missing_parts(clinical: ClinicalRecord) -> tuple[str, ...]:
    """Field names of the unknown parts."""
    return tuple(name for name in _PARTS if getattr(clinical, name) is None)


def _part_points(clinical: ClinicalRecord) -> dict[str, int]:
    return {name: score(value) for name, score in _PARTS.items() if (value := getattr(clinical, name)) is not None}


@cache
def _classes(known_points: int, unknown_parts: int) -> tuple[ChildPughClass, ...]:
    possible = range(known_points + unknown_parts, known_points + 3 * unknown_parts + 1)
    return tuple(dict.fromkeys(_class_of(points) for points in possible))


def _class_of(points: int) -> ChildPughClass:
    if points <= 6:
        return "A"
    return "B" if points <= 9 else "C"


def _words(name: str, value: Any, points: int) -> str:
    shown = value.replace("_", " or ") if isinstance(value, str) else f"{value:.9g}{_UNITS.get(name, '')}"
    return f"{shown}: {points} point{'s' if points > 1 else ''}"


def _bilirubin(umol_l: float) -> int:
    if umol_l < 34.2 - _ROUNDING:
        return 1
    return 2 if umol_l <= 51.3 + _ROUNDING else 3


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
