"""The chain without a database: any bit of any field, any line removed, moved, repeated or added is found."""

from __future__ import annotations

from dataclasses import astuple
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.registry.audit_chain import Act, Head, first_break, genesis, line_hash, stamp

Row = tuple[Any, ...]
REGISTRY = "0f" * 16


def chain(count: int) -> tuple[Head, list[Row]]:
    """A whole chain of `count` lines."""
    before, rows = genesis(REGISTRY), []
    for number in range(1, count + 1):
        at = stamp(datetime(2026, 3, 1, 12, number % 60, tzinfo=UTC))
        said = (number, at, "local", str(Act.CHANGED), "note", f"Case {number}T", "ab" * 16, "north", "cd" * 32)
        before = line_hash(before, said)
        rows.append((*said, before))
    return Head(REGISTRY, count, before), rows


def flipped(value: Any, bit: int) -> Any:
    """The same value with one bit of it turned over."""
    if isinstance(value, int):
        return value ^ (1 << bit % 31)
    content = bytearray(value.encode())
    content[bit // 8 % len(content)] ^= 1 << bit % 8
    return content.decode(errors="surrogateescape")


@pytest.mark.parametrize("count", [0, 1, 2, 50])
def test_a_whole_chain_holds(count: int) -> None:
    assert first_break(*chain(count)) is None


@given(st.integers(1, 12), st.data())
def test_any_bit_of_any_field_is_found_at_its_line(count: int, data: st.DataObject) -> None:
    head, rows = chain(count)
    place, column = data.draw(st.integers(0, count - 1)), data.draw(st.integers(0, len(rows[0]) - 1))
    bits = 31 if column == 0 else 8 * len(rows[place][column].encode())
    changed = list(rows[place])
    changed[column] = flipped(changed[column], data.draw(st.integers(0, bits - 1)))
    rows[place] = tuple(changed)
    found = first_break(head, rows)
    assert found is not None
    assert found.line == place + 1


@given(st.sampled_from(["registry", "lines", "hash"]), st.integers(0, 511), st.integers(0, 5))
def test_any_bit_of_the_head_is_found(name: str, bit: int, count: int) -> None:
    head, rows = chain(count)
    changed = [flipped(value, bit) if field == name else value for field, value in vars(head).items()]
    assert first_break(Head(*changed), rows) is not None


@given(st.integers(1, 12), st.data())
def test_any_line_removed_is_found_also_at_the_end(count: int, data: st.DataObject) -> None:
    head, rows = chain(count)
    place = data.draw(st.integers(0, count - 1))
    del rows[place]
    found = first_break(head, rows)
    assert found is not None
    assert found.line == place + 1


@given(st.integers(2, 12), st.data())
def test_any_two_lines_that_change_places_are_found(count: int, data: st.DataObject) -> None:
    head, rows = chain(count)
    one, other = sorted(data.draw(st.lists(st.integers(0, count - 1), min_size=2, max_size=2, unique=True)))
    rows[one], rows[other] = rows[other], rows[one]
    found = first_break(head, rows)
    assert found is not None
    assert found.line == one + 1
    numbered = [(number, *row[1:]) for number, row in enumerate(rows, start=1)]  # numbered anew, as if nothing were
    again = first_break(head, numbered)
    assert again is not None
    assert again.line == one + 1


@given(st.integers(1, 12), st.data())
def test_any_line_repeated_is_found(count: int, data: st.DataObject) -> None:
    head, rows = chain(count)
    place, to = data.draw(st.integers(0, count - 1)), data.draw(st.integers(0, count))
    rows.insert(to, rows[place])
    assert first_break(head, rows) is not None
    numbered = [(number, *row[1:]) for number, row in enumerate(rows, start=1)]
    assert first_break(head, numbered) is not None


@given(st.integers(2, 12), st.data())
def test_a_line_written_anew_with_its_own_hash_is_told_by_the_next_or_by_the_head(
    count: int, data: st.DataObject
) -> None:
    head, rows = chain(count)
    place = data.draw(st.integers(0, count - 1))
    said = (*rows[place][:5], "Case 9X", *rows[place][6:9])
    rows[place] = (*said, line_hash(rows[place - 1][-1] if place else genesis(REGISTRY), said))
    found = first_break(head, rows)
    assert found is not None
    assert found.line == min(place + 2, count)


def test_what_cannot_be_found_is_the_end_cut_off_together_with_the_head() -> None:
    """Stated in docs/audit.md; an anchor kept elsewhere finds it."""
    _, rows = chain(5)
    shorter = Head(REGISTRY, 3, rows[2][-1])
    assert first_break(shorter, rows[:3]) is None
    assert shorter.hash != astuple(chain(5)[0])[2]


def test_a_missing_head_is_a_break() -> None:
    assert first_break(None, chain(3)[1]) is not None


def test_values_of_other_types_are_found() -> None:
    head, rows = chain(3)
    for foreign in (None, 2.0, b"local", True):
        assert first_break(head, [rows[0], (foreign, *rows[1][1:]), rows[2]]) is not None
        assert first_break(head, [rows[0], (2, foreign, *rows[1][2:]), rows[2]]) is not None


def test_times_are_utc_to_the_microsecond() -> None:
    east = timezone(timedelta(hours=2))
    assert stamp(datetime(2026, 3, 1, 1, 2, 3, 4, tzinfo=east)) == "2026-02-28T23:02:03.000004Z"
