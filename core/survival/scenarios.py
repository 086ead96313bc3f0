"""Worst, typical and best case, read from one survival curve.

A lone median hides how far patients lie apart: Kiely B.E. et al., J Clin Oncol 2011;29:456-463 give one in ten who live
shorter, the middle half, and one in ten who live longer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from core.findings import CurvePoint

WORST, TYPICAL, BEST = 0.9, (0.75, 0.25), 0.1


@dataclass(frozen=True)
class Scenarios:
    """Times in months from the curve's origin; None where the curve ends before: beyond follow-up.

    Attributes:
        worst: one in ten lives shorter.
        typical: the middle half lives from the first to the second.
        best: one in ten lives longer.
    """

    worst: float | None
    typical: tuple[float | None, float | None]
    best: float | None


def scenarios(curve: Sequence[CurvePoint]) -> Scenarios:
    """The three cases of a curve that starts at 1 and never rises; straight lines between its points."""
    first, last = (_time_at(curve, share) for share in TYPICAL)
    return Scenarios(_time_at(curve, WORST), (first, last), _time_at(curve, BEST))


def _time_at(curve: Sequence[CurvePoint], share: float) -> float | None:
    """When the curve comes down to `share`."""
    for before, after in pairwise(curve):
        high, low = before.survival.value, after.survival.value
        if low <= share < high:
            return before.time_months + (high - share) / (high - low) * (after.time_months - before.time_months)
    return None
