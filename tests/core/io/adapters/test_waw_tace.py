"""WAW-TACE: folders of its layout, made of drawn bodies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from core.case import Phase
from core.cli import main
from core.errors import InputError
from core.io.adapters.waw_tace import waw_tace_images
from core.io.adapters.waw_tace_table import read_waw_tace_table
from core.io.image_cohort import read_image_cohort
from core.io.series import read_phase
from tests.core.io.adapters.bodies import ORGANS, WAW_PATIENT, waw_scan, waw_table

NATIVE, ARTERIAL, PORTAL_VENOUS = (ORGANS[one] for one in (Phase.NATIVE, Phase.ARTERIAL, Phase.PORTAL_VENOUS))
TABLE = "clinical_data_wawtace_v2_15_07_2024.xlsx"


def nothing(*_: object) -> None:
    """No progress is wanted."""


def scans(root: Path, patient: int, codes: dict[int, tuple[int, int, int]]) -> None:
    for code, organs in codes.items():
        waw_scan(root, patient, code, organs)


def test_a_folder_as_unpacked_becomes_a_cohort(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "waw"
    whole = {0: NATIVE, 1: ARTERIAL, 2: PORTAL_VENOUS, 3: PORTAL_VENOUS}
    scans(root / "ct_scans_1_4", 7, whole)
    scans(root / "ct_scans_1_4", 8, {1: ARTERIAL, 3: PORTAL_VENOUS})
    scans(root / "ct_scans_2_4", 9, {1: PORTAL_VENOUS, 2: PORTAL_VENOUS})
    scans(root / "ct_scans_2_4", 11, whole)
    (root / "tumor_masks" / "7").mkdir(parents=True)
    (root / "tumor_masks" / "7" / "7_2_0_tumor_seg.nrrd").write_bytes(b"NRRD0004\n")
    waw_table(root / TABLE, {}, {"PATPRI": 8}, {"PATPRI": 9}, {"PATPRI": 10})
    out = tmp_path / "cohort.csv"
    assert main(["adapt", "waw-tace", str(root), "--split", "train", "--out", str(out)]) == 0
    (found,), problems = read_image_cohort(out)
    assert problems == ()
    assert (found.patient_id, found.centre, found.split, found.mask, found.event) == (
        "7",
        "WAW-TACE",
        "train",
        None,
        True,
    )
    assert read_phase(found.arterial, Phase.ARTERIAL).proposal.phase is Phase.ARTERIAL
    assert found.portal_venous.name == "7_2_scan.nii.gz"
    assert found.time_months == pytest.approx(24.0)
    assert found.clinical.known() == {
        "age_years": 66.0,
        "sex": "female",
        "albumin_g_l": 38.0,
        "bilirubin_umol_l": pytest.approx(17.1),
        "creatinine_umol_l": pytest.approx(79.56),
        "inr": 1.1,
        "alt_u_l": 40.0,
        "afp_ng_ml": 50.0,
        "tumour_count": 2,
        "largest_tumour_cm": pytest.approx(6.4),
        "concurrent_tace": True,
    }
    said = capsys.readouterr().err
    for line in (
        "note: these patients were treated by TACE, not by HAIC",
        "note: lab_albumin is taken in g/dL: only that fits its median",
        "note: not mapped: 1 other columns, numbers 16",
        "1 of 4 patients with images have no row in the clinical table",
        "row 3, images: portal-venous series: expected one scan with phase code 2, got 0",
        "row 4, images: arterial series: expected that phase, got a scan that looks portal-venous (from enhancement:",
        "row 5, images: patient: expected images in the folder, got none of that patient id",
        "1 patients written, 3 rows left out",
    ):
        assert line in said
    assert TABLE not in said


def test_a_scan_that_is_there_twice_is_not_chosen(tmp_path: Path) -> None:
    scans(tmp_path / "a", 7, {1: ARTERIAL, 2: PORTAL_VENOUS})
    scans(tmp_path / "b", 7, {1: ARTERIAL})
    with pytest.raises(InputError, match="arterial series: expected one scan with phase code 1, got 2"):
        waw_tace_images(tmp_path, nothing)["7"]()


def test_a_phase_that_is_not_certain_is_taken_and_said(tmp_path: Path) -> None:
    scans(tmp_path, 7, {1: (175, 90, 150), 2: PORTAL_VENOUS})
    found = waw_tace_images(tmp_path, nothing)["7"]()
    assert [note.split(" (")[0] for note in found.notes] == ["arterial series: the phase is not certain"]


def test_zips_are_to_be_unpacked(tmp_path: Path) -> None:
    (tmp_path / "ct_scans_1_4.zip").write_bytes(b"PK\x03\x04")
    with pytest.raises(InputError, match="expected scans named by patient and phase, got none, 1 zips: unpack them"):
        waw_tace_images(tmp_path, nothing)


@pytest.mark.parametrize(
    ("column", "cell", "field", "value"),
    [
        ("lab_albumin", 38.0, "albumin_g_l", 38.0),
        ("lab_albumin", 12.0, "albumin_g_l", None),
        ("lab_bilirubin", 20.0, "bilirubin_umol_l", 20.0),
        ("lab_bilirubin", 4.2, "bilirubin_umol_l", None),
        ("lab_creatinine", 80.0, "creatinine_umol_l", 80.0),
        ("lesion2_diameter", 6.4, "largest_tumour_cm", 3.1),
        ("lesions_number", 2.5, "tumour_count", None),
        ("gender_woman", 2, "sex", None),
        ("age", "sixty", "age_years", None),
    ],
)
def test_a_unit_is_taken_only_where_the_median_fits_it(
    tmp_path: Path, column: str, cell: Any, field: str, value: float | None
) -> None:
    waw_table(tmp_path / TABLE, {column: cell})
    found = read_waw_tace_table(tmp_path)
    assert getattr(found.rows[0].clinical, field) == (None if value is None else pytest.approx(value))
    told = [one for one in found.problems if one.column == column]
    expected = 0 if value is not None and column.startswith("lab") else 1
    assert len(told) == expected
    assert "sixty" not in str(found.problems)


def test_a_survival_that_is_not_in_days_is_left_blank(tmp_path: Path) -> None:
    waw_table(tmp_path / TABLE, {"survival_time": 24.0}, {"PATPRI": 8, "survival_time": 30.0})
    found = read_waw_tace_table(tmp_path)
    assert [(row.time_months, row.event) for row in found.rows] == [(None, None)] * 2
    assert "survival_time" in [one.column for one in found.problems]


def test_a_table_of_another_layout_is_refused(tmp_path: Path) -> None:
    pd.DataFrame([{**WAW_PATIENT}]).drop(columns="PATPRI").to_excel(tmp_path / TABLE, index=False)
    with pytest.raises(InputError, match="expected one workbook of the data set's layout in the folder, got 0"):
        read_waw_tace_table(tmp_path)
