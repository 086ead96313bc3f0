"""Headers of NRRD and MetaImage: those of ITK and 3D Slicer pass, malformed ones end in a sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from core.io.itk_heads import check_head
from core.io.kinds import Kind
from tests.fuzz.door import said

NRRD = (
    "NRRD0004\n# by Jane Doe\ntype: short\ndimension: 3\nspace: left-posterior-superior\nsizes: 8 9 10\n"
    "space directions: (2,0,0) (0,2.5,0) (0,0,5)\nkinds: domain domain domain\nendian: little\nencoding: raw\n"
    "space origin: (-31.25,-28.5,1e2)\nPatient:=Jane Doe\n\n"
)
META = (
    "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\nCompressedData = False\n"
    "TransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = -31.25 -28.5 1e2\nCenterOfRotation = 0 0 0\n"
    "AnatomicalOrientation = RAI\nElementSpacing = 2 2.5 5\nDimSize = 8 9 10\nComment = Jane Doe\n"
    "ElementType = MET_SHORT\nElementDataFile = LOCAL\n"
)
BODY = 2 * 8 * 9 * 10


def judged(text: str, kind: Kind, body: int = BODY) -> str:
    """The sentence, "" if the header passes."""
    head = text.encode("utf-8", "surrogatepass")
    text = said(lambda: check_head(head, kind, len(head) + body, "arterial series"))
    assert "Jane" not in text
    assert "\n" not in text
    return text


@pytest.mark.parametrize("name", ["a.nrrd", "a.mha", "a.mhd", "a.nhdr"])
@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("dtype", [np.int16, np.uint8, np.float32, np.float64, np.int32, np.uint16, np.int64])
def test_what_itk_writes_passes(tmp_path: Path, name: str, packed: bool, dtype: type) -> None:
    image = sitk.GetImageFromArray(np.zeros((12, 10, 9), dtype))
    image.SetSpacing((0.7, 0.7, 5.0))
    image.SetOrigin((-1e-5, 3.25, 1e5))
    sitk.WriteImage(image, str(tmp_path / name), useCompression=packed)
    kind = Kind.NRRD if name.endswith(("nrrd", "nhdr")) else Kind.META_IMAGE
    check_head((tmp_path / name).read_bytes(), kind, (tmp_path / name).stat().st_size, "arterial series")


def test_plain_headers_pass() -> None:
    assert judged(NRRD, Kind.NRRD) == ""
    assert judged(META, Kind.META_IMAGE) == ""
    assert judged(NRRD.replace("dimension: 3", "dimension: 3\nthicknesses: nan nan 5"), Kind.NRRD) == ""


@pytest.mark.parametrize(
    ("line", "other"),
    [
        ("dimension: 3", "dimension: 17"),
        ("dimension: 3", "dimension: 3\ndimension: 3"),
        ("sizes: 8 9 10", "sizes: 8 9"),
        ("sizes: 8 9 10", "sizes: 0 9 10"),
        ("sizes: 8 9 10", "sizes: 999999999 999999999 999999999"),
        ("sizes: 8 9 10", "sizes: ٨ 9 10"),
        ("type: short", "type: block"),
        ("encoding: raw", "encoding: ascii"),
        ("encoding: raw", "encoding: raw\nbyte skip: -99"),
        ("endian: little", "endian: " + "b" * 240),
        ("endian: little", "Jane: Doe"),
        ("endian: little", "x" * 300),
        ("(2,0,0) (0,2.5,0)", "(2,0,0) none"),
        ("(2,0,0) (0,2.5,0)", "(2,0,nan) (0,2.5,0)"),
        ("(2,0,0) (0,2.5,0)", "(2,0) (0,2.5,0)"),
        ("(-31.25,-28.5,1e2)", "(inf,0,0)"),
        ("kinds: domain domain domain", "kinds: Jane Jane Jane"),
        ("Patient:=Jane Doe", "Patient:=" + "x" * 2**16),
    ],
)
def test_malformed_nrrd_is_refused(line: str, other: str) -> None:
    assert line in NRRD
    assert judged(NRRD.replace(line, other), Kind.NRRD).startswith("arterial series: expected ")


@pytest.mark.parametrize(
    ("line", "other"),
    [
        ("NDims = 3", "NDims = 99"),
        ("NDims = 3", "NDims = 3\nNDims = 3"),
        ("DimSize = 8 9 10", "DimSize = 8 9"),
        ("DimSize = 8 9 10", "DimSize = -8 9 10"),
        ("ElementSpacing = 2 2.5 5", "ElementSpacing = nan 2.5 5"),
        ("ElementSpacing = 2 2.5 5", "ElementSpacing = 2 2.5 5 5"),
        ("TransformMatrix = 1 0 0 0 1 0 0 0 1", "TransformMatrix = 1 0 0"),
        ("ElementType = MET_SHORT", "ElementType = MET_STRING"),
        ("BinaryData = True", "BinaryData = False"),
        ("CompressedData = False", "CompressedData = True\nCompressedDataSize = -1"),
        ("Comment = Jane Doe", "Comment = " + "x" * 300),
        ("Comment = Jane Doe", "HeaderSize = 999999999"),
        ("Comment = Jane Doe", "ElementNumberOfChannels = 1000000000"),
        ("ObjectType = Image", "ObjectType = Tube"),
        ("ElementDataFile = LOCAL\n", ""),
    ],
)
def test_malformed_metaimage_is_refused(line: str, other: str) -> None:
    assert line in META
    assert judged(META.replace(line, other), Kind.META_IMAGE).startswith("arterial series: expected ")


@pytest.mark.parametrize(("text", "kind"), [(NRRD, Kind.NRRD), (META, Kind.META_IMAGE)])
def test_voxels_that_cannot_be_in_the_file_are_refused(text: str, kind: Kind) -> None:
    assert f"got a truncated or damaged one ({BODY - 1} of {BODY} bytes)" in judged(text, kind, BODY - 1)
