"""The audit of a registry: who did what with which case, when and with which weights; docs/audit.md.

A line is written in the transaction of the act it tells of, so that neither is without the other. Whoever writes holds
the head until the transaction ends: lines of several processes stand one after the other.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, inspect, select, text, update

from core.errors import InputError
from core.registry.audit_chain import FIELDS, Act, Break, Head, Line, first_break, line_hash, stamp
from core.registry.database import transaction
from core.registry.pseudonym import checked_pseudonym
from core.registry.rights import Role, demand
from core.registry.schema import AUDIT_HEAD, AUDIT_LINES

LOCAL = "local"
_ACTOR = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}", re.ASCII)
_WHAT = re.compile(r"[A-Za-z ._-]{0,64}|cohort of \d{1,5}", re.ASCII)  # no number but a count of patients
_SHA256 = re.compile(r"(?:[0-9a-f]{64})?", re.ASCII)
_HEAD_MISSING = "audit: expected the head of its chain, got none; run audit verify"


@dataclass(frozen=True)
class Who:
    """Who acts, with which weights, and what he may do.

    Attributes:
        actor: "local" for a single user without login, else the pseudonym of a login; never a name.
        weights: `core.models.ModelSet.checksum` of the weights that are loaded, "" where none are.
        role: what he may do.
        groups: whose cases he may see; an administrator those of all.
    """

    actor: str = LOCAL
    weights: str = ""
    role: Role = Role.ADMINISTRATOR
    groups: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not _ACTOR.fullmatch(self.actor):
            raise InputError("audit, actor: expected a pseudonym of 64 signs at most, got another text")
        if not _SHA256.fullmatch(self.weights):
            raise InputError("audit, weights: expected a SHA-256 in hexadecimal or nothing, got another text")


NOBODY = Who()
"""The single user of this machine, who may do everything; no weights."""


@dataclass(frozen=True)
class Anchor:
    """A head that was kept in another place: how many lines there were, and the hash of the last."""

    line: int
    hash: str


@dataclass(frozen=True)
class Verdict:
    """What a check of the chain found.

    Attributes:
        head: None where it is missing or damaged.
        lines: how many are there.
        broken: the first place where the chain does not hold, None where it is whole.
    """

    head: Head | None
    lines: int
    broken: Break | None


class Audit:
    """The audit as one group and one actor write it; errors as in `core.registry.store.Registry`."""

    def __init__(self, engine: Engine, group: str = "", who: Who = NOBODY) -> None:
        self._engine, self._group, self._who = engine, group, who

    def note(self, act: Act, pseudonym: str, what: str = "", case: str = "") -> None:
        """Write down an act that changes nothing in the registry.

        Args:
            pseudonym: of the case.
            what: on what of it, in words of the program.
            case: its key, "" if it is not saved.

        Raises:
            InputError: he may not do it, the pseudonym may be a name, or the database cannot be written to; then the
                act must not be done.
        """
        self.note_each(act, what, [(checked_pseudonym(pseudonym), case)])

    def note_each(self, act: Act, what: str, cases: Sequence[tuple[str, str]]) -> None:
        """Write down an act on several saved cases (pseudonym, key): all the lines or none; InputError as `note`."""
        demand(self._who.role, act, what)
        with transaction(self._engine, writing=True) as connection:
            for case in cases:
                self.add(connection, act, what, case)

    @property
    def registry_id(self) -> str:
        """What this registry is called: 32 random hexadecimal digits."""
        with transaction(self._engine) as connection:
            head = _head(connection)
        if head is None:
            raise InputError(_HEAD_MISSING)
        return head.registry

    def add(self, connection: Connection, act: Act, what: str = "", about: tuple[str, str] = ("", "")) -> None:
        """Write a line in a transaction that is under way, as its last step.

        Args:
            about: pseudonym and key of the case.
        """
        if not _WHAT.fullmatch(what):
            raise InputError("audit: expected an act in words of the program, got another text")
        head = _head(connection, lock=True)
        if head is None:
            raise InputError(_HEAD_MISSING)
        now, weights = stamp(datetime.now(UTC)), self._who.weights
        said = (head.lines + 1, now, self._who.actor, act.value, what, *about, self._group, weights)
        found = line_hash(head.hash, said)
        connection.execute(insert(AUDIT_LINES).values(dict(zip(FIELDS, said, strict=True)) | {"hash": found}))
        connection.execute(update(AUDIT_HEAD).values(lines=head.lines + 1, hash=found))

    def lines(self) -> tuple[Line, ...]:
        """All lines, of every group, in their order; InputError for all but administrators."""
        demand(self._who.role, Act.AUDIT_EXPORTED)
        with transaction(self._engine) as connection:
            return _lines(connection)

    def latest(self, count: int) -> tuple[Line, ...]:
        """The last lines, of every group, the newest first; InputError for all but administrators."""
        demand(self._who.role, Act.AUDIT_EXPORTED)
        with transaction(self._engine) as connection:
            return tuple(Line(*row) for row in _raw_lines(connection, count))

    def check(self) -> Verdict:
        """Check the whole chain; nothing is written. InputError for all but administrators."""
        demand(self._who.role, Act.AUDIT_EXPORTED)
        return verify(self._engine)

    def export(self) -> str:
        """All lines as CSV; that it was exported is the last of them. InputError for all but administrators."""
        demand(self._who.role, Act.AUDIT_EXPORTED)
        with transaction(self._engine, writing=True) as connection:
            self.add(connection, Act.AUDIT_EXPORTED)
            found = _lines(connection)
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([field.name for field in fields(Line)])
        writer.writerows(map(astuple, found))
        return stream.getvalue()


def verify(engine: Engine, anchor: Anchor | None = None) -> Verdict:
    """Check the whole chain; nothing is written.

    Args:
        anchor: what an earlier check told, which the chain must still hold; without one, an end that was cut off
            together with the head cannot be found.

    Raises:
        InputError: the database cannot be read, or has no audit (an earlier version made it).
    """
    with transaction(engine) as connection:
        if not inspect(connection).has_table(AUDIT_LINES.name):
            raise InputError("cases database: expected one with an audit, got one of an earlier version or none")
        _read_damaged_text(connection)
        head, rows = _head(connection), _raw_lines(connection)
    broken = first_break(head, rows)
    if broken is None and anchor is not None and not _holds(rows, anchor):
        broken = Break(anchor.line, "this line is not the one of the anchor, or is missing")
    return Verdict(head, len(rows), broken)


def _holds(rows: list[tuple[Any, ...]], anchor: Anchor) -> bool:
    return 0 < anchor.line <= len(rows) and rows[anchor.line - 1][-1] == anchor.hash


def _lines(connection: Connection) -> tuple[Line, ...]:
    return tuple(Line(*row) for row in _raw_lines(connection))


def _raw_lines(connection: Connection, last: int | None = None) -> list[tuple[Any, ...]]:
    """As the database has them, whatever their types; the `last` ones from the end."""
    named = ", ".join(f"{name}" for name in (*FIELDS, "hash"))
    end = "" if last is None else f" DESC LIMIT {last:d}"
    return [tuple(row) for row in connection.execute(text(f"SELECT {named} FROM audit_lines ORDER BY number{end}"))]


def _head(connection: Connection, *, lock: bool = False) -> Head | None:
    """The head, None where there is none, more than one, or one that is no head."""
    wanted = select(AUDIT_HEAD).with_for_update() if lock else select(AUDIT_HEAD)
    rows = [tuple(row) for row in connection.execute(wanted)]
    if len(rows) != 1 or list(map(type, rows[0])) != [str, int, str]:
        return None
    return Head(*rows[0])


def _read_damaged_text(connection: Connection) -> None:
    """A flipped bit may leave text that is no UTF-8; it is to be found as an altered line, not to stop the check."""
    if connection.dialect.name == "sqlite":
        raw: Any = connection.connection.dbapi_connection
        raw.text_factory = lambda found: found.decode(errors="surrogateescape")
