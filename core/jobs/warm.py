"""What a worker process of the page does first: it loads the models, so that the first case does not wait for them."""

from __future__ import annotations

import threading

from core.errors import HaicError

IN_ORDER = ("segmenter", "network", "radiomics", "fusion", "pre", "post")
"""As `core.pipeline.assess` asks for them."""


def dask_setup(_worker: object) -> None:
    """Load beside whatever the worker does; a case that comes meanwhile waits for each model only when it needs it."""
    threading.Thread(target=_load, name="warm", daemon=True).start()


def _load() -> None:
    from core.jobs.score import models_here

    try:
        models, _ = models_here(None)
        for name in IN_ORDER:
            getattr(models, name)
    except HaicError:
        return  # the page says it, and so does the first case
