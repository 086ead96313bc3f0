"""A batch at the page's workers: many jobs that let everybody who waits at a page go first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, replace
from functools import partial
from threading import Event, Lock
from typing import Any

from core.errors import WorkerError
from core.jobs.budget import UNREAD_VOXELS, reckoned
from core.jobs.engine import Outcome, outcome_of
from core.jobs.guard import Answer, Argument, Failure, Result, guarded
from core.jobs.service import Service
from core.jobs.ticket import Ticket

MOST_RETRIES = 2


class StoppedError(Exception):
    """The batch was stopped; what is done stays done."""


@dataclass(frozen=True, eq=False)
class _Job:
    name: str
    argument: Any
    deaths: int = 0


class Backlog:
    """The page's workers as those of `core.jobs.engine`, for one batch."""

    def __init__(self, service: Service) -> None:
        self._service, self._lock, self._halt = service, Lock(), Event()
        self._tickets: dict[Future[Any], tuple[Ticket, _Job]] = {}

    def run(
        self, function: Callable[[Argument], Result], jobs: Iterable[tuple[str, Argument]]
    ) -> Iterator[Outcome[Result]]:
        """The outcomes, in the order in which they are done.

        Raises:
            ArtefactError: weights are missing or damaged.
            StoppedError: `stop` was called.
        """
        waiting = (_Job(name, argument) for name, argument in jobs)
        try:
            for _ in range(self._service.places):
                self._begin(function, next(waiting, None))
            while self._tickets:
                done, _ = wait(list(self._tickets), return_when=FIRST_COMPLETED)
                for future in done:
                    _, job = self._tickets.pop(future)
                    answer = self._answer(future, job)
                    if answer is None:
                        self._begin(function, replace(job, deaths=job.deaths + 1))
                        continue
                    self._begin(function, next(waiting, None))
                    yield outcome_of(job.name, answer)
        finally:
            self._cancel()

    def stop(self) -> None:
        """End it now, in the middle of a case; callable from any thread."""
        self._halt.set()
        self._cancel()

    def _begin(self, function: Callable[[Any], Any], job: _Job | None) -> None:
        if job is None:
            return
        ticket = Ticket()
        with self._lock:
            if self._halt.is_set():
                raise StoppedError
            self._tickets[ticket.future] = ticket, job
        self._service.take(
            ticket, partial(guarded, function), job.argument, patient=True, needs=reckoned(UNREAD_VOXELS)
        )

    def _answer(self, future: Future[Any], job: _Job) -> Answer[Any] | None:
        """The answer, None if it is to be tried again."""
        if self._halt.is_set() or future.cancelled():
            raise StoppedError
        try:
            answer: Answer[Any] = future.result()
        except WorkerError as error:
            return None if job.deaths < MOST_RETRIES else Answer(None, Failure(str(error), passing=True))
        return answer

    def _cancel(self) -> None:
        with self._lock:
            for ticket, _ in list(self._tickets.values()):
                ticket.cancel()
