"""The audit of a registry: no act without its line, no line changed unseen."""

from __future__ import annotations

import csv
import io
import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from core.errors import InputError
from core.registry.audit import Anchor, Verdict, Who, verify
from core.registry.audit_chain import FIELDS, Act, genesis
from core.registry.board_nouns import Call
from core.registry.database import connect, migrate, transaction
from core.registry.place import DATABASE_FILE, Place, prepare
from core.registry.store import Registry, open_registry
from tests.core.registry.snapshots import without_images

ROOT = Path(__file__).resolve().parents[3]
WEIGHTS = "ab" * 32


def checked(registry: Registry) -> Verdict:
    return verify(registry._engine)


def said(registry: Registry) -> list[tuple[str, str, str]]:
    return [(line.act, line.what, line.pseudonym) for line in registry.audit.lines()]


def test_every_change_has_its_line(registry: Registry) -> None:
    made = registry.save("Case 1", without_images())
    registry.save("Case 2", without_images(), made.case)
    registry.schedule(made.case, date(2026, 12, 2))
    registry.add_note(made.case, "nobody's name")
    registry.add_decision(made.case, date(2026, 12, 2), "Go on.")
    registry.add_follow_up(made.case, 7.0, False)
    file = registry.case_file(made.case)
    for entry in (*file.notes, *file.decisions, *file.follow_ups):
        registry.remove(made.case, entry)
    registry.board.commit(made.key, "R 7K", Call(True, 0.7, {36: 0.4}), "values")
    registry.board.reveal(made.key, "R 7K")
    registry.board.reveal_to_all(made.key, "C 9")
    registry.audit.note(Act.EXPORTED, "Case 2", "report", made.case)
    registry.delete(made.case)
    assert said(registry) == [
        ("saved", "new case", "Case 1"),
        ("saved", "again", "Case 2"),
        ("changed", "board day", "Case 2"),
        ("changed", "note", "Case 2"),
        ("changed", "decision", "Case 2"),
        ("changed", "follow-up", "Case 2"),
        ("changed", "note taken away", "Case 2"),
        ("changed", "decision taken away", "Case 2"),
        ("changed", "follow-up taken away", "Case 2"),
        ("committed", "reading", "Case 2"),
        ("revealed", "to a reader", "Case 2"),
        ("revealed", "to all", "Case 2"),
        ("exported", "report", "Case 2"),
        ("deleted", "", "Case 2"),
    ]
    lines = registry.audit.lines()
    assert {line.case_key for line in lines} == {made.case}  # one case, also under another pseudonym
    now = datetime.now(UTC)
    assert all(timedelta(0) <= now - datetime.fromisoformat(line.at) < timedelta(minutes=1) for line in lines)
    found = checked(registry)
    assert (found.lines, found.broken) == (14, None)
    assert registry.worklist() == ()


def test_a_line_says_who_and_with_which_weights(place: Place) -> None:
    alone = open_registry(place, "north")
    somebody = alone.by(Who("k3f9-2a", WEIGHTS))
    somebody.save("Case 1", without_images())
    alone.audit.note(Act.ASSESSED, "Case 2")
    first, second = alone.audit.lines()
    assert (first.actor, first.weights_sha256, first.owner_group) == ("k3f9-2a", WEIGHTS, "north")
    assert (second.actor, second.weights_sha256, second.case_key) == ("local", "", "")


@pytest.mark.parametrize("actor", ["", "Li Wei", "someone@example.org", "a" * 65, "王"])
def test_an_actor_is_a_pseudonym(actor: str) -> None:
    with pytest.raises(InputError, match="audit, actor") as caught:
        Who(actor)
    assert actor == "" or actor not in str(caught.value)


def test_a_name_comes_into_no_line(registry: Registry) -> None:
    with pytest.raises(InputError, match="expected a pseudonym"):
        registry.audit.note(Act.ASSESSED, "Wang Xiaoming")
    with pytest.raises(InputError, match="words of the program"):
        registry.audit.note(Act.EXPORTED, "Case 1", "report of 4711")
    with pytest.raises(InputError, match="audit, weights"):
        Who("local", "2.0.0")
    assert registry.audit.lines() == ()


def test_what_is_refused_leaves_no_line(registry: Registry) -> None:
    made = registry.save("Case 1", without_images())
    for act in (
        lambda: registry.add_follow_up(made.case, 700.0, False),
        lambda: registry.save("Case 1", without_images()),
        lambda: registry.board.reveal(made.key, "R1"),
        lambda: registry.delete("not there"),
    ):
        with pytest.raises(InputError):
            act()
    assert len(registry.audit.lines()) == 1


