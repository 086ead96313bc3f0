"""What is written about a saved case: notes, the board's decisions, follow-up."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import Connection, Table, delete, insert, select

from core.errors import InputError
from core.registry.nouns import LONGEST_MONTHS, LONGEST_TEXT, Decision, Entry, FollowUp, Note
from core.registry.schema import DECISIONS, FOLLOW_UPS, NOTES

EARLIEST, LATEST = date(1990, 1, 1), date(2100, 1, 1)

_TABLES: dict[type, Table] = {Note: NOTES, Decision: DECISIONS, FollowUp: FOLLOW_UPS}


def add_note(connection: Connection, case: str, text: str) -> None:
    """A remark, dated now."""
    row = {"case_key": case, "written_at": datetime.now(UTC), "text": _text(text, "note")}
    connection.execute(insert(NOTES).values(row))


def add_decision(connection: Connection, case: str, on: date, text: str) -> None:
    """What a board decided."""
    row = {"case_key": case, "decided_on": checked_day(on), "text": _text(text, "board decision")}
    connection.execute(insert(DECISIONS).values(row))


def add_follow_up(connection: Connection, case: str, time_months: float, event: bool) -> None:
    """What is known of the patient at a time; it may not contradict what is known already.

    Raises:
        InputError: the time is out of range, or somebody would live on after death or die twice.
    """
    if not 0.0 <= time_months <= LONGEST_MONTHS:
        raise InputError(f"follow-up: expected 0-{LONGEST_MONTHS:g} months, got {time_months:g}")
    known = follow_ups(connection, case)
    died = [one.time_months for one in known if one.event]
    alive = [one.time_months for one in known if not one.event]
    if died and event:
        raise InputError(f"follow-up: expected one death, got a second; the first is at {died[0]:g} months")
    if died and time_months > died[0]:
        raise InputError(f"follow-up: expected a time up to the death at {died[0]:g} months, got {time_months:g}")
    if event and alive and time_months < max(alive):
        raise InputError(f"follow-up: expected a death after {max(alive):g} months, when alive, got {time_months:g}")
    row = {"case_key": case, "time_months": time_months, "event": event}
    connection.execute(insert(FOLLOW_UPS).values(row))


def remove(connection: Connection, case: str, entry: Entry) -> None:
    """Take an entry away.

    Raises:
        InputError: it is gone already.
    """
    table = _TABLES[type(entry)]
    gone = connection.execute(delete(table).where(table.c.case_key == case, table.c.number == entry.number))
    if gone.rowcount == 0:
        raise InputError("entry: expected one that is there, got one that was taken away already")


def notes(connection: Connection, case: str) -> tuple[Note, ...]:
    """The newest first."""
    rows = connection.execute(select(NOTES).where(NOTES.c.case_key == case).order_by(NOTES.c.number.desc()))
    return tuple(Note(row.number, row.written_at, row.text) for row in rows)


def decisions(connection: Connection, case: str) -> tuple[Decision, ...]:
    """The latest first."""
    order = DECISIONS.c.decided_on.desc(), DECISIONS.c.number.desc()
    rows = connection.execute(select(DECISIONS).where(DECISIONS.c.case_key == case).order_by(*order))
    return tuple(Decision(row.number, row.decided_on, row.text) for row in rows)


def follow_ups(connection: Connection, case: str) -> tuple[FollowUp, ...]:
    """In the order of time, death last."""
    order = FOLLOW_UPS.c.time_months, FOLLOW_UPS.c.event, FOLLOW_UPS.c.number
    rows = connection.execute(select(FOLLOW_UPS).where(FOLLOW_UPS.c.case_key == case).order_by(*order))
    return tuple(FollowUp(row.number, row.time_months, row.event) for row in rows)


def checked_day(on: date) -> date:
    """A day that a board can have met on.

    Raises:
        InputError: it is too long ago or too far ahead.
    """
    if not EARLIEST <= on <= LATEST:
        raise InputError(f"day of the board: expected {EARLIEST.year}-{LATEST.year}, got {on.year}")
    return on


def _text(text: str, role: str) -> str:
    """Without control characters, which PostgreSQL does not keep."""
    tidy = "".join(sign for sign in text if sign.isprintable() or sign in "\n\t").strip()
    if not tidy:
        raise InputError(f"{role}: expected some text, got none")
    if len(tidy) > LONGEST_TEXT:
        raise InputError(f"{role}: expected at most {LONGEST_TEXT} characters, got {len(tidy)}")
    return tidy
