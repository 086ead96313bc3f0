"""What is in a cohort table comes out as written, or a sentence says why not."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.errors import InputError
from core.io.cohort_table import read_cohort_table
from tests.core.io.tables import NAME, checked, rows, table


def test_what_was_found_is_said(tmp_path: Path) -> None:
    found = table(tmp_path, rows("time;event", "1,5;1", "", "2;0").encode("utf-16"))
    assert found.notices == (
        "rows: 2, columns: 2",
        "delimiter: semicolon",
        "decimal mark: comma",
        "encoding: UTF-16",
        "empty rows left out: 1",
    )
    assert len(found) == 2
    assert found.rows.tolist() == [2, 4]
    plain = table(tmp_path, rows("time,event", "1,1"))
    assert "decimal mark: point assumed, none was seen that must be one" in plain.notices
    mixed = table(tmp_path, rows("a,b,c", '1.5,2.5,"1,5"'))
    assert "decimal mark: point; refused where used: columns with the other mark (1)" in mixed.notices


def test_columns_that_nobody_uses_are_not_judged(tmp_path: Path) -> None:
    found = table(tmp_path, rows("a,b,c", f"1,12 mg,{NAME}", '2,3,"1,5"'))
    assert found.numbers("a").tolist() == [1, 2]
    with pytest.raises(InputError, match="row 2, column 2: expected a number, got text"):
        found.numbers("b")


def test_names_of_columns(tmp_path: Path) -> None:
    found = table(tmp_path, rows("Time months, event,", "1,0,3"))
    assert found.numbers(" event ").tolist() == [0]
    for name, got in [
        ("timemonths", "one that differs from the name of column 1 in case or spaces"),
        ("EVENT", "one that differs from the name of column 2 in case or spaces"),
        (NAME, "another name"),
        ("", "another name"),
    ]:
        with pytest.raises(InputError) as caught:
            found.numbers(name)
        assert checked(str(caught.value)) == f"column: expected the name of one of the 3 columns, got {got}"


def test_follow_up(tmp_path: Path) -> None:
    time, event = table(tmp_path, rows("t,e", "1.5,1", ",0", "0,")).follow_up("t", "e")
    assert np.array_equal(time, [1.5, math.nan, 0], equal_nan=True)
    assert np.array_equal(event, [1, 0, math.nan], equal_nan=True)


FINITE = st.floats(allow_nan=False, allow_infinity=False)
LETTERS = st.text(st.sampled_from('abzÄß€ ,;|\t"\n\r.1'), max_size=8).map(lambda text: ("x" + text).strip())


def _written(cell: str | None, delimiter: str, always: bool) -> str:
    text = cell or ""
    quoted = always or any(mark in text for mark in (delimiter, '"', "\n", "\r"))
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if quoted else text


@example(cells=[(1.234, "x;1"), (5e-324, None)], style=(";", ",", "utf-16", "\r\n", False))
@given(
    cells=st.lists(st.tuples(st.none() | FINITE, st.none() | LETTERS), min_size=1, max_size=8),
    style=st.tuples(
        st.sampled_from([",", ";", "\t", "|"]),
        st.sampled_from([".", ","]),
        st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
        st.sampled_from(["\n", "\r\n", "\r"]),
        st.booleans(),
    ),
)
def test_a_table_reads_back_as_written(
    cells: list[tuple[float | None, str | None]],
    style: tuple[str, str, str, str, bool],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    delimiter, decimal, encoding, line, always = style
    numbers = [None if number is None else repr(number).replace(".", decimal) for number, _ in cells]
    # The header is no UTF-8 if it is Windows-1252; the first row proves the mark and gives every column a value.
    lines: list[tuple[str | None, ...]] = [("number", "letters", "läst"), (f"0{decimal}5", "a", "1")]
    lines += [(number, letters, "NA") for number, (_, letters) in zip(numbers, cells, strict=True)]
    content = line.join(delimiter.join(_written(cell, delimiter, always) for cell in row) for row in lines)
    found = table(tmp_path_factory.getbasetemp(), content.encode(encoding))
    assert found.mark == decimal
    values = [0.5, *(math.nan if number is None else number for number, _ in cells)]
    assert np.array_equal(found.numbers("number"), values, equal_nan=True)
    category = found.categories("letters")
    assert [None if code < 0 else category.levels[code] for code in category.codes] == ["a", *(c for _, c in cells)]
    assert np.array_equal(found.numbers("läst"), [1, *[math.nan] * len(cells)], equal_nan=True)


@given(content=st.binary(max_size=80) | st.text(st.sampled_from('a1,;"\n\r .-'), max_size=40).map(str.encode))
def test_any_bytes_give_a_table_or_one_sentence(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    try:
        found = table(tmp_path_factory.getbasetemp(), content)
    except InputError as error:
        checked(str(error))
        return
    assert len(found) >= 1
    assert all(len(cells) == len(found) for cells in found.cells)


@pytest.mark.slow
def test_a_million_rows(tmp_path: Path) -> None:
    n, bad = 1_000_000, 765_432
    rng = np.random.default_rng(2)
    time, sex = rng.exponential(30, n).round(3), rng.integers(0, 2, n)
    words = np.array(["female", "male"])[sex]
    lines = [f'"Doe, {i}";{t};1;{w};x;2;3;4' for i, t, w in zip(range(n), time.tolist(), words, strict=True)]
    header = "id;time;event;sex;a;b;c;d"
    path = tmp_path / "million.csv"
    path.write_text("\n".join([header, *lines]))
    found = read_cohort_table(path)
    assert (found.numbers("time") == time).all()
    assert (found.categories("sex").codes == sex).all()
    lines[bad] = lines[bad].replace(";1;", ";dead;")
    path.write_text("\n".join([header, *lines]))
    with pytest.raises(InputError, match=f"row {bad + 2}, column 3: expected a number, got text"):
        read_cohort_table(path).numbers("event")
    lines[bad] += ";"
    path.write_text("\n".join([header, *lines]))
    with pytest.raises(InputError, match=f"row {bad + 2}: expected 8 fields as in the header, got 9"):
        read_cohort_table(path)
