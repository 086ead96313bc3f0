"""What a worker process of our own cluster does first; Dask loads this module in it."""

from __future__ import annotations

import signal


def dask_setup(_worker: object) -> None:
    """Leave Ctrl-C to the command, which ends its workers in order."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
