"""Columns under the names of a nomogram's inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from core.errors import InputError
from core.io.named_columns import READERS, named_columns
from tests.core.io.tables import NAME, checked, rows, table

HEADER = "id;Zeit;tot;PVT;best;n;histo;score;Geschlecht;age"
LINES = [
    "p1;12,5;1;TRUE;CR;3;1;0,81;m;61",
    "p2;30;0;FALSE;pr;1;0;0,4;f;55",
    "p3;;1;NA;SD;;0,25;?;;NA",
    "p4;7;0;TRUE;PD;12;1;1;m;70",
    "p5;3;1;FALSE;;2;;0;f;48",
]
MAPPING = {
    "time_months": "Zeit",
    "event": "tot",
    "pvtt": "PVT",
    "response": "best",
    "haic_sessions": "n",
    "mtm": "histo",
    "dlr": "score",
}
NAN = float("nan")


def refusal(folder: Path, mapping: Mapping[str, str], *cells: str, levels: Sequence[str] = ()) -> str:
    """The refusal of a table whose second column, x, has these cells."""
    lines = rows("id,x", *(f"{n},{cell}" for n, cell in enumerate(cells)))
    with pytest.raises(InputError) as caught:
        named_columns(table(folder, lines), mapping, dict.fromkeys(mapping, levels) if levels else None)
    return checked(str(caught.value))


def test_inputs_of_the_published_nomograms(tmp_path: Path) -> None:
    found = named_columns(table(tmp_path, rows(HEADER, *LINES)), MAPPING)
    expected: dict[str, list[float]] = {
        "time_months": [12.5, 30, NAN, 7, 3],
        "event": [1, 0, 1, 0, 1],
        "pvtt": [1, 0, NAN, 1, 0],
        "objective_response": [1, 1, 0, 0, NAN],
        "haic_sessions": [3, 1, NAN, 12, 2],
        "mtm": [1, 0, 0.25, 1, NAN],
        "dlr": [0.81, 0.4, NAN, 1, 0],
    }
    assert list(found) == list(expected)
    for name, values in expected.items():
        assert found[name].dtype == np.float64
        assert np.array_equal(found[name], values, equal_nan=True), name


def test_inputs_of_an_own_nomogram(tmp_path: Path) -> None:
    read = table(tmp_path, rows(HEADER, *LINES))
    mapping = {"sex": "Geschlecht", "age": "age"}
    found = named_columns(read, mapping, {"sex": ("f", "m", "x")})
    assert list(found) == ["sex=m", "sex=x", "age"]
    assert np.array_equal(found["sex=m"], [1, 0, NAN, 1, 0], equal_nan=True)
    assert np.array_equal(found["sex=x"], [0, 0, NAN, 0, 0], equal_nan=True)
    assert np.array_equal(found["age"], [61, 55, NAN, 70, 48], equal_nan=True)
    with pytest.raises(InputError, match="row 2, sex: expected one of 2 known levels, got another text"):
        named_columns(read, mapping, {"sex": ("f", "male")})


def test_an_objective_response_given_as_such(tmp_path: Path) -> None:
    found = named_columns(table(tmp_path, rows("a,b", "1,0", "0,1")), {"objective_response": "a"})
    assert found["objective_response"].tolist() == [1, 0]
    with pytest.raises(InputError, match="--map: expected response or objective_response, got both"):
        named_columns(table(tmp_path, rows("a,b", "1,CR")), {"objective_response": "a", "response": "b"})


@pytest.mark.parametrize(
    ("name", "cells", "text"),
    [
        ("pvtt", ("1", "2"), "row 3, pvtt: expected 0 or 1, got 2"),
        ("pvtt", ("0.5",), "row 2, pvtt: expected 0 or 1, got 0.5"),
        ("pvtt", ("yes", "no"), "row 2, pvtt: expected 0 or 1, got text"),
        ("objective_response", ("CR",), "row 2, objective_response: expected 0 or 1, got text"),
        ("response", ("CR", "NE"), "row 3, response: expected one of CR, PR, SD, PD, got another text"),
        ("response", ("CR", "1"), "row 3, response: expected one of CR, PR, SD, PD, got a number"),
        ("response", ("1", "0"), "row 2, response: expected one of CR, PR, SD, PD, got a number"),
        ("response", ("true",), "row 2, response: expected one of CR, PR, SD, PD, got true or false"),
        ("response", (NAME,), "row 2, response: expected one of CR, PR, SD, PD, got another text"),
        ("haic_sessions", ("3", "0"), "row 3, haic_sessions: expected a whole number, 1 or more, got 0"),
        ("haic_sessions", ("2.5",), "row 2, haic_sessions: expected a whole number, 1 or more, got 2.5"),
        ("haic_sessions", (">3", "2"), "row 2, haic_sessions: expected a whole number, 1 or more, got text"),
        ("mtm", ("1", "1.01"), "row 3, mtm: expected 0-1, got 1.01"),
        ("dlr", ("-0.1",), "row 2, dlr: expected 0-1, got -0.1"),
        ("dlr", ("81%",), "row 2, dlr: expected 0-1, got a percentage"),
        ("time_months", ("2021-03-04",), "time_months: expected a duration as a number, got dates"),
        ("time_months", ("1", "-1"), "row 3, time_months: expected 0 or more, got -1"),
        ("event", ("1", "2"), "event: expected 0 or 1, where 1 is a death, got the numbers 1, 2"),
        ("age", ("61", "old"), "row 3, age: expected a number, got text"),
        ("mtm", ("", "NA"), "mtm: expected 0-1, got no value in 2 rows"),
        ("response", ("", "NA"), "response: expected one of CR, PR, SD, PD, got no value in 2 rows"),
    ],
)
def test_other_values(name: str, cells: tuple[str, ...], text: str, tmp_path: Path) -> None:
    assert refusal(tmp_path, {name: "x"}, *cells) == text


def test_categories_that_are_numbers(tmp_path: Path) -> None:
    text = refusal(tmp_path, {"sex": "x"}, "1", "2", levels=("f", "m"))
    assert text == "row 2, sex: expected one of 2 known levels, got a number"


def test_columns_asked_for(tmp_path: Path) -> None:
    assert refusal(tmp_path, {"pvtt": "X"}, "1") == (
        "--map, pvtt: expected the name of one of the 2 columns, got one that differs from the name of column 2 in "
        "case or spaces"
    )
    assert refusal(tmp_path, {"mtm": "x", "dlr": "x"}, "1") == (
        "--map, dlr: expected each column once, got that of mtm again"
    )


def test_every_input_is_known() -> None:
    assert set(READERS) == {*MAPPING, "objective_response"}
