"""One piece of work that somebody waits for: its place in the line, how far it is, what it came to."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import RLock
from typing import Any


@dataclass(eq=False)
class Ticket:
    """One piece of work under way.

    Attributes:
        future: its result to come.
        started: (step, seconds since the clock's origin) of every step begun so far, in order.
        share: share of the steps done.
        ended: when it ended, on the same clock.
        place: asked how many pieces of work come before it, 0 once it is its turn.
        lacks_memory: asked whether it waits for memory that others have.
    """

    future: Future[Any] = field(default_factory=Future)
    started: list[tuple[str, float]] = field(default_factory=list)
    share: float = 0.0
    ended: float | None = None
    place: Callable[[], int] = lambda: 0
    lacks_memory: Callable[[], bool] = lambda: False
    _lock: RLock = field(default_factory=RLock, repr=False)

    def progress(self, step: str, share: float, at: float | None = None) -> None:
        """A step begins, or began at `at` on the machine's monotonic clock; `share` of the steps are done."""
        self.started.append((step, time.monotonic() if at is None else at))
        self.share = share

    @property
    def done(self) -> bool:
        """True once there is a result or an error, or it was cancelled."""
        return self.future.done()

    @property
    def cancelled(self) -> bool:
        """True if it was cancelled before it was done."""
        return self.future.cancelled()

    @property
    def error(self) -> BaseException | None:
        """What went wrong, None while it runs, if all went well or it was cancelled."""
        return self.future.exception() if self.done and not self.cancelled else None

    def cancel(self) -> None:
        """Stop the work, wherever it is; what is done stays done."""
        with self._lock:
            if not self.done and self.future.cancel():
                self.future.set_running_or_notify_cancel()  # wakes those who wait

    def seconds_by_step(self) -> list[tuple[str, float]]:
        """Duration of every step begun, the last one still growing."""
        begun = list(self.started)  # another thread adds to it
        ends = [*(at for _, at in begun[1:]), self.ended or time.monotonic()]
        return [(step, end - at) for (step, at), end in zip(begun, ends, strict=False)]
