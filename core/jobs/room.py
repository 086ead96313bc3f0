"""The workers of the page as its server sees them: a process that holds them, and a connection to it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

from core.errors import InputError, WorkerError
from core.jobs.cluster import connected, quiet
from core.jobs.messages import TOPIC
from core.jobs.settings import WorkerSettings

if TYPE_CHECKING:
    from distributed import Client

PATIENCE_S = 30.0
ENDING_S = 8.0
NO_ANSWER = "scheduler: expected it to answer, got no answer"
NOT_STARTED = "workers: expected them to start, got none; the log of the server says more"
_ROOT = Path(__file__).resolve().parents[2]


class Room:
    """Workers that are started when they are first needed, and again should they be gone.

    Args:
        settings: how many, and how much memory each may take.
        hear: told each message of a worker.
    """

    def __init__(self, settings: WorkerSettings, hear: Callable[[Mapping[str, Any]], None]) -> None:
        self._settings, self._hear, self._lock = settings, hear, RLock()
        self._process: subprocess.Popen[str] | None = None
        self._client: Client | None = None
        self._closed = False

    def client(self) -> Client:
        """A connection to the workers.

        Raises:
            WorkerError: they cannot be started, or were closed.
        """
        with self._lock:
            if not self._closed and (self._client is None or not self.is_there()):
                self._leave()
                there = self._settings.scheduler
                self._client = self._connected(self._started()) if there is None else self._guest(there)
                self._client.subscribe_topic(TOPIC, lambda event: self._hear(event[1]))
            if self._closed or self._client is None:
                raise WorkerError(NOT_STARTED)
            return self._client

    def is_there(self) -> bool:
        """False once the process or the connection is gone."""
        process, client = self._process, self._client
        alive = not self.is_ours or (process is not None and process.poll() is None)
        return alive and client is not None and client.status == "running"

    @property
    def is_ours(self) -> bool:
        """True for processes of this machine; those of a scheduler that was already there are never ended."""
        return self._settings.scheduler is None

    def close(self) -> None:
        """End the workers and the process that holds them, also while they are being started."""
        self._closed = True
        if (starting := self._process) is not None and self._client is None:
            starting.terminate()  # whoever waits for it has the lock
        with self._lock:
            self._leave()

    def _started(self) -> str:
        """Start the process; returns where it listens."""
        workers, memory = self._settings.workers or 1, self._settings.memory_bytes or 0
        command = [sys.executable, "-P", "-m", "core.jobs.host", str(workers), str(memory)]
        paths = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": paths}
        )
        address = self._process.stdout.readline().strip() if self._process.stdout else ""
        if not address:
            raise WorkerError(NOT_STARTED)
        return address

    def _connected(self, address: str) -> Client:
        import dask
        from distributed import Client

        dask.config.set({"distributed.admin.large-graph-warning-threshold": "64GiB"})  # a case is no graph
        try:
            client = Client(address, set_as_default=False, direct_to_workers=True, timeout=PATIENCE_S)
        except (OSError, TimeoutError) as error:
            raise WorkerError(NOT_STARTED) from error
        return client

    def _guest(self, address: str) -> Client:
        """A connection to a scheduler that is already there."""
        quiet()
        try:
            return connected(address, self._settings)
        except InputError as error:
            raise WorkerError(NO_ANSWER) from error

    def _leave(self) -> None:
        client, process = self._client, self._process
        self._client = self._process = None
        if client is not None:
            client.close(timeout=2)
        if process is None:
            return
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()
        try:
            process.wait(ENDING_S)
        except subprocess.TimeoutExpired:
            process.kill()  # its workers end when they miss it
            process.wait()
