"""Clinical records from a cohort table."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.case import ClinicalRecord
from core.errors import InputError
from core.io.clinical_columns import clinical_records
from core.io.cohort_table import CohortTable, read_cohort_table


def table(folder: Path, text: str) -> CohortTable:
    path = folder / "cohort.csv"
    path.write_text(text, encoding="utf-8")
    return read_cohort_table(path)


def test_every_kind_of_value(tmp_path: Path) -> None:
    text = "id,age_years,sex,ecog,pvtt,ascites\n1,57.5,male,0,true,none\n2,,female,1,false,mild\n3,60,,,,None\n"
    assert clinical_records(table(tmp_path, text)) == (
        ClinicalRecord(age_years=57.5, sex="male", ecog=0, pvtt=True, ascites="none"),
        ClinicalRecord(sex="female", ecog=1, pvtt=False, ascites="mild"),
        ClinicalRecord(age_years=60.0),
    )


def test_columns_of_other_names_and_empty_ones(tmp_path: Path) -> None:
    assert clinical_records(table(tmp_path, "a,b\n1,2\n3,4\n")) == ()
    found = clinical_records(table(tmp_path, "a,inr,sex\n1,,\n3,,\n"))
    assert found == (ClinicalRecord(), ClinicalRecord())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,age_years\n1,430\n2,50\n", "row 2, age_years: expected 0-120, got 430"),
        ("a,ecog\n1,0\n2,1.5\n", "row 3, ecog: expected a whole number 0-4, got 1.5"),
        ("a,sex\n1,male\n2,M. Smith\n", "row 3, sex: expected one of female, male, got another value"),
        ("a,sex\n1,1\n2,2\n", "row 2, sex: expected one of female, male, got another value"),
        ("a,pvtt\n1,1\n2,3\n", "row 3, pvtt: expected 0 or 1, got 3"),
        ("pvtt,macrovascular_invasion\n1,1\n1,0\n", "row 3, macrovascular_invasion: expected true or unknown"),
    ],
)
def test_bad_values_name_row_and_field(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        clinical_records(table(tmp_path, text))
