"""The one door for masks: label maps with a chosen value, formats by name, what is written is read again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.case import LiverMask, MaskOrigin, Phase
from core.errors import InputError
from core.io.mask_files import MaskFile, MaskFormat, mask_format, numbered, read_mask_file, write_mask_file
from core.io.nifti import write_nifti
from core.io.series import Series, read_phase
from core.io.source_headers import source_headers
from core.io.volumes import write_volume
from tests.core.io.dicom_factory import axial
from tests.core.io.mask_factory import STACKS, ct, labels, segmentation, stored, turned


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> Series:
    return ct(tmp_path_factory.mktemp("ct"))


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz", "a.seg.nrrd", "a.dcm"])
def test_every_format_gives_the_same_mask_back_on_any_stack(tmp_path: Path, stack: str, name: str) -> None:
    series = ct(tmp_path / "ct", turned(stack))
    written = LiverMask(labels(), series.volume.geometry, MaskOrigin.EDITED)
    headers = source_headers(tmp_path / "ct", series.source, "CT series")
    write_mask_file(written, tmp_path / name, headers)
    mask, _ = read_mask_file(MaskFile(tmp_path / name), series)
    np.testing.assert_array_equal(mask.labels, labels())
    assert mask.geometry.same_grid(series.volume.geometry)


def test_masks_of_dicom_fit_the_same_ct_in_another_format(series: Series, tmp_path: Path) -> None:
    write_volume(series.volume, tmp_path / "ct.nii.gz")
    other = read_phase(tmp_path / "ct.nii.gz", Phase.PORTAL_VENOUS)
    assert other.source is None
    from tests.core.io.mask_factory import axial, segmentation, stored

    path = stored(segmentation(axial(), [("Liver", labels() == 1), ("HCC", labels() == 2)]), tmp_path / "seg")
    np.testing.assert_array_equal(read_mask_file(MaskFile(path), other)[0].labels, labels())


def test_the_name_asks_for_the_format() -> None:
    expected = {"m.nii": "nifti", "m.nii.gz": "nifti", "m.seg.nrrd": "seg.nrrd", "m.dcm": "dicom-seg"}
    assert {name: mask_format(Path(name)) for name in expected} == expected
    assert mask_format(Path("m.nrrd")) is mask_format(Path("m.png")) is None
    assert all(mask_format(Path(f"liver{kind.ending}")) is kind for kind in MaskFormat)


def test_other_names_are_refused(series: Series, tmp_path: Path) -> None:
    mask = LiverMask(labels(), series.volume.geometry, MaskOrigin.MODEL)
    with pytest.raises(InputError, match=r"a name that ends in \.nii, \.nii\.gz, \.seg\.nrrd, \.dcm"):
        write_mask_file(mask, tmp_path / "m.mha")


def organs() -> np.ndarray:
    """A map of ten organs, the liver 5, label 2 a kidney."""
    values = (np.arange(labels().size).reshape(labels().shape) % 11).astype(np.uint8)
    values[values == 5] = 6
    values[labels() > 0] = 5
    return values


def test_a_value_chooses_one_organ_of_many(series: Series, tmp_path: Path) -> None:
    write_nifti(organs(), series.volume.geometry, tmp_path / "m.nii")
    with pytest.raises(InputError, match="a map of several organs; choose the liver's with --mask-value"):
        read_mask_file(MaskFile(tmp_path / "m.nii"), series)
    mask, notices = read_mask_file(MaskFile(tmp_path / "m.nii", value=5), series)
    np.testing.assert_array_equal(mask.labels, labels() > 0)
    assert notices == ()
    with pytest.raises(InputError, match="expected label 77, got 10 other labels from 1 to 10"):
        read_mask_file(MaskFile(tmp_path / "m.nii", value=77), series)
    with pytest.raises(InputError, match="--mask-value for a label map, got --mask-segment"):
        read_mask_file(MaskFile(tmp_path / "m.nii", segment=1), series)


def test_a_number_is_a_value_or_a_segment_as_the_file_has_them(series: Series, tmp_path: Path) -> None:
    write_nifti(organs(), series.volume.geometry, tmp_path / "m.nii")
    assert numbered(tmp_path / "m.nii", 5) == MaskFile(tmp_path / "m.nii", value=5)
    path = stored(segmentation(axial(), [("a", labels() == 2), ("b", labels() > 0)]), tmp_path / "s.dcm")
    assert numbered(path, 2) == MaskFile(path, segment=2)
    write_mask_file(LiverMask(labels(), series.volume.geometry, MaskOrigin.GIVEN), tmp_path / "l.seg.nrrd")
    assert numbered(tmp_path / "l.seg.nrrd", 1) == MaskFile(tmp_path / "l.seg.nrrd", segment=1)
    assert numbered(path, None) == MaskFile(path)


def test_value_1_keeps_the_lesions_of_a_liver_map_only(series: Series, tmp_path: Path) -> None:
    write_nifti(labels(), series.volume.geometry, tmp_path / "m.nii")
    np.testing.assert_array_equal(read_mask_file(MaskFile(tmp_path / "m.nii", value=1), series)[0].labels, labels())
    mask, _ = read_mask_file(MaskFile(tmp_path / "m.nii", value=2), series)
    np.testing.assert_array_equal(mask.labels, labels() == 2)
    write_nifti(organs(), series.volume.geometry, tmp_path / "o.nii")
    mask, _ = read_mask_file(MaskFile(tmp_path / "o.nii", value=1), series)
    np.testing.assert_array_equal(mask.labels, organs() == 1)
