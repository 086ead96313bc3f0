"""DICOM: a file among the slices of a series, and the same at the door that takes identifiers out."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random

import pydicom
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless

from core.io.deid.door import cleaned
from core.io.deid.folder import clean_folder
from core.io.deid.key import CaseKey
from core.io.deid.tally import Tally
from core.io.series import read_series
from core.io.source_headers import source_headers
from tests.core.io.dicom_factory import axial, multiframe, phantom, save, slice_dataset
from tests.fuzz.door import NAME, Door, said
from tests.fuzz.mutate_dicom import mutated_dicom, nested

ROLE = "portal-venous series"
_FRAMES = b"\x00\x52\x30\x92"
SHAPE = (8, 8, 9)


def read(data: bytes, folder: Path) -> Iterator[str]:
    """The file alone or among eight good slices; a multiframe one always alone."""
    case = _laid(data, folder)
    series = read_series(case, ROLE)
    for one in series:
        yield one.summary
        yield one.proposal.reason
        yield from (notice.text for notice in one.notices)
        source_headers(case, one.source, ROLE)


def clean(data: bytes, folder: Path) -> Iterator[str]:
    """De-identified in memory as an upload, and file by file into another folder."""
    content = cleaned(data, CaseKey(), Tally())
    for name, one in (("upload", content), ("original", data)):
        (folder / name).mkdir()
        (folder / name / NAME).write_bytes(one)
    yield said(lambda: read_series(folder / "upload", ROLE))
    done = clean_folder(folder / "original", folder / "clean")
    yield from (notice.text for notice in done.notices)
    yield from (what for _, what in done.refused)


def _laid(data: bytes, folder: Path) -> Path:
    case = folder / NAME
    case.mkdir(parents=True, exist_ok=True)
    if _FRAMES not in data and zlib.crc32(data) % 3 == 0:  # a third of the time, as eight more files take their time
        for number, content in enumerate(neighbours()):
            (case / f"{NAME}-{number}").write_bytes(content)
    (case / NAME).write_bytes(data)
    return case


@cache
def neighbours() -> tuple[bytes, ...]:
    """Eight slices around the one that is missing."""
    hu, affine = phantom(SHAPE), axial()
    return tuple(stored(slice_dataset(hu, affine, k)) for k in range(SHAPE[2]) if k != 4)


def stored(dataset: Dataset, syntax: str = ExplicitVRLittleEndian) -> bytes:
    """The bytes of a file."""
    stream = io.BytesIO()
    save(dataset, stream, syntax)  # type: ignore[arg-type]
    return stream.getvalue()


def seeds() -> list[bytes]:
    """A slice in every syntax that is written here, with private, nested and overlay elements; two multiframes."""
    hu, affine = phantom(SHAPE), axial()
    plain = slice_dataset(hu, affine, 4, SeriesDescription="portal venous JANE", PixelPaddingValue=0)
    rich = slice_dataset(hu, affine, 4, AcquisitionDateTime="20200102101500.5+0100", BurnedInAnnotation="YES")
    rich.private_block(0x0029, "JANE", create=True).add_new(0x10, "LO", "JANE DOE")
    rich.add_new(0x60003000, "OW", b"\0\1" * 8)
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = "10200004", "SCT", "Liver of JANE"
    rich.AnatomicRegionSequence = [item]
    compressed = slice_dataset(hu, affine, 4)
    compressed.file_meta = pydicom.dataset.FileMetaDataset()
    compressed.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    compressed.compress(RLELossless)
    frames = multiframe(hu, affine)
    many = multiframe(hu, affine)
    many.file_meta = pydicom.dataset.FileMetaDataset()
    many.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    many.compress(RLELossless)
    made = [stored(plain), stored(rich), stored(plain, ImplicitVRLittleEndian), stored(compressed, RLELossless)]
    return [
        *made,
        stored(plain, ExplicitVRBigEndian),
        stored(frames),
        stored(many, RLELossless),
        *_jpegs(),
        _deflated(),
    ]


def _jpegs() -> list[bytes]:
    """By GDCM, as scanners' archives write them."""
    import SimpleITK as sitk

    found = []
    for compressor in ("JPEG", "JPEG2000"):
        image = sitk.GetImageFromArray(phantom(SHAPE)[:, :, 4].T[None].astype("int16"))
        writer = sitk.ImageFileWriter()
        writer.SetImageIO("GDCMImageIO")
        writer.SetUseCompression(True)
        writer.SetCompressor(compressor)
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "slice.dcm")
            image.SetMetaData("0008|0060", "CT")
            writer.SetFileName(str(path))
            writer.Execute(image)
            written = pydicom.dcmread(path)
        like = slice_dataset(phantom(SHAPE), axial(), 4)
        for tag in ("BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "PixelData"):
            like[tag] = written[tag]
        like["PixelData"].is_undefined_length = True
        found.append(stored(like, str(written.file_meta.TransferSyntaxUID)))
    return found


def _deflated() -> bytes:
    from pydicom.uid import DeflatedExplicitVRLittleEndian

    return stored(slice_dataset(phantom(SHAPE), axial(), 4), DeflatedExplicitVRLittleEndian)


def hostile() -> list[bytes]:
    """Nesting, sizes that are only declared, numbers that are none, names in every tag that is grouped by."""
    plain = stored(slice_dataset(phantom(SHAPE), axial(), 4))
    odd = [*_sized(), *_told()]
    deep = [plain + nested((0x0040, 0xA730), depth) for depth in (30, 200, 3000, 20_000)]
    deep.append(plain[:200] + nested((0x0009, 0x1010), 4000))
    cut = [plain[:132], plain[:140], plain[: len(plain) // 2], plain[:-1], b"\0" * 128 + b"DICM", b"DICM" * 40]
    return [*odd, *deep, *cut, _bomb(15), _bomb(37), plain + bytes(2**24), *_lying_frames()]


def _sized() -> list[bytes]:
    sizes = ((0, 8), (65535, 65535), (4096, 4096), (1, 65535), (8, 4096))
    made = [slice_dataset(phantom(SHAPE), axial(), 4, Rows=rows, Columns=columns) for rows, columns in sizes]
    made += [slice_dataset(phantom(SHAPE), axial(), 4, BitsAllocated=bits) for bits in (0, 1, 8, 12, 32, 64, 65535)]
    made += [slice_dataset(phantom(SHAPE), axial(), 4, SamplesPerPixel=n) for n in (0, 3, 65535)]
    made += [slice_dataset(phantom(SHAPE), axial(), 4, NumberOfFrames=n) for n in (0, 2, 2**31 - 1, -1)]
    return [stored(one) for one in made]


def _told() -> list[bytes]:
    """Geometry and scale beyond reason."""
    found = []
    for name, value in (
        ("PixelSpacing", [0, 0]), ("PixelSpacing", [-1, 2]), ("PixelSpacing", [1e-30, 1e30]), ("PixelSpacing", [2.5]),
        ("ImagePositionPatient", [0, 0, 0]), ("ImagePositionPatient", [1e30, 1e30, 1e30]),
        ("ImagePositionPatient", [1, 2]),
        ("ImageOrientationPatient", [1, 0, 0, 1, 0, 0]), ("ImageOrientationPatient", [0] * 6),
        ("RescaleSlope", 0), ("RescaleSlope", 1e30), ("RescaleIntercept", -1e30), ("InstanceNumber", 2**31 - 1),
    ):  # fmt: skip
        found.append(stored(slice_dataset(phantom(SHAPE), axial(), 4, **{name: value})))
    frame = multiframe(phantom(SHAPE), axial())
    frame.PerFrameFunctionalGroupsSequence[3].PlanePositionSequence = []
    found.append(stored(frame))
    good = stored(slice_dataset(phantom(SHAPE), axial(), 4, InstanceNumber=7))
    for text in (b"nan ", b"inf ", b"1e999 ", b"9" * 6000, b"-0", b"1_0 "):
        for tag in ((0x0028, 0x0030), (0x0020, 0x0032), (0x0028, 0x1053), (0x0020, 0x0013), (0x0028, 0x1052)):
            found.append(_with_text(good, tag, text + b" " * (len(text) % 2)))
    return found


def _with_text(data: bytes, tag: tuple[int, int], text: bytes) -> bytes:
    from tests.fuzz.mutate_dicom import parsed, written

    preamble, elements = parsed(data)
    for one in elements:
        if one.tag == tag:
            one.value = b"\\".join([text] * max(one.value.count(b"\\") + 1, 1))[:65000]
    return written(preamble, elements)


def _bomb(pieces: int) -> bytes:
    """A deflated file of so many times 16 MiB."""
    plain = _deflated()
    meta = 132 + 12 + struct.unpack_from("<I", plain, 140)[0]
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    piece = packer.compress(bytes(2**24))
    return plain[:meta] + piece + b"".join(packer.compress(bytes(2**24)) for _ in range(pieces - 1)) + packer.flush()


def _lying_frames() -> list[bytes]:
    """RLE pixels of a few bytes that declare planes of 4096 x 4096."""
    frames = multiframe(phantom(SHAPE), axial())
    frames.Rows = frames.Columns = 4096
    from pydicom.encaps import encapsulate

    frames.PixelData = encapsulate([struct.pack("<16I", 2, 64, 66, *[0] * 13) + b"\x81\0\x81\0"] * SHAPE[2])
    frames["PixelData"].is_undefined_length = True
    return [stored(frames, RLELossless)]


def mutate(data: bytes, random: Random) -> bytes:
    """Element by element."""
    return mutated_dicom(data, random)


DOORS = {
    "dicom": Door("dicom", read, seeds, hostile, mutate, ("pydicom",)),
    "deid": Door("deid", clean, seeds, hostile, mutate, ("pydicom",)),
}
