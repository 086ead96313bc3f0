"""The page's workers: a line of work before them, progress while it is done, and an end at any moment.

    service = Service(page_settings())
    service.start()                                        # the workers load their models meanwhile
    service.take(ticket, assess_request, Request(case))    # ticket.future, .started, .place(), .cancel()

Each worker has a thread here that serves the line. To stop a piece of work its process is ended, and another takes its
place; a piece whose process ended before it began is begun again, one that had begun is not. On a scheduler that was
already there no process is ended: the work stops at its next step (see `core.jobs.messages`).
"""

from __future__ import annotations

import atexit
import logging
import os
import secrets
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any
from weakref import ref

from core.errors import HaicError, InputError, WorkerError
from core.jobs.guard import OUR_FAULT, Answer, Argument, place
from core.jobs.line import Entry, Line
from core.jobs.messages import carried
from core.jobs.room import Room
from core.jobs.settings import WorkerSettings
from core.jobs.ticket import Ticket

if TYPE_CHECKING:
    from distributed import Future

TICK_S = 1.0
MOST_BEGINNINGS = 3
ENDED = "the process working on this case was ended; it may need more memory than there is"
_log = logging.getLogger(__name__)


class Service:
    """Work done by processes of this machine, one piece at a time for each, or at a scheduler that is already there.

    Attributes:
        places: pieces of work that are under way at a time, as far as there is memory.
        is_ours: True where the processes are this machine's.
    """

    def __init__(self, settings: WorkerSettings) -> None:
        self.is_ours = settings.scheduler is None
        self.places = settings.workers or 1 if self.is_ours else settings.at_once
        self._line, self._lock, self._started = Line(settings.budget_bytes), Lock(), False
        self._by_key: dict[str, Entry] = {}
        self._stopped: set[str] = set()
        self._room = Room(settings, self._heard)

    def start(self) -> None:
        """Start the workers, without waiting for them."""
        with self._lock:
            if self._started:
                return
            self._started = True
        atexit.register(self.close)
        for number in range(self.places):
            Thread(target=self._serve, name=f"worker {number}", daemon=True).start()

    def take(
        self,
        ticket: Ticket,
        function: Callable[[Argument], Any],
        argument: Argument,
        finish: Callable[[Any], Any] = lambda result: result,
        *,
        patient: bool = False,
        needs: int = 0,
    ) -> None:
        """Have a piece of work done.

        Args:
            ticket: gets the progress and the result.
            function: of a module that a worker can import.
            finish: what the result goes through here before the ticket has it.
            patient: let everything else go first.
            needs: bytes of memory; it waits until these are left of the budget, or until nothing else is under way.
        """
        self.start()
        entry = Entry(ticket, function, argument, finish, patient, needs)
        seen = ref(entry)  # a circle would keep results of hundreds of megabytes for long
        ticket.place = lambda: self._line.before(seen())
        ticket.lacks_memory = lambda: self._line.lacks_memory(seen())
        ticket.future.add_done_callback(lambda _: self._over(seen()))
        self._line.join(entry)

    def close(self) -> None:
        """End the workers; what is under way fails."""
        for entry in self._line.close():
            entry.ticket.cancel()
        self._room.close()

    def _serve(self) -> None:
        with suppress(WorkerError):  # the first piece of work will say it
            self._room.client()
        while self._serve_one():
            pass  # nothing of one is held while the next is waited for

    def _serve_one(self) -> bool:
        """Serve the first in the line; False once the line is closed."""
        entry = self._line.serve()
        if entry is None:
            return False
        try:
            self._settle(entry)
        finally:
            self._line.served(entry)
        return True

    def _settle(self, entry: Entry) -> None:
        """Do the work and give the ticket what it came to."""
        future = entry.ticket.future
        try:
            result = entry.finish(_result(self._answer(entry)))
        except Exception as error:
            entry.ticket.ended = time.monotonic()
            if not isinstance(error, HaicError):
                _log.error("work failed: %s", place(error))
            _give(future.set_exception, error)
        else:
            entry.ticket.ended = time.monotonic()
            _give(future.set_result, result)

    def _answer(self, entry: Entry) -> Answer[Any]:
        for _ in range(MOST_BEGINNINGS):
            answer = self._once(entry)
            if answer is not None:
                return answer
        raise WorkerError(ENDED)

    def _once(self, entry: Entry) -> Answer[Any] | None:
        """The answer; None if the process ended before it began.

        Raises:
            WorkerError: the process ended, or the work was stopped.
        """
        key = f"job-{secrets.token_hex(8)}"  # says nothing about the job
        client = self._room.client()
        entry.woken.clear()
        self._by_key[key] = entry
        job = client.submit(carried, entry.function, entry.argument, key, key=key, pure=False)
        job.add_done_callback(lambda _: entry.woken.set())
        try:
            while not (entry.ticket.done or entry.woken.wait(TICK_S)):
                if not self._room.is_there():
                    raise WorkerError(ENDED)
            if entry.ticket.done:
                self._stop(entry, key, job)
                raise WorkerError(ENDED)
            if job.status == "finished":
                answer: Answer[Any] = job.result()
                return answer
            if entry.process is None and self._room.is_there():
                return None
            raise WorkerError(ENDED)
        finally:
            del self._by_key[key]
            job.release()

    def _stop(self, entry: Entry, key: str, job: Future[Any]) -> None:
        """End the process that works on it, wherever in a step it is; one that is not ours stops at its next step."""
        self._stopped.add(key)
        job.cancel(force=True)
        if entry.process is not None and self.is_ours:
            _end(entry.process)

    def _heard(self, message: Mapping[str, Any]) -> None:
        """A worker tells something; called in the connection's thread."""
        key = message["key"]
        if key in self._stopped and "process" in message and self.is_ours:
            _end(message["process"])
        if (entry := self._by_key.get(key)) is None:
            return
        if "process" in message:
            entry.process = message["process"]
        else:
            at = message["at"] if self.is_ours else None  # another machine's clock says nothing here
            entry.ticket.progress(message["step"], message["share"], at)

    def _over(self, entry: Entry | None) -> None:
        if entry is not None:
            self._line.leave(entry)
            entry.woken.set()


def _result(answer: Answer[Any]) -> Any:
    """The result of an answer, or its failure raised."""
    if answer.failure is None:
        return answer.result
    if answer.failure.detail:
        _log.error("work failed: %s", answer.failure.detail)
    if answer.failure.text == OUR_FAULT:
        raise RuntimeError(answer.failure.detail)
    raise InputError(answer.failure.text)


def _give(give: Callable[[Any], None], value: Any) -> None:
    """To the ticket, unless it was cancelled in this moment."""
    from concurrent.futures import InvalidStateError

    with suppress(InvalidStateError):
        give(value)


def _end(process: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
