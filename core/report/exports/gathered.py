"""What of each saved case may leave: its latest save and follow-up; no note, no decision, no day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from core.registry.audit_chain import Act
from core.registry.nouns import Reading, WorklistRow

if TYPE_CHECKING:
    from core.registry.store import Registry


@dataclass(frozen=True)
class Kept:
    """A case as it is exported: its row of the worklist, and the figures of its latest save."""

    row: WorklistRow
    reading: Reading


def gather(registry: Registry, kind: str) -> tuple[Kept, ...]:
    """All cases of the registry's group by pseudonym; that they leave is written into the audit, a line for each.

    Args:
        kind: of the export, in words of the program.

    Raises:
        InputError: a case cannot be read, or the audit cannot be written.
    """
    rows = sorted(registry.worklist(), key=lambda row: row.pseudonym)
    found = tuple(Kept(row, registry.reading(row.latest.key)) for row in rows)
    registry.audit.note_each(Act.EXPORTED, kind, [(row.pseudonym, row.key) for row in rows])
    return found


def month(of: date | datetime | None) -> str | None:
    """A day without its day: 2026-03."""
    return None if of is None else of.strftime("%Y-%m")
