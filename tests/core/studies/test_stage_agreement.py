from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.studies.stage_agreement import GradeCheck, grade_checks, reader_agreement
from tests.core.studies.tace_tables import cohort

SEVERAL = {"tumor_nodul": "multinodular", "CLIP_Score": "Stage_1"}
INVADED = {"Vascular invasion": 1, "BCLC": "Stage-C"}


def _of(name: str, *changes: dict[str, Any]) -> GradeCheck:
    (found,) = (check for check in grade_checks(cohort(*changes)) if check.system.startswith(name))
    return found


@pytest.mark.parametrize(
    ("change", "score"),
    [
        ({}, 0),
        (SEVERAL, 1),
        ({"T_involvment": ">50%"}, 2),
        (SEVERAL | {"T_involvment": ">50%", "AFP": 400.0}, 3),
        ({"CPS": "B", "Portal Vein Thrombosis": 1} | INVADED, 2),
        ({"CPS": "C"}, 2),
    ],
)
def test_clip_follows_from_the_recorded_inputs(change: dict[str, Any], score: int) -> None:
    found = _of("CLIP", change | {"CLIP_Score": f"Stage_{score}"})
    assert (found.agreement.n, found.agreement.agreed, found.disagreements) == (1, 1, ())


def test_bclc_of_1999_and_of_2022_part_over_one_large_tumour() -> None:
    large = {"Tr_Size": 6.0, "BCLC": "Stage-B"}
    found = _of("BCLC", large, large | {"Tr_Size": 11.0}, {}, {"Tr_Size": 1.6})
    assert (found.agreement.n, found.agreement.agreed) == (4, 1)
    first, second = found.disagreements
    assert (first.recorded, first.ours, first.count) == ("B", "A", 2)
    assert first.findings == "one tumour, over 5 cm, no vascular invasion"
    assert (second.recorded, second.ours, second.count) == ("A", "0", 1)


@pytest.mark.parametrize(
    ("change", "possible", "impossible"),
    [
        (SEVERAL | {"Tr_Size": 2.6, "BCLC": "Stage-A"}, 1, 0),  # their number is not recorded
        (SEVERAL | {"Tr_Size": 2.6, "BCLC": "Stage-C"}, 0, 1),
        (SEVERAL | {"Tr_Size": 3.8, "BCLC": "Stage-B"}, 0, 0),
        ({"CPS": "C", "BCLC": "Stage-D"}, 1, 0),  # a transplant candidate or not
        ({"Tr_Size": None}, 1, 0),
        ({"PS_bclc_0_0_1-2_1_3-4_3": 1, "Tr_Size": None, "BCLC": "Stage-C"}, 0, 0),
        ({"PS_bclc_0_0_1-2_1_3-4_3": 3, "Tr_Size": None, "BCLC": "Stage-D"}, 0, 0),
    ],
)
def test_bclc_stays_open_where_the_table_leaves_several(change: dict[str, Any], possible: int, impossible: int) -> None:
    found = _of("BCLC", change)
    assert (found.possible, found.impossible, found.agreement.n) == (possible, impossible, 1 - possible - impossible)
    assert found.agreement.agreed == found.agreement.n


@pytest.mark.parametrize(
    ("change", "stage"),
    [
        ({"Tr_Size": None}, "I"),  # IA or IB
        (SEVERAL | {"Tr_Size": 4.0}, "II"),
        (SEVERAL | {"Tr_Size": 7.0}, "IIIA"),
        (INVADED | {"Lymphnodes": 1}, "IVA"),
        (INVADED | {"Lymphnodes": 1, "Metastasis": 1}, "IVB"),
    ],
)
def test_tnm_of_both_editions(change: dict[str, Any], stage: str) -> None:
    found = _of("AJCC 8 against 7, major", change | {"TNM": f"Stage-{stage}"})
    assert (found.agreement.n, found.agreement.agreed) == (1, 1)


def test_vascular_invasion_leaves_tnm_open_unless_it_is_taken_as_major() -> None:
    change = INVADED | {"Tr_Size": None, "TNM": "Stage-IIIB"}
    unknown, major = _of("AJCC 8 against 7, major", change), _of("AJCC 8 against 7, vascular", change)
    assert (unknown.agreement.n, unknown.possible) == (0, 1)
    assert (major.agreement.n, major.agreement.agreed) == (1, 1)


def test_mrecist_of_each_reader() -> None:
    measured = {"1_mRECIST_BL": 106.0, "1_mRECIST_FU": 74.2}  # exactly 30 % less
    found = _of("mRECIST, reader 1", measured, measured | {"1_mRECIST": 3}, {"1_mRECIST": None})
    assert (found.n, found.agreement.agreed) == (2, 1)
    assert [(kind.recorded, kind.ours, kind.count) for kind in found.disagreements] == [("SD", "PR", 1)]


def test_readers_are_compared_over_patients_whom_both_read() -> None:
    grades = [(1, 2, 4), (3, 1, 3), (None, 1, 1), (2, 2, None)]
    rows = ({f"{reader + 1}_mRECIST": grade for reader, grade in enumerate(row)} for row in grades)
    found = {pair: (x.n, x.agreed) for pair, x in reader_agreement(cohort(*rows))}
    assert found == {"readers 1 and 2": (3, 2), "readers 1 and 3": (2, 1), "readers 2 and 3": (3, 1)}


def test_no_kind_of_disagreement_names_a_patient() -> None:
    found = grade_checks(cohort({"TCIA_ID": "Jane Doe", "BCLC": "Stage-B", "Tr_Size": 6.0}, {}))
    assert "Jane" not in repr(found)
    assert np.sum([len(check.disagreements) for check in found]) == 1
