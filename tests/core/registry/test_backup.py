"""Backup while others save, restore after everything is lost; on SQLite and on PostgreSQL."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import DBAPIError

from core.cli import main
from core.errors import InputError
from core.registry.audit import Anchor, verify
from core.registry.audit_chain import Line
from core.registry.backup import Copied, backup, restore
from core.registry.database import connect
from core.registry.place import DATABASE_FILE, DATABASE_VARIABLE, Place
from core.registry.store import open_registry
from tests.core.registry.killed import came_to_its_end
from tests.core.registry.snapshots import assert_same, snapshot, without_images
from tests.core.registry.test_postgresql import server  # noqa: F401 a fixture

ROOT = Path(__file__).resolve().parents[3]
# Saves cases with images of their own, writes notes, deletes every third case again; never ends by itself.
WRITER = """
import itertools, pathlib, sys
from core.registry.place import Place
from core.registry.store import open_registry
from tests.core.registry.killed import came_to_its_end
from tests.core.registry.snapshots import snapshot

registry = open_registry(Place(pathlib.Path(sys.argv[1]), sys.argv[2]))
for number in itertools.count(1):
    saved = registry.save(f"Case {number}", snapshot(shift_hu=number))
    registry.add_note(saved.case, f"note {number}")
    if number % 3 == 0:
        registry.delete(saved.case)
    else:
        print(number, flush=True)
"""


def quiet(_step: str, _share: float) -> None:
    """Nobody listens."""


def database(url: str, name: str) -> str:
    """A new database of the server; its URL."""
    engine = connect(Place(Path("/"), f"{url}/postgres"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return f"{url}/{name}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty place on either database."""
    url = "" if request.param == "sqlite" else database(request.getfixturevalue("server").url, "backed_up")
    return Place(tmp_path / "cases", url)


def lost(place: Place) -> Place:
    """The same place after folder and database are gone, and new ones are there."""
    shutil.rmtree(place.folder)
    if place.url:
        server, name = place.url.rsplit("/", 1)
        database(server, name)
    return place


def audit_of(place: Place) -> tuple[Line, ...]:
    registry = open_registry(place)
    lines = registry.audit.lines()
    registry.close()
    return lines


def check_whole(place: Place, copied: Copied) -> list[int]:
    """Every case opens as it was saved; the numbers of the cases."""
    registry = open_registry(place)
    rows = registry.worklist()
    numbers = [int(row.pseudonym.removeprefix("Case ")) for row in rows]
    for row, number in zip(rows, numbers, strict=True):
        assert_same(snapshot(shift_hu=number), registry.snapshot(row.latest.key))
    assert (copied.cases, copied.saves, copied.damaged) == (len(rows), len(rows), 0)
    assert len(registry._blobs.digests()) == copied.images
    assert verify(registry._engine).broken is None
    registry.close()
    return sorted(numbers)


@pytest.mark.slow
def test_nothing_saved_is_lost_when_all_is_restored_from_a_backup_made_during_saves(
    place: Place, tmp_path: Path
) -> None:
    out = tmp_path / "backup"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", WRITER, str(place.folder), place.url]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        told = [int(writer.stdout.readline()) for _ in range(2)]
        backup(place, out, quiet)
        while len(told) < 6:
            told.append(int(writer.stdout.readline()))
        copied = backup(place, out, quiet)
        writer.send_signal(signal.SIGKILL)
    assert copied.audit.head is not None
    head = copied.audit.head
    lines = audit_of(place)
    assert len(lines) >= copied.audit.lines
    assert lines[head.lines - 1].hash == head.hash
    assert [(line.act, line.what) for line in lines[: head.lines]].count(("exported", "backup")) == 2
    again = lost(place)
    brought = restore(out, again, quiet)
    numbers = check_whole(again, brought)
    assert set(told) <= set(numbers)  # one more may have been under way, or not yet deleted
    engine = connect(again)
    assert verify(engine, Anchor(head.lines, head.hash)).broken is None
    engine.dispose()
    last = audit_of(again)[-1]
    assert (last.number, last.what) == (head.lines + 1, "restored from a backup")


