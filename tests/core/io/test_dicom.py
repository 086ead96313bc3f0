"""DICOM in: order, HU, gaps, duplicates, tilt, foreign files, multiframe, transfer syntaxes."""

from __future__ import annotations

import shutil
import time
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.uid import DeflatedExplicitVRLittleEndian, RLELossless, generate_uid

from core.case import Phase
from core.errors import InputError
from core.io.dicom_headers import read_headers
from core.io.dicom_pixels import decode
from core.io.series import Series, read_pair, read_phase, read_series
from tests.core.io.dicom_factory import (
    IDENTITY,
    axial,
    multiframe,
    phantom,
    save,
    slice_dataset,
    write_series,
)

ROLE = "arterial series"


def only(path: Path) -> Series:
    (series,) = read_series(path, ROLE)
    return series


def codes(series: Series) -> dict[str, str]:
    return {notice.code: notice.text for notice in series.notices if notice.code != "short_coverage"}


def test_slices_are_sorted_by_position_and_rescaled(tmp_path: Path) -> None:
    hu, affine = phantom(), axial()
    write_series(tmp_path, hu, affine)
    series = only(tmp_path)
    np.testing.assert_array_equal(series.volume.hu, hu)
    np.testing.assert_allclose(series.volume.geometry.affine_lps, affine, atol=1e-6)
    assert codes(series) == {}


