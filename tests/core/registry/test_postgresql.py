"""The registry on a PostgreSQL server that the test starts; skipped where Debian's postgresql is not installed."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DBAPIError

from core.errors import InputError
from core.registry import entries
from core.registry.audit import verify
from core.registry.audit_chain import Act
from core.registry.board_nouns import BoardRecord, Call
from core.registry.database import connect, migrate
from core.registry.nouns import FollowUp
from core.registry.place import Place
from core.registry.store import Registry, open_registry
from tests.core.registry import test_audit
from tests.core.registry.snapshots import assert_same, snapshot, without_images
from tests.core.registry.test_migrations import differences
from tests.postgresql_server import PostgreSQL, binaries, postgresql

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def server() -> Iterator[PostgreSQL]:
    """A server on this machine for the tests alone."""
    programs = binaries()
    if programs is None:
        pytest.skip("PostgreSQL is not on this machine (Debian's package postgresql)")
    with postgresql(programs, "-F") as made:
        yield made


@pytest.fixture
def place(server: PostgreSQL, tmp_path: Path) -> Place:
    """A database of its own."""
    name = f"cases_{tmp_path.name[-8:].strip('-_').lower().replace('-', '_')}"
    return server.place(tmp_path / "cases", name)


@pytest.fixture
def opened(place: Place) -> Iterator[Callable[..., Registry]]:
    """Opens registries of a group, and closes them after the test."""
    found: list[Registry] = []

    def of_group(group: str = "") -> Registry:
        found.append(open_registry(place, group))
        return found[-1]

    yield of_group
    for registry in found:
        registry.close()


def test_save_open_write_and_delete(place: Place, opened: Callable[..., Registry]) -> None:
    registry = opened()
    made = snapshot()
    saved = registry.save("Case 1", made)
    other = registry.save("Case 2", without_images())
    again = opened()
    assert_same(made, again.snapshot(saved.key))
    assert_same(without_images().result, again.reading(other.key))
    again.schedule(saved.case, date(2026, 12, 2))
    again.add_note(saved.case, "Portal vein open again; 王, ü, 😀")
    again.add_decision(saved.case, date(2026, 12, 2), "Four more sessions.")
    again.add_follow_up(saved.case, 14.5, True)
    file = registry.case_file(saved.case)
    assert (file.row.state, file.row.pseudonym) == ("decided", "Case 1")
    assert file.notes[0].text == "Portal vein open again; 王, ü, 😀"
    assert (file.follow_ups[0].time_months, file.follow_ups[0].event) == (14.5, True)
    with pytest.raises(InputError, match="no saved case has"):
        registry.save("Case 1", without_images())
    registry.delete(saved.case)
    assert [row.pseudonym for row in again.worklist()] == ["Case 2"]
    assert list((place.folder / "images").rglob("*.*")) == []
    assert not (place.folder / "cases.sqlite").exists()


def test_tables_are_those_the_program_asks_from_empty_and_from_the_first_version(place: Place) -> None:
    engine = connect(place)
    migrate(engine, "0001")
    assert differences(engine) != []
    migrate(engine)
    assert differences(engine) == []
    engine.dispose()


def test_what_readers_commit_stays_and_goes_with_the_case(place: Place, opened: Callable[..., Registry]) -> None:
    registry = opened()
    saved = registry.save("Case 1", without_images())
    call = Call(True, 0.7, {12: 0.8, 36: 0.4})
    made = registry.board.commit(saved.key, "R1", call, "values without images")
    with pytest.raises(InputError, match="what is committed stays"):
        registry.board.commit(saved.key, "R1", call, "values without images")
    with pytest.raises(InputError, match="committed reading of this reader first"):
        registry.board.reveal(saved.key, "R2")
    registry.board.reveal(saved.key, "R1")
    registry.board.reveal_to_all(saved.key, "C2")
    record = opened().board.record()
    assert record.readings == (made,)
    assert [(one.reader, one.for_all) for one in record.reveals] == [("R1", False), ("C2", True)]
    with pytest.raises(DBAPIError, match="never changed"), registry._engine.begin() as connection:
        connection.execute(text("UPDATE board_readings SET mtm = NOT mtm"))
    registry.delete(saved.case)
    assert registry.board.record() == BoardRecord()


def test_groups_are_apart(opened: Callable[..., Registry]) -> None:
    north, south = opened("north"), opened("south")
    north.save("Case 1", without_images())
    south.save("Case 1", without_images())
    assert len(north.worklist()) == len(south.worklist()) == 1


def test_a_wrong_password_is_one_sentence_without_it(place: Place) -> None:
    wrong = Place(place.folder, place.url.replace("only-for-tests", "guess"))
    with pytest.raises(InputError, match="cases database: expected one that answers") as caught:
        open_registry(wrong)
    assert "guess" not in str(caught.value)


LIVED, DIED_BEFORE, DIED = (40.0, False), (20.0, True), (45.0, True)


@pytest.mark.parametrize("pair", [(DIED, DIED), (LIVED, DIED_BEFORE), (DIED_BEFORE, LIVED)])
def test_two_who_write_of_one_case_at_once_do_not_contradict_each_other(
    opened: Callable[..., Registry], monkeypatch: pytest.MonkeyPatch, pair: tuple[tuple[float, bool], ...]
) -> None:
    registry = opened()
    case = registry.save("Case 1", without_images()).case
    known, both = entries.follow_ups, threading.Barrier(2)

    def read_together(connection: Connection, of: str) -> tuple[FollowUp, ...]:
        """Whoever has read waits a second for the other to have read too."""
        found = known(connection, of)
        with suppress(threading.BrokenBarrierError):
            both.wait(timeout=1.0)
        return found

    def write(one: tuple[float, bool]) -> str:
        try:
            registry.add_follow_up(case, *one)
        except InputError as error:
            return str(error)
        return ""

    with monkeypatch.context() as patched, ThreadPoolExecutor(2) as pool:
        patched.setattr(entries, "follow_ups", read_together)
        told = sorted(pool.map(write, pair))
    assert told[0] == ""
    assert told[1].startswith("follow-up: expected")
    assert len(registry.case_file(case).follow_ups) == 1
    assert [line.what for line in registry.audit.lines()] == ["new case", "follow-up"]


def test_what_changes_nothing_leaves_no_line_here_too(opened: Callable[..., Registry]) -> None:
    test_audit.test_what_changes_nothing_leaves_no_line(opened())


def test_a_reveal_in_two_windows_at_once_is_one_with_one_line(opened: Callable[..., Registry]) -> None:
    registry = opened()
    saved = registry.save("Case 1", without_images())
    together = threading.Barrier(2)

    def reveal(_window: int) -> None:
        together.wait(timeout=30)
        registry.board.reveal_to_all(saved.key, "C 9")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(reveal, range(2)))
    assert len(registry.board.record().reveals) == 1
    assert [line.act for line in registry.audit.lines()] == ["saved", "revealed"]


def test_a_change_during_a_deletion_is_refused_and_has_no_line(opened: Callable[..., Registry]) -> None:
    registry, other = opened(), opened()
    case = registry.save("Case 1", without_images()).case
    begun = threading.Event()

    def linger(_connection: Connection) -> None:
        """All rows are deleted, nothing is committed: meanwhile the other begins."""
        begun.set()
        time.sleep(0.5)

    event.listen(registry._engine, "commit", linger)
    with ThreadPoolExecutor(1) as pool:
        deleted = pool.submit(registry.delete, case)
        assert begun.wait(timeout=30)
        with pytest.raises(InputError, match="it may be deleted"):
            other.schedule(case, date(2026, 12, 2))
        deleted.result(timeout=30)
    assert [line.act for line in other.audit.lines()] == ["saved", "deleted"]


WRITER = """
import pathlib, sys
from core.registry.audit_chain import Act
from core.registry.place import Place
from core.registry.store import open_registry

