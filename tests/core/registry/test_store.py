from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.case import ClinicalRecord
from core.errors import InputError
from core.registry.blobs import BlobFolder
from core.registry.database import transaction
from core.registry.nouns import Decision, FollowUp, Note, Reading, Snapshot
from core.registry.place import DATABASE_FILE, Place
from core.registry.store import Registry, open_registry
from tests.core.registry.snapshots import assert_same, images, snapshot, without_images
from tests.core.registry.test_codec import READINGS

ROOT = Path(__file__).resolve().parents[3]


def blobs(place: Place) -> set[str]:
    return {path.name for path in (place.folder / "images").rglob("*") if path.is_file()}


def test_a_case_is_opened_as_it_was_saved_by_another_process(registry: Registry, place: Place) -> None:
    made = snapshot()
    saved = registry.save("Case 1A2B", made)
    assert_same(made, open_registry(place).snapshot(saved.key))
    assert_same(images(made).post, registry.reading(saved.key).post)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(READINGS)
def test_every_reading_comes_back_from_the_database(registry: Registry, reading: Reading) -> None:
    saved = registry.save(f"Case {len(registry.worklist())}", Snapshot(replace(reading, post=None, pre=None)))
    assert_same(replace(reading, post=None, pre=None), registry.reading(saved.key))
    assert_same(replace(reading, post=None, pre=None), registry.snapshot(saved.key).result)


def test_nothing_is_listed_before_it_is_saved(registry: Registry) -> None:
    assert registry.worklist() == ()


def test_the_list_shows_the_figures_of_the_latest_save(registry: Registry) -> None:
    first = registry.save("Case 1", snapshot())
    unknown = without_images()
    second = registry.save("Case 1", unknown, first.case)
    (row,) = registry.worklist()
    assert (row.pseudonym, row.saves, row.state) == ("Case 1", 2, "waiting")
    assert row.latest == second
    assert (second.mtm, second.dlr, second.with_images, second.simulated) == (1.0, 0.4, False, False)
    assert second.outcome is not None
    assert unknown.result.post is not None
    assert second.outcome.survival == unknown.result.post.os[36]
    assert second.outcome.risk_group == unknown.result.post.risk_group
    assert abs(datetime.now(UTC) - second.saved_at) < timedelta(minutes=1)
    file = registry.case_file(first.case)
    assert [save.number for save in file.saves] == [2, 1]
    assert file.saves[1] == first
    assert (first.with_images, first.simulated) == (True, True)


def test_scheduled_cases_come_first_by_day_then_the_last_saved(registry: Registry) -> None:
    keys = {name: registry.save(f"Case {name}", without_images()).case for name in "12345"}
    registry.schedule(keys["2"], date(2026, 12, 9))
    registry.schedule(keys["4"], date(2026, 12, 2))
    registry.schedule(keys["1"], date(2026, 11, 1))
    registry.add_decision(keys["1"], date(2026, 11, 1), "HAIC again")
    assert [row.pseudonym[-1] for row in registry.worklist()] == ["4", "2", "5", "3", "1"]


def test_state_of_the_board(registry: Registry) -> None:
    case = registry.save("Case 1", without_images()).case

    def state() -> str:
        return registry.worklist()[0].state

    assert state() == "waiting"
    registry.schedule(case, date(2026, 5, 4))
    assert state() == "scheduled"
    registry.add_decision(case, date(2026, 5, 4), "Four more sessions.")
    assert state() == "decided"
    registry.schedule(case, date(2026, 8, 3))
    assert state() == "scheduled"
    registry.add_decision(case, date(2026, 8, 3), "Ablation.")
    assert state() == "decided"
    assert [one.text for one in registry.case_file(case).decisions] == ["Ablation.", "Four more sessions."]
    registry.schedule(case, None)
    assert state() == "decided"


