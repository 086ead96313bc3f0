"""The dashboard as docs/deploy.md has it, on loopback for tests: several app processes behind a real nginx."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.server import family, free_port, until_it_answers

ROOT = Path(__file__).resolve().parents[1]
CONFIGURATION = ROOT / "docs" / "deploy" / "nginx.conf"
NAME = "localhost"
SHELL = """daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;
events {{ worker_connections 256; }}
http {{ client_body_temp_path {folder}/bodies; proxy_temp_path {folder}/answers; include {folder}/site.conf; }}
"""


@dataclass
class AppProcess:
    """One `haic-nomogram serve`."""

    port: int
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """SIGKILL to it and all that it has started."""
        for pid in family(self.process.pid):
            os.kill(pid, signal.SIGKILL)
        self.process.wait(20)


@dataclass(frozen=True)
class Front:
    """nginx, in front of the apps.

    It cannot write where it would keep uploads and downloads for a while.
    """

    port: int
    plain_port: int
    folder: Path
    apps: tuple[AppProcess, ...] = field(default=())

    @property
    def url(self) -> str:
        """Where browsers find it."""
        return f"https://{NAME}:{self.port}"

    @property
    def log(self) -> list[str]:
        """A line for each request; its last word is the process that answered."""
        return (self.folder / "access.log").read_text(encoding="utf-8").splitlines()

    def get(self, path: str = "/", cookie: str = "", host: str = "", method: str = "GET") -> http.client.HTTPResponse:
        """One request over TLS, its body read."""
        trusted = ssl.create_default_context(cafile=str(self.folder / "cert.pem"))
        connection = http.client.HTTPSConnection(NAME, self.port, context=trusted, timeout=20)
        headers = {"Host": host or f"{NAME}:{self.port}", **({"Cookie": cookie} if cookie else {})}
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer


@contextmanager
def apps(
    folder: Path, count: int, environment: Mapping[str, str], options: Sequence[str] = ()
) -> Iterator[tuple[AppProcess, ...]]:
    """`count` app processes that share the same saved cases, each with these options of `serve`."""
    merged = {**os.environ, "PYTHONPATH": str(ROOT), "HAIC_NOMOGRAM_CASES": str(folder / "cases"), **environment}
    started: list[AppProcess] = []
    with (folder / "apps.log").open("wb") as log:
        try:
            for _ in range(count):
                port = free_port()
                command = [sys.executable, "-m", "core", "serve", "--port", str(port), *options]
                started.append(
                    AppProcess(port, subprocess.Popen(command, cwd=folder, env=merged, stdout=log, stderr=log))
                )
            for one in started:
                until_it_answers(f"http://127.0.0.1:{one.port}", one.process, 120.0)
            yield tuple(started)
        finally:
            for one in started:
                one.process.terminate()
            for one in started:
                one.process.wait(30)


@contextmanager
def nginx(folder: Path, behind: Sequence[AppProcess], port: int) -> Iterator[Front]:
    """The configuration of docs/deploy in a real nginx, with other names, ports and a certificate made here."""
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None or shutil.which("openssl") is None:
        missing = "nginx or openssl is not on this machine (Debian's nginx-light, openssl)"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    front = Front(port, free_port(), folder, tuple(behind))
    _certificate(folder)
    (folder / "site.conf").write_text(_site(front), encoding="utf-8")
    (folder / "nginx.conf").write_text(SHELL.format(folder=folder), encoding="utf-8")
    command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    tested = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert tested.returncode == 0, tested.stderr
    assert "[warn]" not in tested.stderr, tested.stderr
    for spool in (folder / "bodies", folder / "answers"):
        spool.mkdir(exist_ok=True)
    process = subprocess.Popen(command)
    try:
        _until_it_serves(front)
        for spool in (folder / "bodies", folder / "answers"):
            spool.chmod(0)
        yield front
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _certificate(folder: Path) -> None:
    names = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run(["openssl", "req", "-x509", *key, *names, *files], check=True, capture_output=True)


def _site(front: Front) -> str:
    """The file as an administrator would change it, and on this machine's loopback alone."""
    text = CONFIGURATION.read_text(encoding="utf-8")
    one, other = front.apps
    for old, new in (
        ("8501", str(one.port)),
        ("8502", str(other.port)),
        ("listen 80;", f"listen 127.0.0.1:{front.plain_port};"),
        ("listen 443 ", f"listen 127.0.0.1:{front.port} "),
        ("https://haic.example.org", front.url),
        ("haic.example.org", NAME),
        ("/etc/ssl/haic-nomogram/fullchain.pem", f"{front.folder}/cert.pem"),
        ("/etc/ssl/haic-nomogram/key.pem", f"{front.folder}/key.pem"),
        ("/var/log/nginx/haic-nomogram.log", f"{front.folder}/access.log"),
    ):
        assert old in text, old
        text = text.replace(old, new)
    return text


def _until_it_serves(front: Front) -> None:
    end = time.monotonic() + 20
    while True:
        try:
            if front.get("/_stcore/health").status == 200:
                return
        except OSError:
            pass
        assert time.monotonic() < end, (front.folder / "error.log").read_text(encoding="utf-8")
        time.sleep(0.1)
