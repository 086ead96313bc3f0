"""Behind the door images are what they were, in every form that is read."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.uid import DeflatedExplicitVRLittleEndian, ImplicitVRLittleEndian

from core.io.deid.door import _STUBS, cleaned, write_cleaned
from core.io.deid.key import CaseKey
from core.io.deid.tally import Tally
from core.io.dicom_headers import read_headers
from core.io.dicom_pixels import decode
from core.io.kinds import VOLUME_KINDS, Kind, kind_of_content
from core.io.series import Series, read_series
from tests.core.io.dicom_factory import axial, multiframe, phantom, save, slice_dataset, write_series

ROLE = "CT series"


def behind(paths: Iterable[Path], folder: Path) -> list[Series]:
    """The series in the files as uploads."""
    folder.mkdir()
    sources, _ = write_cleaned([path.read_bytes() for path in paths], folder, CaseKey(), ROLE)
    return [series for source in sources for series in read_series(source, ROLE)]


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.DICOM and kind not in VOLUME_KINDS])
def test_what_is_not_read_leaves_its_kind_only(kind: Kind) -> None:
    assert kind_of_content(_STUBS[kind]) is kind
    assert kind_of_content(cleaned(_STUBS[kind] + b"\0" * 2000, CaseKey(), Tally())) is not Kind.DICOM


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian])
def test_other_encodings(tmp_path: Path, syntax: str) -> None:
    (tmp_path / "in").mkdir()
    for k in range(12):
        dataset = slice_dataset(phantom(), axial(), k)
        dataset.file_meta = pydicom.dataset.FileMetaDataset()
        save(dataset, tmp_path / "in" / f"{k}", syntax)
    (series,) = behind((tmp_path / "in").iterdir(), tmp_path / "out")
    np.testing.assert_array_equal(series.volume.hu, phantom())


def test_multiframe_and_padding(tmp_path: Path) -> None:
    save(multiframe(phantom(), axial()), tmp_path / "enhanced")
    (series,) = behind([tmp_path / "enhanced"], tmp_path / "a")
    np.testing.assert_array_equal(series.volume.hu, phantom())
    np.testing.assert_allclose(series.volume.geometry.affine_lps, axial(), atol=1e-6)
    padded = np.where(phantom() == -1000, np.int16(-1024), phantom())
    paths = write_series(tmp_path / "in", padded, axial(), PixelPaddingValue=0)
    (series,) = behind(paths, tmp_path / "b")
    assert int(series.volume.hu.min()) == -1024


@pytest.mark.parametrize("form", ["bigendian", "implicit", "padded", "expb", "jpeg_ls_lossless", "jp2klossless", "RLE"])
def test_files_of_other_programs(tmp_path: Path, form: str) -> None:
    """pydicom ships one slice in several syntaxes."""
    path = get_testdata_file(f"MR_small_{form}.dcm", download=False)
    if path is None:
        pytest.skip("this build of pydicom carries no test files")
    dataset = pydicom.dcmread(path)
    dataset.Modality = "CT"
    dataset.save_as(tmp_path / "a")
    (tmp_path / "b").write_bytes(cleaned((tmp_path / "a").read_bytes(), CaseKey(), Tally()))
    planes = []
    for name in ("a", "b"):
        slices, rejected = read_headers([(1, tmp_path / name)])
        assert not rejected
        planes.append(decode(slices)[0][1, 0])
    np.testing.assert_array_equal(*planes)
