"""The decimal mark is proved by a cell, or the table is refused where it is in doubt."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.io.decimal_mark import Evidence, decimal_evidence
from tests.core.io.tables import column, column_refusal, refusal, rows, table


@pytest.mark.parametrize("cells", [("1.234", "12.500"), ("1,234", "12,500"), ("1.234", "1,234")])
def test_a_semicolon_table_with_doubtful_marks_only_is_refused(cells: tuple[str, ...], tmp_path: Path) -> None:
    found = column(tmp_path, cells, ";")
    assert column_refusal(found) == (
        "row 2, column 2: expected a number, got a number that may hold a thousands separator"
    )
    assert found.numbers("id").tolist() == [0, 1]
    assert "decimal mark: not certain, as in 1.234: columns with such numbers are refused" in found.notices


@pytest.mark.parametrize("proof", ["0,123", "1,5", "1234,567", "1,2345", ",123", "1,234e2"])
def test_a_cell_that_holds_no_thousands_proves_the_mark(proof: str, tmp_path: Path) -> None:
    found = column(tmp_path, ["1,234", proof], ";")
    assert found.numbers("x").tolist() == [1.234, float(proof.replace(",", "."))]
    assert column(tmp_path, ["1.234", proof], ";").mark == ","


@pytest.mark.parametrize(("delimiter", "quote"), [(";", ""), (",", '"'), ("\t", ""), ("|", "")])
def test_a_mark_that_comes_late_is_found(delimiter: str, quote: str, tmp_path: Path) -> None:
    found = column(tmp_path, [*["1"] * 2000, f"{quote}1,5{quote}"], delimiter)
    assert found.numbers("x")[-1] == 1.5


def test_doubtful_points_are_points_where_points_are_usual(tmp_path: Path) -> None:
    assert column(tmp_path, ["1.234", "12.500"]).numbers("x").tolist() == [1.234, 12.5]


@pytest.mark.parametrize(
    ("line", "delimiter", "mark"),
    [
        ('1.5,2.5,"3,5"', ",", "."),
        ('"1,5","2,5",3.5', ",", ","),
        ('1.5,"2,5",3', ",", "."),
        ("1.5;2,5;3", ";", ","),
        ("1.5;2.5;3,5", ";", "."),
        ("1.5\t2,5\t3", "\t", ","),
        ("04.03.2021;1.2.3;T1.a,b", ";", "."),
        ("1.5e3;;", ";", "."),
        ("\u22121,5;;", ";", ","),
    ],
)
def test_the_mark_of_more_columns_holds(line: str, delimiter: str, mark: str, tmp_path: Path) -> None:
    header = delimiter.join("abc")
    assert table(tmp_path, rows(header, line)).mark == mark


def test_the_other_mark_is_refused_where_it_is_used(tmp_path: Path) -> None:
    found = table(tmp_path, rows("a;b;x", "1,5;2,5;3.5"))
    assert found.numbers("a").tolist() == [1.5]
    assert column_refusal(found) == (
        "row 2, column 3: expected a number, got a number with another decimal mark than the rest of the table"
    )
    assert "decimal mark: comma; refused where used: columns with the other mark (1)" in found.notices


def test_what_the_cells_prove() -> None:
    found = decimal_evidence(b"h;h;h;h\n1,5;1.5;1.234;x\n2.5;.5; 12,345 ;7\n", 8, ";")
    assert found == Evidence(points={0, 1}, commas={0}, doubtful={2})
    assert decimal_evidence(b"1;2\n", 0, ";").mark(";") == "."


def test_a_field_beyond_measure(tmp_path: Path) -> None:
    assert refusal(tmp_path, rows("a,b", f"1,{'x' * 200_000}")) == (
        "cohort table: expected fields of at most 131072 characters, got more"
    )
