"""The data of a Cox model out of a cohort table: rows, coding, and every reason to refuse."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.io.cohort_table import read_cohort_table
from core.io.selection import Selection, select
from core.survival.follow_up import FollowUp
from tests import r_answers
from tests.core.io.tables import NAME, checked, rows, table

HEADER = "id,months,death,age,sex,pvtt,stage"
LINES = [
    "p1,12.5,1,61,male,TRUE,B",
    "p2,30,0,55,female,FALSE,C",
    "p3,7,1,NA,male,FALSE,A",
    "p4,,1,70,female,TRUE,D",
    "p5,60,0,48,,FALSE,A",
    "p6,3,1,66,male,,B",
    "p7,24,1,59,female,TRUE,A",
    "p8,18,0,63,male,FALSE,C",
    "p9,11,1,52,female,TRUE,C",
    "p10,9,1,44,male,FALSE,A",
    "p11,6,0,57,female,FALSE,B",
]


def chosen(folder: Path, lines: Sequence[str], terms: Sequence[str], header: str = HEADER) -> Selection:
    return select(table(folder, rows(header, *lines)), "months", "death", terms)


def refusal(folder: Path, lines: Sequence[str], terms: Sequence[str], header: str = HEADER) -> str:
    with pytest.raises(InputError) as caught:
        chosen(folder, lines, terms, header)
    return checked(str(caught.value))


def term(folder: Path, *cells: str) -> str:
    """The refusal of a term with these cells."""
    return refusal(folder, [f"{n + 1},1,{cell}" for n, cell in enumerate(cells)], ["x"], "months,death,x")


def test_rows_coding_and_counts(tmp_path: Path) -> None:
    found = chosen(tmp_path, LINES, ["age", " sex ", "pvtt", "stage"])
    assert found.names == ("age", "sex=male", "pvtt", "stage=B", "stage=C")
    assert found.terms == ("age", "sex", "pvtt", "stage")
    assert found.term_of.tolist() == [0, 1, 2, 3, 3]
    assert found.levels == {"sex": ("female", "male"), "stage": ("A", "B", "C")}
    assert found.x[:4].tolist() == [[61, 1, 1, 1, 0], [55, 0, 0, 0, 1], [59, 0, 1, 0, 0], [63, 1, 0, 0, 1]]
    assert found.x[4:].tolist() == [[52, 0, 1, 0, 1], [44, 1, 0, 0, 0], [57, 0, 0, 1, 0]]
    assert found.x.dtype == np.float64
    assert found.time.tolist() == [12.5, 30, 24, 18, 11, 9, 6]
    assert found.event.tolist() == [True, False, True, False, True, True, False]
    assert found.rows.tolist() == [2, 3, 8, 9, 10, 11, 12]
    assert found.missing == {"months": 1, "death": 0, "age": 1, "sex": 1, "pvtt": 1, "stage": 0}
    assert (found.n_read, found.dropped) == (11, 4)
    assert found.notices[4:] == ("rows left out: 4 of 11 (without a value: months 1, age 1, sex 1, pvtt 1)",)
    assert not any(array.flags.writeable for array in (found.time, found.event, found.x, found.term_of, found.rows))


def test_the_follow_up_is_built_from_it(tmp_path: Path) -> None:
    found = chosen(tmp_path, LINES, ["age"])
    follow_up = FollowUp(found.time, found.event)
    assert (len(follow_up), follow_up.events) == (9, 5)


def test_the_lung_data_are_read_as_r_has_them() -> None:
    lung = r_answers.lung()
    found = select(read_cohort_table(r_answers.FOLDER / "data_lung.csv"), "time", "status", r_answers.LUNG)
    assert (found.x == lung[r_answers.LUNG].to_numpy()).all()
    assert (found.time == lung["time"]).all()
    assert (found.event == lung["status"]).all()
    assert (found.names, found.levels, found.dropped) == (tuple(r_answers.LUNG), {}, 0)


def test_levels_that_differ_only_in_case_are_told(tmp_path: Path) -> None:
    found = chosen(tmp_path, ["1,1,male", "2,0,Male", "3,1,female"], ["sex"], "months,death,sex")
    assert found.names == ("sex=female", "sex=male")
    assert found.notices[4:] == ("sex: some of its 3 levels differ only in case",)


@pytest.mark.parametrize(
    ("time", "event", "terms", "text"),
    [
        ("month", "death", ["age"], "--time: expected the name of one of the 7 columns, got another name"),
        (
            "months",
            "Death",
            ["age"],
            "--event: expected the name of one of the 7 columns, got one that differs from the name of column 3 in "
            "case or spaces",
        ),
        (
            "months",
            "death",
            ["age", "PV TT"],
            "--terms, position 2: expected the name of one of the 7 columns, got one that differs from the name of "
            "column 6 in case or spaces",
        ),
        ("months", "death", [NAME], "--terms, position 1: expected the name of one of the 7 columns, got another name"),
        ("months", "death", [], "--terms: expected at least one column, got none"),
        ("months", "months", ["age"], "--event: expected each column once, got that of --time again"),
        ("months", "death", ["months"], "--terms, position 1: expected each column once, got that of --time again"),
        (
            "months",
            "death",
            ["age", "sex", "age "],
            "--terms, position 3: expected each column once, got that of --terms, position 1 again",
        ),
    ],
)
def test_columns_asked_for(time: str, event: str, terms: list[str], text: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        select(table(tmp_path, rows(HEADER, *LINES)), time, event, terms)
    assert str(caught.value) == text


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        (("1", "<0.5", "2"), "row 3, x: expected a number, got text"),
        (("1", "12 mg", "2"), "row 3, x: expected a number, got text"),
        (("1a", "1b", "2"), "row 2, x: expected a number, got text"),
        (("12%", "13%"), "row 2, x: expected a number, got a percentage"),
        (("2021-03-04", "2021-03-05"), "x: expected a number, got dates"),
        (("5", "5", "5.0"), "x: expected at least two values in 3 complete rows, got one"),
        (("1e300", "1.0000000000000002e300"), "x: expected at least two values in 2 complete rows, got one"),
        (("0", "0"), "x: expected at least two values in 2 complete rows, got one"),
        (("a", "a ", ""), "x: expected at least two values in 2 complete rows, got one"),
        (("true", "true"), "x: expected at least two values in 2 complete rows, got one"),
        (("", "NA"), "x: expected a number, got no value in 2 rows"),
    ],
)
def test_terms(cells: tuple[str, ...], text: str, tmp_path: Path) -> None:
    assert term(tmp_path, *cells) == text


def test_identifiers(tmp_path: Path) -> None:
    assert term(tmp_path, *(f"p{n}" for n in range(21))) == (
        "x: expected at most 20 different texts, got 21, as in an identifier"
    )
    cells = [f"p{n % 20}" for n in range(60)]
    lines = [f"{n + 1},1,{cell}" for n, cell in enumerate(cells)]
    assert len(chosen(tmp_path, lines, ["x"], "months,death,x").names) == 19


def test_no_death(tmp_path: Path) -> None:
    text = refusal(tmp_path, ["1,0,1", "2,0,3", "2,,4", "3,1,"], ["x"], "months,death,x")
    assert text == "event: expected at least one death in 2 complete rows, got none"


def test_no_complete_row(tmp_path: Path) -> None:
    text = refusal(tmp_path, ["1,1,,a", "2,,3,b"], ["x", "y"], "months,death,x,y")
    assert text == (
        "cohort table: expected rows with a value in every column used, got none of 2 (without a value: death 1, x 1)"
    )


def test_collinear_terms_are_named(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    a, b, z = (rng.normal(50, 10, 40) for _ in range(3))
    sex = rng.integers(0, 2, 40)
    lines = [
        f"{t + 1},1,{i!r},{j!r},{k!r},{2 * i - j + 7!r},{'mf'[s]},{3 - 2 * s},{1e6 * i!r}"
        for t, (i, j, k, s) in enumerate(zip(a.tolist(), b.tolist(), z.tolist(), sex.tolist(), strict=True))
    ]
    header = "months,death,a,b,z,sum,sex,code,micro"
    got = "expected a term that tells more than the terms before it, got a combination of"
    assert refusal(tmp_path, lines, ["z", "b", "a", "sum"], header) == f"sum: {got} b, a"
    assert refusal(tmp_path, lines, ["sum", "z", "a", "b"], header) == f"b: {got} sum, a"
    assert refusal(tmp_path, lines, ["z", "sex", "code"], header) == f"code: {got} sex"
    assert refusal(tmp_path, lines, ["code", "z", "sex"], header) == f"sex: {got} code"
    assert refusal(tmp_path, lines, ["micro", "a"], header) == f"a: {got} micro"
    assert chosen(tmp_path, lines, ["a", "b", "z", "sex"], header).x.shape == (40, 4)
    assert "got a combination of a, b" in refusal(tmp_path, lines[:3], ["a", "b", "z"], header)


def test_large_and_small_numbers_are_independent_all_the_same(tmp_path: Path) -> None:
    lines = [f"{n + 1},1,{n**2}e300,{n % 3}e-300,{-1 if n % 2 else 1}e308" for n in range(9)]
    assert chosen(tmp_path, lines, ["a", "b", "c"], "months,death,a,b,c").x.shape == (9, 3)


CELL = st.sampled_from(["1", "0", "2.5", "", "NA", "true", "male", "female", "-1", "<3", "1e400", "2021-01-01", "3%"])


@given(cells=st.lists(st.tuples(CELL, CELL, CELL, CELL), min_size=1, max_size=6))
def test_any_cells_give_data_or_one_sentence(
    cells: list[tuple[str, ...]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    lines = [",".join(row) + ",x" for row in cells]
    try:
        found = chosen(tmp_path_factory.getbasetemp(), lines, ["a", "b"], "months,death,a,b,c")
    except InputError as error:
        checked(str(error))
        return
    n, p = found.x.shape
    assert np.isfinite(found.x).all()
    assert FollowUp(found.time, found.event).events >= 1
    assert (len(found.time), len(found.rows), len(found.names), len(found.term_of)) == (n, n, p, p)
    assert np.linalg.matrix_rank(found.x - found.x.mean(axis=0)) == p
    complete = [row for row in cells if not {"", "NA"} & set(row)]
    assert len(complete) == n == found.n_read - found.dropped