def test_notes_decisions_and_follow_up_are_kept_and_taken_away(registry: Registry, place: Place) -> None:
    case = registry.save("Case 1", without_images()).case
    registry.add_note(case, "  Ascites rising.\x00\n Ask again. ")
    registry.add_decision(case, date(2026, 5, 4), "TACE")
    registry.add_follow_up(case, 6.5, False)
    registry.add_follow_up(case, 14.0, True)
    file = open_registry(place).case_file(case)
    assert [one.text for one in file.notes] == ["Ascites rising.\n Ask again."]
    assert file.decisions[0].decided_on == date(2026, 5, 4)
    assert [(one.time_months, one.event) for one in file.follow_ups] == [(6.5, False), (14.0, True)]
    assert file.row.follow_up == file.follow_ups[1]
    entries: list[Note | Decision | FollowUp] = [file.notes[0], file.decisions[0], *file.follow_ups]
    for entry in entries:
        registry.remove(case, entry)
        with pytest.raises(InputError, match="entry: expected one that is there, got one that was taken away already"):
            registry.remove(case, entry)
    file = registry.case_file(case)
    assert (file.notes, file.decisions, file.follow_ups) == ((), (), ())


@pytest.mark.parametrize(
    ("months", "event", "expected"),
    [
        (-0.1, False, "0-600 months"),
        (601.0, True, "0-600 months"),
        (float("nan"), True, "0-600 months"),
        (20.0, True, "one death, got a second; the first is at 14 months"),
        (14.5, False, "up to the death at 14 months, got 14.5"),
    ],
)
def test_follow_up_that_cannot_be_is_refused(registry: Registry, months: float, event: bool, expected: str) -> None:
    case = registry.save("Case 1", without_images()).case
    registry.add_follow_up(case, 14.0, True)
    with pytest.raises(InputError, match=expected):
        registry.add_follow_up(case, months, event)
    assert len(registry.case_file(case).follow_ups) == 1


def test_nobody_dies_before_a_time_known_to_be_alive(registry: Registry) -> None:
    case = registry.save("Case 1", without_images()).case
    registry.add_follow_up(case, 14.0, False)
    with pytest.raises(InputError, match="a death after 14 months"):
        registry.add_follow_up(case, 13.0, True)
    registry.add_follow_up(case, 14.0, True)


@pytest.mark.parametrize(("text", "expected"), [("", "some text"), (" \n\x00", "some text"), ("x" * 4001, "got 4001")])
def test_texts_are_there_and_not_endless(registry: Registry, text: str, expected: str) -> None:
    case = registry.save("Case 1", without_images()).case
    for write in (lambda: registry.add_note(case, text), lambda: registry.add_decision(case, date(2026, 5, 4), text)):
        with pytest.raises(InputError, match=expected):
            write()


def test_a_day_far_off_is_refused(registry: Registry) -> None:
    case = registry.save("Case 1", without_images()).case
    with pytest.raises(InputError, match="day of the board: expected 1990-2100, got 2206"):
        registry.schedule(case, date(2206, 5, 4))


def test_a_name_is_refused_and_nothing_is_written(registry: Registry, place: Place) -> None:
    with pytest.raises(InputError, match="may be a name"):
        registry.save("Jane Doe", snapshot())
    assert registry.worklist() == ()
    assert blobs(place) == set()


def test_a_pseudonym_is_used_once_and_can_be_corrected(registry: Registry) -> None:
    first = registry.save("Case 1", without_images())
    second = registry.save("Case 2", without_images())
    with pytest.raises(InputError, match="expected one that no saved case has"):
        registry.save("Case  1", without_images())
    with pytest.raises(InputError, match="expected one that no saved case has"):
        registry.save("Case 1", without_images(), second.case)
    registry.save("Case 3", without_images(), second.case)
    assert {row.pseudonym for row in registry.worklist()} == {"Case 1", "Case 3"}
    assert len(registry.case_file(second.case).saves) == 2
    assert len(registry.case_file(first.case).saves) == 1


