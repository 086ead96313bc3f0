"""The registry: saves, lists, opens and deletes cases.

A save first brings the images to the disk, each under the sha256 of its bytes, and then writes all rows in one
transaction. Until that is committed nothing of it is shown; a process that is killed before leaves images that no row
names, which the next one sweeps up. A case is deleted the other way round. Every change passes `Registry._writing`,
which writes its line in the audit.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from core.errors import InputError
from core.registry import documents, entries, lists, save_rows
from core.registry.audit import NOBODY, Audit, Who
from core.registry.audit_chain import Act
from core.registry.blobs import BlobFolder
from core.registry.board import Board
from core.registry.database import NothingToWrite, connect, migrate, transaction
from core.registry.nouns import CaseFile, Decision, Entry, FollowUp, Note, Reading, Save, Snapshot, WorklistRow
from core.registry.place import Place, prepare
from core.registry.pseudonym import checked_pseudonym
from core.registry.rights import Role, demand, demand_group
from core.registry.schema import BLOBS, CASES, SAVE_BLOBS, SAVES

_ENTRIES: dict[type, str] = {Note: "note", Decision: "decision", FollowUp: "follow-up"}


def open_registry(place: Place, group: str = "", who: Who = NOBODY) -> Registry:
    """The registry at `place`, made where there is none, brought up to this version, and swept.

    Args:
        group: whose cases are seen and saved.
        who: on whom the audit puts what is done, and whose rights hold.

    Raises:
        InputError: the folder or database cannot be used, or is open to others; or the group is not one of his.
    """
    prepare(place.folder)
    engine, blobs = connect(place), BlobFolder(place.folder)
    with blobs.locked():
        migrate(engine)
    registry = Registry(engine, blobs, group, who)
    registry.sweep()
    return registry


class Registry:
    """Saved cases of one group.

    Every method raises InputError where the database or the folder cannot be used, where a case or save is not (or no
    longer) there, for values that cannot be kept, and for what the role of `who` may not do.
    """

    def __init__(self, engine: Engine, blobs: BlobFolder, group: str = "", who: Who = NOBODY) -> None:
        demand_group(who.role, who.groups, group)
        self._engine, self._blobs, self._group, self._who = engine, blobs, group, who
        self.audit = Audit(engine, group, who)

    def by(self, who: Who, group: str | None = None) -> Registry:
        """The same registry, for somebody else, with other weights or of another group."""
        return Registry(self._engine, self._blobs, self._group if group is None else group, who)

    def groups(self) -> tuple[str, ...]:
        """The groups that have cases; for all but administrators their own."""
        with transaction(self._engine) as connection:
            found = lists.groups(connection)
        return tuple(sorted(found if self._who.role is Role.ADMINISTRATOR else found & set(self._who.groups)))

    def save(self, pseudonym: str, snapshot: Snapshot, case: str | None = None) -> Save:
        """Save a case, whole or not at all.

        Args:
            pseudonym: what it is called in the worklist; another one for a case that is there renames it.
            case: key of a case that is there, to add a save to it; None for a new case.
        """
        demand(self._who.role, Act.SAVED)  # before images are put on the disk
        name = checked_pseudonym(pseudonym)
        document, arrays = documents.write(snapshot)
        with self._blobs.locked():
            sizes = {digest: self._blobs.put(digest, content) for digest, content in arrays.items()}
            owner = case or _new_key()
            with self._writing(Act.SAVED, "again" if case else "new case", case=owner, new=case is None) as connection:
                self._name(connection, name, owner, new=case is None)
                key = self._add_save(connection, owner, document, snapshot)
                save_rows.link(connection, key, sizes)
                save_rows.note_models(connection, key, snapshot)
                return lists.save(connection, key)

    def worklist(self) -> tuple[WorklistRow, ...]:
        """All cases: those whose board comes next first, then the last saved first."""
        with transaction(self._engine) as connection:
            return lists.worklist(connection, self._group)

    def has(self, case: str) -> bool:
        """True if the case is there."""
        with transaction(self._engine) as connection:
            return self._pseudonym(connection, case) is not None

    def case_file(self, case: str) -> CaseFile:
        """All that was written about a case."""
        with transaction(self._engine) as connection:
            self._check(connection, case)
            return lists.case_file(connection, self._group, case)

    def reading(self, save: str) -> Reading:
        """The figures of a save, without its images."""
        return documents.read_reading(self._document(save))

    def snapshot(self, save: str) -> Snapshot:
        """A save with its images, as it was."""
        return documents.read(self._document(save), self._blobs.get)

    def schedule(self, case: str, on: date | None) -> None:
        """Set the day of the board, or take it away; nothing if it is that day already."""
        day = None if on is None else entries.checked_day(on)
        with self._writing(Act.CHANGED, "board day", case=case) as connection:
            other = update(CASES).where(CASES.c.key == case, CASES.c.board_on.is_distinct_from(day))
            if connection.execute(other.values(board_on=day)).rowcount == 0:
                raise NothingToWrite

    def add_note(self, case: str, text: str) -> None:
        """Write a remark; no more than 4000 characters."""
        with self._writing(Act.CHANGED, "note", case=case) as connection:
            entries.add_note(connection, case, text)

    def add_decision(self, case: str, on: date, text: str) -> None:
        """Write down what a board decided on a day; earlier decisions stay."""
        with self._writing(Act.CHANGED, "decision", case=case) as connection:
            entries.add_decision(connection, case, on, text)

    def add_follow_up(self, case: str, time_months: float, event: bool) -> None:
        """Write down that the patient lived, or died, `time_months` after the first HAIC (0-600)."""
        with self._writing(Act.CHANGED, "follow-up", case=case) as connection:
            entries.add_follow_up(connection, case, time_months, event)

    @property
    def board(self) -> Board:
        """What readers committed before the reveal, and what was shown to whom."""
        return Board(self._engine, self._group, self._writing)

    def remove(self, case: str, entry: Entry) -> None:
        """Take a note, a decision or a follow-up away; InputError if it is gone already."""
        with self._writing(Act.CHANGED, f"{_ENTRIES[type(entry)]} taken away", case=case) as connection:
            entries.remove(connection, case, entry)

    def delete(self, case: str) -> None:
        """Delete a case for good: its rows, what readers said too, and its images unless another case has the same."""
        with self._blobs.locked():
            with self._writing(Act.DELETED, case=case) as connection:
                connection.execute(delete(CASES).where(CASES.c.key == case))
                orphans = BLOBS.c.sha256.not_in(select(SAVE_BLOBS.c.sha256))
                gone = set(connection.scalars(select(BLOBS.c.sha256).where(orphans)))
                connection.execute(delete(BLOBS).where(orphans))
            for digest in gone:
                self._blobs.remove(digest)

    def close(self) -> None:
        """Give back the connections to a database server."""
        self._engine.dispose()

    def sweep(self) -> None:
        """Delete what killed processes left in the folder of images: unfinished files, and images that no row names."""
        with self._blobs.locked():
            self._blobs.clear_partial()
            with transaction(self._engine) as connection:
                named = set(connection.scalars(select(BLOBS.c.sha256)))
            for digest in self._blobs.digests() - named:
                self._blobs.remove(digest)

    @contextmanager
    def _writing(
        self, act: Act, what: str = "", *, case: str = "", save: str = "", new: bool = False
    ) -> Iterator[Connection]:
        """The one door of every change: one transaction, which ends with its line in the audit.

        A block that raises NothingToWrite leaves neither a change nor a line. The case is held before the block reads
        of it, then the head of the audit: two who write of one case come one after the other on PostgreSQL too.

        Args:
            act, what: for the audit.
            case, save: key of the case, or of a save of it, that must be there and of this group.
            new: True where the block makes the case.
        """
        demand(self._who.role, act, what)
        with suppress(NothingToWrite), transaction(self._engine, writing=True) as connection:
            about = case or self._case_of(connection, save)
            pseudonym = "" if new else self._check(connection, about, hold=True)
            yield connection
            self.audit.add(connection, act, what, (self._pseudonym(connection, about) or pseudonym, about))

    def _check(self, connection: Connection, case: str, *, hold: bool = False) -> str:
        """The pseudonym of a case that must be there; `hold`: other writers of it wait until the transaction ends."""
        found = self._pseudonym(connection, case, hold=hold)
        if found is None:
            raise InputError("saved case: expected one of the worklist, got one that is not there; it may be deleted")
        return found

    def _pseudonym(self, connection: Connection, case: str, *, hold: bool = False) -> str | None:
        wanted = select(CASES.c.pseudonym).where(CASES.c.key == case, CASES.c.owner_group == self._group)
        return connection.scalar(wanted.with_for_update() if hold else wanted)

    def _case_of(self, connection: Connection, save: str) -> str:
        return connection.scalar(select(SAVES.c.case_key).where(SAVES.c.key == save)) or ""

    def _document(self, save: str) -> str:
        wanted = select(SAVES.c.document).join(CASES, CASES.c.key == SAVES.c.case_key)
        with transaction(self._engine) as connection:
            text = connection.scalar(wanted.where(SAVES.c.key == save, CASES.c.owner_group == self._group))
        if text is None:
            raise InputError("saved case: expected one of the worklist, got one that is not there; it may be deleted")
        return str(text)

    def _name(self, connection: Connection, pseudonym: str, case: str, *, new: bool) -> None:
        """The case has this pseudonym from now on."""
        taken = select(CASES.c.key).where(CASES.c.pseudonym == pseudonym, CASES.c.owner_group == self._group)
        if connection.scalar(taken) not in (None, case):
            raise InputError("case identifier: expected one that no saved case has, got one that is in the worklist")
        if not new:
            connection.execute(update(CASES).where(CASES.c.key == case).values(pseudonym=pseudonym))
            return
        row = {"key": case, "pseudonym": pseudonym, "created_at": datetime.now(UTC), "owner_group": self._group}
        connection.execute(insert(CASES).values(row))

    def _add_save(self, connection: Connection, case: str, document: str, snapshot: Snapshot) -> str:
        last = connection.scalar(select(func.max(SAVES.c.number)).where(SAVES.c.case_key == case)) or 0
        row = {"key": _new_key(), "case_key": case, "number": last + 1, "saved_at": datetime.now(UTC)}
        connection.execute(insert(SAVES).values({**row, "document": document, **documents.figures(snapshot)}))
        return str(row["key"])


def _new_key() -> str:
    return secrets.token_hex(16)
