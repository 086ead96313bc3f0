"""Cases with their saves, images by content, notes, board and follow-up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From an empty database."""
    op.create_table(
        "cases",
        sa.Column("key", sa.String(32), primary_key=True),
        sa.Column("pseudonym", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("board_on", sa.Date),
    )
    op.create_index("ix_cases_pseudonym", "cases", ["pseudonym"], unique=True)
    _create_saves()
    op.create_table(
        "save_models",
        _save_key(),
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("provenance", sa.Text, nullable=False),
    )
    op.create_table(
        "blobs",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("file_bytes", sa.Integer, nullable=False),
    )
    op.create_table(
        "save_blobs",
        _save_key(),
        sa.Column("sha256", sa.String(64), sa.ForeignKey("blobs.sha256"), primary_key=True),
    )
    op.create_index("ix_save_blobs_sha256", "save_blobs", ["sha256"])
    _create_entries("notes", sa.Column("written_at", sa.DateTime, nullable=False), _text())
    _create_entries("decisions", sa.Column("decided_on", sa.Date, nullable=False), _text())
    _create_entries(
        "follow_ups",
        sa.Column("time_months", sa.Float, nullable=False),
        sa.Column("event", sa.Boolean, nullable=False),
    )


def _create_saves() -> None:
    figures = ("mtm", "dlr", "months", "alive", "alive_low", "alive_high", "alive_at")
    op.create_table(
        "saves",
        sa.Column("key", sa.String(32), primary_key=True),
        _case_key(),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("saved_at", sa.DateTime, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("with_images", sa.Boolean, nullable=False),
        sa.Column("simulated", sa.Boolean, nullable=False),
        *(sa.Column(name, sa.Float) for name in figures),
        sa.Column("model", sa.String(16)),
        sa.Column("risk_group", sa.String(16)),
        sa.UniqueConstraint("case_key", "number", name="uq_saves_case_number"),
    )
    op.create_index("ix_saves_case_key", "saves", ["case_key"])


def _create_entries(name: str, *columns: sa.Column[object]) -> None:
    """A table of what is written about a case."""
    op.create_table(name, sa.Column("number", sa.Integer, primary_key=True), _case_key(), *columns)
    op.create_index(f"ix_{name}_case_key", name, ["case_key"])


def _text() -> sa.Column[object]:
    return sa.Column("text", sa.Text, nullable=False)


def _case_key() -> sa.Column[str]:
    return sa.Column("case_key", sa.String(32), sa.ForeignKey("cases.key", ondelete="CASCADE"), nullable=False)


def _save_key() -> sa.Column[str]:
    return sa.Column("save_key", sa.String(32), sa.ForeignKey("saves.key", ondelete="CASCADE"), primary_key=True)
