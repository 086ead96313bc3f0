import csv
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.case import ClinicalRecord
from core.staging.child_pugh import child_pugh

BEST: dict[str, Any] = {
    "bilirubin_umol_l": 10.0,
    "albumin_g_l": 44.0,
    "inr": 1.0,
    "ascites": "none",
    "encephalopathy_grade": 0,
}
ASCITES = ("none", "mild", "moderate_severe")


def test_examples(golden: Path) -> None:
    with (golden / "staging_examples.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["system"] == "Child-Pugh"]
    assert len(rows) == 2
    for row in rows:
        bilirubin, albumin, inr, ascites, grade = (float(part) for part in row["input"].strip("()").split(","))
        found = child_pugh(
            ClinicalRecord(
                bilirubin_umol_l=bilirubin,
                albumin_g_l=albumin,
                inr=inr,
                ascites=ASCITES[int(ascites)],  # type: ignore[arg-type]
                encephalopathy_grade=int(grade),
            )
        )
        assert f"{found.points} {found.class_}" == row["expected"]


@pytest.mark.parametrize(
    ("name", "value", "points"),
    [
        ("bilirubin_umol_l", 34.19, 1),
        ("bilirubin_umol_l", 34.2, 2),
        ("bilirubin_umol_l", 51.3, 2),
        ("bilirubin_umol_l", 51.31, 3),
        ("albumin_g_l", 35.01, 1),
        ("albumin_g_l", 35, 2),
        ("albumin_g_l", 28, 2),
        ("albumin_g_l", 27.9, 3),
        ("inr", 1.69, 1),
        ("inr", 1.7, 2),
        ("inr", 2.3, 2),
        ("inr", 2.31, 3),
        ("ascites", "mild", 2),
        ("ascites", "moderate_severe", 3),
        ("encephalopathy_grade", 1, 2),
        ("encephalopathy_grade", 2, 2),
        ("encephalopathy_grade", 3, 3),
        ("encephalopathy_grade", 4, 3),
    ],
)
def test_boundaries(name: str, value: object, points: int) -> None:
    found = child_pugh(ClinicalRecord(**{**BEST, name: value}))
    assert found.reasons[name] == points
    assert found.points == 4 + points


def test_unknown_is_never_normal() -> None:
    found = child_pugh(ClinicalRecord(**{**BEST, "inr": None, "ascites": None}))
    assert (found.points, found.class_, found.classes) == (None, None, ("A", "B"))
    assert found.missing == ("inr", "ascites")


def test_class_is_certain_where_the_missing_part_cannot_change_it() -> None:
    worst = {"bilirubin_umol_l": 90.0, "albumin_g_l": 20.0, "ascites": "moderate_severe"}
    found = child_pugh(ClinicalRecord(**worst))  # type: ignore[arg-type]
    assert (found.points, found.class_) == (None, "C")


@given(st.sampled_from(ASCITES), st.integers(0, 4), st.floats(5, 80), st.floats(0.5, 1500), st.floats(0.5, 20))
def test_points_and_class_agree(ascites: Any, grade: int, albumin: float, bilirubin: float, inr: float) -> None:
    found = child_pugh(
        ClinicalRecord(
            ascites=ascites, encephalopathy_grade=grade, albumin_g_l=albumin, bilirubin_umol_l=bilirubin, inr=inr
        )
    )
    assert found.points == sum(found.reasons.values())
    assert found.class_ == ("A" if found.points <= 6 else "B" if found.points <= 9 else "C")
