"""How far a long piece of work is, and how long it will still take."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

EVERY_S = 5.0
"""Lines are not nearer to each other than this, but for the last."""


@dataclass
class ProgressLine:
    """Tells a line now and then.

    Attributes:
        total: pieces of work, with those done before.
        done: pieces done before this run.
        tell: told each line.
        clock: seconds; another one in tests.
    """

    total: int
    done: int
    tell: Callable[[str], None]
    clock: Callable[[], float] = time.monotonic
    failed: int = 0
    _before: int = field(init=False)
    _start: float = field(init=False)
    _told: float = field(init=False, default=float("-inf"))

    def __post_init__(self) -> None:
        self._before, self._start = self.done, self.clock()

    def step(self, failed: bool) -> None:
        """One more piece is done."""
        self.done += 1
        self.failed += failed
        now = self.clock()
        if now - self._told >= EVERY_S or self.done == self.total:
            self._told = now
            self.tell(self._line(now))

    def _line(self, now: float) -> str:
        line = f"{self.done / self.total:4.0%}  {self.done} of {self.total} patients"
        if self.failed:
            line += f", {self.failed} without scores"
        if self.done < self.total:
            left = (now - self._start) / (self.done - self._before) * (self.total - self.done)
            line += f", about {spoken(left)} left"
        return line


def spoken(seconds: float) -> str:
    """A duration as it is said: "40 s", "12 min", "3 h 20 min", "2 days 5 h"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min"
    days, hours = divmod(hours, 24)
    return f"{days} days {hours} h"
