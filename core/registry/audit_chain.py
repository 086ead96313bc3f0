"""The chain of the audit: what a line says, its hash over the one before it, and where a chain is broken.

    genesis = SHA-256("haic-nomogram audit 1", registry)          registry: 32 random hex digits, made with the table
    hash of line n = SHA-256(hash of line n - 1, the fields of line n as JSON)

The head keeps the number of lines and the hash of the last. Nothing here knows a database.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

FORM = "haic-nomogram audit 1"
FIELDS = ("number", "at", "actor", "act", "what", "pseudonym", "case_key", "owner_group", "weights_sha256")
"""What the hash of a line is over, in this order."""


class Act(StrEnum):
    """What was done with a case, or with the audit."""

    OPENED = "opened"
    ASSESSED = "assessed"
    SAVED = "saved"
    CHANGED = "changed"
    EXPORTED = "exported"
    COMMITTED = "committed"
    REVEALED = "revealed"
    DELETED = "deleted"
    AUDIT_EXPORTED = "audit exported"


@dataclass(frozen=True)
class Line:
    """One line, as it is kept.

    Attributes:
        number: 1 for the first line, then ascending by one.
        at: UTC, as 2026-03-01T12:00:00.000000Z.
        actor: "local" for a single user without login, else the pseudonym of a login.
        act: one of Act.
        what: on what of the case, in words of the program ("follow-up", "report"), "" where the act says it.
        pseudonym: of the case at that time, "" where the act is about no one case.
        case_key: names the case also under another pseudonym; "" for one that is not saved.
        owner_group: whose case it is.
        weights_sha256: checksum of the weights that were loaded, "" where none had a part.
        hash: over these and the hash before.
    """

    number: int
    at: str
    actor: str
    act: str
    what: str
    pseudonym: str
    case_key: str
    owner_group: str
    weights_sha256: str
    hash: str


@dataclass(frozen=True)
class Head:
    """What the chain hangs on: the registry's id, how many lines there are, and the hash of the last."""

    registry: str
    lines: int
    hash: str


@dataclass(frozen=True)
class Break:
    """Where a chain does not hold: the first line that is wrong, and in which way."""

    line: int
    why: str


def stamp(at: datetime) -> str:
    """A time as it stands in a line, to the microsecond."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def genesis(registry: str) -> str:
    """The hash before the first line."""
    return _digest([FORM, registry])


def line_hash(before: str, fields: tuple[Any, ...]) -> str:
    """The hash of a line of `fields` (FIELDS) after one whose hash is `before`."""
    return _digest([before, *fields])


def first_break(head: Head | None, lines: Iterable[tuple[Any, ...]]) -> Break | None:
    """The first line that was removed, altered, added, repeated or moved; None where the chain holds.

    A line that was altered together with its own hash is told by the next one, or by the head.

    Args:
        head: None where it is missing or is no head.
        lines: (*FIELDS, hash) as they are kept, in the order of their numbers.
    """
    if head is None:
        return Break(1, "the head of the chain is missing or damaged")
    before, count = genesis(head.registry), 0
    for count, (*fields, found) in enumerate(lines, start=1):
        number = fields[0]
        if number != count or type(number) is not int:
            return Break(count, "this line was removed, repeated or moved")
        if found != line_hash(before, tuple(fields)):
            return Break(count, "this line, or the hash of the one before it, was altered")
        before = found
    if count != head.lines:
        return Break(min(count, head.lines) + 1, f"the head counts {head.lines} lines, {count} are there")
    return None if before == head.hash else Break(max(count, 1), "this line, or the head, was altered")


def _digest(parts: list[Any]) -> str:
    """Of JSON in ASCII: unlike values never give the same text; a value of a foreign type gives none of ours."""
    return sha256(json.dumps(parts, ensure_ascii=True, separators=(",", ":"), default=repr).encode("ascii")).hexdigest()
