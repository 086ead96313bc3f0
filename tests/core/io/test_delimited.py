"""Rows and fields are those that a spreadsheet shows, whatever the delimiter, quotation marks and line breaks."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.io.delimited import Delimited, read_delimited
from tests.core.io.tables import NAME, refusal, rows


def read(folder: Path, content: str) -> Delimited:
    path = folder / f"{NAME}.csv"
    path.write_bytes(content.encode("utf-8"))
    return read_delimited(path)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_delimiters_and_line_breaks(delimiter: str, line: str, last: bool, tmp_path: Path) -> None:
    lines = [delimiter.join(cells) for cells in (("time", " event ", "a b"), ("1", "0", "x"), ("2", "1", "y"))]
    found = read(tmp_path, line.join(lines) + line * last)
    assert (found.delimiter, found.names) == (delimiter, ("time", "event", "a b"))
    assert found.rows.tolist() == [2, 3]
    assert not found.empty.any()


def test_the_header_decides_and_rows_must_agree(tmp_path: Path) -> None:
    assert read(tmp_path, rows("time;event;age, years", "1,5;1;60", "2,5;0;61")).delimiter == ";"
    assert read(tmp_path, rows("time, months\tevent", "1.5\t1", "2,5\t0")).delimiter == "\t"
    assert read(tmp_path, rows('"a;b",c', "1,2")).names == ("a;b", "c")
    assert refusal(tmp_path, rows("a;b,c", "1;2,3")) == (
        "cohort table: expected one delimiter, got rows that are cut alike by comma and by semicolon"
    )


@pytest.mark.parametrize("header", ["time", "time event", '"time,event"'])
def test_one_column_is_no_table(header: str, tmp_path: Path) -> None:
    assert refusal(tmp_path, rows(header, "1")) == (
        "cohort table, header: expected at least 2 columns with one delimiter (comma, semicolon, tab, bar), got 1"
    )


def test_excel_names_its_delimiter_in_a_line_that_is_no_row(tmp_path: Path) -> None:
    found = read(tmp_path, rows("sep=;", "a;b,c", "1;2,3"))
    assert (found.delimiter, found.names, found.rows.tolist()) == (";", ("a", "b,c"), [2])


def test_empty_rows_are_counted_and_left_out(tmp_path: Path) -> None:
    found = read(tmp_path, rows("", ",", "a,b", "1,2", "", "  ", ",", "3,4", ",", "", ""))
    assert found.names == ("a", "b")
    assert found.rows.tolist() == [4, 5, 6, 7, 8]
    assert found.rows[~found.empty].tolist() == [4, 8]


def test_a_line_break_between_quotation_marks_makes_no_row(tmp_path: Path) -> None:
    found = read(tmp_path, 'a,"b\nc"\r\n1,"x\n\ny"\r\n2,"q""r,s"\r\n')
    assert found.names == ("a", "b\nc")
    assert found.rows.tolist() == [2, 3]


@pytest.mark.parametrize(
    ("line", "expected", "got"), [("1,2", 3, 2), ("1,2,3,", 3, 4), (f"{NAME}", 3, 1), ('1,"2,3"', 3, 2), (",", 3, 2)]
)
def test_ragged_rows_are_named(line: str, expected: int, got: int, tmp_path: Path) -> None:
    text = refusal(tmp_path, rows("a,b,c", "1,2,3", "", line, "1,2,3"))
    assert text == f"cohort table, row 4: expected {expected} fields as in the header, got {got}"


@pytest.mark.parametrize(
    ("line", "got"),
    [
        ('1,5" tall', "one inside a field"),
        ('1,"a" b', "one inside a field"),
        ('1,""a', "one inside a field"),
        ('1,"a', "one that is never closed"),
        ('"', "one that is never closed"),
    ],
)
def test_stray_quotation_marks_are_named(line: str, got: str, tmp_path: Path) -> None:
    text = refusal(tmp_path, rows("a,b", '1,"x\ny"', line, "2,3"))
    assert text == f"cohort table, row 3: expected quotation marks around whole fields, got {got}"


def test_spaces_around_quotation_marks(tmp_path: Path) -> None:
    assert read(tmp_path, rows('"a" , "b"', '1,   "x,y"  ', '"2",3')).names == ("a", "b")


def test_names_that_come_twice_are_named_by_place(tmp_path: Path) -> None:
    text = refusal(tmp_path, rows(f"{NAME},b,{NAME} ", "1,2,3"))
    assert text == "cohort table, header: expected each name once, got the same in columns 1 and 3"
    assert read(tmp_path, rows(",a,", "1,2,3")).names == ("", "a", "")


@pytest.mark.parametrize("content", ["a,b\n", "a,b", "a,b\n\n,\n  \n"])
def test_a_header_alone(content: str, tmp_path: Path) -> None:
    assert refusal(tmp_path, content) == "cohort table: expected rows below the header, got none"


def test_too_many_columns(tmp_path: Path) -> None:
    header = ",".join(f"c{n}" for n in range(10_001))
    assert refusal(tmp_path, rows(header, "1")) == ("cohort table, header: expected at most 10000 columns, got 10001")


CELLS = st.sampled_from(["1", "", "2,5", "3.5", '"a;b"', '"x\ny"', ' "q" ', '"a""b"', '""', "true", "é", " "])
PIECES = st.sampled_from(['"', '""', ";", "\n", "\r", "\r\n", " ", "a", "1", ";1", "\n1;2", ",", "\t"])


@given(
    body=st.lists(st.tuples(CELLS, CELLS), max_size=6).map(lambda cells: "\n".join(";".join(row) for row in cells))
    | st.lists(PIECES, max_size=25).map("".join)
)
def test_rows_are_those_of_the_csv_module(body: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    content = "a;b\n" + body
    try:
        found = read(tmp_path_factory.getbasetemp(), content)
    except InputError:
        return
    assert found.delimiter == ";"
    expected = list(csv.reader(io.StringIO(content, newline=""), delimiter=";", skipinitialspace=True))
    for row, empty in zip(found.rows, found.empty, strict=True):
        cells = expected[row - 1]
        assert not any(cell.strip() for cell in cells) if empty else len(cells) == 2
    assert not any(cell.strip() for cells in expected[found.rows[-1] :] for cell in cells)
