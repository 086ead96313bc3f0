"""Response by mRECIST: Lencioni R., Llovet J.M., Semin Liver Dis 2010;30:52-60.

Of the sum of the viable (arterially enhancing) diameters of the target lesions:

    CR  nothing viable left, in non-target lesions either
    PD  20 % or more above the smallest sum since treatment began, or a new lesion, or non-target progression
    PR  30 % or more below the sum at baseline, or CR of the targets with viable non-target lesions
    SD  neither

PD comes before PR. The 5 mm that RECIST 1.1 asks for beside the 20 % is no part of mRECIST. Some reviews print PD as
"over 20 %"; the paper has "at least". Whether a lesion counts as viable or as new is the reader's judgement.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.case import Response
from core.errors import InputError

NonTarget = Literal["none", "CR", "IR/SD", "PD"]

# 0.7 * 106 is not 74.2 in binary.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class MRecist:
    """Response of one patient at one time.

    Attributes:
        response: CR, PR, SD or PD; None if what is unknown could change it.
        reasons: what decided it, by argument; {} where nothing did.
        missing: the unknown arguments that could still change it.
    """

    response: Response | None
    reasons: dict[str, str]
    missing: tuple[str, ...]


def mrecist(
    baseline: float, now: float, nadir: float, new_lesion: bool | None = False, non_target: NonTarget | None = "none"
) -> MRecist:
    """Overall response.

    Args:
        baseline: sum of viable target diameters before treatment, over 0; all sums in one unit.
        now: the sum today, 0 or more.
        nadir: the smallest sum since treatment began, 0 or more; the baseline counts among them.
        new_lesion: whether there is one, None if unknown.
        non_target: response of the non-target lesions, "none" if there are none, None if unknown.

    Raises:
        InputError: for a sum that is negative, not finite, or a baseline of 0.
    """
    for role, value in (("baseline", baseline), ("sum of diameters", now), ("nadir", nadir)):
        if not 0 <= value < float("inf") or (role == "baseline" and value == 0):
            raise InputError(f"{role}: expected {'over 0' if role == 'baseline' else '0 or more'}, got {value:g}")
    target = _target(baseline, now, min(nadir, baseline))
    reasons = _progression(target, new_lesion, non_target)
    if reasons:
        return MRecist("PD", reasons, ())
    unknown = {"new_lesion": new_lesion, "non_target": non_target}
    if missing := tuple(name for name, value in unknown.items() if value is None):
        return MRecist(None, {}, missing)
    reasons = {"now": _WORDS[target]}
    if target == "CR" and non_target == "IR/SD":
        return MRecist("PR", reasons | {"non_target": "IR/SD: no complete response"}, ())
    return MRecist(target, reasons, ())


_WORDS: dict[Response, str] = {
    "CR": "no viable target lesion",
    "PR": "30 % or more below the baseline",
    "SD": "under 30 % below the baseline and under 20 % above the nadir",
    "PD": "20 % or more above the nadir",
}


def _target(baseline: float, now: float, nadir: float) -> Response:
    margin = _ROUNDING * baseline
    if now <= margin:
        return "CR"
    if now >= 1.2 * nadir - margin:
        return "PD"
    return "PR" if now <= 0.7 * baseline + margin else "SD"


def _progression(target: Response, new_lesion: bool | None, non_target: NonTarget | None) -> dict[str, str]:
    reasons = {"now": _WORDS["PD"]} if target == "PD" else {}
    if new_lesion:
        reasons["new_lesion"] = "true: progression"
    if non_target == "PD":
        reasons["non_target"] = "PD: progression"
    return reasons
