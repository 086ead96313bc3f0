"""Assessments under way in a worker thread; without streamlit."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.case import Case
from core.findings import Assessment

if TYPE_CHECKING:
    from core.models import ModelSet

DEMO_ID = "Demo case"


@dataclass(eq=False)
class Run:
    """One assessment under way in the worker thread.

    Attributes:
        future: its result to come.
        case: what is assessed, once it is made.
        started: (step, seconds since the clock's origin) of every step begun so far, in order.
        share: share of the steps done.
        ended: when it ended, on the same clock.
    """

    future: Future[Assessment] | None = None
    case: Case | None = None
    started: list[tuple[str, float]] = field(default_factory=list)
    share: float = 0.0
    ended: float | None = None

    def progress(self, step: str, share: float) -> None:
        """What `core.pipeline.assess` calls when a step begins."""
        self.started.append((step, time.monotonic()))
        self.share = share

    @property
    def done(self) -> bool:
        """True once there is a result or an error."""
        return self.future is not None and self.future.done()

    @property
    def error(self) -> BaseException | None:
        """What went wrong, None while it runs or if all went well."""
        return self.future.exception() if self.future is not None and self.done else None

    def seconds_by_step(self) -> list[tuple[str, float]]:
        """Duration of every step begun, the last one still growing."""
        begun = list(self.started)  # the worker thread adds to it
        ends = [*(at for _, at in begun[1:]), self.ended or time.monotonic()]
        return [(step, end - at) for (step, at), end in zip(begun, ends, strict=False)]


def start(worker: ThreadPoolExecutor, make_case: Callable[[], Case], models: ModelSet) -> Run:
    """Assess the case that `make_case` makes, in the worker thread."""
    from core.pipeline import assess

    run = Run()

    def work() -> Assessment:
        try:
            run.case = make_case()
            return assess(run.case, models, run.progress)
        finally:
            run.ended = time.monotonic()

    run.future = worker.submit(work)
    return run


def demo_case() -> Case:
    """The procedural demo case, without its mask."""
    from core.simulate import phantom

    made = phantom.demo_case()
    return Case(DEMO_ID, made.arterial, made.portal_venous, made.clinical)
