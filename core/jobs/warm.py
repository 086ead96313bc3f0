"""What a worker process of the page does first: it loads the models, so that the first case does not wait for them."""

from __future__ import annotations

import threading

from core.errors import HaicError


def dask_setup(_worker: object) -> None:
    """Load beside whatever the worker does; a case that comes meanwhile waits for it."""
    threading.Thread(target=_load, name="warm", daemon=True).start()


def _load() -> None:
    from core.jobs.score import models_here

    try:
        models_here(None)
    except HaicError:
        return  # the page says it, and so does the first case
