"""Where jobs run, checked before anything is started."""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from core.errors import InputError

WORKERS_VARIABLE, MEMORY_VARIABLE = "HAIC_NOMOGRAM_WORKERS", "HAIC_NOMOGRAM_WORKER_MEMORY"
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

    def __post_init__(self) -> None:
        if self.scheduler is None:
            if self.tls is not None:
                raise InputError("--tls-ca, --tls-cert, --tls-key: expected a scheduler's address, got none")
            return
        if self.workers is not None:
            raise InputError("--workers: expected none with --scheduler, which has workers of its own")
        _check_address(self.scheduler, self.tls)


def page_settings() -> WorkerSettings:
    """The page's workers, as HAIC_NOMOGRAM_WORKERS (1) and HAIC_NOMOGRAM_WORKER_MEMORY (GiB) say.

    Raises:
        InputError: a variable that cannot be used.
    """
    count, memory = os.environ.get(WORKERS_VARIABLE, "1"), os.environ.get(MEMORY_VARIABLE, "")
    if not re.fullmatch(r"[0-9]{1,3}", count) or not 1 <= int(count) <= MOST_WORKERS:
        raise InputError(f"{WORKERS_VARIABLE}: expected a whole number from 1 to {MOST_WORKERS}, got another value")
    if memory and not (re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,3})?", memory) and float(memory) >= LEAST_GIB):
        raise InputError(f"{MEMORY_VARIABLE}: expected GiB, at least {LEAST_GIB:g}, got another value")
    return WorkerSettings(workers=int(count), memory_bytes=int(float(memory) * 2**30) if memory else None, warm=True)


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
