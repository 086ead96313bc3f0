"""The audit: a chain of lines that are only ever added, and its head."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

from core.registry.audit_chain import genesis

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_REFUSAL = "audit lines are only ever added"
_NEXT = "NEW.number = (SELECT lines FROM audit_head) + 1"
_GROWS = "NEW.registry = OLD.registry AND NEW.lines = OLD.lines + 1"
# what each table lets happen; the rest is refused
_ALLOWED = {
    ("audit_lines", "INSERT"): _NEXT,  # also against INSERT OR REPLACE
    ("audit_lines", "UPDATE"): None,
    ("audit_lines", "DELETE"): None,
    ("audit_head", "INSERT"): None,
    ("audit_head", "UPDATE"): _GROWS,
    ("audit_head", "DELETE"): None,
}


def upgrade() -> None:
    """Two tables more; the audit begins here, acts of before have no lines."""
    op.create_table(
        "audit_lines",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        _text("at", 27),
        _text("actor", 64),
        _text("act", 16),
        _text("what", 64),
        _text("pseudonym", 64),
        _text("case_key", 32),
        _text("owner_group", 64),
        _text("weights_sha256", 64),
        _text("hash", 64),
    )
    head = op.create_table(
        "audit_head",
        sa.Column("registry", sa.String(32), primary_key=True),
        sa.Column("lines", sa.Integer, nullable=False),
        _text("hash", 64),
    )
    registry = secrets.token_hex(16)
    op.bulk_insert(head, [{"registry": registry, "lines": 0, "hash": genesis(registry)}])
    if op.get_bind().dialect.name == "postgresql":
        _refuse_on_postgresql()
    else:
        _refuse_on_sqlite()


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _refuse_on_sqlite() -> None:
    for (table, event), allowed in _ALLOWED.items():
        when = f"WHEN NOT ({allowed})" if allowed else ""
        op.execute(
            f"CREATE TRIGGER {table}_{event.lower()} BEFORE {event} ON {table} {when} "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        )


def _refuse_on_postgresql() -> None:
    for (table, event), allowed in _ALLOWED.items():
        name = f"{table}_{event.lower()}"
        check = f"IF {allowed} THEN RETURN NEW; END IF;" if allowed else ""
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {check} RAISE EXCEPTION '{_REFUSAL}'; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
    for table in ("audit_lines", "audit_head"):
        op.execute(
            f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_delete()"
        )
