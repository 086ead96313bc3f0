"""Numbers as a reader expects them: intervals, p values, percentages."""

from __future__ import annotations

import math


def interval(value: float, low: float | None, high: float | None, digits: int = 3) -> str:
    """A value with its limits: "0.742 (0.712 to 0.773)"."""
    return f"{value:.{digits}f} ({range_of(low, high, 1, digits)})"


def range_of(low: float | None, high: float | None, scale: float = 1, digits: int | None = None) -> str:
    """Limits, unknown ones said so; `digits` None for three significant ones."""
    return f"{_limit(low, scale, digits)} to {_limit(high, scale, digits)}"


def p_text(p: float | None) -> str:
    """A p value, small ones as "p < .001"."""
    if p is None or math.isnan(p):
        return "p not known"
    return "p < .001" if p < 0.001 else f"p = {p:.3f}".replace("0.", ".", 1)


def percent(share: float) -> str:
    """A share as a percentage with one decimal, without the sign."""
    return f"{100 * share:.1f}"


def by_horizon(time: float, unit: str) -> str:
    """A horizon with its unit: "12 months"."""
    return f"{time:.6g} {unit}"


def _limit(value: float | None, scale: float, digits: int | None) -> str:
    if value is None or math.isnan(value):
        return "not known"
    return f"{scale * value:.{digits}f}" if digits is not None else f"{scale * value:.3g}"
