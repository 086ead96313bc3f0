"""What is said while work is under way at the page's workers."""

from __future__ import annotations

import math

from core.errors import HaicError, WorkerError
from dashboard.texts.labels import FAULT
from dashboard.texts.values import plain

STOP = "Stop the assessment"
STOPPED_DEMO = "The demo case was not assessed to its end."
ASSESS_DEMO = "Assess the demo case"
ALMOST = "almost done"


def why(error: BaseException) -> str:
    """Why there is no result."""
    if isinstance(error, WorkerError):
        return f"{plain(error)}. Nothing typed is lost; the assessment can be started again."
    return str(error) if isinstance(error, HaicError) else FAULT


def place(before: int, lacks_memory: bool = False) -> str:
    """Who comes first, and whether it is memory that is waited for."""
    if lacks_memory:
        return f"Waiting for memory: {place(before)[len('Waiting: ') :]}"
    if before == 1:
        return "Waiting: one piece of work comes before this one."
    return f"Waiting: {before} pieces of work come before this one."


def left(seconds: float) -> str:
    """An estimate, no finer than it deserves: in steps of 5 s, from 2 minutes on in minutes."""
    if seconds < 1.0:
        return ALMOST
    if seconds < 118:
        return f"about {max(5, math.ceil(seconds / 5) * 5)} s left"
    minutes = math.ceil(seconds / 60)
    return f"about {minutes} min left" if minutes < 90 else f"about {minutes / 60:.0f} h left"