def test_a_backup_holds_the_moment_at_which_it_ended(place: Place, tmp_path: Path) -> None:
    registry = open_registry(place)
    kept, gone = (registry.save(f"Case {number}", snapshot(shift_hu=number)) for number in (1, 2))
    acts = [lambda: registry.delete(gone.case), lambda: registry.save("Case 3", snapshot(shift_hu=3))]

    def meanwhile(_step: str, _share: float) -> None:
        if acts:
            acts.pop()()

    copied = backup(place, tmp_path / "backup", meanwhile)
    assert acts == []
    registry.close()
    assert check_whole(Place(tmp_path / "backup"), copied) == [1, 3]
    again = lost(place)
    assert check_whole(again, restore(tmp_path / "backup", again, quiet)) == [1, 3]
    after = open_registry(again)
    after.add_note(kept.case, "counted on")
    after.add_note(kept.case, "and on")
    assert [note.text for note in after.case_file(kept.case).notes] == ["and on", "counted on"]
    change = "UPDATE audit_lines SET actor = 'other' WHERE number = 1"
    with pytest.raises(DBAPIError, match="only ever added"), after._engine.begin() as connection:
        connection.execute(text(change))
    after.close()


def test_a_second_backup_copies_what_is_new_and_leaves_what_was_deleted(tmp_path: Path) -> None:
    place, out = Place(tmp_path / "cases"), tmp_path / "backup"
    registry = open_registry(place)
    saved = registry.save("Case 1", snapshot(shift_hu=1))
    backup(place, out, quiet)
    times = {path: path.stat().st_mtime_ns for path in (out / "images").rglob("*.*")}
    time.sleep(0.02)
    registry.save("Case 2", snapshot(shift_hu=2))
    backup(place, out, quiet)
    assert {path: path.stat().st_mtime_ns for path in times} == times
    registry.delete(saved.case)
    assert check_whole(Place(out), backup(place, out, quiet)) == [2]
    assert {stat.S_IMODE(path.stat().st_mode) for path in out.rglob("*")} == {0o600, 0o700}
    assert {path.name for path in out.iterdir()} == {DATABASE_FILE, "images", "lock"}


