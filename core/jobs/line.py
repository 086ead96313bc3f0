"""The line before the workers: first come, first served; what nobody waits for at a page comes after all others.

Who is first waits while the memory of those being served leaves none for it; nobody overtakes it meanwhile, or a large
case would never have its turn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Condition, Event
from typing import Any

from core.jobs.ticket import Ticket


@dataclass(eq=False)
class Entry:
    """A ticket and its work.

    Attributes:
        function, argument: the work; both travel to a worker.
        finish: what the result goes through here before it is handed out.
        patient: True for work that lets all other work go first.
        woken: set when something happened to it.
        needs: bytes of memory while it is being served.
        process: the process that works on it, None before one does.
    """

    ticket: Ticket
    function: Callable[[Any], Any]
    argument: Any
    finish: Callable[[Any], Any] = lambda result: result
    patient: bool = False
    needs: int = 0
    woken: Event = field(default_factory=Event)
    process: int | None = None


class Line:
    """Who waits and who is being served.

    Args:
        budget: bytes that all who are served may need together, None for no bound.
    """

    def __init__(self, budget: int | None = None) -> None:
        self._budget = budget
        self._changed = Condition()
        self._waiting: list[Entry] = []
        self._served: list[Entry] = []
        self._closed = False

    def join(self, entry: Entry) -> None:
        """Stand at the end; those who are patient behind all others."""
        with self._changed:
            self._waiting.append(entry)
            self._waiting.sort(key=lambda one: one.patient)  # keeps the order of those who came
            self._changed.notify()

    def serve(self) -> Entry | None:
        """Wait for the first in the line and for its memory; None once the line is closed."""
        with self._changed:
            self._changed.wait_for(lambda: (self._waiting and self._fits(self._waiting[0])) or self._closed)
            if self._closed:
                return None
            self._served.append(self._waiting.pop(0))
            return self._served[-1]

    def leave(self, entry: Entry) -> None:
        """Give up waiting; one who is being served stays until `served`."""
        with self._changed:
            self._waiting = [one for one in self._waiting if one is not entry]
            self._changed.notify_all()

    def served(self, entry: Entry) -> None:
        """Is no longer being served."""
        with self._changed:
            self._served = [one for one in self._served if one is not entry]
            self._changed.notify_all()

    def before(self, entry: Entry | None) -> int:
        """How many come before one who waits, those being served among them; 0 for all others."""
        with self._changed:
            if entry is None or entry not in self._waiting:
                return 0
            return self._waiting.index(entry) + len(self._served)

    def lacks_memory(self, entry: Entry | None) -> bool:
        """True for one who waits while the first in the line waits for memory."""
        with self._changed:
            return entry is not None and entry in self._waiting and not self._fits(self._waiting[0])

    def _fits(self, entry: Entry) -> bool:
        """Whether its memory is there; alone it has its turn, for it was asked before whether it can ever fit."""
        taken = sum(one.needs for one in self._served)
        return self._budget is None or not self._served or taken + entry.needs <= self._budget

    def close(self) -> list[Entry]:
        """Serve nobody any more; returns those who waited or were being served."""
        with self._changed:
            self._closed = True
            left, self._waiting = [*self._served, *self._waiting], []
            self._changed.notify_all()
            return left
