from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, text

from core.errors import InputError
from core.registry import documents
from core.registry.board_nouns import BoardRecord, Call
from core.registry.database import connect, migrate, transaction
from core.registry.place import Place, prepare
from core.registry.schema import CASES, FOLLOW_UPS, METADATA, NOTES, SAVES
from core.registry.store import open_registry
from tests.core.registry.snapshots import assert_same, without_images


@pytest.fixture
def engine(place: Place) -> Engine:
    prepare(place.folder)
    return connect(place)


def differences(engine: Engine) -> list[object]:
    """Between the database and the tables that the program asks."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with transaction(engine) as connection:
        found: list[object] = compare_metadata(MigrationContext.configure(connection), METADATA)
    return found


def test_an_empty_database_comes_to_the_tables_that_the_program_asks(engine: Engine) -> None:
    migrate(engine)
    assert differences(engine) == []
    migrate(engine)  # twice does no harm


def fill_first_version(engine: Engine) -> None:
    """A case with all that hangs on it, as the first version wrote it."""
    snapshot = without_images()
    document, _ = documents.write(snapshot)
    now = datetime(2026, 3, 1, tzinfo=UTC)
    with transaction(engine, writing=True) as connection:
        connection.execute(
            text("INSERT INTO cases (key, pseudonym, created_at) VALUES ('c1', 'Case 1', :now)"),
            {"now": "2026-03-01 00:00:00.000000"},
        )
        row = {"key": "s1", "case_key": "c1", "number": 1, "saved_at": now, "document": document}
        connection.execute(insert(SAVES).values({**row, **documents.figures(snapshot)}))
        connection.execute(insert(NOTES).values(case_key="c1", written_at=now, text="a note"))
        connection.execute(insert(FOLLOW_UPS).values(case_key="c1", time_months=7.0, event=True))


def test_an_older_database_keeps_all_it_holds(engine: Engine, place: Place) -> None:
    migrate(engine, "0001")
    assert differences(engine) != []
    fill_first_version(engine)
    registry = open_registry(place)
    assert differences(engine) == []
    (row,) = registry.worklist()
    assert (row.pseudonym, row.latest.saved_at) == ("Case 1", datetime(2026, 3, 1, tzinfo=UTC))
    assert_same(without_images().result, registry.reading("s1"))
    file = registry.case_file("c1")
    assert file.notes[0].text == "a note"
    assert file.follow_ups[0].event
    registry.schedule("c1", date(2026, 4, 1))
    with pytest.raises(InputError, match="no saved case has"):
        registry.save("Case 1", without_images())


def test_the_board_comes_to_a_database_of_the_second_version_which_keeps_all(engine: Engine, place: Place) -> None:
    migrate(engine, "0001")
    fill_first_version(engine)
    migrate(engine, "0002")
    with transaction(engine) as connection:
        tables = ("cases", "saves", "notes", "decisions", "follow_ups", "blobs")
        before = {table: connection.execute(text(f"SELECT * FROM {table}")).all() for table in tables}
    registry = open_registry(place)
    assert differences(engine) == []
    with transaction(engine) as connection:
        after = {table: connection.execute(text(f"SELECT * FROM {table}")).all() for table in tables}
    assert after == before
    assert registry.board.record() == BoardRecord()
    registry.board.commit("s1", "R1", Call(False, 0.2, {36: 0.5}), "values without images")
    assert registry.board.record().readings[0].case == "c1"


def test_a_failing_step_leaves_the_older_database(
    engine: Engine, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(engine, "0001")
    fill_first_version(engine)
    monkeypatch.setattr("alembic.op.create_index", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        migrate(engine)
    monkeypatch.undo()
    with transaction(engine) as connection:
        columns = {row[1] for row in connection.execute(text("PRAGMA table_info(cases)"))}
    assert "owner_group" not in columns
    assert open_registry(place).worklist()[0].pseudonym == "Case 1"


def test_a_later_database_is_refused_and_not_touched(engine: Engine, place: Place) -> None:
    migrate(engine)
    with transaction(engine, writing=True) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(InputError, match="expected one of this version or an earlier one, got a later one"):
        open_registry(place)
    with transaction(engine) as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"


def test_the_folder_may_have_a_percent_sign_in_its_name(tmp_path: Path) -> None:
    assert open_registry(Place(tmp_path / "50% of cases")).worklist() == ()


def test_rows_go_with_their_case(engine: Engine, place: Place) -> None:
    migrate(engine, "0001")
    fill_first_version(engine)
    open_registry(place).delete("c1")
    with transaction(engine) as connection:
        left = [connection.scalar(text(f"SELECT count(*) FROM {table}")) for table in (CASES, SAVES, NOTES, FOLLOW_UPS)]
    assert left == [0, 0, 0, 0]
