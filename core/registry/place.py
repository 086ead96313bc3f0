"""Where saved cases lie: a folder that only its owner can enter, and a database in it or on a PostgreSQL server."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import InputError

FOLDER_VARIABLE = "HAIC_NOMOGRAM_CASES"
DATABASE_VARIABLE = "HAIC_NOMOGRAM_DATABASE"
DATABASE_FILE = "cases.sqlite"
OWNER_ONLY = 0o700
_ROLE = "folder of saved cases"


@dataclass(frozen=True)
class Place:
    """Where cases are kept.

    Attributes:
        folder: of the images, and of the database unless `url` is given.
        url: of a PostgreSQL database, "" for a SQLite file in the folder; it may hold a password.
    """

    folder: Path
    url: str = field(default="", repr=False)


def find_place(explicit: Path | None = None) -> Place:
    """The folder `explicit`, else HAIC_NOMOGRAM_CASES, else haic-nomogram in the user's data folder (XDG Base Directory
    Specification: $XDG_DATA_HOME or ~/.local/share); the database of HAIC_NOMOGRAM_DATABASE, else a file in the folder.
    """
    named = explicit or (Path(value) if (value := os.environ.get(FOLDER_VARIABLE)) else None)
    return Place((named or _data_home() / "haic-nomogram").absolute(), os.environ.get(DATABASE_VARIABLE, ""))


def prepare(folder: Path) -> None:
    """Make the folder, for its owner only.

    Raises:
        InputError: it cannot be made or written to, or others can enter one that already holds something.
    """
    try:
        if not folder.exists():
            folder.mkdir(parents=True, mode=OWNER_ONLY)
        private = not stat.S_IMODE(folder.stat().st_mode) & 0o077
        if not private and not any(folder.iterdir()):
            folder.chmod(OWNER_ONLY)
            private = True
    except OSError as error:
        raise InputError(f"{_ROLE}: expected a folder that can be made and written to, got another place") from error
    if not private:
        raise InputError(f"{_ROLE}: expected one that only its owner can enter (chmod 700), got one open to others")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(f"{_ROLE}: expected a folder that can be written to, got another")


def check_there(place: Place) -> None:
    """Where nothing is to be made: a server's database is asked later.

    Raises:
        InputError: there is no database in the folder.
    """
    if not place.url and not (place.folder / DATABASE_FILE).is_file():
        raise InputError(f"{_ROLE}: expected one with saved cases, got another place or none")


def owner_only_file(path: Path) -> None:
    """Make the file `path`, empty and for its owner only, unless it is there."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _data_home() -> Path:
    named = Path(os.environ.get("XDG_DATA_HOME") or "")
    return named if named.is_absolute() else Path.home() / ".local" / "share"  # a relative one is to be ignored
