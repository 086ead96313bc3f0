"""Board mode: what is committed stays, and nothing is revealed before."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from core.errors import InputError
from core.registry.board_nouns import BoardReading, BoardRecord, Call, Reveal
from core.registry.place import DATABASE_FILE, Place
from core.registry.store import Registry, open_registry
from tests.core.registry.killed import came_to_its_end
from tests.core.registry.snapshots import without_images

ROOT = Path(__file__).resolve().parents[3]
CALL = Call(True, 0.7, {12: 0.8, 36: 0.4})
SHOWN = "values without images"


def saved(registry: Registry, name: str = "Case 1") -> tuple[str, str]:
    """Keys of a new case and its save."""
    found = registry.save(name, without_images())
    return found.case, found.key


def test_a_reading_is_kept_with_time_weights_and_what_was_shown(registry: Registry, place: Place) -> None:
    case, save = saved(registry)
    made = registry.board.commit(save, " r 7k ", CALL, SHOWN)
    (found,) = open_registry(place).board.record().readings
    assert found == made
    assert (found.case, found.save, found.reader, found.call, found.shown) == (case, save, "R 7K", CALL, SHOWN)
    assert found.versions == "fusion 1.0.0, nomogram 1.0.0"
    assert abs(datetime.now(UTC) - found.at) < timedelta(minutes=1)


def test_a_second_reading_of_a_reader_is_refused_and_the_first_stays(registry: Registry) -> None:
    _, save = saved(registry)
    registry.board.commit(save, "R1", CALL, SHOWN)
    with pytest.raises(InputError, match="what is committed stays"):
        registry.board.commit(save, "r1", replace(CALL, mtm=False), SHOWN)
    assert [one.call for one in registry.board.record().readings] == [CALL]
    registry.board.commit(save, "R2", CALL, SHOWN)


@pytest.mark.parametrize(
    "change", ["UPDATE board_readings SET mtm = NOT mtm", "UPDATE board_reveals SET reader = 'R2'"]
)
def test_the_database_itself_refuses_a_change(registry: Registry, change: str) -> None:
    _, save = saved(registry)
    registry.board.commit(save, "R1", CALL, SHOWN)
    registry.board.reveal(save, "R1")
    with pytest.raises(IntegrityError, match="never changed"), registry._engine.begin() as connection:
        connection.execute(text(change))


def test_nothing_is_revealed_to_a_reader_who_has_not_committed(registry: Registry) -> None:
    _, save = saved(registry)
    _, other = saved(registry, "Case 2")
    registry.board.commit(other, "R1", CALL, SHOWN)
    registry.board.commit(save, "R2", CALL, SHOWN)
    with pytest.raises(InputError, match="expected a committed reading of this reader first"):
        registry.board.reveal(save, "R1")
    registry.board.reveal(save, "R2")
    registry.board.reveal(save, "R2")
    record = registry.board.record().of_save(save)
    assert (record.is_revealed("R1"), record.is_revealed("R2"), len(record.reveals)) == (False, True, 1)
    assert record.shown_to_all is None


def test_shown_to_all_is_recorded_and_nobody_reads_blind_after_it(registry: Registry) -> None:
    case, save = saved(registry)
    registry.board.commit(save, "R1", CALL, SHOWN)
    registry.board.reveal_to_all(save, "C9")
    registry.board.reveal_to_all(save, "C9")
    record = registry.board.record().of_case(case)
    assert record.shown_to_all is not None
    assert (record.shown_to_all.reader, len(record.reveals), record.is_revealed("R5")) == ("C9", 1, True)
    with pytest.raises(InputError, match="before the model's answer was shown"):
        registry.board.commit(save, "R2", CALL, SHOWN)
    again = registry.save("Case 1", without_images(dlr=0.9), case).key
    registry.board.commit(again, "R2", CALL, SHOWN)  # it may be read again, but counts no more
    assert [one.reader for one in registry.board.record().blind] == ["R1"]


def test_of_each_reader_the_first_reading_of_a_case_counts() -> None:
    start = datetime(2026, 1, 5, tzinfo=UTC)

    def reading(number: int, case: str, reader: str) -> BoardReading:
        at = start + timedelta(hours=number)
        return BoardReading(number, case, f"{case} save {number}", reader, at, CALL, SHOWN, "")

    readings = (reading(1, "a", "R1"), reading(2, "a", "R2"), reading(3, "a", "R1"), reading(4, "b", "R1"))
    shown = Reveal(1, "b", "s", "C1", start, True, "")
    assert [one.number for one in BoardRecord(readings).blind] == [1, 2, 4]
    assert [one.number for one in BoardRecord(readings, (shown,)).blind] == [1, 2]


@pytest.mark.parametrize(
    ("reader", "call", "expected"),
    [
        ("Jane", CALL, "reader code: expected a code such as R 7K, which is no name, got a word of 4 letters"),
        ("JD", CALL, "reader code: .* letters alone"),
        ("R1", replace(CALL, mtm_probability=1.01), "probability of MTM: expected 0-100 %, got 101 %"),
        ("R1", replace(CALL, mtm_probability=float("nan")), "probability of MTM: expected 0-100 %"),
        ("R1", replace(CALL, alive={12: 0.5}), "expected one at 3 years, got none"),
        ("R1", replace(CALL, alive={24: 0.5, 36: 0.5}), "expected 12, 36 or 60 months, got 24"),
        ("R1", replace(CALL, alive={36: 0.5, 60: 0.6}), "no more alive at 60 months than at 36, got 60 % after 50 %"),
        ("R1", replace(CALL, alive={36: -0.1}), "survival at 36 months: expected 0-100 %, got -10 %"),
    ],
)
def test_what_cannot_be_is_refused_and_not_written(registry: Registry, reader: str, call: Call, expected: str) -> None:
    _, save = saved(registry)
    with pytest.raises(InputError, match=expected) as caught:
        registry.board.commit(save, reader, call, SHOWN)
    assert "Jane" not in str(caught.value)
    assert registry.board.record() == BoardRecord()


def test_readings_go_with_their_case_from_the_file_too(registry: Registry, place: Place) -> None:
    case, save = saved(registry)
    kept = saved(registry, "Case 2")[1]
    registry.board.commit(save, "Q 83", CALL, "shown in no other place")
    registry.board.commit(kept, "R1", CALL, SHOWN)
    registry.board.reveal_to_all(save, "C 71")
    file = place.folder / DATABASE_FILE
    assert b"shown in no other place" in file.read_bytes()
    registry.delete(case)
    record = registry.board.record()
    assert ([one.reader for one in record.readings], record.reveals) == (["R1"], ())
    assert not any(words in file.read_bytes() for words in (b"shown in no other place", b"Q 83", b"C 71"))
    with pytest.raises(InputError, match="it may be deleted"):
        registry.board.commit(save, "R1", CALL, SHOWN)


def test_a_group_sees_its_own_readings_only(place: Place) -> None:
    north, south = open_registry(place, "north"), open_registry(place, "south")
    _, save = saved(north)
    north.board.commit(save, "R1", CALL, SHOWN)
    assert south.board.record() == BoardRecord()
    for act in (
        lambda: south.board.commit(save, "R2", CALL, SHOWN),
        lambda: south.board.reveal(save, "R1"),
        lambda: south.board.reveal_to_all(save, "R1"),
    ):
        with pytest.raises(InputError, match="not there"):
            act()


# Ends the process by SIGKILL at the n-th statement of a commit, or as the transaction is about to be committed.
KILLER = """
from tests.core.registry.test_board import CALL, SHOWN

if moment != "done":
    event.listen(registry._engine, "commit" if moment == "commit" else "after_cursor_execute", die)
registry.board.commit(sys.argv[4], "R2", CALL, SHOWN)
"""


@pytest.mark.parametrize(("moment", "number", "there"), [("insert", 5, False), ("commit", 1, False), ("done", 0, True)])
def test_a_commitment_that_is_killed_is_there_whole_or_not_at_all(
    place: Place, moment: str, number: int, there: bool
) -> None:
    registry = open_registry(place)
    _, save = saved(registry)
    registry.board.commit(save, "R1", CALL, SHOWN)
    assert came_to_its_end(KILLER, place.folder, moment, number, save) == there
    after = open_registry(place).board
    assert [one.reader for one in after.record().readings] == (["R1", "R2"] if there else ["R1"])
    if not there:
        after.commit(save, "R2", CALL, SHOWN)
