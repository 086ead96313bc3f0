"""The one way from the page to its workers; they are the server's, and every session stands in the same line.

    run = work.assess(case)      # run.place(), run.seconds_by_step(), run.future, run.cancel()

Tests of pages put a function of their own in the place of `assess`; then no process is started.
"""

from __future__ import annotations

from functools import cache
from threading import Lock

from core.case import Case
from core.jobs.budget import check_fits, needed_bytes
from core.jobs.service import Service
from core.jobs.settings import page_settings
from dashboard.runs import DEMO_ID, Run

_STARTING = Lock()


def service() -> Service:
    """The workers, started with the server.

    Raises:
        InputError: a variable of the environment that cannot be used.
    """
    with _STARTING:
        return _service()


@cache
def _service() -> Service:
    made = Service(page_settings())
    made.start()
    return made


def assess(case: Case | None) -> Run:
    """Have a case assessed, None for the demo case, which the worker makes itself; it waits for its memory."""
    from core.jobs.assessing import Request, assess_request
    from core.jobs.score import models_here

    run, at = Run(case=case, shared=case is None), service()
    made_with = None if at.is_ours else models_here(None)[1]
    request = Request(case, DEMO_ID if case is None else "", made_with)
    at.take(run, assess_request, request, run.taken, needs=needed_bytes(case))
    return run


def check(case: Case) -> None:
    """Raise InputError for a case whose assessment could never have the memory it needs."""
    budget = page_settings().budget_bytes
    if budget is not None:
        check_fits(needed_bytes(case), budget)
