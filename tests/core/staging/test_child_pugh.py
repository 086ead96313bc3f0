from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.case import ClinicalRecord
from core.staging.child_pugh import child_pugh, possible_classes
from tests.core.staging.records import LIVER, VALUES, arguments, examples

BEST = LIVER["A"]
ASCITES = VALUES["ascites"]


def test_examples(golden: Path) -> None:
    for row in examples(golden, "Child-Pugh"):
        bilirubin, albumin, inr, ascites, grade = arguments(row)
        found = child_pugh(
            ClinicalRecord(
                bilirubin_umol_l=bilirubin,
                albumin_g_l=albumin,
                inr=inr,
                ascites=ASCITES[int(ascites)],
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
        ("bilirubin_umol_l", 3 * 17.1, 2),
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
    assert found.part_points[name] == points
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
    assert found.points == sum(found.part_points.values())
    assert found.class_ == ("A" if found.points <= 6 else "B" if found.points <= 9 else "C")


@pytest.mark.parametrize(("points", "class_"), [(5, "A"), (6, "A"), (7, "B"), (9, "B"), (10, "C"), (15, "C")])
def test_class_limits(points: int, class_: str) -> None:
    names = ("bilirubin_umol_l", "albumin_g_l", "inr", "ascites", "encephalopathy_grade")
    extra = [min(2, max(0, points - 5 - 2 * place)) for place in range(5)]
    found = child_pugh(ClinicalRecord(**{name: VALUES[name][more] for name, more in zip(names, extra, strict=True)}))
    assert (found.points, found.class_) == (points, class_)


@given(st.fixed_dictionaries({name: st.none() | st.sampled_from(VALUES[name]) for name in BEST}))
def test_unknown_parts_leave_every_class_they_could_lead_to(values: dict[str, Any]) -> None:
    found = child_pugh(ClinicalRecord(**values))
    unknown = [name for name in BEST if values[name] is None]
    low = sum(found.part_points.values()) + len(unknown)
    reachable = {
        "A" if points <= 6 else "B" if points <= 9 else "C" for points in range(low, low + 2 * len(unknown) + 1)
    }
    assert set(found.classes) == reachable
    assert found.classes == possible_classes(ClinicalRecord(**values))
    assert found.missing == tuple(unknown)
    assert (found.points is None) == bool(unknown)
    assert (found.class_ is None) == (len(reachable) > 1)


def test_reasons() -> None:
    found = child_pugh(ClinicalRecord(**(LIVER["B"] | {"ascites": "moderate_severe"})))
    assert found.reasons == {
        "bilirubin_umol_l": "40 µmol/L: 2 points",
        "albumin_g_l": "33 g/L: 2 points",
        "inr": "1.5: 1 point",
        "ascites": "moderate or severe: 3 points",
        "encephalopathy_grade": "0: 1 point",
    }
