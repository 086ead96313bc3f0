"""Many independent jobs, by name: as many at a time as there are workers, results as they come.

    with open_workers(WorkerSettings(workers=2)) as workers:
        for outcome in workers.run(function, (("first", 1), ("second", 2))):
            ...

A job that fails is an outcome like any other and stops nothing. A job whose process was ended (out of memory, killed)
is tried again a limited number of times. No more jobs are taken from the iterable than can be worked on, so neither
arguments nor results pile up, however many there are.
"""

from __future__ import annotations

import queue
import secrets
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Generic, Protocol

from core.errors import ArtefactError, InputError
from core.jobs.guard import OUR_FAULT, Answer, Argument, Failure, Result, guarded
from core.jobs.settings import WorkerSettings

if TYPE_CHECKING:
    from distributed import Client, Future

TICK_S = 2.0
PLACES_S = 5.0
"""How often a cluster, which may grow and shrink, is asked for its size."""
PATIENCE_S = 120.0
"""How long there may be no worker at all."""

GONE = "scheduler: expected it to stay until the end, got a lost connection"


@dataclass(frozen=True)
class Outcome(Generic[Result]):
    """What a job came to: its name, and a result or a failure."""

    name: str
    result: Result | None
    failure: Failure | None


class Workers(Protocol):
    """Where jobs run."""

    def run(
        self, function: Callable[[Argument], Result], jobs: Iterable[tuple[str, Argument]]
    ) -> Iterator[Outcome[Result]]:
        """The outcomes of `function` on each (name, argument), in the order in which they are done.

        Args:
            function: of a module that the workers can import; argument and result travel between processes.

        Raises:
            ArtefactError: a job says that weights are missing or damaged: no other could succeed.
            InputError: the workers or the scheduler are gone.
        """


@contextmanager
def open_workers(settings: WorkerSettings | Workers) -> Iterator[Workers]:
    """The workers; those of our own end with the block, those that are given stay.

    Raises:
        InputError: the scheduler does not answer.
    """
    if not isinstance(settings, WorkerSettings):
        yield settings
        return
    if settings.scheduler is None and settings.workers == 0:
        yield Here()
        return
    from core.jobs.cluster import open_client

    with open_client(settings) as client:
        yield OnDask(client, settings.most_retries)


class Here:
    """Jobs one after the other in this process."""

    def run(
        self, function: Callable[[Argument], Result], jobs: Iterable[tuple[str, Argument]]
    ) -> Iterator[Outcome[Result]]:
        """See `Workers`."""
        for name, argument in jobs:
            yield outcome_of(name, guarded(function, argument))


@dataclass(frozen=True, eq=False)
class _Job:
    """One job on its way, and how many processes have ended while it was theirs."""

    name: str
    argument: Any
    deaths: int = 0
    future: Future[Any] | None = None


@dataclass
class OnDask:
    """Jobs on the workers of a Dask scheduler.

    Attributes:
        most_retries: how often a job is tried again whose process was ended.
        patience_s: how long there may be no worker at all.
    """

    client: Client
    most_retries: int = 2
    patience_s: float = PATIENCE_S
    _places: int = 1
    _asked: float = field(default=float("-inf"))
    _seen: float = field(default_factory=time.monotonic)

    def run(
        self, function: Callable[[Argument], Result], jobs: Iterable[tuple[str, Argument]]
    ) -> Iterator[Outcome[Result]]:
        """See `Workers`."""
        done: queue.SimpleQueue[str] = queue.SimpleQueue()
        again: deque[_Job] = deque()
        waiting = (_Job(name, argument) for name, argument in jobs)
        running: dict[str, _Job] = {}
        try:
            while True:
                for job in _take(again, waiting, self._room() - len(running)):
                    key = f"job-{secrets.token_hex(8)}"  # says nothing about the job
                    future = self.client.submit(guarded, function, job.argument, key=key, pure=False)
                    running[key] = replace(job, future=future)
                    future.add_done_callback(lambda one: done.put(one.key))
                if not running:
                    return
                job = running.pop(self._next(done))
                deaths = job.deaths + _deaths(job.future)
                if job.deaths < deaths <= self.most_retries:
                    self._asked = float("-inf")  # one worker less for now: no other job shall share a process with it
                    again.append(_Job(job.name, job.argument, deaths))
                    continue
                yield outcome_of(job.name, _answer(job.future, deaths))
        finally:
            if running:
                self.client.cancel([job.future for job in running.values()], force=True)

    def _next(self, done: queue.SimpleQueue[str]) -> str:
        """The key of the next job that is done."""
        while True:
            try:
                return done.get(timeout=TICK_S)
            except queue.Empty:
                self._room()
                if time.monotonic() - self._seen > self.patience_s:
                    raise InputError(f"workers: expected at least one, got none for {self.patience_s:.0f} s") from None

    def _room(self) -> int:
        """Jobs that can be worked on at a time; at least one, which waits for a worker to come."""
        now = time.monotonic()
        if now - self._asked >= PLACES_S:
            self._asked, self._places = now, self._threads()
        if self._places:
            self._seen = now
        return max(1, self._places)

    def _threads(self) -> int:
        try:
            return sum(self.client.nthreads().values())
        except OSError as error:
            raise InputError(GONE) from error


def _take(again: deque[_Job], jobs: Iterator[_Job], room: int) -> Iterator[_Job]:
    """As many jobs as there is room for: those to be tried again, then new ones."""
    for _ in range(room):
        job = again.popleft() if again else next(jobs, None)
        if job is None:
            return
        yield job


def outcome_of(name: str, answer: Answer[Result]) -> Outcome[Result]:
    """What a job came to; raises ArtefactError where no other could succeed."""
    if answer.failure is not None and answer.failure.stops:
        raise ArtefactError(answer.failure.text)
    return Outcome(name, answer.result, answer.failure)


def _deaths(future: Any) -> int:
    """How many processes ended under this job; the scheduler's own retries count."""
    from distributed.scheduler import KilledWorker

    error = future.exception() if future.status == "error" else None
    return error.allowed_failures + 1 if isinstance(error, KilledWorker) else 0


def _answer(future: Any, deaths: int) -> Answer[Any]:
    if future.status in ("cancelled", "lost"):
        raise InputError(GONE)
    if future.status == "finished":
        answer: Answer[Any] = future.result()
        return answer
    if deaths:
        text = f"the process working on this case was ended {deaths} times; it may need more memory than there is"
        return Answer(None, Failure(text, passing=True))
    return Answer(None, Failure(OUR_FAULT, passing=True, detail=type(future.exception()).__name__))