def test_what_changes_nothing_leaves_no_line(registry: Registry) -> None:
    made = registry.save("Case 1", without_images())
    registry.schedule(made.case, None)
    assert len(said(registry)) == 1
    registry.schedule(made.case, date(2026, 12, 2))
    registry.add_note(made.case, "seen in two windows")
    (note,) = registry.case_file(made.case).notes
    registry.remove(made.case, note)
    for reader in ("R 7K", "R 8K"):
        registry.board.commit(made.key, reader, Call(True, 0.7, {36: 0.4}), "values")
    registry.board.reveal(made.key, "R 7K")
    registry.board.reveal_to_all(made.key, "C 9")
    before = registry.audit.lines()
    registry.schedule(made.case, date(2026, 12, 2))
    with pytest.raises(InputError, match="taken away already"):
        registry.remove(made.case, note)
    for reader in ("R 7K", "R 8K"):  # shown to him, shown to all
        registry.board.reveal(made.key, reader)
    registry.board.reveal_to_all(made.key, "C 10")
    assert registry.audit.lines() == before
    assert len(registry.board.record().reveals) == 2
    registry.schedule(made.case, None)
    assert said(registry)[-1] == ("changed", "board day", "Case 1")


def test_an_act_whose_line_cannot_be_written_is_not_done(registry: Registry, place: Place) -> None:
    made = registry.save("Case 1", without_images())
    tamper(place, "DELETE FROM audit_head")
    for act in (lambda: registry.add_note(made.case, "a note"), lambda: registry.delete(made.case)):
        with pytest.raises(InputError, match="expected the head of its chain"):
            act()
    assert registry.case_file(made.case).notes == ()
    assert registry.has(made.case)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_lines SET pseudonym = 'Case 9'",
        "DELETE FROM audit_lines",
        "DELETE FROM audit_lines WHERE number = 2",
        "INSERT OR REPLACE INTO audit_lines SELECT 1, at, actor, act, what, 'Case 9', case_key, owner_group, "
        "weights_sha256, hash FROM audit_lines WHERE number = 2",
        "INSERT INTO audit_lines SELECT 9, at, actor, act, what, pseudonym, case_key, owner_group, weights_sha256, "
        "hash FROM audit_lines WHERE number = 2",
        "UPDATE audit_head SET lines = 1",
        "UPDATE audit_head SET registry = 'another', lines = lines + 1",
        "DELETE FROM audit_head",
        "INSERT INTO audit_head VALUES ('another', 0, '')",
        "INSERT OR REPLACE INTO audit_head SELECT * FROM audit_head",
    ],
)
def test_the_database_itself_refuses_a_change(registry: Registry, place: Place, change: str) -> None:
    registry.save("Case 1", without_images())
    registry.save("Case 2", without_images())
    raw = sqlite3.connect(place.folder / DATABASE_FILE)
    with pytest.raises(sqlite3.IntegrityError, match="only ever added"):
        raw.execute(change)
    raw.close()
    assert checked(registry).broken is None


def tamper(place: Place, *changes: str) -> None:
    """As somebody who owns the file can: without the triggers."""
    raw = sqlite3.connect(place.folder / DATABASE_FILE)
    for (name,) in raw.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit%'"
    ).fetchall():
        raw.execute(f"DROP TRIGGER {name}")
    for change in changes:
        raw.execute(change)
    raw.commit()
    raw.close()


@pytest.fixture
def five(registry: Registry) -> Registry:
    """A registry with five lines."""
    for number in range(1, 6):
        registry.audit.note(Act.ASSESSED, f"Case {number}")
    return registry


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(line=st.integers(1, 5), field=st.sampled_from([*FIELDS[1:], "hash"]), bit=st.integers(0, 511))
def test_any_bit_turned_over_in_the_file_is_found(
    five: Registry, place: Place, line: int, field: str, bit: int
) -> None:
    raw = sqlite3.connect(place.folder / DATABASE_FILE)
    (before,) = raw.execute(f"SELECT CAST({field} AS BLOB) FROM audit_lines WHERE number = ?", (line,)).fetchone()
    raw.close()
    content = bytearray(before or b"x")
    content[bit // 8 % len(content)] ^= 1 << bit % 8
    tamper(place, f"UPDATE audit_lines SET {field} = CAST(x'{content.hex()}' AS TEXT) WHERE number = {line}")
    broken = checked(five).broken
    tamper(place, f"UPDATE audit_lines SET {field} = CAST(x'{bytes(before).hex()}' AS TEXT) WHERE number = {line}")
    assert broken is not None
    assert broken.line == line
    assert checked(five).broken is None


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (["DELETE FROM audit_lines WHERE number = 3"], 3),
        (["DELETE FROM audit_lines WHERE number = 1"], 1),
        (["DELETE FROM audit_lines WHERE number = 5"], 5),
        (["DELETE FROM audit_lines WHERE number > 2"], 3),
        (["DELETE FROM audit_lines"], 1),
        (["DELETE FROM audit_lines WHERE number = 3", "UPDATE audit_lines SET number = number - 1 WHERE number > 3"],
         3),
        (["UPDATE audit_lines SET number = 9 WHERE number = 2", "UPDATE audit_lines SET number = 2 WHERE number = 3",
          "UPDATE audit_lines SET number = 3 WHERE number = 9"], 2),
        (["INSERT INTO audit_lines SELECT 6, at, actor, act, what, pseudonym, case_key, owner_group, weights_sha256, "
          "hash FROM audit_lines WHERE number = 5"], 6),
        (["UPDATE audit_head SET lines = 4"], 5),
        (["UPDATE audit_head SET registry = 'another'"], 1),
        (["UPDATE audit_head SET lines = 'five'"], 1),
        (["DELETE FROM audit_head"], 1),
        (["UPDATE audit_lines SET at = x'ff00' WHERE number = 4"], 4),
        (["UPDATE audit_lines SET weights_sha256 = 1.5 WHERE number = 4"], 4),
    ],
)  # fmt: skip
def test_lines_removed_moved_or_repeated_are_found(five: Registry, place: Place, changes: list[str], line: int) -> None:
    tamper(place, *changes)
    broken = checked(five).broken
    assert broken is not None
    assert broken.line == line


