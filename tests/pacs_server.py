"""A real PACS for tests: Debian's Orthanc with DICOMweb, alone in a network namespace, reached by 127.0.0.1 only."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.orthanc_inside import HTTP_PORT, join

PLUGIN = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")
INSIDE = Path(__file__).with_name("orthanc_inside.py")
USER = "reader"


@dataclass
class Way:
    """The way from 127.0.0.1 to Orthanc's socket file; it can break.

    Attributes:
        break_after: connections that are let through before each further one is cut; None for no end.
    """

    path: str
    listening: socket.socket
    break_after: int | None = None
    passed: int = 0

    @property
    def port(self) -> int:
        """On 127.0.0.1."""
        return int(self.listening.getsockname()[1])

    def serve(self) -> None:
        """Until the listening socket is closed."""
        while True:
            try:
                incoming, _ = self.listening.accept()
            except OSError:
                return
            self.passed += 1
            if self.break_after is not None and self.passed > self.break_after:
                incoming.close()
                continue
            outgoing = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            outgoing.connect(self.path)
            join(incoming, outgoing)


@dataclass
class Pacs:
    """A running Orthanc."""

    way: Way
    pid: int
    password: str = field(repr=False)

    @property
    def url(self) -> str:
        """Of its DICOMweb service."""
        return f"http://127.0.0.1:{self.way.port}/dicom-web"

    @property
    def environment(self) -> dict[str, str]:
        """What tells the product of it."""
        names = {"": self.url, "_USER": USER, "_PASSWORD": self.password}
        return {f"HAIC_NOMOGRAM_PACS{name}": value for name, value in names.items()}

    def get(self, path: str) -> bytes:
        """An answer of Orthanc's own interface, not DICOMweb."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.way.port}/{path}")
        request.add_header("Authorization", "Basic " + b64encode(f"{USER}:{self.password}".encode()).decode())
        with urllib.request.urlopen(request, timeout=20) as answer:
            content: bytes = answer.read()
            return content

    def post(self, content: bytes) -> None:
        """Store one DICOM file by Orthanc's own interface."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.way.port}/instances", data=content)
        request.add_header("Authorization", "Basic " + b64encode(f"{USER}:{self.password}".encode()).decode())
        with urllib.request.urlopen(request, timeout=20):
            return


def why_not() -> str:
    """Why there can be no such server here, "" if there can."""
    if shutil.which("Orthanc") is None or not PLUGIN.exists():
        return "Orthanc with DICOMweb (Debian's orthanc, orthanc-dicomweb) is not on this machine"
    if shutil.which("unshare") is None or subprocess.run([*_unshare(), "true"], check=False).returncode:
        return "Orthanc listens on every address and no network namespace can be made here to confine it"
    return ""


@contextmanager
def running() -> Iterator[Pacs]:
    """An empty Orthanc with a password; its files go with it."""
    password = secrets.token_hex(8)
    with tempfile.TemporaryDirectory(prefix="orthanc-") as folder:
        path, config = f"{folder}/way", Path(folder) / "orthanc.json"
        config.write_text(json.dumps(_settings(folder, password)))
        with Path(folder, "log").open("wb") as log:
            inside = subprocess.Popen(
                [*_unshare(), sys.executable, str(INSIDE), str(config), path],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
            )  # fmt: skip
            assert inside.stdin is not None
            assert inside.stdout is not None
            listening = socket.create_server(("127.0.0.1", 0))
            try:
                pid = int(inside.stdout.readline())
                way = Way(path, listening)
                threading.Thread(target=way.serve, daemon=True).start()
                pacs = Pacs(way, pid, password)
                _wait(pacs)
                yield pacs
            finally:
                with contextlib.suppress(OSError):
                    listening.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
                listening.close()
                inside.stdin.close()
                inside.wait(30)
                inside.stdout.close()


def _unshare() -> list[str]:
    return ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--net", "--map-root-user"]


def _settings(folder: str, password: str) -> dict[str, object]:
    return {
        "Name": "test",
        "StorageDirectory": f"{folder}/files",
        "IndexDirectory": f"{folder}/files",
        "Plugins": [str(PLUGIN)],
        "HttpPort": HTTP_PORT,
        "DicomServerEnabled": False,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": True,
        "RegisteredUsers": {USER: password},
        "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
    }


def _wait(pacs: Pacs) -> None:
    deadline = time.monotonic() + 40
    while True:
        try:
            pacs.get("system")
            return
        except (urllib.error.URLError, OSError, ValueError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
