"""The tables of the newest version; `migrations` leads there from every earlier one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

KEY_LENGTH = 32


class Utc(TypeDecorator[datetime]):
    """A time in UTC; the databases keep it without a zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From aware to naive."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """From naive to aware."""
        return None if value is None else value.replace(tzinfo=UTC)


METADATA = MetaData()


def _of_case() -> Column[str]:
    owner = ForeignKey("cases.key", ondelete="CASCADE")
    return Column("case_key", String(KEY_LENGTH), owner, nullable=False, index=True)


def _of_save() -> Column[str]:
    return Column("save_key", String(KEY_LENGTH), ForeignKey("saves.key", ondelete="CASCADE"), primary_key=True)


CASES = Table(
    "cases",
    METADATA,
    Column("key", String(KEY_LENGTH), primary_key=True),
    Column("pseudonym", String(64), nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("board_on", Date),
    Column("owner_group", String(64), nullable=False, server_default=""),
    Index("ix_cases_group_pseudonym", "owner_group", "pseudonym", unique=True),
)

SAVES = Table(
    "saves",
    METADATA,
    Column("key", String(KEY_LENGTH), primary_key=True),
    _of_case(),
    Column("number", Integer, nullable=False),
    Column("saved_at", Utc, nullable=False),
    Column("document", Text, nullable=False),
    Column("with_images", Boolean, nullable=False),
    Column("simulated", Boolean, nullable=False),
    Column("mtm", Float),
    Column("dlr", Float),
    Column("model", String(16)),
    Column("months", Float),
    Column("alive", Float),
    Column("alive_low", Float),
    Column("alive_high", Float),
    Column("alive_at", Float),
    Column("risk_group", String(16)),
    UniqueConstraint("case_key", "number", name="uq_saves_case_number"),
)
"""`document` is the whole save as JSON; the figures beside it are those of the worklist."""

SAVE_MODELS = Table(
    "save_models",
    METADATA,
    _of_save(),
    Column("name", String(64), primary_key=True),
    Column("version", String(64), nullable=False),
    Column("provenance", Text, nullable=False),
)

BLOBS = Table(
    "blobs",
    METADATA,
    Column("sha256", String(64), primary_key=True),
    Column("file_bytes", Integer, nullable=False),
)

SAVE_BLOBS = Table(
    "save_blobs",
    METADATA,
    _of_save(),
    Column("sha256", String(64), ForeignKey("blobs.sha256"), primary_key=True, index=True),
)

NOTES = Table(
    "notes",
    METADATA,
    Column("number", Integer, primary_key=True),
    _of_case(),
    Column("written_at", Utc, nullable=False),
    Column("text", Text, nullable=False),
)

DECISIONS = Table(
    "decisions",
    METADATA,
    Column("number", Integer, primary_key=True),
    _of_case(),
    Column("decided_on", Date, nullable=False),
    Column("text", Text, nullable=False),
)

FOLLOW_UPS = Table(
    "follow_ups",
    METADATA,
    Column("number", Integer, primary_key=True),
    _of_case(),
    Column("time_months", Float, nullable=False),
    Column("event", Boolean, nullable=False),
)


def _of_board(time: str) -> list[Column[Any]]:
    read = Column("save_key", String(KEY_LENGTH), ForeignKey("saves.key", ondelete="CASCADE"), nullable=False)
    number, reader = Column("number", Integer, primary_key=True), Column("reader", String(32), nullable=False)
    return [number, _of_case(), read, reader, Column(time, Utc, nullable=False)]


BOARD_READINGS = Table(
    "board_readings",
    METADATA,
    *_of_board("committed_at"),
    Column("mtm", Boolean, nullable=False),
    Column("mtm_probability", Float, nullable=False),
    Column("alive_12", Float),
    Column("alive_36", Float, nullable=False),
    Column("alive_60", Float),
    Column("shown", Text, nullable=False),
    Column("versions", Text, nullable=False),
    UniqueConstraint("save_key", "reader", name="uq_board_readings_save_reader"),
)
"""Never updated: the databases refuse it."""

BOARD_REVEALS = Table(
    "board_reveals",
    METADATA,
    *_of_board("revealed_at"),
    Column("for_all", Boolean, nullable=False),
    Column("versions", Text, nullable=False),
)
"""Never updated: the databases refuse it."""


def _required(name: str, length: int) -> Column[str]:
    return Column(name, String(length), nullable=False)


AUDIT_LINES = Table(
    "audit_lines",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    _required("at", 27),
    _required("actor", 64),
    _required("act", 16),
    _required("what", 64),
    _required("pseudonym", 64),
    _required("case_key", KEY_LENGTH),
    _required("owner_group", 64),
    _required("weights_sha256", 64),
    _required("hash", 64),
)
"""Only ever added to: the databases refuse all else. They stay when their case goes, so they name no row of it."""

AUDIT_HEAD = Table(
    "audit_head",
    METADATA,
    Column("registry", String(KEY_LENGTH), primary_key=True),
    Column("lines", Integer, nullable=False),
    _required("hash", 64),
)
"""One row; it only ever grows."""
