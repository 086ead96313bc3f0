"""A Dask client: of a cluster of our own on this machine, or of a scheduler that is already there.

Our own cluster listens on 127.0.0.1 only, has no dashboard and writes nothing to disk. Dask moves pickles between its
processes, which whoever may connect can misuse; so other machines are reached by TLS with certificates only.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from core.errors import InputError
from core.jobs.settings import WorkerSettings

if TYPE_CHECKING:
    from distributed import Client

LOOPBACK = "127.0.0.1"
MEMORY_SHARE = 0.9
"""Of the machine's memory, for all workers together."""
SPIN_COUNT = "10000"
"""Threads that wait give their core away before long (see core.segmentation.predict)."""

SPARING = {"MALLOC_TRIM_THRESHOLD_": "65536"}
"""Freed memory goes back to the system at once, for many workers beside each other."""
QUICK = {"MALLOC_TRIM_THRESHOLD_": str(2**28), "MALLOC_MMAP_THRESHOLD_": str(2**26)}
"""Where somebody waits: getting memory anew and anew took a third of a case's time."""


@contextmanager
def open_client(settings: WorkerSettings) -> Iterator[Client]:
    """A client; a cluster of our own ends with the block.

    Raises:
        InputError: the scheduler does not answer.
    """
    quiet()
    opened = _local(settings) if settings.scheduler is None else _existing(settings.scheduler, settings)
    with opened as client:
        yield client


def cores() -> int:
    """Cores this process may use."""
    from dask.system import CPU_COUNT

    return int(CPU_COUNT)


@contextmanager
def _local(settings: WorkerSettings) -> Iterator[Client]:
    import dask
    from distributed import Client, LocalCluster
    from distributed.system import MEMORY_LIMIT

    workers = settings.workers or cores()
    with (
        tempfile.TemporaryDirectory(prefix="haic-nomogram-") as scratch,
        dask.config.set(_config(_environment(workers) | (QUICK if settings.warm else SPARING))),
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host=LOOPBACK,
            protocol="tcp://",
            dashboard_address=None,
            memory_limit=settings.memory_bytes or int(MEMORY_SHARE * MEMORY_LIMIT / workers),
            local_directory=scratch,
            silence_logs=logging.CRITICAL,
            preload=["core.jobs.worker", *(["core.jobs.warm"] if settings.warm else [])],
            scheduler_kwargs={"dashboard_address": f"{LOOPBACK}:0"},  # any port, or it would insist on 8787
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client


@contextmanager
def _existing(address: str, settings: WorkerSettings) -> Iterator[Client]:
    with connected(address, settings) as client:
        yield client


def quiet() -> None:
    """Dask's messages repeat arguments: paths, values."""
    import distributed

    logging.getLogger(distributed.__name__).setLevel(logging.CRITICAL)


def connected(address: str, settings: WorkerSettings) -> Client:
    """A client of a scheduler that is already there.

    Raises:
        InputError: it does not answer.
    """
    from distributed import Client
    from distributed.security import Security

    security, tls = None, settings.tls
    if tls is not None:
        security = Security(
            require_encryption=True,
            tls_ca_file=str(tls.authority),
            tls_client_cert=str(tls.certificate),
            tls_client_key=str(tls.key),
        )
    try:
        return Client(address, security=security, timeout=settings.answer_s, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise InputError("--scheduler: expected a Dask scheduler that answers, got no answer") from error


def _config(environment: Mapping[str, str]) -> dict[str, Any]:
    """No pages, no spilling of patients' data to disk; who is tried again is decided in core.jobs.engine."""
    return {
        "distributed.scheduler.http.routes": [],
        "distributed.worker.http.routes": [],
        "distributed.scheduler.allowed-failures": 0,
        "distributed.scheduler.worker-ttl": None,  # a case may hold Python's lock for minutes
        "distributed.deploy.lost-worker-timeout": "15 minutes",  # a busy machine is slow to start another in its place
        "distributed.comm.timeouts.connect": "2 minutes",
        "distributed.worker.profile.enabled": False,
        "distributed.worker.memory.target": False,
        "distributed.worker.memory.spill": False,
        "distributed.worker.memory.pause": False,
        "distributed.diagnostics.nvml": False,
        "distributed.nanny.pre-spawn-environ": dict(environment),
    }


def _environment(workers: int) -> dict[str, str]:
    """One thread for each of several workers: they would only wait for each other. Read when libraries are loaded."""
    threads = str(1 if workers > 1 else cores())
    counts = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS")
    return {**dict.fromkeys(counts, threads), "GOMP_SPINCOUNT": SPIN_COUNT}
