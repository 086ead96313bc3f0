"""Survival in sentences."""

from __future__ import annotations

from collections.abc import Mapping

from core.findings import Prognosis
from core.report.sentences import (  # noqa: F401 - the page says it in the same words as the report
    against_cuts,
    axis_readings,
    follow_up_ends,
    lead_sentence,
    out_of_100,
    percent,
    percent_range,
    risk_sentence,
    rounded,
    signed,
    still_missing,
    survival_at,
    time_origin,
    time_span,
    time_spans,
    widest_source,
)
from dashboard.texts import labels


def curve_description(prognosis: Prognosis) -> str:
    """The curve in words, for screen readers; from the months lived so far on, where they are known, as it is drawn."""
    return f"Survival curve: {readings(prognosis)}"


def readings(prognosis: Prognosis) -> str:
    """Survival at the horizons, in one line."""
    found = sorted((prognosis.os_conditional or prognosis.os).items())
    return ", ".join(f"{time_span(month)} {round(100 * reading.value)} %" for month, reading in found)


def nomogram_description(prognosis: Prognosis | None, words: Mapping[str, str] = labels.AXIS_NAMES) -> str:
    """The nomogram in words, for screen readers."""
    if prognosis is None:
        return "Nomogram without a patient: not all inputs are known."
    parts = [f"{words.get(name, name)} {points:.0f} points" for name, points in prognosis.points.items()]
    return f"Nomogram: {', '.join(parts)}; total {prognosis.total_points:.0f} points."
