"""What a cell is: a number, true or false, text, no value, or a reason to stop."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.errors import InputError
from core.io.cells import MISSING
from tests.core.io.tables import NAME, column, column_refusal

NUMBERS = ["1", " 2.5 ", "+3", "-4.25", "\u22125.5", "1e5", "2.5E-3", ".5", "6.", "0x1A", "007", "-0"]
VALUES = [1.0, 2.5, 3.0, -4.25, -5.5, 1e5, 0.0025, 0.5, 6.0, 26.0, 7.0, 0.0]


def test_numbers(tmp_path: Path) -> None:
    assert column(tmp_path, NUMBERS).numbers("x").tolist() == VALUES
    assert column(tmp_path, [f'"{number}"' for number in NUMBERS]).numbers("x").tolist() == VALUES
    commas = [number.replace(".", ",") for number in NUMBERS]
    assert column(tmp_path, commas, ";").numbers("x").tolist() == VALUES
    assert column(tmp_path, [f'"{number}"' for number in commas]).numbers("x").tolist() == VALUES


def test_numbers_are_read_to_the_last_bit(tmp_path: Path) -> None:
    values = np.random.default_rng(1).lognormal(0, 20, 500)
    assert (column(tmp_path, [repr(float(value)) for value in values]).numbers("x") == values).all()
    assert (column(tmp_path, [*(repr(float(value)) for value in values), "0xF"]).numbers("x")[:-1] == values).all()


@pytest.mark.parametrize("cells", [["1", "2.5"], ["1", "0x1"], ["true", "false"], ["yes", "no"]])
@pytest.mark.parametrize(
    "missing", ["", "NA", "n/a", "NaN", "nUlL", "None", ".", "-", "?", "#N/A", " na ", '"NA"', '" "']
)
def test_missing_values(cells: list[str], missing: str, tmp_path: Path) -> None:
    found = column(tmp_path, [cells[0], missing, cells[1]])
    read = found.column(1)
    assert read.missing.tolist() == [False, True, False]
    if cells[0] == "yes":
        assert found.categories("x").codes.tolist() == [1, -1, 0]
    else:
        assert np.isnan(found.numbers("x")).tolist() == [False, True, False]


def test_every_case_of_every_missing_word_is_known() -> None:
    assert len(MISSING) == 1 + 4 + 4 + 8 + 16 + (16 - 1) + 1 + 1 + 1 + 4
    assert {word.casefold() for word in MISSING} == {
        "", "na", "n/a", "nan", "null", "none", ".", "-", "?", "#n/a",
    }  # fmt: skip


def test_true_and_false(tmp_path: Path) -> None:
    assert column(tmp_path, ["true", "FALSE", "True"]).numbers("x").tolist() == [1, 0, 1]
    assert column(tmp_path, ["tRUE", "", "f a l s e", "x"]).categories("x").levels == ("f a l s e", "tRUE", "x")
    assert column_refusal(column(tmp_path, ["true", "1", "0"])) == (
        "row 2, column 2: expected a number, got true or false"
    )


@pytest.mark.parametrize(
    ("cell", "got"),
    [
        ("<0.5", "text"),
        ("12 mg", "text"),
        (NAME, "text"),
        ("1_000", "text"),
        ("1e", "text"),
        ("٣", "text"),
        ("12%", "a percentage"),
        ("12.5 %", "a percentage"),
        ('"1,234"', "a number that may hold a thousands separator"),
        ('"1,234.5"', "a number that may hold a thousands separator"),
        ('"1.234,5"', "a number that may hold a thousands separator"),
        ("1 234", "a number that may hold a thousands separator"),
        ("1\u00a0234.5", "a number that may hold a thousands separator"),
        ("1'234", "a number that may hold a thousands separator"),
        ("1.234.567", "a number that may hold a thousands separator"),
        ('"1,5"', "a number with another decimal mark than the rest of the table"),
        ("2021-03-04", "a date"),
        ("true", "true or false"),
        ("inf", "a number that is not finite"),
        ("-Infinity", "a number that is not finite"),
        ("1e999", "a number that is not finite"),
    ],
)
def test_what_is_no_number_is_named_by_row_and_kind(cell: str, got: str, tmp_path: Path) -> None:
    text = column_refusal(column(tmp_path, ["1.5", "", "0.25", cell, "<3"]))
    assert text == f"row 5, column 2: expected a number, got {got}"


def test_categories(tmp_path: Path) -> None:
    found = column(tmp_path, ["b", " a", "", "B", "a ", "yes"]).categories("x")
    assert found.levels == ("B", "a", "b", "yes")
    assert found.codes.tolist() == [2, 1, -1, 0, 1, 3]
    some = found.of(np.array([True, True, True, False, False, False]))
    assert (some.levels, some.codes.tolist()) == (("a", "b"), [1, 0, -1])
    assert some.indicators().tolist() == [[1], [0], [0]]
    with pytest.raises(InputError, match="row 3, column 2: expected text, got a number"):
        column(tmp_path, ["a", "1"]).categories("x")
    with pytest.raises(InputError, match="column 2: expected text, got no value in 2 rows"):
        column(tmp_path, ["", "NA"]).categories("x")


def test_a_column_without_values(tmp_path: Path) -> None:
    assert column_refusal(column(tmp_path, ["", "NA", "?"])) == "column 2: expected a number, got no value in 3 rows"
