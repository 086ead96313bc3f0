from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from core.errors import InputError
from core.io.cohort_zip import NOWHERE, unpack_cohort
from core.io.image_cohort import read_image_cohort

HEAD = "patient_id;arterial;portal_venous;mask;age_years\n"


def zipped(path: Path, members: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return path


def test_paths_lead_to_the_unpacked_files_and_no_name_is_on_the_disk(tmp_path: Path) -> None:
    table = f"{HEAD}\nP1;Jane/a.nii;./Jane/../Jane/p.nii;;61\nP2;Joe;Jane\\p.nii;Jane/a.nii;\n"
    members = {"Doe/cohort.csv": table, "Doe/Jane/a.nii": "A", "Doe/Jane/p.nii": "P", "Doe/Joe/1.dcm": "1"}
    found = unpack_cohort(zipped(tmp_path / "upload", members), tmp_path / "out")
    patients, problems = read_image_cohort(found)
    assert problems == ()
    assert [(one.row, one.patient_id, one.clinical.age_years) for one in patients] == [(3, "P1", 61.0), (4, "P2", None)]
    first, second = patients
    assert (first.arterial.read_text(encoding="utf-8"), first.portal_venous.read_text(), first.mask) == ("A", "P", None)
    assert second.mask is not None
    assert (second.portal_venous.read_text(encoding="utf-8"), second.mask.read_text()) == ("P", "A")
    assert [one.read_text(encoding="utf-8") for one in second.arterial.iterdir()] == ["1"]
    names = {part for one in (tmp_path / "out").rglob("*") for part in one.relative_to(tmp_path / "out").parts}
    assert {name for name in names if not name.isdigit()} == {"cohort.csv", "images"}


@pytest.mark.parametrize("cell", ["/etc/hostname", "../../upload", "other.nii", "Jane/../../../upload"])
def test_a_path_that_is_not_of_the_zip_leads_nowhere(cell: str, tmp_path: Path) -> None:
    members = {"cohort.csv": f"{HEAD}P1;{cell};a.nii;;\n", "a.nii": "A"}
    found = unpack_cohort(zipped(tmp_path / "upload", members), tmp_path / "out")
    assert f"P1;{NOWHERE};" in found.read_text(encoding="utf-8")
    patients, problems = read_image_cohort(found)
    assert patients == ()
    assert [(one.row, one.column) for one in problems] == [(2, "arterial")]


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"a.nii": "A"}, "cohort zip: expected one cohort.csv, got none"),
        ({"cohort.csv": HEAD, "more/Cohort.csv": HEAD}, "cohort zip: expected one cohort.csv, got 2"),
        ({"cohort.csv": HEAD, "a//b": "1", "a/b": "2"}, "cohort zip: expected each file once, got one twice"),
        ({"../cohort.csv": HEAD}, "expected a path inside the zip, got one that leaves it"),
        ({"cohort.csv": "no table"}, "expected"),
    ],
)
def test_zips_that_are_refused(members: dict[str, str], said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=said):
        unpack_cohort(zipped(tmp_path / "upload", members), tmp_path / "out")


def test_what_is_no_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "upload").write_bytes(b"PK\x03\x04 no zip")
    with pytest.raises(InputError, match="expected a whole zip"):
        unpack_cohort(tmp_path / "upload", tmp_path / "out")
