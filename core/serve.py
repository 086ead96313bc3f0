"""The dashboard's server: a Streamlit process, on this machine only unless there is a login.

core does not import streamlit, so the server is a child process; signals that stop us stop it.
"""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from core.artefacts import ENVIRONMENT_VARIABLE
from core.errors import InputError
from core.jobs.settings import page_settings
from core.registry.logins import LOOPBACK, LoginSettings
from core.registry.place import FOLDER_VARIABLE, find_place, prepare
from core.registry.secrets_file import REQUIRED_VARIABLE, is_required, read_login, secrets_files

DEFAULT_PORT = 8501
OPEN_BROWSER = "HAIC_NOMOGRAM_OPEN_BROWSER"  # set to 1 by `make run` on a desktop
ROOT = Path(__file__).resolve().parents[1]  # of the checkout or of the installation
# Nothing that a user's own Streamlit settings say may loosen these.
FIXED = {
    "global.developmentMode": "false",
    "server.showEmailPrompt": "false",
    "server.enableCORS": "true",
    "server.enableXsrfProtection": "true",
    "server.enableStaticServing": "false",
    "server.enableAgentApi": "false",
    "server.trustedUserHeaders": "{}",
    "browser.gatherUsageStats": "false",
}


def serve(
    port: int | None = None, address: str = "127.0.0.1", cases: Path | None = None, secrets: Path | None = None
) -> int:
    """Serve the dashboard until stopped and return the exit status of the server.

    Args:
        port: 1-65535; None takes 8501, or the next free port above it.
        address: 127.0.0.1, localhost or ::1; with a login any other of this machine too.
        cases: the folder of saved cases; None for HAIC_NOMOGRAM_CASES, or else the user's data folder.
        secrets: the file with the settings of the login; None for where Streamlit looks by itself.

    Raises:
        InputError: if another address is served without a login, or the settings of the login cannot be used; the port
            is out of range or in use, the folder of saved cases cannot be used or is open to others; or a variable that
            says how the workers are is none.
    """
    files = secrets_files(secrets, [Path.home(), _working_folder() or Path.cwd(), ROOT / "dashboard"])
    login = read_login(files)
    _check_address(address, login)
    if cases is not None:
        prepare(cases)  # said now, and not when the first case is saved
    page_settings()
    chosen = _first_free(address) if port is None else _checked(port, address)
    started = command(chosen, address, login, files)
    child = subprocess.Popen(started, cwd=_working_folder(), env=_environment(cases))
    with _forwarding(child):
        status = child.wait()
    return 0 if status in (0, -signal.SIGINT, -signal.SIGTERM) else 1


def command(port: int, address: str, login: LoginSettings | None = None, secrets: Sequence[Path] = ()) -> list[str]:
    """The command line of the server's process; no secret stands in it.

    Args:
        port, address: where it listens.
        login: the settings of the login; browsers know the server by their host.
        secrets: the files that hold them.
    """
    headless = "false" if os.environ.get(OPEN_BROWSER) == "1" else "true"
    options = {**FIXED, "server.address": address, "server.port": str(port), "server.headless": headless}
    # -P keeps the working folder, which may hold a "core" of its own, off the import path
    start = [sys.executable, "-P", "-m", "dashboard.launch", "run", str(ROOT / "dashboard" / "served.py")]
    several = [("secrets.files", str(path)) for path in secrets]
    if login is not None:
        several += [("server.allowedHosts", host) for host in dict.fromkeys((login.host, *LOOPBACK))]
    return start + [f"--{name}={value}" for name, value in (*options.items(), *several)]


def _check_address(address: str, login: LoginSettings | None) -> None:
    if login is None and is_required(os.environ.get(REQUIRED_VARIABLE, "")):
        raise InputError(f"{REQUIRED_VARIABLE}: expected login settings, got none; name their file with --secrets")
    if address in LOOPBACK:
        return
    if login is None:
        raise InputError(
            "address: expected 127.0.0.1, ::1 or localhost, got another; serving on any other address needs a login: "
            "write its settings into a file and name it with --secrets FILE (docs/login.md)"
        )
    try:
        ipaddress.ip_address(address)
    except ValueError:
        raise InputError("address: expected an IP address of this machine, got another text") from None


def _checked(port: int, address: str) -> int:
    if not 1 <= port <= 65535:
        raise InputError(f"port: expected 1-65535, got {port}")
    if not _is_free(port, address):
        raise InputError(f"port: expected a free port, got {port}, which is in use")
    return port


def _first_free(address: str) -> int:
    for port in range(DEFAULT_PORT, DEFAULT_PORT + 100):
        if _is_free(port, address):
            return port
    raise InputError(f"port: expected a free port from {DEFAULT_PORT} on, got 100 in use")


def _is_free(port: int, address: str) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def _working_folder() -> Path | None:
    """The checkout, where Streamlit looks for .streamlit/config.toml; a wheel has it beside dashboard/app.py."""
    return ROOT if (ROOT / ".streamlit" / "config.toml").is_file() else None


def _environment(cases: Path | None = None) -> dict[str, str]:
    environment = dict(os.environ)
    if str(ROOT) not in (
        str(Path(entry).resolve()) for entry in sys.path[1:]
    ):  # started in the checkout, not installed
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT), environment.get("PYTHONPATH"))))
    if weights := environment.get(ENVIRONMENT_VARIABLE):
        environment[ENVIRONMENT_VARIABLE] = str(Path(weights).resolve())
    if cases is not None or FOLDER_VARIABLE in environment:
        environment[FOLDER_VARIABLE] = str(find_place(cases).folder)
    return environment


@contextmanager
def _forwarding(child: subprocess.Popen[bytes]) -> Iterator[None]:
    """While the server runs, pass on the signals that ask us to stop."""

    def forward(number: int, _frame: object) -> None:
        child.send_signal(number)

    previous = {number: signal.signal(number, forward) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
