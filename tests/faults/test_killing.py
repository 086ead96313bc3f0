"""Smaller rounds of what `make faults` does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.killing import app_is_killed, connection_is_cut, database_is_killed
from tests.postgresql_server import PostgreSQL, binaries, postgresql

pytestmark = pytest.mark.slow
SENTENCES = tuple(
    f"cases database: expected one that answers, got {what}"
    for what in ("a lost connection", "one that is starting or stopping")
)


@pytest.fixture(scope="module")
def server() -> Iterator[PostgreSQL]:
    programs = binaries()
    if programs is None:
        pytest.skip("PostgreSQL is not on this machine (Debian's package postgresql)")
    with postgresql(programs) as made:
        yield made


def test_the_app_is_killed_while_it_saves(tmp_path: Path) -> None:
    found = app_is_killed(tmp_path / "cases", rounds=2)
    assert found.acknowledged >= 4
    assert found.acknowledged <= found.there <= found.acknowledged + 2


def test_the_database_is_killed_while_cases_are_saved(server: PostgreSQL, tmp_path: Path) -> None:
    found = database_is_killed(server, tmp_path / "cases", rounds=2)
    assert found.acknowledged <= found.there <= found.acknowledged + 2
    assert found.sentences
    assert all(one.startswith(SENTENCES) for one in found.sentences), found.sentences
    assert "only-for-tests" not in "".join(found.sentences)


def test_the_connection_to_the_database_is_cut(server: PostgreSQL, tmp_path: Path) -> None:
    found = connection_is_cut(server, tmp_path / "cases", rounds=1)
    assert found.acknowledged <= found.there <= found.acknowledged + 1
    assert all(one.startswith(SENTENCES) for one in found.sentences), found.sentences
