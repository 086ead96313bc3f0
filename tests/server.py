"""A dashboard in a process of its own, watched from outside; used by the network and browser tests."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# Put on the child's path as sitecustomize.py: writes down every address a Python process connects or sends to.
WATCHER = """
import os, sys
def note(line):
    target = os.open(os.environ["HAIC_TEST_WATCH"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(target, (line + "\\n").encode())
    os.close(target)
def watch(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        note(f"{event} {[a for a in arguments if not hasattr(a, 'fileno')]}")
sys.addaudithook(watch)
note("watching")
"""


@dataclass(frozen=True)
class Server:
    """A running dashboard."""

    url: str
    port: int
    process: subprocess.Popen[bytes]
    watched: Path

    def addresses(self) -> list[str]:
        """Every address named to the operating system so far, one event a line."""
        lines = self.watched.read_text(encoding="utf-8").splitlines()
        assert lines.count("watching") >= 2, "the server and its child were not watched"
        return [line for line in lines if line != "watching"]


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(folder: Path, environment: Mapping[str, str] | None = None, seconds: float = 60.0) -> Iterator[Server]:
    """Serve the dashboard from `folder`, which is not the checkout, until the block ends."""
    watcher = folder / "watcher"
    watcher.mkdir(parents=True)
    (watcher / "sitecustomize.py").write_text(WATCHER, encoding="utf-8")
    watched, port = folder / "addresses.txt", free_port()
    cases = {"HAIC_NOMOGRAM_CASES": str(folder / "cases")}
    merged = {**os.environ, "HAIC_TEST_WATCH": str(watched), **cases, **(environment or {})}
    merged.pop("HAIC_NOMOGRAM_DATABASE", None)
    merged["PYTHONPATH"] = os.pathsep.join(filter(None, (str(watcher), merged.get("PYTHONPATH"))))
    command = [sys.executable, "-m", "core", "serve", "--port", str(port)]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=merged, stdout=log, stderr=log)
        try:
            server = Server(f"http://127.0.0.1:{port}", port, process, watched)
            _wait(server, folder, seconds)
            yield server
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(server: Server, folder: Path, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError((folder / "server.log").read_text(encoding="utf-8"))