def test_same_images_lie_once_and_go_with_the_last_case(registry: Registry, place: Place) -> None:
    first = registry.save("Case 1", snapshot())
    alone = blobs(place)
    assert len(alone) == 8
    second = registry.save("Case 2", snapshot(replace(snapshot().result.clinical, age_years=70.0)))
    assert blobs(place) == alone
    other = registry.save("Case 3", snapshot(shift_hu=1))
    assert len(blobs(place)) == 10
    registry.delete(first.case)
    assert len(blobs(place)) == 10
    assert_same(snapshot(shift_hu=1), registry.snapshot(other.key))
    registry.delete(other.case)
    assert blobs(place) == alone
    registry.delete(second.case)
    assert blobs(place) == set()


def test_what_is_deleted_is_gone_from_the_file_too(registry: Registry, place: Place) -> None:
    case = registry.save("Case 7", without_images(ClinicalRecord(afp_ng_ml=271828.25))).case
    registry.add_note(case, "a remark that nobody reads later")
    file = place.folder / DATABASE_FILE
    assert b"271828.25" in file.read_bytes()
    registry.delete(case)
    left = file.read_bytes()
    assert not any(words in left for words in (b"271828.25", b"nobody reads"))
    assert {line.pseudonym for line in registry.audit.lines()} == {"Case 7"}  # the audit alone still has it
    assert [path.name for path in place.folder.iterdir() if path.name.startswith(DATABASE_FILE)] == [DATABASE_FILE]


def test_whoever_comes_after_a_deletion_is_told(registry: Registry) -> None:
    saved = registry.save("Case 1", without_images())
    note = Note(1, datetime.now(UTC), "x")
    registry.delete(saved.case)
    for use in (
        lambda: registry.snapshot(saved.key),
        lambda: registry.reading(saved.key),
        lambda: registry.case_file(saved.case),
        lambda: registry.add_note(saved.case, "late"),
        lambda: registry.remove(saved.case, note),
        lambda: registry.schedule(saved.case, None),
        lambda: registry.save("Case 1", without_images(), saved.case),
        lambda: registry.delete(saved.case),
    ):
        with pytest.raises(InputError, match="it may be deleted"):
            use()
    assert registry.save("Case 1", without_images()).number == 1


def test_a_group_sees_its_own_cases_only(place: Place) -> None:
    north, south = open_registry(place, "north"), open_registry(place, "south")
    saved = north.save("Case 1", without_images())
    assert south.worklist() == ()
    assert south.save("Case 1", without_images()).case != saved.case
    for use in (south.reading, south.snapshot):
        with pytest.raises(InputError, match="not there"):
            use(saved.key)
    for change in (south.case_file, south.delete, lambda case: south.add_note(case, "x")):
        with pytest.raises(InputError, match="not there"):
            change(saved.case)
    assert len(north.worklist()) == len(south.worklist()) == 1


@pytest.mark.parametrize("damage", ["cut", "changed", "gone", "no zlib"])
def test_a_damaged_image_is_said_and_never_shown(registry: Registry, place: Place, damage: str) -> None:
    saved = registry.save("Case 1", snapshot())
    for path in (place.folder / "images").rglob("*.*"):
        content = path.read_bytes()
        if damage == "gone":
            path.unlink()
        elif damage == "cut":
            path.write_bytes(content[:-9])
        elif damage == "no zlib":
            path.write_bytes(b"\x00" * len(content))
        else:
            path.write_bytes(content[:500] + bytes([content[500] ^ 1]) + content[501:])
    with pytest.raises(InputError, match="saved image: expected the bytes that were saved"):
        registry.snapshot(saved.key)
    assert registry.reading(saved.key).post is not None


def test_masks_and_heatmaps_are_packed(registry: Registry, place: Place) -> None:
    registry.save("Case 1", snapshot())
    sizes = {path.suffix: 0 for path in (place.folder / "images").rglob("*.*")}
    assert set(sizes) == {".raw", ".zlib"}
    mask = next(p for p in (place.folder / "images").rglob("*.zlib"))
    assert mask.stat().st_size < 0.4 * 60 * 48 * 30 * 2


