"""Where the settings of the login lie: secrets.toml, which streamlit reads too."""

from __future__ import annotations

import stat
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.errors import InputError
from core.registry.logins import AUTH, OURS, LoginSettings, login_settings

REQUIRED_VARIABLE = "HAIC_NOMOGRAM_LOGIN"
REQUIRED = "required"
FILE = Path(".streamlit", "secrets.toml")
_MOST_BYTES = 1 << 20
_ROLE = "login settings"


def is_required(environment_value: str) -> bool:
    """True if HAIC_NOMOGRAM_LOGIN says that nothing is served without login.

    Raises:
        InputError: it says something else.
    """
    if environment_value not in ("", REQUIRED):
        raise InputError(f"{REQUIRED_VARIABLE}: expected {REQUIRED} or nothing, got another text")
    return environment_value == REQUIRED


def secrets_files(explicit: Path | None, folders: Sequence[Path]) -> tuple[Path, ...]:
    """The file `explicit`, or else those named .streamlit/secrets.toml in `folders`, as streamlit looks for them.

    Raises:
        InputError: there is no file `explicit`.
    """
    if explicit is None:
        return tuple(path for folder in folders if (path := folder / FILE).is_file())
    if not explicit.is_file():
        raise InputError(f"{_ROLE}: expected a file secrets.toml, got none")
    return (explicit.absolute(),)


def read_login(files: Sequence[Path]) -> LoginSettings | None:
    """The settings in these files, of which later ones take precedence; None where there are none.

    Raises:
        InputError: a file that everybody may read, or that is no TOML; settings that cannot be used.
    """
    found: dict[str, Any] = {}
    for path in files:
        found |= _read(path)
    return login_settings(found)


def _read(path: Path) -> dict[str, Any]:
    try:
        is_open = bool(stat.S_IMODE(path.stat().st_mode) & 0o007)
        with path.open("rb") as stream:
            found = tomllib.loads(stream.read(_MOST_BYTES).decode("utf-8"))
    except OSError as error:
        raise InputError(f"{_ROLE}: expected a file that can be read, got another") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise InputError(f"{_ROLE}: expected TOML, got another text") from None
    if is_open and found.keys() & {AUTH, OURS}:  # other secrets are not our business
        raise InputError(f"{_ROLE}: expected a file that not everybody can read (chmod 600), got one open to all")
    return found
