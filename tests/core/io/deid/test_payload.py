from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk

from core.io.deid.door import cleaned
from core.io.deid.key import CaseKey
from core.io.deid.payload import bytes_each, numbers, zlib_payload
from core.io.deid.tally import Tally

SECRET = b"SECRETNAME"
VOXELS = np.arange(-500, 500, dtype="<i2").reshape(10, 10, 10)
HEAD = b"NRRD0004\ntype: short\ndimension: 3\nendian: little\nsizes: 10 10 10\nspacings: 1 1 1\n"


def read(content: bytes, path: Path) -> np.ndarray:
    path.write_bytes(content)
    return np.asarray(sitk.GetArrayFromImage(sitk.ReadImage(str(path))))


def packed() -> bytes:
    with io.BytesIO() as stream:
        with gzip.GzipFile(SECRET.decode(), "wb", fileobj=stream) as target:
            target.write(VOXELS.tobytes() + SECRET)
        return stream.getvalue()


@pytest.mark.parametrize(
    ("fields", "payload"),
    [
        (b"encoding: raw\n", VOXELS.tobytes() + SECRET),
        (b"encoding: raw\nbyte skip: -1\n", SECRET + VOXELS.tobytes()),
        (b"encoding: raw\nbyte skip: 10\n", SECRET + VOXELS.tobytes() + SECRET),
        (b"encoding: raw\nline skip: 1\n", SECRET + b"\n" + VOXELS.tobytes()),
        (b"encoding: gzip\n", packed() + SECRET),
        (b"encoding: ascii\n", " ".join(map(str, VOXELS.ravel())).encode() + b" 48190273 " + SECRET),
    ],
)
def test_an_nrrd_keeps_its_voxels_and_nothing_beside_them(fields: bytes, payload: bytes, tmp_path: Path) -> None:
    found = cleaned(HEAD + fields + b"\n" + payload, CaseKey(), Tally())
    assert SECRET not in found
    assert b"48190273" not in found
    assert np.array_equal(read(found, tmp_path / "a.nrrd"), VOXELS)


@pytest.mark.parametrize("compressed", [False, True])
def test_a_meta_image_keeps_its_voxels_and_nothing_after_them(compressed: bool, tmp_path: Path) -> None:
    sitk.WriteImage(sitk.GetImageFromArray(VOXELS), str(tmp_path / "a.mha"), compressed)
    found = cleaned((tmp_path / "a.mha").read_bytes() + SECRET, CaseKey(), Tally())
    assert SECRET not in found
    assert np.array_equal(read(found, tmp_path / "b.mha"), VOXELS)


def test_what_is_no_payload_is_none() -> None:
    assert zlib_payload(b"no zlib", 10) == b""
    assert zlib.decompress(zlib_payload(zlib.compress(b"abcdef"), 4)) == b"abcd"
    assert numbers(b"1 2 -3.5e2 nan 7", 4) == b"1 2 -3.5e2 nan\n"
    assert numbers(b"1 Doe 3", 3) == b""
    kinds = ("unsigned short int", "uint8_t", "MET_FLOAT", "double", "uchar", "Doe")
    assert [bytes_each(kind) for kind in kinds] == [2, 1, 4, 8, 1, 0]
    assert SECRET not in cleaned(HEAD + b"encoding: hex\n\n" + SECRET, CaseKey(), Tally())


def test_the_spare_bytes_of_a_nifti_2_are_empty(tmp_path: Path) -> None:
    image = nibabel.Nifti2Image(VOXELS, np.eye(4))
    image.header["unused_str"] = SECRET
    image.header["descrip"] = SECRET
    found = cleaned(image.to_bytes() + SECRET, CaseKey(), Tally())
    assert SECRET not in found
    assert np.array_equal(nibabel.Nifti2Image.from_bytes(found).dataobj, VOXELS)