def test_many_save_at_once_and_none_is_lost(place: Place) -> None:
    open_registry(place)
    failed: list[BaseException] = []

    def work(worker: int) -> None:
        try:
            mine = open_registry(place)
            for number in range(3):
                case = mine.save(f"P{worker}-{number}", snapshot(shift_hu=number)).case
                mine.add_note(case, f"by {worker}")
                if number == 1:
                    mine.delete(case)
        except BaseException as error:  # a thread's failure must reach the test
            failed.append(error)

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    registry = open_registry(place)
    assert {row.pseudonym for row in registry.worklist()} == {f"P{w}-{n}" for w in range(4) for n in (0, 2)}
    for row in registry.worklist():
        assert_same(snapshot(shift_hu=int(row.pseudonym[-1])), registry.snapshot(row.latest.key))


def test_a_writer_that_never_ends_is_not_waited_for(place: Place, registry: Registry) -> None:
    blocked = BlobFolder(place.folder)
    with (
        blocked.locked(),
        pytest.raises(InputError, match="another process still writing"),
        BlobFolder(place.folder).locked(seconds=0.1),
    ):
        pass
    assert registry.worklist() == ()


def test_a_file_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "cases"
    folder.mkdir(mode=0o700)
    (folder / DATABASE_FILE).write_bytes(b"Jane Doe's thesis, chapter one" * 100)
    with pytest.raises(InputError, match="cases database: expected one that answers, got an error") as caught:
        open_registry(Place(folder))
    assert "Jane" not in str(caught.value)


def test_models_behind_a_save_can_be_asked_for(registry: Registry, place: Place) -> None:
    registry.save("Case 1", snapshot())
    with sqlite3.connect(place.folder / DATABASE_FILE) as connection:
        rows = connection.execute("SELECT name, version, provenance FROM save_models ORDER BY name").fetchall()
    connection.close()
    assert [row[:2] for row in rows] == [("fusion", "1.0.0"), ("nomogram", "1.0.0")]
    assert "trained on simulated tumours; not valid for patients" in rows[0][2]


def test_follow_up_order_does_not_matter(registry: Registry) -> None:
    case = registry.save("Case 1", without_images()).case

    @given(st.lists(st.floats(0, 600), min_size=1, max_size=4, unique=True))
    @settings(max_examples=8)
    def holds(times: list[float]) -> None:
        for entry in registry.case_file(case).follow_ups:
            registry.remove(case, entry)
        for time in times:
            registry.add_follow_up(case, time, False)
        assert [one.time_months for one in registry.case_file(case).follow_ups] == sorted(times)

    holds()


def test_a_socket_that_breaks_is_the_database_s_and_no_other_s_fault(place: Place) -> None:
    registry = open_registry(place)
    with (
        pytest.raises(InputError, match=r"^cases database: expected one that answers, got a lost connection$"),
        registry._blobs.locked(),
        transaction(registry._engine),
    ):
        raise ConnectionResetError(104, "Connection reset by peer")


# Files may grow by 8 KiB more; says what a note was refused with, and how many were written.
BOUND = """
import pathlib, resource, sys
from core.errors import InputError
from core.registry.place import DATABASE_FILE, Place
from core.registry.store import open_registry

folder, case = pathlib.Path(sys.argv[1]), sys.argv[2]
registry = open_registry(Place(folder))
bound = (folder / DATABASE_FILE).stat().st_size + 8192
resource.setrlimit(resource.RLIMIT_FSIZE, (bound, bound))
for number in range(20):
    try:
        registry.add_note(case, "x" * 4000)
    except InputError as error:
        print(f"{number} {error}")
        break
"""


def test_a_file_that_may_not_grow_is_the_disk_s_fault_and_loses_nothing(registry: Registry, place: Place) -> None:
    case = registry.save("Case 1", without_images()).case
    command = [sys.executable, "-c", BOUND, str(place.folder), case]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    number, _, said = done.stdout.strip().partition(" ")
    assert said == "cases database: expected one that answers, got one whose disk is full or fails"
    assert len(registry.case_file(case).notes) == int(number)
    registry.add_note(case, "there is room again")