def test_an_end_cut_off_with_its_head_is_found_by_an_anchor_only(five: Registry, place: Place) -> None:
    head = checked(five).head
    assert head is not None
    anchor = Anchor(head.lines, head.hash)
    assert verify(five._engine, anchor).broken is None
    five.audit.note(Act.ASSESSED, "Case 6")
    assert verify(five._engine, anchor).broken is None  # a chain that grew still holds it
    third = five.audit.lines()[2].hash
    tamper(place, "DELETE FROM audit_lines WHERE number > 3", f"UPDATE audit_head SET lines = 3, hash = '{third}'")
    assert checked(five).broken is None  # stated in docs/audit.md
    broken = verify(five._engine, anchor).broken
    assert broken is not None
    assert broken.line == 5


def test_verify_writes_nothing_and_wants_an_audit(place: Place) -> None:
    prepare(place.folder)
    engine = connect(place)
    migrate(engine, "0003")
    before = (place.folder / DATABASE_FILE).read_bytes()
    with pytest.raises(InputError, match="expected one with an audit"):
        verify(engine)
    assert (place.folder / DATABASE_FILE).read_bytes() == before


def test_the_audit_comes_to_a_database_of_the_third_version(place: Place) -> None:
    prepare(place.folder)
    engine = connect(place)
    migrate(engine, "0003")
    registry = open_registry(place)
    found = checked(registry)
    assert found.head is not None
    assert (found.lines, found.broken, found.head.hash) == (0, None, genesis(found.head.registry))
    other = open_registry(Place(place.folder.parent / "other"))
    assert checked(other).head != found.head  # each has its own id
    registry.save("Case 1", without_images())
    assert checked(registry).lines == 1


def test_the_export_holds_all_lines_and_its_own(five: Registry) -> None:
    rows = list(csv.DictReader(io.StringIO(five.audit.export())))
    assert [row["pseudonym"] for row in rows] == ["Case 1", "Case 2", "Case 3", "Case 4", "Case 5", ""]
    assert [row["act"] for row in rows] == [*["assessed"] * 5, "audit exported"]
    lines = five.audit.lines()
    assert [row["hash"] for row in rows] == [line.hash for line in lines]
    assert list(rows[0]) == [*FIELDS, "hash"]


# Ends the process by SIGKILL at the n-th statement, or as it is about to commit.
KILLER = """
import os, pathlib, signal, sys
from sqlalchemy import event
from core.registry.place import Place
from core.registry.store import open_registry

registry = open_registry(Place(pathlib.Path(sys.argv[1])))
case, moment, calls = registry.worklist()[0].key, int(sys.argv[2]), 0

def die(*_):
    global calls
    calls += 1
    if calls == moment:
        os.kill(os.getpid(), signal.SIGKILL)

event.listen(registry._engine, "before_cursor_execute" if moment else "commit", die)
moment = moment or 1
registry.add_note(case, "a note")
print(calls)
"""


@pytest.mark.slow
def test_a_process_killed_at_any_statement_leaves_act_and_line_or_neither(place: Place) -> None:
    registry = open_registry(place)
    case = registry.save("Case 1", without_images()).case
    killed, before = 0, 0
    for moment in range(7):
        done = subprocess.run(
            [sys.executable, "-c", KILLER, str(place.folder), str(moment)],
            cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode in (0, -signal.SIGKILL), done.stderr
        killed += done.returncode != 0
        notes = len(registry.case_file(case).notes)
        assert len(registry.audit.lines()) == 1 + notes
        assert checked(registry).broken is None
        assert notes == before + (done.returncode == 0)
        before = notes
    assert killed >= 5
    registry.add_note(case, "after them")
    assert checked(registry).broken is None


WRITER = """
import pathlib, sys
from core.registry.audit_chain import Act
from core.registry.place import Place
from core.registry.store import open_registry

registry = open_registry(Place(pathlib.Path(sys.argv[1])))
for number in range(25):
    registry.audit.note(Act.ASSESSED, f"Case {sys.argv[2]}{number}")
"""


def test_two_processes_at_once_make_one_whole_chain(place: Place) -> None:
    registry = open_registry(place)
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(place.folder), mark], cwd=ROOT) for mark in ("A", "B")
    ]
    for number in range(10):
        registry.audit.note(Act.ASSESSED, f"Case C{number}")
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0]
    found = checked(registry)
    assert (found.lines, found.broken) == (60, None)
    with transaction(registry._engine) as connection:
        assert connection.scalar(text("SELECT count(DISTINCT pseudonym) FROM audit_lines")) == 60
