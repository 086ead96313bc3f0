"""What a worker tells while it works: which process it is, which step begins; by a key that says nothing of the job."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

from core.jobs.guard import Answer, Argument, Result, guarded

TOPIC = "haic-nomogram"
_here = threading.local()


class UnwantedError(Exception):
    """Nobody waits for the result any more."""


def carried(function: Callable[[Argument], Result], argument: Argument, key: str) -> Answer[Result]:
    """The job's answer, in the worker, which first tells its process."""
    _here.key = key
    _send({"process": os.getpid()})
    try:
        return guarded(function, argument)
    finally:
        _here.key = None


def tell(step: str, share: float) -> None:
    """What `core.pipeline.assess` calls when a step begins; it goes no further once nobody waits for the result.

    Raises:
        UnwantedError: the work was stopped. A process of our own is ended instead; one of a cluster is not ours.
    """
    if _is_unwanted(_here.key):
        raise UnwantedError
    _send({"step": step, "share": share, "at": time.monotonic()})  # all processes of a machine share this clock


def _is_unwanted(key: str) -> bool:
    from distributed import get_worker

    task = get_worker().state.tasks.get(key)
    return task is None or task.state == "cancelled"


def _send(message: dict[str, str | float | int]) -> None:
    from distributed import get_worker

    get_worker().log_event(TOPIC, {"key": _here.key, **message})
