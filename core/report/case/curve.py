"""The survival curve of one prognosis with its 95 % band, as it is printed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.findings import CurvePoint, Prognosis, Survival
from core.report.case import shapes
from core.report.case.style import BAND, CURVE, MUTED, PATIENT, TEXT
from core.report.sentences import FIRST_HAIC, percent

LEFT, RIGHT, BOTTOM, TOP = 30.0, 12.0, 24.0, 12.0
SIZE, NUMBER_SIZE = 6.6, 7.6
STEPS = (1, 3, 6, 12, 24, 60, 120)  # months between labels
MOST_STEPS = 6


def curve_drawing(prognosis: Prognosis, width: float, height: float) -> Any:
    """Per cent alive against months from the first HAIC to the end of the follow-up, with the readings; linear axes.

    Where the months lived so far are known, the curve given survival to then is drawn in front of the plain one.
    """
    frame = _Frame(prognosis.curve[-1].time_months, width, height)
    drawn = shapes.drawing(width, height)
    front = prognosis.conditional_curve or prognosis.curve
    outline = [frame.at(p.time_months, p.survival.high) for p in front]
    outline += [frame.at(p.time_months, p.survival.low) for p in reversed(front)]
    drawn.add(shapes.area(outline, BAND))
    for shape in frame.axes():
        drawn.add(shape)
    if prognosis.conditional_curve:
        drawn.add(shapes.path(frame.line(prognosis.curve), MUTED, 0.8, dashes=True))
    drawn.add(shapes.path(frame.line(front), CURVE, 1.6))
    for months, reading in sorted((prognosis.os_conditional or prognosis.os).items()):
        for shape in frame.reading(months, reading):
            drawn.add(shape)
    return drawn


class _Frame:
    """Where months and shares lie in the drawing."""

    def __init__(self, end: float, width: float, height: float) -> None:
        self.end, self.width, self.height = end, width, height

    def at(self, months: float, share: float) -> tuple[float, float]:
        across, up = self.width - LEFT - RIGHT, self.height - BOTTOM - TOP
        return LEFT + across * months / self.end, BOTTOM + up * share

    def line(self, curve: Sequence[CurvePoint]) -> list[tuple[float, float]]:
        return [self.at(p.time_months, p.survival.value) for p in curve]

    def axes(self) -> list[Any]:
        drawn = []
        for share in (0, 0.25, 0.5, 0.75, 1):
            y = self.at(0, share)[1]
            drawn.append(shapes.grid_line((LEFT, y), self.at(self.end, share)))
            drawn.append(shapes.text((LEFT - 4, y - 2.3), f"{100 * share:.0f} %", SIZE, MUTED, "end"))
        step = next((step for step in STEPS if self.end / step <= MOST_STEPS), STEPS[-1])
        for number in range(int(self.end * 1.002 / step) + 1):
            x = self.at(number * step, 0)[0]
            drawn.append(shapes.line((x, BOTTOM), (x, BOTTOM - 3), MUTED, 0.5))
            drawn.append(shapes.text((x, BOTTOM - 10), f"{number * step}", SIZE, MUTED, "middle"))
        drawn.append(shapes.line((LEFT, BOTTOM), self.at(self.end, 0), MUTED, 0.6))
        drawn.append(shapes.text((LEFT, self.height - 7), "Alive, with 95 % range", SIZE, MUTED))
        middle = LEFT + (self.width - LEFT - RIGHT) / 2
        drawn.append(shapes.text((middle, 3), f"Months from {FIRST_HAIC}", SIZE, MUTED, "middle"))
        return drawn

    def reading(self, months: float, reading: Survival) -> list[Any]:
        """Range bar, dot and number; the last number is written to the left."""
        x, y = self.at(months, reading.value)
        low, high = self.at(months, reading.low)[1], self.at(months, reading.high)[1]
        at_end = months > 0.9 * self.end
        place = (x - 5, y - 11) if at_end else (x + 4.5, y + 4)
        return [
            shapes.line((x, low), (x, high), PATIENT, 0.9),
            shapes.dot((x, y), 2.8, PATIENT),
            shapes.bold(place, percent(reading)[0], NUMBER_SIZE, TEXT, "end" if at_end else "start"),
        ]
