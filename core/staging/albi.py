"""ALBI score and grade of liver function, with the modified grade.

    score = .66 log10(bilirubin, µmol/L) - .085 (albumin, g/L)

Score and grade: Johnson P.J. et al., J Clin Oncol 2015;33:550-558. The modified grade (mALBI) divides grade 2 at -2.27:
Hiraoka A. et al., Liver Cancer 2019;8:121-129. Papers write the lower end of 2a as -2.60 or above it: here -2.60 itself
is grade 1, -2.27 is 2a and -1.39 is grade 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log10
from typing import Literal

from core.case import ClinicalRecord

ModifiedGrade = Literal["1", "2a", "2b", "3"]

_GRADES: dict[ModifiedGrade, Literal[1, 2, 3]] = {"1": 1, "2a": 2, "2b": 2, "3": 3}
# 1000 µmol/L with 50 g/L is exactly -2.27, but not in binary.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Albi:
    """ALBI of one patient; the score and both grades are None unless bilirubin and albumin are known.

    Attributes:
        score: lower is better.
        grade: 1, 2 or 3.
        malbi: 1, 2a, 2b or 3.
        reasons: what each known value contributes to the score, by field name.
        missing: names of the unknown inputs.
    """

    score: float | None
    grade: Literal[1, 2, 3] | None
    malbi: ModifiedGrade | None
    reasons: dict[str, str]
    missing: tuple[str, ...]


def albi(clinical: ClinicalRecord) -> Albi:
    """Score and grades.

    Both values are always needed. An albumin so extreme that it would fix the grade alone is no reason to give a grade
    without a score.
    """
    bilirubin, albumin = clinical.bilirubin_umol_l, clinical.albumin_g_l
    reasons, missing = {}, []
    if bilirubin is None:
        missing.append("bilirubin_umol_l")
    else:
        reasons["bilirubin_umol_l"] = f"{bilirubin:.9g} µmol/L: {_bilirubin_part(bilirubin):+.2f}"
    if albumin is None:
        missing.append("albumin_g_l")
    else:
        reasons["albumin_g_l"] = f"{albumin:.9g} g/L: {_albumin_part(albumin):+.2f}"
    if bilirubin is None or albumin is None:
        return Albi(None, None, None, reasons, tuple(missing))
    score = _bilirubin_part(bilirubin) + _albumin_part(albumin)
    malbi = _modified_grade(score)
    return Albi(score, _GRADES[malbi], malbi, reasons, ())


def _bilirubin_part(umol_l: float) -> float:
    return 0.66 * log10(umol_l)


def _albumin_part(g_l: float) -> float:
    return -0.085 * g_l


def _modified_grade(score: float) -> ModifiedGrade:
    if score <= -2.60 + _ROUNDING:
        return "1"
    if score <= -2.27 + _ROUNDING:
        return "2a"
    return "2b" if score <= -1.39 + _ROUNDING else "3"
