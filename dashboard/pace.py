"""How long an assessment will still take, from how long its steps usually take; without streamlit."""

from __future__ import annotations

from collections.abc import Sequence

from core.pipeline import STEPS

USUAL_SECONDS = {
    "liver": 0.7,
    "registration": 0.9,
    "image checks": 0.3,
    "network": 1.2,
    "heatmaps": 2.2,
    "radiomics": 0.4,
    "prognosis": 0.02,
}
"""Of the demo case on one core, models loaded; once a step is done only their ratios matter."""
TOO_SHORT = 0.2
"""A step that was over so soon (a mask was given, say) says nothing of this machine's pace."""
FASTEST, SLOWEST = 0.5, 20.0


def seconds_left(durations: Sequence[tuple[str, float]]) -> float:
    """Seconds until the assessment is done.

    Args:
        durations: (step, seconds) of every step begun, the last one under way; () before the first.
    """
    *done, (current, begun) = durations or [("", 0.0)]
    told = [(seconds, USUAL_SECONDS[step]) for step, seconds in done if seconds >= TOO_SHORT]
    usual = sum(expected for _, expected in told)
    pace = sum(seconds for seconds, _ in told) / usual if usual else 1.0
    pace = min(max(pace, FASTEST), SLOWEST)
    coming = STEPS[STEPS.index(current) + 1 :] if current else STEPS
    rest = max(USUAL_SECONDS.get(current, 0.0) * pace - begun, 0.0)
    return rest + sum(USUAL_SECONDS[step] for step in coming) * pace


def share_done(durations: Sequence[tuple[str, float]]) -> float:
    """Share of the time that is over, 0..1; never quite 1, for it is an estimate."""
    over = sum(seconds for _, seconds in durations)
    return min(over / (over + seconds_left(durations) + 1e-9), 0.99) if over else 0.0
