"""A Dask cluster by TLS on loopback, and certificates for it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def certificate(folder: Path, name: str, authority: str = "") -> None:
    """A key and a certificate, of an authority or its own."""
    key = ("-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-subj", f"/CN={name}", "-days", "2")
    signed = ("-CA", f"{authority}.pem", "-CAkey", f"{authority}.key") if authority else ()
    _openssl(folder, "req", "-x509", *key, *signed, "-out", f"{name}.pem")


def certificates(folder: Path) -> None:
    """An authority's, ours, which it has signed, and a stranger's."""
    certificate(folder, "authority")
    certificate(folder, "ours", "authority")
    certificate(folder, "stranger")


@contextmanager
def tls_cluster(folder: Path) -> Iterator[Any]:
    """A scheduler and one worker, as a hospital's cluster has them, by the certificates in `folder`."""
    from distributed import LocalCluster
    from distributed.security import Security

    ours = {"cert": str(folder / "ours.pem"), "key": str(folder / "ours.key")}
    roles = {f"tls_{role}_{part}": path for role in ("scheduler", "worker", "client") for part, path in ours.items()}
    security = Security(require_encryption=True, tls_ca_file=str(folder / "authority.pem"), **roles)
    with LocalCluster(
        n_workers=1, threads_per_worker=1, host="127.0.0.1", protocol="tls://", security=security,
        dashboard_address=None, scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
    ) as cluster:  # fmt: skip
        yield cluster
