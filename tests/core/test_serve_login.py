"""Serving with a login: other addresses, the name that browsers know, and what keeps the server shut."""

from __future__ import annotations

import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from core import serve as server
from core.cli import main
from core.errors import InputError
from core.registry.secrets_file import read_login
from tests.core.registry.test_secrets_file import TOML
from tests.server import ROOT, free_port, until_it_answers


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    path = tmp_path / "secrets.toml"
    path.write_text(TOML, encoding="utf-8")
    path.chmod(0o600)
    return path


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What would have been started."""
    found: list[list[str]] = []

    class Child:
        def __init__(self, command: list[str], **_: Any) -> None:
            found.append(command)

        def wait(self) -> int:
            return 0

    monkeypatch.setattr(server.subprocess, "Popen", Child)
    monkeypatch.setattr(server, "_is_free", lambda port, address: True)
    return found


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.0.2.7", "127.0.0.1"])
def test_with_a_login_any_address_is_served(address: str, secrets: Path, commands: list[list[str]]) -> None:
    assert server.serve(8601, address, None, secrets) == 0
    command = commands[0]
    for option in (
        f"--server.address={address}",
        f"--secrets.files={secrets}",
        "--server.allowedHosts=haic.example.org",
        "--server.allowedHosts=localhost",
        "--server.trustedUserHeaders={}",
    ):
        assert option in command
    login = read_login((secrets,))
    assert login is not None
    assert not [part for part in command if login.actor_key in part or "s3cret" in part]


def test_an_address_must_be_one(secrets: Path, commands: list[list[str]]) -> None:
    with pytest.raises(InputError, match="expected an IP address of this machine"):
        server.serve(8601, "example.org", None, secrets)
    assert commands == []


def test_without_a_login_nothing_is_served_where_it_is_required(
    commands: list[list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(server, "ROOT", tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("HAIC_NOMOGRAM_LOGIN", "required")
    assert main(["serve"]) == 2
    assert "expected login settings, got none; name their file with --secrets" in capsys.readouterr().err
    assert main(["serve", "--secrets", str(tmp_path / "none")]) == 2
    assert commands == []


def test_half_a_login_is_refused(secrets: Path, commands: list[list[str]]) -> None:
    secrets.write_text(TOML.split("[haic_nomogram]")[0], encoding="utf-8")
    with pytest.raises(InputError, match="expected the tables"):
        server.serve(8601, "127.0.0.1", None, secrets)
    assert commands == []


@pytest.mark.slow
def test_streamlit_alone_on_all_addresses_answers_nobody(tmp_path: Path) -> None:
    """`streamlit run dashboard/served.py --server.address 0.0.0.0`: a connection to another address of this machine."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "dashboard" / "served.py")]
    options = ["--server.address=0.0.0.0", f"--server.port={port}"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([*command, *options], cwd=ROOT, stdout=log, stderr=log)
        try:
            until_it_answers(f"http://127.0.0.1:{port}", process, 60.0)
            with pytest.raises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(f"http://127.0.0.2:{port}/", timeout=10)
            assert caught.value.code == 403
            assert "needs a login" in caught.value.read().decode()
            assert caught.value.headers["X-Frame-Options"] == "DENY"
        finally:
            process.terminate()
            process.wait(20)
