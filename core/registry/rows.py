"""All rows of one registry's database into another's, SQLite or PostgreSQL, for backup and restore."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, Table, delete, func, insert, select, text

from core.errors import InputError
from core.registry.database import migrate, transaction
from core.registry.schema import AUDIT_HEAD, AUDIT_LINES, CASES, METADATA

_BATCH_ROWS = 500
_GUARDED = (AUDIT_LINES, AUDIT_HEAD)


def copy_rows(source: Engine, target: Engine) -> None:
    """Every row of `source` as it stood at one moment, in one transaction of `target`; the audit's chain with its head.

    Args:
        source: of this version.
        target: empty, or of any earlier version without cases.

    Raises:
        InputError: a database cannot be used, or the target holds cases or an audit already.
    """
    migrate(target)
    with _one_moment(source) as reader, transaction(target, writing=True) as writer:
        _check_empty(writer)
        with _unguarded(writer):
            writer.execute(delete(AUDIT_HEAD))
            for table in METADATA.sorted_tables:
                for rows in _batches(reader, table):
                    writer.execute(insert(table), rows)
        if writer.dialect.name == "postgresql":
            _count_on(writer)


@contextmanager
def _one_moment(source: Engine) -> Iterator[Connection]:
    """A connection that sees nothing of what others write meanwhile."""
    if source.dialect.name == "postgresql":
        source = source.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with transaction(source) as connection:
        yield connection


def _check_empty(connection: Connection) -> None:
    lines = connection.scalar(select(func.sum(AUDIT_HEAD.c.lines)))
    if connection.scalar(select(func.count()).select_from(CASES)) or lines:
        raise InputError("restore: expected a place without saved cases and without an audit, got one that has some")


def _batches(connection: Connection, table: Table) -> Iterator[list[dict[str, object]]]:
    """A part of the rows at a time: a save's document is long."""
    ordered = select(table).order_by(*table.primary_key.columns).limit(_BATCH_ROWS)
    start = 0
    while rows := [dict(row) for row in connection.execute(ordered.offset(start)).mappings()]:
        yield rows
        start += len(rows)


@contextmanager
def _unguarded(connection: Connection) -> Iterator[None]:
    """The triggers that let the audit only grow stand aside until the block ends, within its transaction."""
    if connection.dialect.name == "postgresql":
        for table in _GUARDED:
            connection.execute(text(f"ALTER TABLE {table.name} DISABLE TRIGGER USER"))
        yield
        for table in _GUARDED:
            connection.execute(text(f"ALTER TABLE {table.name} ENABLE TRIGGER USER"))
        return
    names = ", ".join(f"'{table.name}'" for table in _GUARDED)
    wanted = f"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ({names})"
    triggers = [(str(name), str(made)) for name, made in connection.execute(text(wanted))]
    for name, _ in triggers:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    yield
    for _, made in triggers:
        connection.exec_driver_sql(made)


def _count_on(connection: Connection) -> None:
    """PostgreSQL counts rows by sequences of its own, which do not see the numbers that were brought along."""
    for table in METADATA.sorted_tables:
        column = table.autoincrement_column
        last = None if column is None else connection.scalar(select(func.max(column)))
        if column is not None and last is not None:
            move = text("SELECT setval(pg_get_serial_sequence(:table, :column), :last)")
            connection.execute(move, {"table": table.name, "column": column.name, "last": last})
