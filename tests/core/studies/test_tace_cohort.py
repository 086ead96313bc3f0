from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.errors import InputError
from core.studies.tace_cohort import BCLC, TNM, read_tace_cohort, tace_cohort
from tests.core.studies.tace_tables import cohort, glossary, patients, write


def test_a_workbook_is_read_in_months_and_codes(tmp_path: Path) -> None:
    data = patients(
        {"OS": 365.25 / 7, "Sex": 2, "CPS": "B", "TNM": "Stage-IIIC", "BCLC": "Stage-D", "CLIP_Score": "Stage_4"},
        {"OS": 10.5, "Death_1_StillAliveorLostToFU_0": 0, "Portal Vein Thrombosis": 1, "Vascular invasion": 1},
    )
    found = read_tace_cohort(write(tmp_path / "table.xlsx", data, glossary()))
    assert len(found) == 2
    np.testing.assert_allclose(found.follow_up.time, [12.0, 10.5 * 7 / 30.4375], rtol=1e-12)
    assert found.follow_up.event.tolist() == [True, False]
    assert found.male.tolist() == [False, True]
    assert found.pvtt.tolist() == [False, True]
    assert found.child_pugh.tolist() == [1, 0]
    assert (TNM[found.tnm[0]], BCLC[found.bclc[0]], found.clip[0]) == ("IIIC", "D", 4)


def test_who_the_patients_are_is_not_kept() -> None:
    found = cohort({"TCIA_ID": "Jane Doe"})
    assert "Jane" not in repr(found) + repr(vars(found))


def test_what_is_not_recorded_is_not_a_number() -> None:
    found = cohort(
        {"Tr_Size": None, "Interval_FU": None, "1_mRECIST": None}, {"Interval_FU": -25.86}, {"Interval_FU": 0}
    )
    assert np.isnan(found.size_cm).tolist() == [True, False, False]
    assert np.isnan(found.months_to_response).all()
    assert np.isnan(found.objective_response_of(0)).tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("readings", "objective"),
    [
        ((1, 2, 3), 1.0),
        ((2, 3, 4), 0.0),
        ((3, None, None), 0.0),
        ((None, 1, None), 1.0),
        ((2, 3, None), None),
        ((None, None, None), None),
    ],
)
def test_objective_response_is_that_of_most_readings(readings: tuple[int | None, ...], objective: float | None) -> None:
    found = cohort({f"{reader + 1}_mRECIST": grade for reader, grade in enumerate(readings)})
    np.testing.assert_equal(found.objective_response, [np.nan if objective is None else objective])


@pytest.mark.parametrize(
    ("column", "cell", "message"),
    [
        ("OS", -1, r"row 3, OS: expected a number from 0 to 2000, got -1"),
        ("OS", None, r"row 3, OS: expected a number from 0 to 2000, got an empty cell"),
        ("OS", "secret", r"row 3, OS: expected a number from 0 to 2000, got text"),
        ("OS", True, r"row 3, OS: expected a number from 0 to 2000, got a value of another kind"),
        ("Death_1_StillAliveorLostToFU_0", 2, r"row 3, Death.*: expected one of 0, 1, got 2"),
        ("Death_1_StillAliveorLostToFU_0", True, r"row 3, Death.*: expected one of 0, 1, got a value of another kind"),
        ("CPS", "secret", r"row 3, CPS: expected one of A, B, C, got text"),
        ("tumor_nodul", None, r"row 3, tumor_nodul: expected one of uninodular, multinodular, got an empty cell"),
        ("Tr_Size", 400, r"row 3, Tr_Size: expected a number from 0.1 to 40 or an empty cell, got 400"),
        ("2_mRECIST", 5, r"row 3, 2_mRECIST: expected a number from 1 to 4 or an empty cell, got 5"),
        ("2_mRECIST", 1.5, r"mRECIST: expected 1, 2, 3 or 4, got 1.5"),
        ("TCIA_ID", "P0", r"row 3, TCIA_ID: expected a patient who is there once, got one who is there twice"),
        ("TCIA_ID", None, r"row 3, TCIA_ID: expected a patient's key, got an empty cell"),
    ],
)
def test_a_cell_at_fault_is_named_by_row_and_column(column: str, cell: Any, message: str) -> None:
    with pytest.raises(InputError, match=message) as error:
        cohort({}, {column: cell})
    assert "secret" not in str(error.value)


def test_empty_rows_are_skipped_and_counted() -> None:
    data = patients({}, {"age": 200})
    data = pd.concat([data.iloc[:2], pd.DataFrame([[None] * data.shape[1]]), data.iloc[2:]], ignore_index=True)
    with pytest.raises(InputError, match="row 4, age: expected a number from 0 to 120, got 200"):
        tace_cohort(data, glossary())


@pytest.mark.parametrize("header", ["OS", "BCLC", "3_mRECIST_FU", "TCIA_ID"])
def test_a_column_that_is_missing_or_there_twice_is_refused(header: str) -> None:
    data = patients({})
    place = data.iloc[0].tolist().index(header)
    for wrong in (data.drop(columns=place), pd.concat([data, data[[place]]], axis=1)):
        with pytest.raises(InputError, match=f"expected one column {header}, got none or several"):
            tace_cohort(wrong, glossary())


def test_survival_in_another_unit_is_refused() -> None:
    with pytest.raises(InputError, match="glossary, OS: expected a time in weeks"):
        tace_cohort(patients({}), glossary((("OS", "overall survival (months)"), ("Interval_FU", "weeks"))))
    with pytest.raises(InputError, match="glossary, Interval_FU: expected a time in weeks"):
        tace_cohort(patients({}), glossary((("OS", "weeks"),)))
    with pytest.raises(InputError, match="expected names and meanings, got 1 columns"):
        tace_cohort(patients({}), pd.DataFrame(["OS"]))


def test_a_table_without_patients_is_refused() -> None:
    with pytest.raises(InputError, match="expected a header and at least one patient, got 1 rows"):
        tace_cohort(patients(), glossary())


def test_files_that_are_no_such_workbook_are_refused(tmp_path: Path) -> None:
    text = tmp_path / "secret.xlsx"
    text.write_text("no workbook")
    for path in (text, tmp_path / "absent.xlsx"):
        with pytest.raises(InputError, match=r"^TACE table: expected a readable xlsx workbook, got none$"):
            read_tace_cohort(path)
    book = write(tmp_path / "other.xlsx", patients({}), glossary(), second_sheet="notes")
    with pytest.raises(InputError, match="expected a sheet called 'glossary'"):
        read_tace_cohort(book)
