"""The server's command and its refusals; tests/test_network.py starts it."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core import serve as server
from core.cli import main
from core.errors import InputError


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.168.1.4", "example.org", ""])
def test_other_addresses_are_refused(address: str) -> None:
    with pytest.raises(InputError, match="needs a login: write its settings"):
        server.serve(None, address)


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_ports_out_of_range_are_refused(port: int) -> None:
    with pytest.raises(InputError, match=f"expected 1-65535, got {port}"):
        server.serve(port, "127.0.0.1")


def test_a_port_in_use_is_one_sentence_and_status_2(taken: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--port", str(taken)]) == 2
    assert capsys.readouterr().err == f"error: port: expected a free port, got {taken}, which is in use\n"


def test_without_a_port_the_next_free_one_is_taken(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "DEFAULT_PORT", taken)
    assert taken < server._first_free("127.0.0.1") < taken + 100


def test_command_fixes_what_no_setting_may_loosen() -> None:
    command = server.command(8601, "127.0.0.1")
    assert command[:2] == [sys.executable, "-P"]
    assert Path(command[5]).is_file()
    for option in (
        "--server.address=127.0.0.1",
        "--server.port=8601",
        "--server.headless=true",
        "--server.enableXsrfProtection=true",
        "--server.enableCORS=true",
        "--browser.gatherUsageStats=false",
    ):
        assert option in command


def test_packages_are_found_by_the_child_where_nothing_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", ["", "/elsewhere"])
    assert server._environment()["PYTHONPATH"].split(":")[0] == str(server.ROOT)


def test_relative_weights_keep_their_meaning(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HAIC_NOMOGRAM_WEIGHTS", "weights")
    assert server._environment()["HAIC_NOMOGRAM_WEIGHTS"] == str(tmp_path / "weights")


@pytest.mark.parametrize(("status", "expected"), [(0, 0), (-signal.SIGTERM, 0), (1, 1), (-signal.SIGKILL, 1)])
def test_status_of_the_child(status: int, expected: int, monkeypatch: pytest.MonkeyPatch) -> None:
    class Child:
        def __init__(self, command: list[str], **_: Any) -> None:
            assert "dashboard.launch" in command

        def wait(self) -> int:
            return status

    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(server.subprocess, "Popen", Child)
    assert server.serve(None, "127.0.0.1") == expected
    assert signal.getsignal(signal.SIGTERM) is before


def test_the_folder_of_saved_cases_is_named_to_the_server_as_it_was_meant_here(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HAIC_NOMOGRAM_CASES", raising=False)
    assert "HAIC_NOMOGRAM_CASES" not in server._environment()
    assert server._environment(Path("cases"))["HAIC_NOMOGRAM_CASES"] == str(tmp_path / "cases")
    monkeypatch.setenv("HAIC_NOMOGRAM_CASES", "others")
    assert server._environment()["HAIC_NOMOGRAM_CASES"] == str(tmp_path / "others")


def test_a_folder_of_cases_that_is_open_to_others_is_refused_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases").chmod(0o755)
    (tmp_path / "cases" / "file").write_text("")
    assert main(["serve", "--cases", str(tmp_path / "cases")]) == 2
    assert "expected one that only its owner can enter (chmod 700)" in capsys.readouterr().err
