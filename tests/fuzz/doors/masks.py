"""Liver masks: DICOM segmentations, structure sets, 3D Slicer's segmentations and label maps."""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from random import Random

import numpy as np

from core.case import LiverMask, MaskOrigin
from core.io.deid.door import write_cleaned
from core.io.deid.key import CaseKey
from core.io.mask_files import MaskFile, numbered, read_mask_file
from core.io.masks import ROLE
from core.io.seg_nrrd import write_seg_nrrd
from core.io.series import Series
from tests.core.io import mask_factory
from tests.core.io.dicom_factory import axial
from tests.fuzz.door import NAME, Door, said
from tests.fuzz.doors import volumes
from tests.fuzz.doors.dicom import stored
from tests.fuzz.mutate_dicom import mutated_dicom, nested

_SEGMENT_LINES = (
    "Segment0_LabelValue:=99999999999999999999", "Segment0_LabelValue:=x", "Segment0_Layer:=5", "Segment0_Layer:=-1",
    "Segment0_LabelValue:=" + "9" * 5000, "Segment" + "9" * 5000 + "_Name:=liver", "Segment٣_Name:=liver",
    "Segment0_Layer:=٣",
    "Segment0_Name:=JANE", "Segment0_Extent:=0 0 0", "Segment1_Name:=tumour", "Segment1_Layer:=0",
    "Segment1_LabelValue:=300",
    "Segmentation_MasterRepresentation:=Closed surface", "Segment0_Tags:=TerminologyEntry:~SCT^10200004^",
)  # fmt: skip


@cache
def _series() -> Series:
    with tempfile.TemporaryDirectory() as folder:
        return mask_factory.ct(Path(folder))


def ready() -> None:
    """The CT that masks are laid on."""
    _series()


def read(data: bytes, folder: Path) -> Iterator[str]:
    """As a file, with and without a number, and as an upload."""
    path = folder / NAME
    path.write_bytes(data)
    _, notices = read_mask_file(MaskFile(path), _series())
    yield from (notice.text for notice in notices)
    yield said(lambda: read_mask_file(numbered(path, 2), _series()))
    (folder / "upload").mkdir()
    sources, _ = write_cleaned([data], folder / "upload", CaseKey(), ROLE)
    yield said(lambda: read_mask_file(numbered(sources[0], None), _series()))


def _parts() -> list[tuple[str, np.ndarray]]:
    values = mask_factory.labels()
    return [("Liver of JANE", values > 0), ("tumour", values == 2)]


def seg_seeds() -> list[bytes]:
    """Binary, fractional, with empty frames, and a label map."""
    ready()
    binary = mask_factory.segmentation(axial(), _parts())
    one = mask_factory.segmentation(axial(), _parts()[:1], keep_empty=True)
    fractional = mask_factory.segmentation(axial(), _parts()[:1])
    rows, columns, frames = fractional.Rows, fractional.Columns, fractional.NumberOfFrames
    fractional.SegmentationType, fractional.MaximumFractionalValue = "FRACTIONAL", 255
    fractional.BitsAllocated = fractional.BitsStored = 8
    fractional.HighBit = 7
    fractional.PixelData = bytes(rows * columns * frames // 2) + b"\xff" * (rows * columns * frames // 2 + 1)
    return [stored(binary), stored(one), stored(fractional)]


def seg_hostile() -> list[bytes]:
    """Sizes that are only declared, segments that are not there, nesting."""
    found = []
    for tags in (
        {"Rows": 0}, {"Rows": 65535, "Columns": 65535}, {"NumberOfFrames": 2**31 - 1}, {"BitsAllocated": 0},
        {"BitsAllocated": 16}, {"SegmentSequence": []}, {"PerFrameFunctionalGroupsSequence": []}, {"PixelData": b""},
        {"SegmentationType": "FRACTIONAL", "MaximumFractionalValue": 0}, {"SamplesPerPixel": 3},
        {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.66.7"},
    ):  # fmt: skip
        dataset = mask_factory.segmentation(axial(), _parts())
        for name, value in tags.items():
            setattr(dataset, name, value)
        found.append(stored(dataset))
    plain = seg_seeds()[0]
    return [*found, plain[:-9], plain[:600], plain + nested((0x0040, 0xA730), 5000)]


def rt_seeds() -> list[bytes]:
    """Two regions."""
    ready()
    values = mask_factory.labels()
    regions = [
        ("Liver of JANE", mask_factory.outlines(values > 0, axial())[:4]),
        ("GTV", mask_factory.outlines(values == 2, axial())[:2]),
    ]
    return [
        stored(mask_factory.structure_set(regions)),
        stored(mask_factory.structure_set(regions[:1], code=("SCT", "10200004"))),
    ]


def rt_hostile() -> list[bytes]:
    """Points far away, few, not finite; contours beyond the grid and of no area."""
    far = [np.array([[x, y, 107.0] for x, y in ((-9e5, -9e5), (9e5, -9e5), (9e5, 9e5))])]
    flat = [np.array([[0.0, 0.0, 107.0]] * 3)]
    nan = [np.array([[np.nan, 0.0, 107.0], [1, 1, 107], [2, 0, 107]])]
    many = [np.column_stack([*np.random.default_rng(1).uniform(-30, 30, (2, 4000)), np.full(4000, 107.0)])]
    made = [stored(mask_factory.structure_set([("liver", one)])) for one in (far, flat, nan, many, [])]
    plain = rt_seeds()[0]
    return [
        *made,
        stored(mask_factory.structure_set([])),
        plain[:-9],
        plain[:600],
        plain + nested((0x3006, 0x0039), 5000),
    ]


def nrrd_seeds() -> list[bytes]:
    """As this program writes it, unpacked, and label maps of NIfTI and NRRD."""
    values, geometry = mask_factory.labels(), _series().volume.geometry
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "liver.seg.nrrd")
        write_seg_nrrd(LiverMask(values, geometry, MaskOrigin.GIVEN), path)
        packed = path.read_bytes()
        from core.io.volumes import write_mask

        write_mask(LiverMask(values, geometry, MaskOrigin.GIVEN), Path(folder, "liver.nii"))
        label_map = Path(folder, "liver.nii").read_bytes()
    head, _, body = packed.partition(b"\n\n")
    plain = head.replace(b"encoding: gzip", b"encoding: raw") + b"\n\n" + gzip.decompress(body)
    return [plain, packed, label_map]


def nrrd_hostile() -> list[bytes]:
    """Lines of segments and of the header."""
    made = nrrd_seeds()
    lines = [volumes._with_line(made[0], line, ":=") for line in _SEGMENT_LINES]
    return [*lines, *volumes._lines_hostile(made, volumes._NRRD_LINES, ":")]


def mutate_nrrd(data: bytes, random: Random) -> bytes:
    """As an NRRD, with lines of segments too; a label map as NIfTI."""
    if not data.startswith(b"NRRD"):
        return volumes.mutate_nifti(data, random)
    if random.randint(0, 1):
        data = volumes._with_line(data, random.choice(_SEGMENT_LINES), ":=")
    return volumes._mutate_lines((*volumes._NRRD_LINES, *_SEGMENT_LINES), ":", data, random)


_dicom = partial(Door, enter=read, mutate=mutated_dicom, packages=("pydicom",))
DOORS = {
    "seg": _dicom("seg", seeds=seg_seeds, hostile=seg_hostile),
    "rtstruct": _dicom("rtstruct", seeds=rt_seeds, hostile=rt_hostile),
    "seg-nrrd": Door("seg-nrrd", read, nrrd_seeds, nrrd_hostile, mutate_nrrd, ("nibabel.nifti1",)),
}
