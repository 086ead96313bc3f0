"""A local cluster of workers listens on 127.0.0.1 only and names no address outside; others are reached by TLS only."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.errors import InputError
from core.jobs.engine import open_workers
from core.jobs.settings import TlsFiles, WorkerSettings
from tests.core.jobs.small_jobs import work
from tests.server import WATCHER
from tests.test_network import LISTENING, LOOPBACK, _sockets
from tests.tls_cluster import certificates, tls_cluster

pytestmark = pytest.mark.slow

RUN = """
import time
from core.jobs.engine import open_workers
from core.jobs.settings import WorkerSettings
from tests.core.jobs.small_jobs import work
if __name__ == "__main__":
    with open_workers(WorkerSettings(workers=2)) as workers:
        found = sorted(one.result for one in workers.run(work, ((str(i), "sleep 0.2") for i in range(20))))
    print(len(found))
"""


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="the sockets are read from Linux's /proc")
def test_a_local_cluster_stays_on_this_machine(tmp_path: Path, root: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(WATCHER, encoding="utf-8")
    (tmp_path / "run.py").write_text(RUN, encoding="utf-8")
    watched = tmp_path / "addresses.txt"
    paths = os.pathsep.join((str(tmp_path), str(root)))
    environment = os.environ | {"PYTHONPATH": paths, "HAIC_TEST_WATCH": str(watched)}
    command = [sys.executable, str(tmp_path / "run.py")]
    seen: set[tuple[str, str, str, str]] = set()
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        while process.poll() is None:
            try:
                seen |= set(_sockets(process.pid))
            except OSError:
                continue  # a process ended in between
            time.sleep(0.05)
        assert process.stdout is not None
        assert process.stdout.read().strip() == "20"
    listening = [row for row in seen if row[3] == LISTENING]
    assert len(listening) >= 1
    assert [row for row in listening if row[1] not in LOOPBACK] == []
    assert [row for row in seen if row[3] != LISTENING and row[2] not in LOOPBACK and int(row[2], 16)] == []
    assert [row for row in seen if row[0].startswith("udp")] == []
    lines = watched.read_text(encoding="utf-8").splitlines()
    assert lines.count("watching") >= 3  # the command and two workers
    assert [line for line in lines if line != "watching" and "127.0.0.1" not in line] == []


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificates")
def test_a_scheduler_by_tls_knows_its_clients(tmp_path: Path) -> None:
    certificates(tmp_path)
    with tls_cluster(tmp_path) as cluster:
        address = cluster.scheduler_address
        assert address.startswith("tls://")
        known = TlsFiles(tmp_path / "authority.pem", tmp_path / "ours.pem", tmp_path / "ours.key")
        with open_workers(WorkerSettings(scheduler=address, tls=known)) as workers:
            assert [one.result for one in workers.run(work, [("a", "a")])] == ["A"]
        stranger = TlsFiles(tmp_path / "authority.pem", tmp_path / "stranger.pem", tmp_path / "stranger.key")
        with (
            pytest.raises(InputError, match="expected a Dask scheduler that answers"),
            open_workers(WorkerSettings(scheduler=address, tls=stranger, answer_s=5.0)),
        ):
            pass


def test_a_scheduler_that_is_not_there_is_said() -> None:
    with (
        pytest.raises(InputError, match="expected a Dask scheduler that answers"),
        open_workers(WorkerSettings(scheduler="tcp://127.0.0.1:9", answer_s=0.5)),
    ):
        pass
