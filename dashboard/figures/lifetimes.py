"""Worst, typical and best case on one line of months: one in ten, the middle half, one in ten."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from core.findings import CurvePoint
from core.survival.scenarios import scenarios
from dashboard.texts import people as words

STEPS = (0.25, 0.5, 1, 2, 3, 6, 12, 24, 36, 60, 120)  # months between labels
MOST_STEPS = 6


def lifetimes(curve: Sequence[CurvePoint], end_months: float, rows: Sequence[tuple[str, str]]) -> str:
    """The three cases in words and on a line as HTML, dressed by style.css.

    Args:
        curve: from which they are read; it may begin after 0.
        end_months: where the follow-up ends; what lies past it is open to the right.
        rows: name and words of each case.
    """
    told = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in rows)
    label = escape(words.cases_description(rows))
    line = _line(curve, end_months)
    return f'<dl class="cases">{told}</dl><div class="lifetimes" role="img" aria-label="{label}">{line}</div>'


def _line(curve: Sequence[CurvePoint], end: float) -> str:
    found = scenarios(curve)
    first, last = found.typical
    parts = [_part("whole", curve[0].time_months, None, end)]
    parts += [_part("most", found.worst, found.best, end), _part("half", first, last, end)]
    marks = [_mark(time, end) for time in (found.worst, found.best) if time is not None]
    step = next((step for step in STEPS if end / step <= MOST_STEPS), STEPS[-1])
    months = [step * count for count in range(int(end * 1.002 / step) + 1)]
    labels = "".join(f'<span style="left:{_share(month, end)}">{month:g}</span>' for month in months)
    return "".join([*parts, *marks, labels])


def _part(name: str, start: float | None, stop: float | None, end: float) -> str:
    """A stretch of months; one that ends past the follow-up is open, one that begins past it is not drawn."""
    if start is None:
        return ""
    width = (end if stop is None else stop) - start
    open_ = " open" if stop is None and name != "whole" else ""
    told = f"<em>{words.TYPICAL}</em>" if name == "half" else ""
    return f'<i class="{name}{open_}" style="left:{_share(start, end)};width:{_share(width, end)}">{told}</i>'


def _mark(time: float, end: float) -> str:
    return f'<i class="mark" style="left:{_share(time, end)}"></i>'


def _share(months: float, end: float) -> str:
    return f"{100 * min(months / end, 1.0):.2f}%"
