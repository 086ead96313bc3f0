"""The table of a cohort of images: read as written, and everything wrong with it told at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.case import ClinicalRecord
from core.errors import InputError
from core.io.image_cohort import COLUMNS, Patient, Problem, Truth, read_image_cohort, write_image_cohort

RECORD = ClinicalRecord(age_years=61.5, sex="male", ascites="none", pvtt=True, haic_sessions=3, response="PR")


def images(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_bytes(b"")


def patient(folder: Path, **changes: object) -> Patient:
    values: dict[str, object] = {
        "row": 2,
        "patient_id": "007",
        "centre": "0",
        "cohort": "haic",
        "split": "internal",
        "arterial": folder / "a.nii.gz",
        "portal_venous": folder / "p.nii.gz",
        "mask": folder / "m.nii.gz",
        "clinical": RECORD,
        "mtm": None,
        "time_months": 14.25,
        "event": True,
        "truth": Truth(True, 1.25, 0.375, -1.5),
    }
    return Patient(**(values | changes))  # type: ignore[arg-type]


def test_what_is_written_is_read(tmp_path: Path) -> None:
    images(tmp_path, "a.nii.gz", "p.nii.gz", "m.nii.gz")
    resected = patient(
        tmp_path,
        row=3,
        patient_id="R1",
        cohort="resection",
        mask=None,
        mtm=False,
        time_months=None,
        event=None,
        truth=None,
        clinical=ClinicalRecord(),
    )
    write_image_cohort([patient(tmp_path), resected], tmp_path / "cohort.csv")
    found, problems = read_image_cohort(tmp_path / "cohort.csv")
    assert problems == ()
    assert found == (patient(tmp_path), resected)
    header = (tmp_path / "cohort.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header.split(",") == list(COLUMNS)
    assert str(tmp_path) not in (tmp_path / "cohort.csv").read_text(encoding="utf-8")


def test_a_table_of_ids_and_images_is_enough(tmp_path: Path) -> None:
    images(tmp_path, "a", "p")
    (tmp_path / "c.csv").write_text("patient_id;arterial;portal_venous\n1;a;p\n\n2;a;p\n", encoding="utf-8")
    found, problems = read_image_cohort(tmp_path / "c.csv")
    assert problems == ()
    assert [(one.row, one.patient_id, one.cohort, one.split, one.mtm) for one in found] == [
        (2, "1", "haic", "train", None),
        (4, "2", "haic", "train", None),
    ]


def test_no_number_long_enough_to_be_somebodys_is_repeated(tmp_path: Path) -> None:
    images(tmp_path, "a", "p")
    rows = [
        "patient_id,arterial,portal_venous,age_years,ecog,haic_sessions,time_months,event,true_mtm_logit,true_dlr",
        "1,a,p,48190273,48190273.5,2.48190273,48190273,1,48190273,-4.8190273e7",
        "2,a,p,1e999,nan,,,,,",
    ]
    (tmp_path / "c.csv").write_text("\n".join(rows), encoding="utf-8")
    _, problems = read_image_cohort(tmp_path / "c.csv")
    assert len(problems) >= 8
    assert not any("4819027" in one.text for one in problems)
    assert Problem(2, "age_years", "expected 0-120, got a number far outside") in problems
    assert Problem(3, "age_years", "expected 0-120, got a number that is not finite") in problems


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    images(tmp_path, "a", "p")
    rows = [
        "patient_id,arterial,portal_venous,split,age_years,ecog,mtm,time_months,event,pvtt,macrovascular_invasion",
        "1,a,p,train,61,0,1,12,1,,",
        "1,a,,train,430,0.5,maybe,-1,1,,",
        "3,a,gone,later,old,0,1,12,,,",
        "4,a,p,train,61,0,1,,,1,0",
        ",a,p,train,61,0,1,,,,",
    ]
    (tmp_path / "c.csv").write_text("\n".join(rows), encoding="utf-8")
    found, problems = read_image_cohort(tmp_path / "c.csv")
    assert [one.patient_id for one in found] == ["1"]
    assert problems == (
        Problem(3, "patient_id", "expected an id of its own, got one used before"),
        Problem(3, "time_months", "expected 0-1200, got -1"),
        Problem(3, "portal_venous", "expected a path, got none"),
        Problem(3, "age_years", "expected 0-120, got 430"),
        Problem(3, "ecog", "expected a whole number, got 0.5"),
        Problem(3, "mtm", "expected 0, 1 or nothing, got another value"),
        Problem(4, "event", "expected a value where time_months has one, got none"),
        Problem(4, "split", "expected one of train, internal, external, got another value"),
        Problem(4, "portal_venous", "expected an existing file or folder, got a path where there is none"),
        Problem(4, "age_years", "expected a number with a decimal point, got text"),
        Problem(
            5,
            "clinical values",
            "macrovascular_invasion: expected true or unknown where pvtt is true, got false",
        ),
        Problem(6, "patient_id", "expected an id of its own, got none"),
    )


def test_no_text_of_the_table_is_repeated(tmp_path: Path) -> None:
    images(tmp_path, "a", "p")
    (tmp_path / "c.csv").write_text("patient_id,arterial,portal_venous,sex\nx,a,jane_doe,JANE\n", encoding="utf-8")
    _, problems = read_image_cohort(tmp_path / "c.csv")
    assert len(problems) == 2
    assert "jane" not in str(problems).lower()


def test_a_column_that_is_needed_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("patient_id,arterial\n1,a\n", encoding="utf-8")
    with pytest.raises(InputError, match="expected a column portal_venous, got 2 columns without it"):
        read_image_cohort(tmp_path / "c.csv")


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_breaks_of_every_kind_and_rows_of_blanks(tmp_path: Path, ending: str) -> None:
    images(tmp_path, "a.nii.gz", "p.nii.gz")
    lines = ["patient_id,arterial,portal_venous", "1, a.nii.gz, p.nii.gz", " , , ", "", '2,"a.nii.gz",p.nii.gz', ""]
    (tmp_path / "cohort.csv").write_bytes(ending.join(lines).encode())
    found, problems = read_image_cohort(tmp_path / "cohort.csv")
    assert problems == ()
    assert [(one.row, one.patient_id) for one in found] == [(2, "1"), (5, "2")]


def test_a_field_without_end_is_refused(tmp_path: Path) -> None:
    content = "patient_id,arterial,portal_venous\n1,a,b\n2," + "x" * 140_000 + ",b\n"
    (tmp_path / "cohort.csv").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="row 3: expected fields of at most 131072 characters, got more"):
        read_image_cohort(tmp_path / "cohort.csv")
