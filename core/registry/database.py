"""The database behind a Place: a SQLite file by default, PostgreSQL by URL, brought up to this version when opened."""

from __future__ import annotations

import logging
import sqlite3
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError

from core.errors import InputError
from core.registry.place import DATABASE_FILE, Place, owner_only_file

WRITING = {"writing": True}
BUSY_SECONDS = 30.0
MIGRATIONS = Path(__file__).parent / "migrations"
_ROLE = "cases database"
_STARTING = ("57p01", "57p02", "57p03")  # SQLSTATE of PostgreSQL: shut down, crashed, cannot connect now
_MIGRATING = 0x4841_4943  # any number, the same for all who migrate
_LOST = "a lost connection"
_LOCAL = ("", "localhost", "127.0.0.1", "::1")


class NothingToWrite(Exception):
    """Raised in a transaction that turns out to change nothing: it ends without a trace, and without an error."""


def connect(place: Place) -> Engine:
    """An engine for `place`; nothing is opened before its first use, except that the SQLite file is made.

    Raises:
        InputError: the URL is none of PostgreSQL.
    """
    if place.url:
        logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)  # a lost connection is said in one sentence
        url = _postgresql(place.url)
        return create_engine(url, connect_args=_encrypted(url), pool_pre_ping=True, hide_parameters=True)
    owner_only_file(place.folder / DATABASE_FILE)
    url = URL.create("sqlite", database=str(place.folder / DATABASE_FILE))
    # no pool: a connection is a file that is opened, and none is left open behind a page
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, poolclass=NullPool, hide_parameters=True)
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


@contextmanager
def transaction(engine: Engine, *, writing: bool = False) -> Iterator[Connection]:
    """One transaction: all of it or nothing.

    Raises:
        InputError: the database cannot be reached or used.
    """
    try:
        with engine.connect() as raw:
            connection = raw.execution_options(**WRITING) if writing else raw
            with connection.begin():
                yield connection
    except DBAPIError as error:
        raise InputError(f"{_ROLE}: expected one that answers, got {_trouble(error)}") from None
    except OSError:  # the driver lets those of its socket through
        raise InputError(f"{_ROLE}: expected one that answers, got {_LOST}") from None


def migrate(engine: Engine, target: str = "head") -> None:
    """Bring the database from empty or any earlier version to `target`, in one transaction.

    Raises:
        InputError: it is of a later version, or cannot be reached.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(settings)
    known = {script.revision for script in scripts.walk_revisions()}
    with transaction(engine, writing=True) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATING})
        current = MigrationContext.configure(connection).get_current_revision()
        if current is not None and current not in known:
            raise InputError(f"{_ROLE}: expected one of this version or an earlier one, got a later one")
        settings.attributes["connection"] = connection
        command.upgrade(settings, target)


def _postgresql(text: str) -> URL:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        url = None
    if url is None or url.drivername not in ("postgresql", "postgresql+pg8000"):
        raise InputError(
            f"{_ROLE}: expected a URL such as postgresql://user:password@localhost/cases, got another kind"
        )
    return url.set(drivername="postgresql+pg8000")


def _encrypted(url: URL) -> dict[str, Any]:
    """To another machine only with a certificate that is checked: no patient's value crosses a network in the open."""
    local = (url.host or "") in _LOCAL or "unix_sock" in url.query
    return {} if local else {"ssl_context": ssl.create_default_context()}


def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver would begin late and leave out CREATE TABLE; `_on_begin` does it
    for setting in ("foreign_keys = ON", "synchronous = EXTRA", "secure_delete = ON"):
        connection.execute(f"PRAGMA {setting}")


def _on_begin(connection: Connection) -> None:
    """A writer says so at once, or two that have read could wait for each other."""
    writing = connection.get_execution_options().get("writing")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _trouble(error: DBAPIError) -> str:
    """What the driver said, in a word: its text may hold values."""
    text = str(error.orig).lower()
    if getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_IOERR:  # the low byte: the kind of error
        return "one whose disk is full or fails"
    if "locked" in text:
        return "one that is busy"
    if "full" in text or "no space left" in text:
        return "one whose disk is full"
    if "network" in text or "connection" in text:
        return _LOST
    if any(state in text for state in _STARTING):
        return "one that is starting or stopping"
    return f"an error ({type(error.orig).__name__})"
