"""Board mode in the registry: readings are committed before the model's answer is shown, and never changed.

The rows are only ever added; the databases refuse an update of them (revision 0003). They go with their case.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, Table, insert, select

from core.errors import InputError
from core.registry.audit_chain import Act
from core.registry.board_nouns import ASKED_MONTHS, NEEDED_MONTHS, BoardReading, BoardRecord, Call, Reveal
from core.registry.database import NothingToWrite, transaction
from core.registry.pseudonym import checked_pseudonym
from core.registry.rights import TO_ALL
from core.registry.schema import BOARD_READINGS, BOARD_REVEALS, CASES, SAVE_MODELS, SAVES

LONGEST_SHOWN = 200
_ROLE = "reader code"
_EXPECTED = "a code such as R 7K, which is no name"


def checked_reader(text: str) -> str:
    """A reader's code, in capitals.

    Raises:
        InputError: it may be a name, a date or a number of a person; the reason is said, the text is not repeated.
    """
    return checked_pseudonym(text, _ROLE, _EXPECTED).upper()


def checked_call(call: Call) -> Call:
    """The call, if it can be kept.

    Raises:
        InputError: a probability is missing or outside 0..1, a horizon is not asked for, or survival rises with time.
    """
    _probability(call.mtm_probability, "probability of MTM")
    if NEEDED_MONTHS not in call.alive:
        raise InputError("survival estimate: expected one at 3 years, got none")
    if unasked := set(call.alive) - set(ASKED_MONTHS):
        raise InputError(f"survival estimate: expected 12, 36 or 60 months, got {min(unasked)}")
    ordered = sorted(call.alive.items())
    for months, share in ordered:
        _probability(share, f"survival at {months} months")
    for (early, before), (late, after) in pairwise(ordered):
        if after > before:
            raise InputError(
                f"survival estimate: expected no more alive at {late} months than at {early}, got "
                f"{100 * after:g} % after {100 * before:g} %"
            )
    return call


class Board:
    """Readings and reveals of one group's cases; errors as in `core.registry.store.Registry`.

    Args:
        engine: of the database.
        group: whose cases are seen.
        writing: the registry's door of every change.
    """

    def __init__(self, engine: Engine, group: str, writing: Callable[..., AbstractContextManager[Connection]]) -> None:
        self._engine, self._group, self._writing = engine, group, writing

    def record(self) -> BoardRecord:
        """All that was committed and shown."""
        with transaction(self._engine) as connection:
            return self._read(connection)

    def commit(self, save: str, reader: str, call: Call, shown: str) -> BoardReading:
        """Write down what a reader says of a save before seeing the model's answer.

        Args:
            save: key of the save that is read.
            reader: his code.
            call: what he says.
            shown: what he had before him, in words.

        Raises:
            InputError: the code may be a name, the call cannot be kept, the reader has committed before, or the save
                was already shown to him or to all.
        """
        code, said = checked_reader(reader), checked_call(call)
        with self._writing(Act.COMMITTED, "reading", save=save) as connection:
            case = self._owner(connection, save)
            before = self._read(connection).of_save(save)
            if before.reading_by(code) is not None:
                raise InputError("reading: expected one of each reader, got a second; what is committed stays")
            if before.is_revealed(code):
                raise InputError("reading: expected one before the model's answer was shown, got one after it")
            row = {"case_key": case, "save_key": save, "reader": code, "committed_at": datetime.now(UTC)}
            row |= {"mtm": said.mtm, "mtm_probability": float(said.mtm_probability), "shown": shown[:LONGEST_SHOWN]}
            row |= {f"alive_{months}": said.alive.get(months) for months in ASKED_MONTHS}
            connection.execute(insert(BOARD_READINGS).values(row | {"versions": _versions(connection, save)}))
            return self._read(connection).of_save(save).readings[-1]

    def reveal(self, save: str, reader: str) -> None:
        """Show a reader the model's answer, which is written down once.

        Raises:
            InputError: he has not committed a reading of this save.
        """
        code = checked_reader(reader)
        with self._writing(Act.REVEALED, "to a reader", save=save) as connection:
            case = self._owner(connection, save)
            before = self._read(connection).of_save(save)
            if before.reading_by(code) is None:
                raise InputError("reveal: expected a committed reading of this reader first, got none")
            if before.is_revealed(code):
                raise NothingToWrite
            _add_reveal(connection, (case, save), code, for_all=False)

    def reveal_to_all(self, save: str, chair: str) -> None:
        """Show the model's answer to all who are there, committed or not; nobody reads this save blind after that.

        Args:
            save: key of the save.
            chair: code of who chairs the board.
        """
        code = checked_reader(chair)
        with self._writing(Act.REVEALED, TO_ALL, save=save) as connection:
            case = self._owner(connection, save)
            if self._read(connection).of_save(save).shown_to_all is not None:
                raise NothingToWrite
            _add_reveal(connection, (case, save), code, for_all=True)

    def _owner(self, connection: Connection, save: str) -> str:
        """The case of a save, which stays as it is until the transaction ends."""
        wanted = select(SAVES.c.case_key).join(CASES, CASES.c.key == SAVES.c.case_key)
        mine = wanted.where(SAVES.c.key == save, CASES.c.owner_group == self._group)
        case = connection.scalar(mine.with_for_update())
        if case is None:
            raise InputError("saved case: expected one of the worklist, got one that is not there; it may be deleted")
        return str(case)

    def _read(self, connection: Connection) -> BoardRecord:
        readings = connection.execute(self._mine(BOARD_READINGS))
        reveals = connection.execute(self._mine(BOARD_REVEALS))
        return BoardRecord(tuple(map(_reading, readings)), tuple(map(_reveal, reveals)))

    def _mine(self, table: Table) -> Select[Any]:
        of_group = select(table).join(CASES, CASES.c.key == table.c.case_key)
        return of_group.where(CASES.c.owner_group == self._group).order_by(table.c.number)


def _probability(value: float, role: str) -> None:
    if not (math.isfinite(value) and 0.0 <= value <= 1.0):
        raise InputError(f"{role}: expected 0-100 %, got {100 * value:g} %")


def _versions(connection: Connection, save: str) -> str:
    wanted = select(SAVE_MODELS.c.name, SAVE_MODELS.c.version).where(SAVE_MODELS.c.save_key == save)
    return ", ".join(f"{row.name} {row.version}" for row in connection.execute(wanted.order_by(SAVE_MODELS.c.name)))


def _add_reveal(connection: Connection, shown: tuple[str, str], reader: str, *, for_all: bool) -> None:
    case, save = shown
    row = {"case_key": case, "save_key": save, "reader": reader, "revealed_at": datetime.now(UTC), "for_all": for_all}
    connection.execute(insert(BOARD_REVEALS).values(row | {"versions": _versions(connection, save)}))


def _reading(row: Row[Any]) -> BoardReading:
    found = {months: getattr(row, f"alive_{months}") for months in ASKED_MONTHS}
    call = Call(row.mtm, row.mtm_probability, {months: share for months, share in found.items() if share is not None})
    return BoardReading(
        row.number, row.case_key, row.save_key, row.reader, row.committed_at, call, row.shown, row.versions
    )


def _reveal(row: Row[Any]) -> Reveal:
    return Reveal(row.number, row.case_key, row.save_key, row.reader, row.revealed_at, row.for_all, row.versions)
