import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.case import ClinicalRecord
from core.staging.albi import albi
from tests.core.staging.records import examples


def test_examples(golden: Path) -> None:
    for row in examples(golden, "ALBI"):
        bilirubin, albumin = (float(number) for number in re.findall(r"=([\d.]+)", row["input"]))
        found = albi(ClinicalRecord(bilirubin_umol_l=bilirubin, albumin_g_l=albumin))
        assert f"{found.score:.4f} grade {found.grade} mALBI {found.malbi}" == row["expected"]


@pytest.mark.parametrize(
    ("score", "grade", "malbi"),
    [
        (-2.601, 1, "1"),
        (-2.60, 1, "1"),
        (-2.599, 2, "2a"),
        (-2.271, 2, "2a"),
        (-2.27, 2, "2a"),
        (-2.269, 2, "2b"),
        (-1.391, 2, "2b"),
        (-1.39, 2, "2b"),
        (-1.389, 3, "3"),
    ],
)
def test_limits(score: float, grade: int, malbi: str) -> None:
    # With 1 µmol/L the logarithm is 0.
    found = albi(ClinicalRecord(bilirubin_umol_l=1.0, albumin_g_l=score / -0.085))
    assert (found.grade, found.malbi) == (grade, malbi)


def test_a_limit_met_exactly_is_not_missed_in_binary() -> None:
    found = albi(ClinicalRecord(bilirubin_umol_l=1000.0, albumin_g_l=50.0))
    assert found.malbi == "2a"


def test_reasons() -> None:
    found = albi(ClinicalRecord(bilirubin_umol_l=10.0, albumin_g_l=44.0))
    assert found.reasons == {"bilirubin_umol_l": "10 µmol/L: +0.66", "albumin_g_l": "44 g/L: -3.74"}


@given(st.none() | st.floats(0.5, 1500), st.none() | st.floats(5, 80))
def test_score_only_where_both_are_known(bilirubin: float | None, albumin: float | None) -> None:
    found = albi(ClinicalRecord(bilirubin_umol_l=bilirubin, albumin_g_l=albumin))
    known = {"bilirubin_umol_l": bilirubin, "albumin_g_l": albumin}
    assert found.missing == tuple(name for name, value in known.items() if value is None)
    assert (found.score is None) == (found.grade is None) == (found.malbi is None) == bool(found.missing)
    assert found.malbi is None or found.malbi[0] == str(found.grade)
