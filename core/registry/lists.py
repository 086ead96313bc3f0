"""Saves and cases as they are listed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from core.findings import Survival
from core.registry import entries
from core.registry.audit_chain import Act
from core.registry.nouns import CaseFile, Decision, FollowUp, Outcome, Save, WorklistRow
from core.registry.schema import AUDIT_LINES, CASES, DECISIONS, FOLLOW_UPS, SAVES

_FIGURES = [column for column in SAVES.c if column.name != "document"]


def save(connection: Connection, key: str) -> Save:
    """One save."""
    return _save(connection.execute(select(*_FIGURES).where(SAVES.c.key == key)).one())


def worklist(connection: Connection, group: str, case: str | None = None) -> tuple[WorklistRow, ...]:
    """The cases of a group, or one of them: scheduled ones by the day of their board, then the last saved first.

    Which was saved last the audit tells by its numbers, for a clock may be set back; of saves from before there was an
    audit, the clock.
    """
    mine = select(CASES).where(CASES.c.owner_group == group)
    cases = connection.execute(mine if case is None else mine.where(CASES.c.key == case)).all()
    saves = _latest_saves(connection, group)
    decided, followed = _latest_decisions(connection, group), _latest_follow_ups(connection, group)
    rows = [
        WorklistRow(
            row.key,
            row.pseudonym,
            saves[row.key].number,
            saves[row.key],
            row.board_on,
            decided.get(row.key),
            followed.get(row.key),
        )
        for row in cases
    ]
    turns = _turns(connection)
    return tuple(sorted(rows, key=lambda row: _order(row, turns.get(row.key, 0))))


def groups(connection: Connection) -> set[str]:
    """The groups that have cases."""
    return set(connection.scalars(select(CASES.c.owner_group).distinct()))


def case_file(connection: Connection, group: str, case: str) -> CaseFile:
    """All that was written about one case that is there."""
    row = worklist(connection, group, case)[0]
    found = connection.execute(select(*_FIGURES).where(SAVES.c.case_key == case).order_by(SAVES.c.number.desc()))
    notes, decisions = entries.notes(connection, case), entries.decisions(connection, case)
    return CaseFile(row, tuple(map(_save, found)), notes, decisions, entries.follow_ups(connection, case))


def _order(row: WorklistRow, turn: int) -> tuple[bool, float, int, float]:
    day = float(row.board_on.toordinal()) if row.state == "scheduled" and row.board_on else 0.0
    return row.state != "scheduled", day, -turn, -row.latest.saved_at.timestamp()


def _turns(connection: Connection) -> dict[str, int]:
    """The number of the last save of each case in the audit."""
    wanted = select(AUDIT_LINES.c.case_key, func.max(AUDIT_LINES.c.number)).where(AUDIT_LINES.c.act == Act.SAVED.value)
    return {key: number for key, number in connection.execute(wanted.group_by(AUDIT_LINES.c.case_key))}


def _latest_saves(connection: Connection, group: str) -> dict[str, Save]:
    last = select(SAVES.c.case_key, func.max(SAVES.c.number).label("number")).group_by(SAVES.c.case_key).subquery()
    wanted = select(*_FIGURES).join(
        last, (last.c.case_key == SAVES.c.case_key) & (last.c.number == SAVES.c.number)
    )  # fmt: skip
    return {row.case_key: _save(row) for row in connection.execute(_of_group(wanted, SAVES, group))}


def _latest_decisions(connection: Connection, group: str) -> dict[str, Decision]:
    wanted = select(DECISIONS).order_by(DECISIONS.c.decided_on, DECISIONS.c.number)
    rows = connection.execute(_of_group(wanted, DECISIONS, group))
    return {row.case_key: Decision(row.number, row.decided_on, row.text) for row in rows}


def _latest_follow_ups(connection: Connection, group: str) -> dict[str, FollowUp]:
    wanted = select(FOLLOW_UPS).order_by(FOLLOW_UPS.c.time_months, FOLLOW_UPS.c.event, FOLLOW_UPS.c.number)
    rows = connection.execute(_of_group(wanted, FOLLOW_UPS, group))
    return {row.case_key: FollowUp(row.number, row.time_months, row.event) for row in rows}


def _of_group(wanted: Select[Any], table: Any, group: str) -> Select[Any]:
    return wanted.join(CASES, CASES.c.key == table.c.case_key).where(CASES.c.owner_group == group)


def _save(row: Row[Any]) -> Save:
    outcome = None
    if row.model is not None:
        survival = Survival(row.alive, row.alive_low, row.alive_high)
        outcome = Outcome(row.model, row.months, survival, row.alive_at, row.risk_group)
    return Save(
        row.key,
        row.case_key,
        row.number,
        row.saved_at,
        row.with_images,
        row.simulated,
        row.mtm,
        row.dlr,
        outcome,
    )
