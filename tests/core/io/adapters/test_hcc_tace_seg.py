"""HCC-TACE-Seg: folders of its layout, made of drawn bodies; and its real clinical table where it is present."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.case import Phase
from core.cli import main
from core.errors import InputError
from core.io.adapters.hcc_tace_seg import hcc_tace_seg_images
from core.io.adapters.hcc_tace_seg_table import read_hcc_tace_seg_table
from core.io.image_cohort import Patient, read_image_cohort
from core.io.mask_files import MaskFile, read_mask_file
from core.io.series import read_phase
from tests.core.io.adapters.bodies import ORGANS, SHAPE, Study, liver_of
from tests.core.studies.tace_tables import glossary, patients, write

NATIVE, ARTERIAL, PORTAL_VENOUS = (ORGANS[one] for one in (Phase.NATIVE, Phase.ARTERIAL, Phase.PORTAL_VENOUS))
SECRET = "DOE^JANE"


def nothing(*_: object) -> None:
    """No progress is wanted."""


def segments() -> dict[str, np.ndarray]:
    """As published: the liver without its mass, the mass without its necrosis, vessels."""
    i, j, k = np.meshgrid(*[np.arange(n) for n in SHAPE], indexing="ij")
    mass = (np.hypot(i - 30, j - 30) < 8) & (k > 3) & (k < 9)
    necrosis = mass & (np.hypot(i - 30, j - 30) < 3)
    aorta = np.hypot(i - 53, j - 42) < 4
    return {
        "Liver": liver_of() & ~mass,
        "Mass": mass & ~necrosis,
        "Necrosis": necrosis,
        "Portal_vein": liver_of() & False,
        "Abdominal_aorta": aorta,
    }


def table(path: Path, *changes: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return write(path, patients(*changes), glossary())


def adapted(root: Path, *changes: dict[str, Any], **options: str) -> tuple[tuple[Patient, ...], Path]:
    table(root / "clinical.xlsx", *changes)
    out = root.parent / "cohort.csv"
    arguments = [text for name, value in options.items() for text in (f"--{name}", value)]
    assert main(["adapt", "hcc-tace-seg", str(root), "--out", str(out), *arguments]) == 0
    found, problems = read_image_cohort(out)
    assert problems == ()
    return found, out


@pytest.mark.slow
@pytest.mark.parametrize("names", ["classic", "descriptive"])
def test_folder_names_do_not_matter(tmp_path: Path, names: str, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "data"
    before, after = (Study(root, "HCC_001", date, names) for date in ("19990101", "19990401"))
    before.ct(NATIVE)
    before.ct(ARTERIAL)
    seg = before.seg(before.ct(PORTAL_VENOUS), **segments())
    after.ct(ARTERIAL)
    after.ct(PORTAL_VENOUS)
    changes = {"TCIA_ID": "HCC_001", "OS": 100.0, "Portal Vein Thrombosis": 1, "Vascular invasion": 1, "Tr_Size": 5.0}
    (found,), out = adapted(root, changes)
    arterial, portal_venous = (
        read_phase(found.arterial, Phase.ARTERIAL),
        read_phase(found.portal_venous, Phase.PORTAL_VENOUS),
    )
    assert before.folder in found.arterial.resolve().parents
    assert before.folder in found.portal_venous.resolve().parents
    assert found.mask is not None
    assert found.mask.resolve() == seg.resolve()
    mask, _ = read_mask_file(MaskFile(found.mask), portal_venous, arterial)
    np.testing.assert_array_equal(mask.liver, liver_of())
    np.testing.assert_array_equal(mask.labels == 2, segments()["Mass"] | segments()["Necrosis"])
    assert (found.centre, found.cohort, found.split, found.event) == ("HCC-TACE-Seg", "haic", "external", True)
    assert found.time_months == pytest.approx(700 / 30.4375)
    known = found.clinical.known()
    assert known | {"pvtt": True, "tumour_count": 1, "largest_tumour_cm": 5.0, "ecog": 0, "sex": "male"} == known
    assert known["concurrent_tace"] is True
    assert (found.clinical.response, found.clinical.afp_ng_ml, found.mtm) == ("PR", 20.0, None)
    text = out.read_text(encoding="utf-8")
    assert str(tmp_path) not in text
    said = capsys.readouterr().err
    assert "treated by TACE, not by HAIC" in said
    assert "1 patients written, 0 rows left out" in said


def test_two_phases_stacked_in_one_series_are_one_folder(tmp_path: Path) -> None:
    root = tmp_path / "data"
    before = Study(root, "HCC_002", "19990101")
    before.seg(before.ct(ARTERIAL, PORTAL_VENOUS), **segments())
    (found,), _ = adapted(root, {"TCIA_ID": "HCC_002"})
    assert found.arterial == found.portal_venous
    for phase in (Phase.ARTERIAL, Phase.PORTAL_VENOUS):
        assert read_phase(found.arterial, phase).proposal.phase is phase
    assert found.mask is not None


def test_of_two_reconstructions_the_segmented_one_decides(tmp_path: Path) -> None:
    before = Study(tmp_path, "P0", "19990101")
    thin = (3.0, 3.0, 4.0)
    before.ct(ARTERIAL, spacing=thin)
    before.ct(PORTAL_VENOUS, spacing=thin)
    before.ct(ARTERIAL)
    before.seg(before.ct(PORTAL_VENOUS), **segments())
    found = hcc_tace_seg_images(tmp_path, nothing)["P0"]()
    for path, phase in ((found.arterial, Phase.ARTERIAL), (found.portal_venous, Phase.PORTAL_VENOUS)):
        assert read_phase(path, phase).volume.geometry.spacing_mm[2] == pytest.approx(8.0)
    assert found.mask is not None
    assert found.notes == ()


@pytest.mark.slow
def test_several_candidates_and_missing_phases_are_told_and_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "data"
    both = Study(root, "HCC_001", "19990101")
    both.ct(ARTERIAL)
    both.seg(both.ct(PORTAL_VENOUS), **segments())
    twice = Study(root, "HCC_002", "19990101")
    for _ in range(2):
        twice.ct(ARTERIAL)
    twice.seg(twice.ct(PORTAL_VENOUS), **segments())
    single = Study(root, "HCC_003", "19990101")
    single.seg(single.ct(PORTAL_VENOUS), **segments())
    undated = Study(root, "HCC_004", "19990101")
    undated.ct(ARTERIAL)
    undated.ct(PORTAL_VENOUS)
    Study(root, SECRET, "19990101").ct(NATIVE)
    found, out = adapted(root, *({"TCIA_ID": f"HCC_{n:03d}"} for n in range(1, 6)))
    assert [one.patient_id for one in found] == ["HCC_001"]
    said = capsys.readouterr().err
    for line in (
        "row 3, images: arterial series: expected one among 3 series, got 2",
        "row 4, images: arterial series: expected one among 1 series, got 0",
        "row 5, images: studies: expected a segmented one or an earliest of several, got 1 without either",
        "row 6, images: patient: expected images in the folder, got none of that patient id",
        "1 of 5 patients with images have no row in the clinical table",
        "1 patients written, 4 rows left out",
    ):
        assert line in said
    assert SECRET not in said
    assert str(out) not in said


def test_without_a_segmentation_the_earlier_study_is_taken_and_said(tmp_path: Path) -> None:
    for date in ("19990401", "19990101"):
        study = Study(tmp_path, "P0", date)
        study.ct(ARTERIAL)
        study.ct(PORTAL_VENOUS)
    found = hcc_tace_seg_images(tmp_path, nothing)["P0"]()
    assert found.mask is None
    assert "earliest is taken" in found.notes[0]
    assert study.folder in found.arterial.parents


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"Liver": liver_of() & False}, "expected liver in segment 1, got an empty segment; it is not used"),
        ({"Liver": liver_of() & (np.arange(SHAPE[2]) < 2)}, "expected at least 300 mL, got "),
    ],
)
def test_a_mask_that_cannot_be_used_costs_the_mask_not_the_patient(
    tmp_path: Path, change: dict[str, np.ndarray], said: str
) -> None:
    study = Study(tmp_path, "P0", "19990101")
    study.ct(ARTERIAL)
    drawn = {"Liver": liver_of(), "Abdominal_aorta": segments()["Abdominal_aorta"]} | change
    study.seg(study.ct(PORTAL_VENOUS), **drawn)
    found = hcc_tace_seg_images(tmp_path, nothing)["P0"]()
    assert found.mask is None
    assert any(said in note for note in found.notes)


def test_cells_that_cannot_be_mapped_are_blank_and_told(tmp_path: Path) -> None:
    table(
        tmp_path / "t.xlsx",
        {"Sex": 3, "hepatitis": SECRET, "AFP": SECRET, "OS": -3, "PS_bclc_0_0_1-2_1_3-4_3": 1},
        {"tumor_nodul": "multinodular", "Tr_Size": 1.0, "1_mRECIST": 1, "2_mRECIST": 3, "3_mRECIST": None},
        {"Tr_Size": 1.0, "1_RECIST_BL": 41.0},
        {"Portal Vein Thrombosis": 1, "Vascular invasion": 0},
        {"TCIA_ID": "P0"},
    )
    found = read_hcc_tace_seg_table(tmp_path)
    first, second, third, fourth = found.rows
    assert (first.clinical.sex, first.clinical.afp_ng_ml, first.clinical.ecog, first.time_months) == (None,) * 4
    assert (second.clinical.tumour_count, second.clinical.largest_tumour_cm, second.clinical.response) == (None,) * 3
    assert third.clinical.tumour_count == 1
    assert fourth.clinical.known() == {}
    told = {(one.row, one.column): one.text for one in found.problems}
    assert told[2, "Sex"] == "expected one of 1, 2, got another value; left blank"
    assert told[2, "AFP"] == "expected a number, got another kind of cell; left blank"
    assert "got -3; left blank" in told[2, "OS"]
    assert "macrovascular_invasion: expected true or unknown" in told[5, "clinical values"]
    assert told[6, "patient"] == "expected a key of its own, got one used before; left out"
    assert told[1, "hepatitis"] == "expected a column of this name, got none; left blank"
    assert SECRET not in str(found.problems)


def test_a_single_tumours_size_that_the_readers_contradict_is_blank(tmp_path: Path) -> None:
    columns = patients({"Tr_Size": 1.6}, {"Tr_Size": 4.4})
    columns["r"] = ["1_RECIST_BL", 43.0, 43.0]
    write(tmp_path / "t.xlsx", columns, glossary())
    found = read_hcc_tace_seg_table(tmp_path)
    assert [one.clinical.largest_tumour_cm for one in found.rows] == [None, 4.4]
    assert "expected the readers' 4.3 cm, got 1.6; left blank" in [one.text for one in found.problems]


def test_a_table_is_found_by_what_it_holds(tmp_path: Path) -> None:
    pd.DataFrame({"a": [1]}).to_excel(tmp_path / "other.xlsx")
    with pytest.raises(InputError, match="expected one workbook of the data set's layout in the folder, got 0"):
        read_hcc_tace_seg_table(tmp_path)
    with pytest.raises(InputError, match="--clinical: expected the data set's clinical table, got a workbook of"):
        read_hcc_tace_seg_table(tmp_path, tmp_path / "other.xlsx")
    table(tmp_path / "deep" / "any.xlsx", {})
    assert len(read_hcc_tace_seg_table(tmp_path).rows) == 1
    write(tmp_path / "m.xlsx", patients({}), glossary((("OS", "months"), ("Interval_FU", "weeks"))))
    with pytest.raises(InputError, match="glossary, OS: expected a time in weeks"):
        read_hcc_tace_seg_table(tmp_path, tmp_path / "m.xlsx")


def test_a_folder_without_dicom_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.txt", "a")
    (tmp_path / "b.dcm").write_bytes(b"\0" * 128 + b"DICM" + b"\1" * 40)
    with pytest.raises(InputError, match="expected DICOM series, got 1 other files, 1 of them zips: unpack them first"):
        hcc_tace_seg_images(tmp_path, nothing)


def test_nothing_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "cohort.csv"
    out.write_text("mine", encoding="utf-8")
    assert main(["adapt", "hcc-tace-seg", str(tmp_path), "--out", str(out)]) == 2
    assert "--out: expected a free name that ends in .csv" in capsys.readouterr().err
    assert out.read_text(encoding="utf-8") == "mine"


def test_the_real_table_is_read_as_the_docs_say(shared_data: Path, root: Path) -> None:
    found = read_hcc_tace_seg_table(shared_data / "clinical")
    assert len(found.rows) == 105
    assert sum(bool(row.event) for row in found.rows) == 93
    assert [(one.row, one.column) for one in found.problems] == [(96, "Tr_Size")]
    assert found.rows[0].time_months == pytest.approx(350.2857143 * 7 / 30.4375)
    counts = Counter(name for row in found.rows for name in row.clinical.known())
    page = (root / "docs" / "public-cohorts.md").read_text(encoding="utf-8")
    block = page.split("<!-- hcc-tace-seg: begin -->")[1].split("<!-- hcc-tace-seg: end -->")[0]
    assert {name: int(n) for name, n in re.findall(r"^\| `(\w+)` \|.*\| (\d+) \|$", block, re.MULTILINE)} == counts


def test_what_the_docs_say_of_the_sizes(shared_data: Path, root: Path) -> None:
    sheet = pd.read_excel(shared_data / "clinical" / "HCC-TACE-Seg_clinical_data-V2.xlsx", sheet_name="data table")
    read_cm = sheet[[f"{reader}_RECIST_BL" for reader in (1, 2, 3)]].median(axis=1) / 10
    off = (np.log(sheet["Tr_Size"] / read_cm)).abs()[sheet["tumor_nodul"] == "multinodular"].dropna()
    assert (int((off > np.log(1.5)).sum()), len(off)) == (13, 33)
    assert "in 13 of 33 patients it differs" in (root / "docs" / "public-cohorts.md").read_text(encoding="utf-8")
