"""The decimal mark is proved by a cell, or the table is refused where it is in doubt."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.core.io.tables import column, column_refusal


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