def test_oblique_series_keeps_its_place_in_the_patient(tmp_path: Path) -> None:
    angle = np.radians(20)
    turn = np.eye(4)
    turn[:3, :3] = [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
    coronal = np.eye(4)
    coronal[:3, :3] = np.diag([2.0, 2.5, 5.0])[:, [0, 2, 1]] * [1, 1, -1]
    hu = phantom()
    for name, affine in (("oblique", turn @ axial()), ("coronal", coronal)):
        write_series(tmp_path / name, hu, affine)
        geometry = only(tmp_path / name).volume.geometry
        first, last = affine @ [0, 0, 0, 1], affine @ [0, 0, 11, 1]
        ends = geometry.affine_lps @ np.array([[0, 0, 0, 1], [0, 0, geometry.shape[2] - 1, 1]]).T
        found = sorted([tuple(np.round(end, 4)) for end in ends.T])
        assert found == sorted([tuple(np.round(first, 4) + 0.0), tuple(np.round(last, 4) + 0.0)])


def test_slices_stored_head_to_feet_are_turned_upwards(tmp_path: Path) -> None:
    affine = axial()
    affine[2, 2] *= -1
    write_series(tmp_path, phantom(), affine)
    volume = only(tmp_path).volume
    np.testing.assert_array_equal(volume.hu, phantom()[:, :, ::-1])
    assert volume.geometry.affine_lps[2, 2] == pytest.approx(5.0)


def test_missing_slices_are_named_and_filled(tmp_path: Path) -> None:
    write_series(tmp_path, phantom(), axial(), skip=(4, 8, 9))
    series = only(tmp_path)
    text = codes(series)["missing_slices"]
    assert "3 slices missing" in text
    assert "between slice 4 and 5, gap 10 mm, expected 5 mm" in text
    assert "between slice 7 and 8, gap 15 mm, expected 5 mm" in text
    np.testing.assert_allclose(series.volume.hu, phantom(), atol=1)  # the phantom is linear along K


def test_uneven_distance_is_named_and_resampled(tmp_path: Path) -> None:
    hu, affine = phantom(), axial()
    write_series(tmp_path, hu[:, :, 1:], affine)
    near = affine.copy()
    near[2, 3] -= 3.0
    save(slice_dataset(hu, near, 0, SOPInstanceUID="1.2.3"), tmp_path / "near")
    series = only(tmp_path)
    assert "between slice 1 and 2, gap 3 mm, expected 5 mm" in codes(series)["uneven_slices"]
    assert series.volume.geometry.spacing_mm[2] == pytest.approx(5.0)


def test_more_missing_than_present_is_refused(tmp_path: Path) -> None:
    far = axial()
    write_series(tmp_path, phantom((32, 24, 8)), far)
    far[2, 3] += 5000.0
    write_series(tmp_path / "far", phantom((32, 24, 8)), far)
    with pytest.raises(InputError, match="expected a whole series, got 16 slices with 9"):
        read_series(tmp_path, ROLE)


def test_duplicates_are_dropped_and_counted(tmp_path: Path) -> None:
    paths = write_series(tmp_path, phantom(), axial())
    shutil.copy(paths[3], tmp_path / "copy-of-one")
    save(slice_dataset(phantom(), axial(), 5, InstanceNumber=99), tmp_path / "second-at-place")
    series = only(tmp_path)
    assert "2 slices lie where another slice lies" in codes(series)["duplicate_slices"]
    np.testing.assert_array_equal(series.volume.hu, phantom())


def test_gantry_tilt_is_named_and_straightened(tmp_path: Path) -> None:
    tilt = np.radians(15)
    affine = axial((2.0, 2.0, 5.0))
    affine[:3, 1] = [0, 2.0 * np.cos(tilt), 2.0 * np.sin(tilt)]
    hu = np.full((32, 40, 16), -1000, dtype=np.int16)
    hu[8:24, 12:28] = 100
    write_series(tmp_path, hu, affine)
    series = only(tmp_path)
    assert "tilted by 15.0 degrees" in codes(series)["gantry_tilt"]
    geometry = series.volume.geometry
    direction = geometry.direction_cosines
    np.testing.assert_allclose(direction.T @ direction, np.eye(3), atol=1e-9)
    bright = np.argwhere(series.volume.hu > -400)
    truth = np.argwhere(hu > 0)
    mean = (geometry.affine_lps @ [*bright.mean(axis=0), 1])[:3]
    np.testing.assert_allclose(mean, (affine @ [*truth.mean(axis=0), 1])[:3], atol=1.0)


def test_foreign_files_are_named_by_kind_never_by_text(tmp_path: Path) -> None:
    write_series(tmp_path, phantom(), axial())
    (tmp_path / f"{IDENTITY}.txt").write_text("a letter about DOE JANE " * 20)
    (tmp_path / "zz-empty").touch()
    save(slice_dataset(phantom(), axial(), 1, Modality="MR"), tmp_path / "zz-mr")
    save(slice_dataset(phantom(), axial(), 1, Modality=IDENTITY[:3]), tmp_path / "zz-odd")
    save(slice_dataset(phantom(), axial(), 1, ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"]), tmp_path / "zz-scout")
    capture = slice_dataset(phantom(), axial(), 1, SOPClassUID="1.2.840.10008.5.1.4.1.1.7")
    save(capture, tmp_path / "zz-capture")
    save(slice_dataset(phantom(), axial(), 1, PatientID="SOMEONE^ELSE"), tmp_path / "zz-patient")
    save(slice_dataset(phantom(), axial(), 1, StudyInstanceUID="1.2.3"), tmp_path / "zz-study")
    text = codes(only(tmp_path))["foreign_files"]
    assert text.startswith(f"{ROLE}: 8 of 20 files left out: ")
    for words in ("an empty file", "an MR image", "a localizer", "a secondary capture", "a text file"):
        assert f"expected CT, got {words}" in text
    assert "DOE" not in text
    assert "JANE" not in text


def test_broken_pixels_leave_a_named_gap(tmp_path: Path) -> None:
    paths = write_series(tmp_path, phantom(), axial())
    paths[6].write_bytes(paths[6].read_bytes()[:-500])
    series = only(tmp_path)
    assert "a DICOM file whose pixels cannot be decoded" in codes(series)["broken_files"]
    assert "1 slices missing" in codes(series)["missing_slices"]


def test_two_phases_in_one_series_come_apart(tmp_path: Path) -> None:
    hu = phantom()
    for number, offset in ((1, 0), (2, 37)):
        write_series(tmp_path / str(number), hu + np.int16(offset), axial(), AcquisitionNumber=number)
    volumes = [series.volume.hu for series in read_series(tmp_path, ROLE)]
    assert len(volumes) == 2
    assert {int(v[16, 12, 3] - hu[16, 12, 3]) for v in volumes} == {0, 37}


def test_two_phases_without_any_tag_come_apart_by_order(tmp_path: Path) -> None:
    hu = phantom()
    for k in range(12):
        save(slice_dataset(hu, axial(), k), tmp_path / f"a{k:02d}")
        save(slice_dataset(hu + np.int16(37), axial(), k, InstanceNumber=100 + k), tmp_path / f"b{k:02d}")
    assert len(read_series(tmp_path, ROLE)) == 2


def test_multiframe(tmp_path: Path) -> None:
    save(multiframe(phantom(), axial()), tmp_path / "enhanced.dcm")
    for path in (tmp_path, tmp_path / "enhanced.dcm"):
        series = only(path)
        np.testing.assert_array_equal(series.volume.hu, phantom())
        np.testing.assert_allclose(series.volume.geometry.affine_lps, axial(), atol=1e-6)


def test_padding_becomes_air_but_only_where_it_can_be_padding(tmp_path: Path) -> None:
    hu = phantom()
    padded = np.where(hu == -1000, np.int16(-1024), hu)
    write_series(tmp_path / "outside", padded, axial(), PixelPaddingValue=0)
    assert int(only(tmp_path / "outside").volume.hu.min()) == -1024
    water = int(hu[16, 12, 3]) + 1024
    write_series(tmp_path / "wrong", hu, axial(), PixelPaddingValue=water)
    np.testing.assert_array_equal(only(tmp_path / "wrong").volume.hu, hu)


def test_fractional_slope(tmp_path: Path) -> None:
    hu = phantom()
    halves = (hu + np.int16(1024)) * 2 - np.int16(1024)
    write_series(tmp_path, halves, axial(), RescaleSlope=0.5, RescaleIntercept=-1024)
    np.testing.assert_array_equal(only(tmp_path).volume.hu, hu)


def test_deflated_and_rle_are_read(tmp_path: Path) -> None:
    for k in range(12):
        dataset = slice_dataset(phantom(), axial(), k)
        if k % 2:
            save(dataset, tmp_path / f"{k}", DeflatedExplicitVRLittleEndian)
        else:
            save(dataset, tmp_path / f"{k}")
            dataset.compress(RLELossless)
            dataset.save_as(tmp_path / f"{k}")
    np.testing.assert_array_equal(only(tmp_path).volume.hu, phantom())


@pytest.mark.parametrize("compressor", ["JPEG", "JPEG2000"])
def test_lossless_jpeg_is_read(tmp_path: Path, compressor: str) -> None:
    import SimpleITK as sitk

    hu, affine = phantom((64, 48, 10)), axial((2.0, 2.0, 5.0))
    writer = sitk.ImageFileWriter()
    writer.SetImageIO("GDCMImageIO")
    writer.KeepOriginalImageUIDOn()
    writer.SetUseCompression(True)
    writer.SetCompressor(compressor)
    for k in range(10):
        image = sitk.GetImageFromArray(np.ascontiguousarray(hu[:, :, k].T[None]))
        image.SetSpacing((2.0, 2.0, 5.0))
        tags = {
            "0008|0060": "CT",
            "0008|0016": "1.2.840.10008.5.1.4.1.1.2",
            "0020|000d": "1.2.3",
            "0020|000e": "1.2.3.4",
        }
        tags |= {"0008|0018": f"1.2.3.4.{k}", "0028|1052": "-1024", "0028|1053": "1", "0020|0013": str(k + 1)}
        tags |= {
            "0020|0032": "\\".join(f"{n:.4f}" for n in (affine @ [0, 0, k, 1])[:3]),
            "0020|0037": "1\\0\\0\\0\\1\\0",
        }
        for tag, value in tags.items():
            image.SetMetaData(tag, value)
        writer.SetFileName(str(tmp_path / f"{k}.dcm"))
        writer.Execute(image)
    syntax = pydicom.dcmread(tmp_path / "3.dcm").file_meta.TransferSyntaxUID
    if not syntax.is_compressed:
        pytest.skip("this build of SimpleITK does not write that syntax")
    np.testing.assert_array_equal(only(tmp_path).volume.hu, hu)


def test_jpeg_ls_is_read(tmp_path: Path) -> None:
    """pydicom ships one slice in several syntaxes; the uncompressed one says what the others must hold."""
    planes = []
    for name in ("MR_small.dcm", "MR_small_jpeg_ls_lossless.dcm", "MR_small_jp2klossless.dcm", "MR_small_RLE.dcm"):
        path = get_testdata_file(name, download=False)
        if path is None:
            pytest.skip("this build of pydicom carries no test files")
        dataset = pydicom.dcmread(path)
        dataset.Modality = "CT"
        dataset.save_as(tmp_path / name)
        slices, rejected = read_headers([(1, tmp_path / name)])
        assert not rejected
        planes.append(decode(slices)[0][1, 0])
    for plane in planes[1:]:
        np.testing.assert_array_equal(plane, planes[0])


def test_zip_and_folder_are_the_same(tmp_path: Path) -> None:
    paths = write_series(tmp_path / "folder", phantom(), axial())
    with zipfile.ZipFile(tmp_path / "series.zip", "w") as archive:
        for path in paths:
            archive.write(path, f"deep/{IDENTITY}/{path.name}")
        archive.writestr("inner.zip", b"PK\x03\x04" + bytes(60))
    zipped = only(tmp_path / "series.zip")
    assert zipped.volume.source_sha256 == only(tmp_path / "folder").volume.source_sha256
    assert "got a zip" in codes(zipped)["foreign_files"]


def test_phase_from_description_is_a_proposal_and_text_is_never_shown(tmp_path: Path) -> None:
    write_series(tmp_path, phantom(), axial(), SeriesDescription=f"Abd Arterial {IDENTITY}")
    series = only(tmp_path)
    assert series.proposal.phase is Phase.ARTERIAL
    shown = " ".join([series.summary, series.proposal.reason, *(n.text for n in series.notices)])
    assert "DOE" not in shown
    assert "Abd" not in shown


def test_pair_by_description_and_by_time(tmp_path: Path) -> None:
    for name, early, late in (("told", "art", "portal venous"), ("timed", "", "")):
        folder = tmp_path / name
        tags = {
            "SeriesInstanceUID": generate_uid(entropy_srcs=[name]),
            "SeriesDescription": late,
            "AcquisitionTime": "101700",
        }
        write_series(folder, phantom() + np.int16(9), axial(), **tags)
        write_series(folder, phantom(), axial(), SeriesDescription=early, AcquisitionTime="101600")
        arterial, portal_venous = read_pair(folder)
        assert arterial.volume.phase is Phase.ARTERIAL
        np.testing.assert_array_equal(arterial.volume.hu, phantom())
        np.testing.assert_array_equal(portal_venous.volume.hu, phantom() + 9)
        assert ("phase_by_time" in codes(arterial)) is (name == "timed")


def test_two_patients_are_refused(tmp_path: Path) -> None:
    write_series(tmp_path, phantom(), axial(), SeriesDescription="arterial")
    other = {"PatientID": "OTHER", "SeriesInstanceUID": "1.2.9", "SeriesDescription": "portal"}
    write_series(tmp_path, phantom(), axial(), **other)
    with pytest.raises(InputError, match="expected one patient, got series of two"):
        read_pair(tmp_path)


def test_too_few_slices_are_refused(tmp_path: Path) -> None:
    write_series(tmp_path, phantom((32, 24, 1)), axial())
    with pytest.raises(InputError, match="at least 8 slices, got 1"):
        read_series(tmp_path, ROLE)


def test_full_size_series_is_read_in_time(tmp_path: Path) -> None:
    hu = np.random.default_rng(1).integers(-1000, 400, (512, 512, 1), dtype=np.int16)
    dataset = slice_dataset(hu, axial((0.8, 0.8, 2.5)), 0)
    for k in range(40):
        dataset.SOPInstanceUID, dataset.InstanceNumber = f"1.2.3.{k}", k + 1
        dataset.ImagePositionPatient = [0.0, 0.0, 2.5 * k]
        save(dataset, tmp_path / f"{k}")
    start = time.process_time()
    slices, _ = read_headers([(n, path) for n, path in enumerate(sorted(tmp_path.iterdir()))])
    decode(slices)
    assert (time.process_time() - start) / 40 * 130 < 3.0


def test_real_damaged_series_names_its_gaps_and_foreign_files(shared_data: Path) -> None:
    path = shared_data / "ct" / "tcga_bc_a10x" / "images_dicom.zip"
    series = read_phase(path, Phase.PORTAL_VENOUS)
    named = codes(series)
    assert "2 slices missing" in named["missing_slices"]
    assert named["missing_slices"].count("gap 16 mm, expected 8 mm") == 2
    assert "gap 6 mm, expected 8 mm" in named["uneven_slices"]
    assert "2 of 36 files left out" in named["foreign_files"]
    assert series.volume.hu.shape == (512, 512, 36)
    assert series.proposal.phase is Phase.PORTAL_VENOUS
    assert "TCGA" not in " ".join(named.values())


def test_deflate_bomb_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.io.dicom_bounds.MOST_INFLATED_BYTES", 2**20)
    write_series(tmp_path, phantom(), axial())
    dataset = slice_dataset(phantom(), axial(), 1)
    save(dataset, tmp_path / "bomb", DeflatedExplicitVRLittleEndian)
    head = (tmp_path / "bomb").read_bytes()[:144]
    length = int.from_bytes(head[140:144], "little")
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    body = packer.compress(bytes(2**22)) + packer.flush()
    (tmp_path / "bomb").write_bytes((tmp_path / "bomb").read_bytes()[: 144 + length] + body)
    assert "inflates beyond all measure" in codes(only(tmp_path))["foreign_files"]


def test_frames_that_do_not_add_up_are_left_out(tmp_path: Path) -> None:
    write_series(tmp_path, phantom(), axial())
    save(slice_dataset(phantom(), axial(), 1, NumberOfFrames=1_000_000), tmp_path / "many")
    assert "a multiframe image without a position for each frame" in codes(only(tmp_path))["foreign_files"]