KILLED = """
from core.registry.backup import backup

if moment == "replace":
    before(pathlib.Path, "replace")
elif moment == "statement":
    from sqlalchemy import Engine
    event.listen(Engine, "before_cursor_execute", die)
elif moment == "unlink":
    before(pathlib.Path, "unlink")
registry.close()
backup(Place(pathlib.Path(sys.argv[1])), pathlib.Path(sys.argv[4]), lambda step, share: None)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("moment", "number", "holds"),
    [("replace", 1, [1]), ("statement", 12, [1]), ("statement", 40, [1]), ("replace", 0, [1]), ("unlink", 1, [2])],
)
def test_a_backup_that_is_killed_leaves_the_one_before_or_the_new_one(
    tmp_path: Path, moment: str, number: int, holds: list[int]
) -> None:
    place, out = Place(tmp_path / "cases"), tmp_path / "backup"
    registry = open_registry(place)
    saved = registry.save("Case 1", snapshot(shift_hu=1))
    before = backup(place, out, quiet)
    registry.save("Case 2", snapshot(shift_hu=2))
    if moment == "unlink":
        registry.delete(saved.case)
    last = len(registry._blobs.digests()) - before.images + 1  # the new images take their names, then the database
    assert not came_to_its_end(KILLED, place.folder, moment, number or last, str(out))
    again = Place(tmp_path / "again")
    assert check_whole(again, restore(out, again, quiet)) == holds
    after = backup(place, out, quiet)
    assert check_whole(Place(out), after) == ([2] if moment == "unlink" else [1, 2])
    assert after.audit.lines > before.audit.lines
    assert {path.name for path in out.iterdir()} == {DATABASE_FILE, "images", "lock"}
    assert list(out.rglob(".partial-*")) == []


class Cut(BaseException):
    """The process ends here."""


@pytest.mark.slow
def test_a_restore_is_never_there_without_its_line(place: Place, tmp_path: Path) -> None:
    """It ends before the first commit, before the second, ... until one comes to its end."""
    registry = open_registry(place)
    registry.save("Case 1", without_images())
    registry.close()
    out, left = tmp_path / "backup", 0
    backup(place, out, quiet)
    written = (out / DATABASE_FILE).read_bytes()

    def cut(_connection: Connection) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Cut

    was_there = []
    for number in itertools.count(1):
        again, left = lost(place), number
        event.listen(Engine, "commit", cut)
        with suppress(Cut):
            restore(out, again, quiet)
        event.remove(Engine, "commit", cut)
        whole, left = left > 0, 0
        lines = audit_of(again)
        assert not lines or (lines[-1].act, lines[-1].what) == ("changed", "restored from a backup")
        registry = open_registry(again)
        was_there.append(len(registry.worklist()))
        assert was_there[-1] == (1 if lines else 0)
        assert verify(registry._engine).broken is None
        registry.close()
        if whole:
            break
    assert (was_there[0], was_there[-1]) == (0, 1)
    assert was_there == sorted(was_there)
    assert (out / DATABASE_FILE).read_bytes() == written  # a backup is only read


def test_a_damaged_image_is_told_and_keeps_nothing_else_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(DATABASE_VARIABLE, raising=False)
    place, out, again = Place(tmp_path / "cases"), tmp_path / "backup", tmp_path / "again"
    registry = open_registry(place)
    registry.save("Case 1", snapshot(shift_hu=1))
    damaged = min((place.folder / "images").rglob("*.raw"))
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"\0\0")
    other = registry.save("Case 2", snapshot(shift_hu=2))
    assert main(["registry", "backup", "--cases", str(place.folder), "--out", str(out)]) == 1
    told = capsys.readouterr()
    assert "1 of " in told.err.splitlines()[-1]
    assert json.loads(told.out)["damaged_images"] == 1
    assert main(["registry", "restore", str(out), "--cases", str(again)]) == 1
    assert_same(snapshot(shift_hu=2), open_registry(Place(again)).snapshot(other.key))


def test_commands_print_what_they_copied(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(DATABASE_VARIABLE, raising=False)
    place, out, again = Place(tmp_path / "cases"), tmp_path / "backup", tmp_path / "again"
    open_registry(place).save("Case 1", snapshot(shift_hu=1))
    assert main(["registry", "backup", "--cases", str(place.folder), "--out", str(out)]) == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["cases"], made["saves"], made["audit_intact"]) == (1, 1, True)
    assert main(["registry", "restore", str(out), "--cases", str(again)]) == 0
    assert json.loads(capsys.readouterr().out)["images"] == made["images"] > 0
    assert main(["audit", "verify", "--cases", str(again), "--anchor", made["anchor"]]) == 0
    assert main(["registry", "restore", str(out), "--cases", str(again)]) == 2
    assert "without saved cases" in capsys.readouterr().err
    assert main(["registry", "restore", str(tmp_path / "none"), "--cases", str(again)]) == 2


def test_a_backup_is_never_written_over_other_cases(place: Place, tmp_path: Path) -> None:
    registry = open_registry(place)
    registry.save("Case 1", without_images())
    registry.close()
    other = Place(tmp_path / "others")
    open_registry(other).save("Case 7", without_images())
    with pytest.raises(InputError, match="that of others"):
        backup(place, other.folder, quiet)
    assert [row.pseudonym for row in open_registry(other).worklist()] == ["Case 7"]
    with pytest.raises(InputError, match="another folder"):
        backup(place, place.folder, quiet)
    open_to_all = tmp_path / "open"
    open_to_all.mkdir(mode=0o755)
    (open_to_all / "file").write_text("")
    with pytest.raises(InputError, match="only its owner"):
        backup(place, open_to_all, quiet)
    with pytest.raises(InputError, match="without saved cases"):
        restore(other.folder, place, quiet)
