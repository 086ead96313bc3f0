from __future__ import annotations

import json
from pathlib import Path

import pydicom
import pytest

from core.cli import main
from core.errors import InputError
from core.io.deid.folder import clean_folder
from core.io.series import read_series
from tests.core.io.dicom_factory import axial, phantom, save, slice_dataset, write_series
from tests.planted import PLANTED
from tests.planted_files import others


def test_a_preview_writes_nothing_and_a_run_says_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_series(tmp_path / "ct", phantom(), axial())
    assert main(["deidentify", str(tmp_path / "ct")]) == 0
    preview = json.loads(capsys.readouterr().out)
    assert [path.name for path in tmp_path.iterdir()] == ["ct"]
    assert main(["deidentify", str(tmp_path / "ct"), "--out", str(tmp_path / "out")]) == 0
    assert json.loads(capsys.readouterr().out) == preview
    assert preview["files"] == 12
    assert preview["replaced"]["Patient ID"] == 12
    assert sorted(path.name for path in (tmp_path / "out" / "series_01").iterdir())[0] == "slice_0001.dcm"
    assert preview["warnings"][-1]["code"] == "pixels_unproven"


def test_slices_keep_their_order_and_the_volume_is_the_same(tmp_path: Path) -> None:
    write_series(tmp_path / "ct", phantom(), axial())
    clean_folder(tmp_path / "ct", tmp_path / "out")
    numbers = [pydicom.dcmread(path).InstanceNumber for path in sorted((tmp_path / "out").rglob("*.dcm"))]
    assert numbers == list(range(1, 13))
    (before,), (after,) = read_series(tmp_path / "ct", "CT"), read_series(tmp_path / "out", "CT")
    assert before.volume.source_sha256 == after.volume.source_sha256
    assert before.volume.geometry.same_grid(after.volume.geometry)


def test_what_is_no_slice_is_refused_by_position(tmp_path: Path) -> None:
    write_series(tmp_path / "ct", phantom(), axial())
    save(
        slice_dataset(phantom(), axial(), 3, ImageType=["DERIVED", "SECONDARY", "SCREEN SAVE"]), tmp_path / "ct" / "z1"
    )
    save(slice_dataset(phantom(), axial(), 3, Modality="PR"), tmp_path / "ct" / "z2")
    for number, content in enumerate(others(PLANTED), start=3):
        (tmp_path / "ct" / f"z{number}").write_bytes(content)
    (tmp_path / "ct" / "z5").write_text("a note")
    done = clean_folder(tmp_path / "ct", None)
    assert done.refused == [
        (13, "a picture of a screen"),
        (14, "a presentation state"),
        (15, "a secondary capture"),
        (16, "a document in a DICOM file"),
        (17, "a text file"),
    ]
    assert done.written == 12


def test_two_patients_are_refused(tmp_path: Path) -> None:
    write_series(tmp_path / "ct" / "a", phantom(), axial())
    write_series(tmp_path / "ct" / "b", phantom(), axial(), PatientID="ANOTHER", SeriesInstanceUID="1.2.3")
    with pytest.raises(InputError, match="expected one patient, got series of several"):
        clean_folder(tmp_path / "ct", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_new_folder_is_new(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_series(tmp_path / "ct", phantom(), axial())
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a").write_text("there")
    for out, why in ((tmp_path / "full", "an empty folder"), (tmp_path / "ct" / "in", "outside of the images")):
        assert main(["deidentify", str(tmp_path / "ct"), "--out", str(out)]) == 2
        assert why in capsys.readouterr().err
