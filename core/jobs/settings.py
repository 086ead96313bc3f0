"""Where jobs run, checked before anything is started."""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from core.errors import InputError
from core.jobs.budget import BUDGET_VARIABLE, budget_bytes

WORKERS_VARIABLE, MEMORY_VARIABLE = "HAIC_NOMOGRAM_WORKERS", "HAIC_NOMOGRAM_WORKER_MEMORY"
SCHEDULER_VARIABLE = "HAIC_NOMOGRAM_SCHEDULER"
TLS_VARIABLES = "HAIC_NOMOGRAM_TLS_CA", "HAIC_NOMOGRAM_TLS_CERT", "HAIC_NOMOGRAM_TLS_KEY"
MOST_WORKERS, LEAST_GIB = 64, 1.0


@dataclass(frozen=True)
class TlsFiles:
    """PEM files by which a scheduler and this program know each other: the authority, our certificate and its key."""

    authority: Path
    certificate: Path
    key: Path


@dataclass(frozen=True)
class WorkerSettings:
    """Where jobs run.

    Attributes:
        workers: processes on this machine, 0 to work in this one, None for one per core; not used with a scheduler.
        scheduler: address of a Dask scheduler that is already there, None to work on this machine.
        tls: what a tls:// address needs.
        most_retries: how often a job is tried again whose process was ended; a scheduler that is already there may
            try more often by itself.
        answer_s: how long a scheduler may take to answer.
        memory_bytes: what a process on this machine may take before it is ended; None for its share of nine tenths of
            the machine's memory.
        warm: a process of this machine loads the models as soon as it starts.
        at_once: pieces of work that the page has at a scheduler at a time.
        budget_bytes: what assessments under way may need together, None for no bound.

    Raises:
        InputError: an address or files that cannot be used.
    """

    workers: int | None = None
    scheduler: str | None = None
    tls: TlsFiles | None = None
    most_retries: int = 2
    answer_s: float = 30.0
    memory_bytes: int | None = None
    warm: bool = False
    at_once: int = 1
    budget_bytes: int | None = None

    def __post_init__(self) -> None:
        if self.scheduler is None:
            if self.tls is not None:
                raise InputError("--tls-ca, --tls-cert, --tls-key: expected a scheduler's address, got none")
            return
        if self.workers is not None:
            raise InputError("--workers: expected none with --scheduler, which has workers of its own")
        _check_address(self.scheduler, self.tls)


def page_settings() -> WorkerSettings:
    """The page's workers, as variables of the environment say; docs/long-work.md and docs/scale.md name them.

    With HAIC_NOMOGRAM_SCHEDULER, HAIC_NOMOGRAM_WORKERS says how many pieces of work are there at a time.

    Raises:
        InputError: a variable that cannot be used.
    """
    count, memory = os.environ.get(WORKERS_VARIABLE, "1"), os.environ.get(MEMORY_VARIABLE, "")
    if not re.fullmatch(r"[0-9]{1,3}", count) or not 1 <= int(count) <= MOST_WORKERS:
        raise InputError(f"{WORKERS_VARIABLE}: expected a whole number from 1 to {MOST_WORKERS}, got another value")
    if memory and not (re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,3})?", memory) and float(memory) >= LEAST_GIB):
        raise InputError(f"{MEMORY_VARIABLE}: expected GiB, at least {LEAST_GIB:g}, got another value")
    budget = budget_bytes()
    if scheduler := os.environ.get(SCHEDULER_VARIABLE):
        bound = budget if os.environ.get(BUDGET_VARIABLE) else None  # this machine's memory says nothing of theirs
        return WorkerSettings(scheduler=scheduler, tls=_tls_files(), at_once=int(count), budget_bytes=bound)
    held = int(float(memory) * 2**30) if memory else None
    return WorkerSettings(workers=int(count), memory_bytes=held, warm=True, budget_bytes=budget)


def _tls_files() -> TlsFiles | None:
    paths = [Path(found).resolve() for name in TLS_VARIABLES if (found := os.environ.get(name))]
    if paths and len(paths) < len(TLS_VARIABLES):
        raise InputError("--tls-ca, --tls-cert, --tls-key: expected all three or none")
    return TlsFiles(*paths) if paths else None


def _check_address(address: str, tls: TlsFiles | None) -> None:
    """What goes to a worker can run programs there and holds patients' values: only to this machine, or by TLS."""
    parts = urlsplit(address)
    if parts.scheme not in ("tcp", "tls") or not parts.hostname or _port(address) is None:
        raise InputError("--scheduler: expected tcp://HOST:PORT or tls://HOST:PORT, got another form")
    if parts.scheme == "tcp":
        if not is_loopback(parts.hostname):
            raise InputError("--scheduler: expected tls:// for another machine, got tcp://, which hides nothing")
        return
    if tls is None:
        raise InputError("--scheduler: expected --tls-ca, --tls-cert and --tls-key with a tls:// address, got none")
    for option, path in (("--tls-ca", tls.authority), ("--tls-cert", tls.certificate), ("--tls-key", tls.key)):
        if not path.is_file():
            raise InputError(f"{option}: expected a PEM file, got none")


def is_loopback(host: str) -> bool:
    """Whether a host's name or number is this machine's own loopback; no name is looked up."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _port(address: str) -> int | None:
    try:
        return urlsplit(address).port
    except ValueError:
        return None
