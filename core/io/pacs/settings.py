"""Where the PACS is and how to sign in, from the environment or a file; never from the command line: others see it."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from core.errors import InputError
from core.io.bounded import read_bounded

ADDRESS = "HAIC_NOMOGRAM_PACS"
USER, PASSWORD, TOKEN = f"{ADDRESS}_USER", f"{ADDRESS}_PASSWORD", f"{ADDRESS}_TOKEN"
CREDENTIALS, AUTHORITY = f"{ADDRESS}_CREDENTIALS", f"{ADDRESS}_CA"
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_MOST_BYTES = 1 << 14


@dataclass(frozen=True)
class PacsSettings:
    """A DICOMweb service.

    Attributes:
        url: its address; https, or http on this machine.
        user, password: for basic authentication; "" if not used.
        token: a bearer token; "" if not used.
        authority: PEM file of the authority that signed the server's certificate; None for those this machine trusts.
            That certificates are checked cannot be turned off.
    """

    url: str
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    authority: Path | None = None

    def __post_init__(self) -> None:
        _check_address(self.url)
        if self.token and (self.user or self.password):
            raise InputError("PACS: expected a token or a user with a password, got both")
        if bool(self.user) != bool(self.password):
            raise InputError("PACS: expected a user with a password, got one of the two")
        if self.authority is not None and not self.authority.is_file():
            raise InputError(f"{AUTHORITY}: expected a PEM file, got none")


def is_configured(environment: Mapping[str, str] = os.environ) -> bool:
    """True where an address was given; without one nothing connects."""
    return bool(environment.get(ADDRESS, "").strip())


def pacs_settings(environment: Mapping[str, str] = os.environ) -> PacsSettings:
    """The settings in the environment.

    Raises:
        InputError: no address, one that would send patient data in clear, or credentials that cannot be used.
    """
    if not is_configured(environment):
        raise InputError(f"PACS: expected its DICOMweb address in the environment variable {ADDRESS}, got none")
    user, password, token = (environment.get(name, "") for name in (USER, PASSWORD, TOKEN))
    file = environment.get(CREDENTIALS, "")
    if file:
        if user or password or token:
            raise InputError(f"PACS: expected credentials from {CREDENTIALS} or from other variables, got both")
        user, password, token = _from_file(Path(file))
    authority = environment.get(AUTHORITY, "")
    url = environment[ADDRESS].strip().rstrip("/")
    return PacsSettings(url, user, password, token, Path(authority) if authority else None)


def _check_address(url: str) -> None:
    """Raises InputError; the text does not repeat the address, which may hold a password."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https") or parts.query or parts.fragment:
        raise InputError(f"{ADDRESS}: expected an address such as https://pacs.example/dicom-web, got another text")
    if parts.username is not None or parts.password is not None:
        raise InputError(f"{ADDRESS}: expected an address without credentials, got one with them")
    if parts.scheme == "http" and host not in _LOOPBACK:
        raise InputError(f"{ADDRESS}: expected https, or http on this machine, got http to another machine")


def _from_file(path: Path) -> tuple[str, str, str]:
    """User, password and token from a file: a line user=..., a line password=..., or a line token=...

    Raises:
        InputError: other users can read it, or it says something else.
    """
    content = read_bounded(path, CREDENTIALS, _MOST_BYTES)
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise InputError(f"{CREDENTIALS}: expected a file that only its owner can read (chmod 600), got another")
    try:
        lines = [line.strip() for line in content.decode("utf-8").splitlines() if line.strip()]
    except UnicodeDecodeError:
        raise InputError(f"{CREDENTIALS}: expected UTF-8 text, got another encoding") from None
    values = {key.strip(): value.strip() for key, mark, value in (line.partition("=") for line in lines) if mark}
    if len(values) != len(lines) or set(values) not in ({"token"}, {"user", "password"}):
        raise InputError(f"{CREDENTIALS}: expected lines user= and password=, or one line token=, got other lines")
    return values.get("user", ""), values.get("password", ""), values.get("token", "")
