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
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

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
def running(
    folder: Path,
    environment: Mapping[str, str] | None = None,
    seconds: float = 60.0,
    port: int | None = None,
    options: Sequence[str] = (),
) -> Iterator[Server]:
    """Serve the dashboard from `folder`, which is not the checkout, until the block ends; `options` of the command."""
    watcher = folder / "watcher"
    watcher.mkdir(parents=True)
    (watcher / "sitecustomize.py").write_text(WATCHER, encoding="utf-8")
    watched, port = folder / "addresses.txt", port or free_port()
    cases = {"HAIC_NOMOGRAM_CASES": str(folder / "cases")}
    here = {name: value for name, value in os.environ.items() if name != "HAIC_NOMOGRAM_DATABASE"}
    merged = {**here, "HAIC_TEST_WATCH": str(watched), **cases, **(environment or {})}
    merged["PYTHONPATH"] = os.pathsep.join(filter(None, (str(watcher), merged.get("PYTHONPATH"))))
    command = [sys.executable, "-m", "core", "serve", "--port", str(port), *options]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=merged, stdout=log, stderr=log)
        try:
            server = Server(f"http://127.0.0.1:{port}", port, process, watched)
            try:
                until_it_answers(server.url, process, seconds)
            except TimeoutError as error:
                raise AssertionError((folder / "server.log").read_text(encoding="utf-8")) from error
            yield server
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def serving(app: Path, folder: Path, environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """A small streamlit app from the checkout, until the block ends; gives its address."""
    port = free_port()
    merged = {**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})}
    command = [sys.executable, "-m", "streamlit", "run", str(app), "--server.port", str(port)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=merged, stdout=log, stderr=log)
        try:
            until_it_answers(f"http://127.0.0.1:{port}", process, 180.0)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


def until_it_answers(url: str, process: subprocess.Popen[bytes], seconds: float, pause: float = 0.1) -> None:
    """Return once the server of `process` answers.

    Raises:
        TimeoutError: it does not within `seconds`, or has ended.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(pause)
    raise TimeoutError(f"no answer in {seconds:.0f} s, or the server has ended")


def family(pid: int) -> list[int]:
    """The process and all its descendants."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
            except (FileNotFoundError, ProcessLookupError):
                continue  # it ended in between
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found, queue = [], [pid]
    while queue:
        found.append(queue.pop())
        queue.extend(parents.get(found[-1], []))
    return found
