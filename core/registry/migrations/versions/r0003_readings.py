"""Board mode: what readers commit before the reveal, and what was shown to whom; rows that are never changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TABLES = ("board_readings", "board_reveals")


def upgrade() -> None:
    """Two tables more; nothing that is there is touched."""
    op.create_table(
        "board_readings",
        *_common("committed_at"),
        sa.Column("mtm", sa.Boolean, nullable=False),
        sa.Column("mtm_probability", sa.Float, nullable=False),
        sa.Column("alive_12", sa.Float),
        sa.Column("alive_36", sa.Float, nullable=False),
        sa.Column("alive_60", sa.Float),
        sa.Column("shown", sa.Text, nullable=False),
        sa.Column("versions", sa.Text, nullable=False),
        sa.UniqueConstraint("save_key", "reader", name="uq_board_readings_save_reader"),
    )
    op.create_table(
        "board_reveals",
        *_common("revealed_at"),
        sa.Column("for_all", sa.Boolean, nullable=False),
        sa.Column("versions", sa.Text, nullable=False),
    )
    for table in _TABLES:
        op.create_index(f"ix_{table}_case_key", table, ["case_key"])
    _refuse_updates()


def _common(time: str) -> list[sa.Column[object]]:
    return [
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("case_key", sa.String(32), sa.ForeignKey("cases.key", ondelete="CASCADE"), nullable=False),
        sa.Column("save_key", sa.String(32), sa.ForeignKey("saves.key", ondelete="CASCADE"), nullable=False),
        sa.Column("reader", sa.String(32), nullable=False),
        sa.Column(time, sa.DateTime, nullable=False),
    ]


def _refuse_updates() -> None:
    """What is committed stays, whoever writes to the database."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        op.execute(
            "CREATE FUNCTION board_rows_stay() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'board rows are never changed'; END $$"
        )
    act = (
        "FOR EACH ROW EXECUTE FUNCTION board_rows_stay()"
        if postgresql
        else "BEGIN SELECT RAISE(ABORT, 'board rows are never changed'); END"
    )
    for table in _TABLES:
        op.execute(f"CREATE TRIGGER {table}_stay BEFORE UPDATE ON {table} {act}")
