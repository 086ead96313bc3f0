from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from core.errors import InputError
from core.io.cohort_zip import NOWHERE, unpack_cohort
from core.io.image_cohort import read_image_cohort
from core.registry.pseudonym import checked_pseudonym

HEAD = "patient_id;arterial;portal_venous;mask;age_years\n"


def zipped(path: Path, members: Mapping[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def unpacked(path: Path, folder: Path) -> Path:
    return unpack_cohort(path, folder, checked_pseudonym).table


def image(value: int) -> bytes:
    """An NRRD whose voxels are all `value`."""
    head = "NRRD0004\ntype: short\ndimension: 3\nsizes: 8 8 8\nencoding: raw\nendian: little\n\n"
    return head.encode() + np.full(512, value, "<i2").tobytes()


def test_paths_lead_to_the_unpacked_files_and_no_name_is_on_the_disk(tmp_path: Path) -> None:
    table = f"{HEAD}\nP1;Jane/a.nii;./Jane/../Jane/p.nii;;61\nP2;Joe;Jane\\p.nii;Jane/a.nii;\n"
    members = {"Doe/cohort.csv": table, "Doe/Jane/a.nii": image(1), "Doe/Jane/p.nii": image(2), "Doe/Joe/1.dcm": "1"}
    found = unpacked(zipped(tmp_path / "upload", members), tmp_path / "out")
    patients, problems = read_image_cohort(found)
    assert problems == ()
    assert [(one.row, one.patient_id, one.clinical.age_years) for one in patients] == [(3, "P1", 61.0), (4, "P2", None)]
    first, second = patients
    assert (first.arterial.read_bytes(), first.portal_venous.read_bytes(), first.mask) == (image(1), image(2), None)
    assert second.mask is not None
    assert (second.portal_venous.read_bytes(), second.mask.read_bytes()) == (image(2), image(1))
    assert [one.read_text(encoding="utf-8") for one in second.arterial.iterdir()] == ["a text\n"]
    names = {part for one in (tmp_path / "out").rglob("*") for part in one.relative_to(tmp_path / "out").parts}
    assert {name for name in names if not name.isdigit()} == {"cohort.csv", "images"}


@pytest.mark.parametrize("cell", ["/etc/hostname", "../../upload", "other.nii", "Jane/../../../upload"])
def test_a_path_that_is_not_of_the_zip_leads_nowhere(cell: str, tmp_path: Path) -> None:
    members = {"cohort.csv": f"{HEAD}P1;{cell};a.nii;;\n", "a.nii": "A"}
    found = unpacked(zipped(tmp_path / "upload", members), tmp_path / "out")
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
        ({"cohort.csv": f"{HEAD}P1;a;p;;{'9' * 140_000}"}, "expected"),
    ],
)
def test_zips_that_are_refused(members: dict[str, str], said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=said):
        unpacked(zipped(tmp_path / "upload", members), tmp_path / "out")


def test_what_is_no_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "upload").write_bytes(b"PK\x03\x04 no zip")
    with pytest.raises(InputError, match="expected a whole zip"):
        unpacked(tmp_path / "upload", tmp_path / "out")


def test_of_the_table_stay_known_columns_numbers_and_known_words(tmp_path: Path) -> None:
    table = (
        "patient_id,arterial,portal_venous,Mrs Doe,centre,age_years,pvtt,response,afp_ng_ml\n"
        "H0001,a,a,Jane Doe,St Doe,61.25,1,PR,1210000.5\n"
        "Jane Doe,a,a,,3,48190273,Doe,Doe,19370923\n"
        ",a,a,,,61,,,\n"
    )
    found = unpack_cohort(
        zipped(tmp_path / "upload", {"cohort.csv": table, "a": image(1)}), tmp_path, checked_pseudonym
    )
    assert found.table.read_text(encoding="utf-8").splitlines() == [
        "patient_id,arterial,portal_venous,centre,age_years,pvtt,response,afp_ng_ml",
        "H0001,images/000002,images/000002,,61.25,1,PR,1210000.5",
        "Row 3,images/000002,images/000002,3,text,text,text,text",
        ",images/000002,images/000002,,61,,,",
    ]
    assert found.renamed == 1
    assert found.removed.removed["Texts in the table (cohort.csv)"] == 6  # a column, a centre, four cells
    patients, problems = read_image_cohort(found.table)
    assert [(one.patient_id, one.centre) for one in patients] == [("H0001", "")]
    assert {(one.row, one.column, one.patient_id) for one in problems} >= {
        (3, "age_years", "Row 3"),
        (4, "patient_id", ""),
    }


def test_a_zip_within_the_zip_is_cleaned_too(tmp_path: Path) -> None:
    inner, damaged = zipped(tmp_path / "inner", {"Jane Doe.nii": image(7)}).read_bytes(), b"PK\x03\x04 Jane Doe"
    table = "patient_id,arterial,portal_venous\nP1,a.zip,b.zip\n"
    members = {"cohort.csv": table, "a.zip": inner, "b.zip": damaged}
    (patient,), _ = read_image_cohort(unpacked(zipped(tmp_path / "upload", members), tmp_path / "out"))
    with zipfile.ZipFile(io.BytesIO(patient.arterial.read_bytes())) as archive:
        assert [(one.filename, archive.read(one)) for one in archive.infolist()] == [("000001", image(7))]
    assert patient.portal_venous.read_bytes() == b"PK\x03\x04"
    assert not any(b"Doe" in one.read_bytes() for one in (tmp_path / "out").rglob("*") if one.is_file())