registry = open_registry(Place(pathlib.Path(sys.argv[1]), sys.argv[2]))
for number in range(25):
    registry.audit.note(Act.ASSESSED, f"Case {sys.argv[3]}{number}")
"""


def test_the_audit_is_one_chain_whoever_writes_and_is_only_ever_added_to(
    place: Place, opened: Callable[..., Registry]
) -> None:
    registry = opened("north")
    saved = registry.save("Case 1", without_images())
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(place.folder), place.url, mark], cwd=ROOT)
        for mark in ("A", "B")
    ]
    for number in range(10):
        registry.add_note(saved.case, f"note {number}")
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0]
    registry.delete(saved.case)
    found = verify(registry._engine)
    assert (found.lines, found.broken) == (62, None)
    assert registry.audit.lines()[-1].act == Act.DELETED
    for change in (
        "UPDATE audit_lines SET pseudonym = 'Case 9'",
        "DELETE FROM audit_lines WHERE number = 2",
        "TRUNCATE audit_lines",
        "INSERT INTO audit_lines SELECT 99, at, actor, act, what, pseudonym, case_key, owner_group, weights_sha256, "
        "hash FROM audit_lines WHERE number = 2",
        "UPDATE audit_head SET lines = 1",
        "DELETE FROM audit_head",
        "TRUNCATE audit_head",
    ):
        with pytest.raises(DBAPIError, match="only ever added"), registry._engine.begin() as connection:
            connection.execute(text(change))
    with registry._engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit_lines DISABLE TRIGGER ALL"))
        connection.execute(text("UPDATE audit_lines SET actor = 'other' WHERE number = 7"))
    broken = verify(registry._engine).broken
    assert broken is not None
    assert broken.line == 7
