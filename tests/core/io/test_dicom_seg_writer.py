"""DICOM segmentations out: valid, exact, referring to the right slices, carrying their patient and nobody else."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from pathlib import Path

import highdicom
import numpy as np
import pydicom
import pytest

from core.case import LiverMask, MaskOrigin, Phase
from core.errors import InputError
from core.io.dicom_seg_writer import write_dicom_seg
from core.io.mask_files import MaskFile, read_mask_file
from core.io.series import read_phase
from core.io.source_headers import source_headers
from tests.core.io.dicom_factory import IDENTITY, axial, multiframe, phantom, save, write_series
from tests.core.io.mask_factory import SHAPE, STACKS, ct, labels, turned


def written(folder: Path, affine: np.ndarray | None = None, origin: MaskOrigin = MaskOrigin.MODEL) -> Path:
    series = ct(folder / "ct", affine)
    mask = LiverMask(labels(), series.volume.geometry, origin)
    write_dicom_seg(mask, folder / "seg.dcm", source_headers(folder / "ct", series.source, "CT series"))
    return folder / "seg.dcm"


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("origin", list(MaskOrigin))
def test_dciodvfy_finds_no_errors(tmp_path: Path, stack: str, origin: MaskOrigin) -> None:
    if shutil.which("dciodvfy") is None:
        pytest.skip("dciodvfy (Debian's dicom3tools) is not on this machine")
    path = written(tmp_path, turned(stack), origin)
    verdict = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, check=False)
    lines = (verdict.stdout + verdict.stderr).splitlines()
    assert "Segmentation" in lines
    assert [line for line in lines if line.startswith("Error")] == []


@pytest.mark.parametrize("stack", STACKS)
def test_highdicom_reads_the_same_voxels_in_the_same_place(tmp_path: Path, stack: str) -> None:
    path = written(tmp_path, turned(stack))
    series = read_phase(tmp_path / "ct", Phase.PORTAL_VENOUS)
    volume = highdicom.seg.segread(path).get_volume(combine_segments=True)
    found = np.argwhere(volume.array > 0)
    lps = found @ volume.affine[:3, :3].T + volume.affine[:3, 3]
    grid = series.volume.geometry
    index = np.rint((lps - grid.affine_lps[:3, 3]) @ np.linalg.inv(grid.affine_lps[:3, :3]).T).astype(int)
    again = np.zeros(grid.shape, np.uint8)
    again[tuple(index.T)] = volume.array[tuple(found.T)]
    np.testing.assert_array_equal(again, labels())


def test_segments_are_described_and_frames_refer_to_their_slices(tmp_path: Path) -> None:
    dataset = pydicom.dcmread(written(tmp_path, turned("oblique")))
    liver, lesion = dataset.SegmentSequence
    assert (liver.SegmentLabel, lesion.SegmentLabel) == ("Liver", "Lesion")
    assert liver.SegmentedPropertyTypeCodeSequence[0].CodeValue == "10200004"
    assert lesion.SegmentedPropertyTypeCodeSequence[0].CodeValue == "52988006"
    assert lesion.AnatomicRegionSequence[0].CodeValue == "10200004"
    assert (liver.SegmentAlgorithmType, liver.SegmentAlgorithmName) == ("AUTOMATIC", "haic-nomogram")
    assert dataset.SegmentsOverlap == "NO"
    slices = {one.SOPInstanceUID: one for one in map(pydicom.dcmread, (tmp_path / "ct").iterdir())}
    assert len(dataset.PerFrameFunctionalGroupsSequence) == 8 + 3
    for frame in dataset.PerFrameFunctionalGroupsSequence:
        (source,) = frame.DerivationImageSequence[0].SourceImageSequence
        position = frame.PlanePositionSequence[0].ImagePositionPatient
        reference = slices[source.ReferencedSOPInstanceUID].ImagePositionPatient
        np.testing.assert_allclose([float(n) for n in position], [float(n) for n in reference], atol=1e-4)


def test_patient_and_study_are_those_of_the_ct(tmp_path: Path) -> None:
    dataset = pydicom.dcmread(written(tmp_path))
    source = pydicom.dcmread(next((tmp_path / "ct").iterdir()))
    for name in ("PatientName", "PatientID", "StudyInstanceUID", "FrameOfReferenceUID", "StudyDate"):
        assert dataset[name].value == source[name].value, name
    assert dataset.ReferencedSeriesSequence[0].SeriesInstanceUID == source.SeriesInstanceUID
    assert dataset.SeriesInstanceUID != source.SeriesInstanceUID
    assert len(dataset.ReferencedSeriesSequence[0].ReferencedInstanceSequence) == SHAPE[2]
    assert dataset.PatientBirthDate == ""


@pytest.mark.parametrize(("origin", "kind"), [("edited", "SEMIAUTOMATIC"), ("given", "MANUAL")])
def test_how_it_was_made_is_said(tmp_path: Path, origin: str, kind: str) -> None:
    dataset = pydicom.dcmread(written(tmp_path, origin=MaskOrigin(origin)))
    assert {one.SegmentAlgorithmType for one in dataset.SegmentSequence} == {kind}


def test_a_mask_without_lesions_has_one_segment(tmp_path: Path) -> None:
    series = ct(tmp_path / "ct")
    mask = LiverMask((labels() == 1).astype(np.uint8), series.volume.geometry, MaskOrigin.MODEL)
    write_dicom_seg(mask, tmp_path / "seg.dcm", source_headers(tmp_path / "ct", series.source, "CT series"))
    assert len(pydicom.dcmread(tmp_path / "seg.dcm").SegmentSequence) == 1
    assert read_mask_file(MaskFile(tmp_path / "seg.dcm"), series)[1] == ()


def test_headers_come_from_a_zip_and_from_among_other_series(tmp_path: Path) -> None:
    series = ct(tmp_path / "ct")
    write_series(tmp_path / "ct", phantom(SHAPE), axial(), SeriesInstanceUID="1.2.3.4")
    with zipfile.ZipFile(tmp_path / "ct.zip", "w") as archive:
        for path in (tmp_path / "ct").iterdir():
            archive.write(path, path.name)
    headers = source_headers(tmp_path / "ct.zip", series.source, "CT series")
    assert len(headers) == SHAPE[2]
    assert "1.2.3.4" not in {one.SeriesInstanceUID for one in headers}
    assert all("PixelData" not in one for one in headers)


def test_a_multiframe_ct_has_its_segmentation_too(tmp_path: Path) -> None:
    save(multiframe(phantom(SHAPE), axial()), tmp_path / "enhanced")
    series = read_phase(tmp_path / "enhanced", Phase.PORTAL_VENOUS)
    mask = LiverMask(labels(), series.volume.geometry, MaskOrigin.MODEL)
    write_dicom_seg(mask, tmp_path / "seg.dcm", source_headers(tmp_path / "enhanced", series.source, "CT series"))
    np.testing.assert_array_equal(read_mask_file(MaskFile(tmp_path / "seg.dcm"), series)[0].labels, labels())


@pytest.mark.parametrize("kind", ["gaps", "tilt"])
def test_a_mask_on_a_mended_grid_is_written_and_read_again(tmp_path: Path, kind: str) -> None:
    affine = axial()
    if kind == "tilt":
        affine[:3, 1] = [0, 2.5 * np.cos(0.2), 2.5 * np.sin(0.2)]
    series = ct(tmp_path / "ct", affine, skip=(4, 8) if kind == "gaps" else ())
    grid = series.volume.geometry
    values = np.zeros(grid.shape, np.uint8)
    values[5:20, 5:15, 2:10] = 1
    values[8:12, 8:12, 3:7] = 2
    headers = source_headers(tmp_path / "ct", series.source, "CT series")
    write_dicom_seg(LiverMask(values, grid, MaskOrigin.MODEL), tmp_path / "seg.dcm", headers)
    np.testing.assert_array_equal(read_mask_file(MaskFile(tmp_path / "seg.dcm"), series)[0].labels, values)


def test_what_cannot_be_written_is_told_without_identity(tmp_path: Path) -> None:
    series = ct(tmp_path / "ct")
    mask = LiverMask(labels(), series.volume.geometry, MaskOrigin.MODEL)
    headers = source_headers(tmp_path / "ct", series.source, "CT series")
    with pytest.raises(InputError, match="expected a CT that came as DICOM"):
        write_dicom_seg(mask, tmp_path / "seg.dcm", [])
    with pytest.raises(InputError, match="CT series: expected a CT that came as DICOM"):
        source_headers(tmp_path / "ct", None, "CT series")
    empty = LiverMask(labels() * np.uint8(0), series.volume.geometry, MaskOrigin.MODEL)
    with pytest.raises(InputError, match="got an empty mask"):
        write_dicom_seg(empty, tmp_path / "seg.dcm", headers)
    headers[3].StudyInstanceUID = "1.2.3"
    with pytest.raises(InputError, match="incomplete or contradictory") as caught:
        write_dicom_seg(mask, tmp_path / "seg.dcm", headers)
    assert IDENTITY not in str(caught.value)
    (tmp_path / "other").mkdir()
    with pytest.raises(InputError, match="identifiers of study, series, slice"):
        source_headers(tmp_path / "other", series.source, "CT series")
    nameless = ct(tmp_path / "nameless", FrameOfReferenceUID="")
    with pytest.raises(InputError, match="frame of reference"):
        source_headers(tmp_path / "nameless", nameless.source, "CT series")
    assert not (tmp_path / "seg.dcm").exists()


def test_odd_headers_are_copied_without_a_word(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    odd = {"PatientName": "Müller^Hans=x=y", "StudyID": "S" * 40, "PatientSex": "male", "StudyTime": "noon"}
    series = ct(tmp_path / "ct", **odd, PatientBirthDate="1.2.1950", PatientAge="old", SeriesNumber="7")
    mask = LiverMask(labels(), series.volume.geometry, MaskOrigin.MODEL)
    write_dicom_seg(mask, tmp_path / "seg.dcm", source_headers(tmp_path / "ct", series.source, "CT series"))
    assert pydicom.dcmread(tmp_path / "seg.dcm").SeriesNumber == 701
    assert not recwarn.list
