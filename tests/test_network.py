"""The server listens on 127.0.0.1 only; neither it nor the page makes an outgoing connection."""

from __future__ import annotations

import os
import re
import signal
import socket
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.server import Server, family, running

LOOPBACK = {"0100007F", "00000000000000000000000001000000", "0000000000000000FFFF00000100007F"}  # as /proc prints it
LISTENING = "0A"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="the sockets are read from Linux's /proc"),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("server")) as started:
        yield started


def _sockets(pid: int) -> list[tuple[str, str, str, str]]:
    """(protocol, local address, remote address, state) of every internet socket of the process's family."""
    inodes: set[str] = set()
    for member in family(pid):
        with suppress(FileNotFoundError):  # ended in between
            for link in Path(f"/proc/{member}/fd").iterdir():
                with suppress(FileNotFoundError):  # closed in between
                    inodes |= set(re.findall(r"socket:\[(\d+)\]", os.readlink(link)))
    rows = []
    for protocol in ("tcp", "tcp6", "udp", "udp6"):
        table = Path(f"/proc/{pid}/net/{protocol}")
        for line in table.read_text(encoding="utf-8").splitlines()[1:] if table.exists() else []:
            fields = line.split()
            if fields[9] in inodes:
                rows.append((protocol, fields[1].split(":")[0], fields[2].split(":")[0], fields[3]))
    return rows


def _fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read().decode("utf-8", errors="replace")


def _outside(server: Server) -> list[str]:
    """What Python named to the operating system that is not this machine."""
    return [line for line in server.addresses() if not re.search(r"127\.0\.0\.1|localhost|'::1'", line)]


def test_it_listens_on_this_machine_only_and_connects_to_nothing(server: Server) -> None:
    page = _fetch(server.url)
    scripts = re.findall(r'(?:src|href)="\./?([^"]+)"', page)
    assert scripts
    seen = set(_sockets(server.process.pid))
    for script in scripts:
        _fetch(f"{server.url}/{script}")
        seen |= set(_sockets(server.process.pid))
    listening = [row for row in seen if row[3] == LISTENING]
    assert listening
    assert all(local in LOOPBACK for _, local, _, _ in listening)
    assert [row for row in seen if row[3] != LISTENING and row[2] not in LOOPBACK and int(row[2], 16)] == []
    assert [row for row in seen if row[0].startswith("udp")] == []


def test_other_addresses_of_this_machine_do_not_answer(server: Server) -> None:
    own = socket.gethostbyname(socket.gethostname())
    for address in {own, "127.0.0.2"} - {"127.0.0.1"}:
        with socket.socket() as probe:
            probe.settimeout(2)
            assert probe.connect_ex((address, server.port)) != 0


def test_python_names_no_address_outside(server: Server) -> None:
    _fetch(server.url)
    assert _outside(server) == []


def _upgrade(server: Server, host: str, origin: str) -> int:
    """Status of the answer to a request for the page's websocket."""
    lines = [
        "GET /_stcore/stream HTTP/1.1",
        f"Host: {host}",
        f"Origin: {origin}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Protocol: streamlit",
    ]
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return int(connection.recv(64).split()[1])


def test_pages_of_other_names_cannot_reach_it(server: Server) -> None:
    own = f"127.0.0.1:{server.port}"
    assert _upgrade(server, own, f"http://{own}") == 101
    assert _upgrade(server, own, "http://example.org") == 403
    assert _upgrade(server, f"example.org:{server.port}", f"http://example.org:{server.port}") == 403
    assert _outside(server) == []  # refused without asking the network who it is


@pytest.mark.browser
def test_the_page_asks_only_its_own_server(server: Server, chromium: Any) -> None:
    asked: list[str] = []
    context = chromium.new_context()
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url))
    page.goto(server.url)
    page.wait_for_selector("[data-testid=stAppViewContainer] h1, [data-testid=stAppViewContainer] h2", timeout=60_000)
    page.wait_for_timeout(4000)  # icons and fonts come after the text
    context.close()
    allowed = re.compile(rf"(?:http|ws)://127\.0\.0\.1:{server.port}/|data:|blob:|about:")
    assert asked
    assert [url for url in asked if not allowed.match(url)] == []
    assert _outside(server) == []


def test_it_stops_when_asked(tmp_path: Path) -> None:
    with running(tmp_path) as started:
        started.process.send_signal(signal.SIGTERM)
        assert started.process.wait(20) == 0
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", started.port)) != 0
