"""NIfTI, NRRD and MetaImage: read as they are, and once more after their texts were taken out."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random

import nibabel
import numpy as np

from core.io.deid.door import write_cleaned
from core.io.deid.key import CaseKey
from core.io.series import read_series
from tests.core.io.dicom_factory import axial, phantom
from tests.fuzz.door import NAME, Door
from tests.fuzz.mutate import INTERESTING, NUMBERS, TEXTS, mutated_bytes

ROLE = "portal-venous series"
SHAPE = (8, 9, 10)
_FLOATS = (0.0, -1.0, float("nan"), float("inf"), -float("inf"), 1e30, 1e-30, 3e38, 0.5)
# offset and format of the fields of a NIfTI-1 header (nifti1.h)
_FIELDS = (
    *((0, "i"), (39, "b"), (70, "h"), (72, "h"), (108, "f"), (112, "f"), (116, "f"), (123, "b"), (252, "h"),
    (254, "h")),
    *((40 + 2 * n, "h") for n in range(8)), *((76 + 4 * n, "f") for n in range(8)),
    *((256 + 4 * n, "f") for n in range(6)), *((280 + 4 * n, "f") for n in range(12)), (344, "i"),
)  # fmt: skip


def read(data: bytes, folder: Path) -> Iterator[str]:
    """As a file, then as an upload."""
    path = folder / NAME
    path.write_bytes(data)
    refused = None
    try:
        yield from _read(path)
    except Exception as error:
        refused = error
    (folder / "upload").mkdir()
    sources, _ = write_cleaned([data], folder / "upload", CaseKey(), ROLE)
    for source in sources:
        yield from _read(source)
    if refused is not None:
        raise refused


def _read(path: Path) -> Iterator[str]:
    for one in read_series(path, ROLE):
        yield one.summary
        yield one.proposal.reason
        yield from (notice.text for notice in one.notices)


def nifti_seeds() -> list[bytes]:
    """NIfTI-1 and 2, packed and not, little and big endian, with a scale, an extension and units."""
    hu, ras = phantom(SHAPE), np.diag([-1.0, -1, 1, 1]) @ axial()
    plain = nibabel.Nifti1Image(hu, ras)
    scaled = nibabel.Nifti1Image(hu.astype(np.float32), ras)
    scaled.header["scl_slope"], scaled.header["descrip"] = 2.0, b"JANE DOE"
    scaled.header.extensions.append(nibabel.nifti1.Nifti1Extension(6, b"JANE DOE"))
    second = nibabel.Nifti2Image(hu.astype(np.int32), ras)
    big = nibabel.Nifti1Image(hu, ras, header=nibabel.nifti1.Nifti1Header(endianness=">"))
    made = [one.to_bytes() for one in (plain, scaled, second, big)]
    return [*made, gzip.compress(made[0], mtime=0)]


def nifti_hostile() -> list[bytes]:
    """Sizes, offsets, scales and matrices beyond reason; a bomb."""
    plain = nifti_seeds()[0]
    found = []
    for offset, kind in _FIELDS:
        for value in _FLOATS if kind == "f" else (0, -1, 1, 127 if kind == "b" else 32767):
            found.append(_field(plain, offset, kind, value))
    wide = bytearray(plain)
    struct.pack_into("<8h", wide, 40, 3, 4096, 4096, 32, 1, 1, 1, 1)
    body = bytes(wide[:352])
    return [*found, plain[:100], plain[:348], plain[:-1], bytes(wide), gzip.compress(body + bytes(2**28), mtime=0)]


def _field(data: bytes, offset: int, kind: str, value: float) -> bytes:
    changed = bytearray(data)
    struct.pack_into(f"<{kind}", changed, offset, value)
    return bytes(changed)


def mutate_nifti(data: bytes, random: Random) -> bytes:
    """Fields of the header, or bytes; within gzip as well as of it."""
    if data[:2] == b"\x1f\x8b" and random.randint(0, 3):
        try:
            return gzip.compress(mutate_nifti(gzip.decompress(data), random), mtime=0)
        except (OSError, EOFError, ValueError, gzip.zlib.error):  # type: ignore[attr-defined]
            return mutated_bytes(data, random)
    if len(data) < 348 or random.randint(0, 3) == 0:
        return mutated_bytes(data, random)
    for _ in range(random.randint(1, 4)):
        offset, kind = random.choice(_FIELDS)
        if kind == "f":
            data = _field(data, offset, kind, random.choice(_FLOATS))
        else:
            width = {"b": 1, "h": 2, "i": 4}[kind]
            number = random.choice((*INTERESTING, 8, 16, 64, 512, 1024)) & ((1 << 8 * width) - 1)
            data = data[:offset] + number.to_bytes(width, "little") + data[offset + width :]
    return data


_NRRD_LINES = (
    "dimension: 4", "dimension: 17", "dimension: -1", "sizes: 8 9", "sizes: 8 9 10 11", "sizes: 65536 65536 65536",
    "sizes: 0 0 0", "sizes: -8 9 10", "sizes: 99999999999999999999 9 10", "type: block", "type: double", "type: uchar",
    "block size: 1000000000", "encoding: gzip", "encoding: bzip2", "encoding: ascii", "encoding: hex", "encoding: zrl",
    "space dimension: 9", "space: right-anterior-superior", "space: JANE", "spacings: nan nan nan", "spacings: 1 1 1",
    "space directions: none none none", "space directions: (0,0,0) (0,0,0) (0,0,0)", "space origin: (nan,nan,nan)",
    "space directions: (1e300,0,0) (0,1e300,0) (0,0,1e300)", "space directions: (1,0,0) (1,0,0) (1,0,0)",
    "kinds: vector domain domain", "kinds: list domain domain domain", "endian: big", "line skip: 1000000000",
    "byte skip: -1", "byte skip: 99999999999", "byte skip: -99", "data file: LIST", "data file: ../../JANE",
    "data file: /dev/zero", "datafile: JANE_DOE", "data file: %04d.raw 1 9 1",
    "measurement frame: (nan,0,0) (0,1,0) (0,0,1)",
    "centers: cell cell cell", "thicknesses: -1 0 nan", "old min: nan", "number: 5", "content: " + "J" * 5000,
)  # fmt: skip
_META_LINES = (
    "NDims = 4", "NDims = 99", "NDims = -1", "NDims = 0", "DimSize = 65536 65536 65536", "DimSize = 0 0 0",
    "DimSize = 8 9", "DimSize = -8 -9 -10", "ElementSpacing = 0 0 0", "ElementSpacing = nan nan nan",
    "ElementType = MET_NONE",
    "ElementSpacing = 1e300 1 1", "TransformMatrix = 0 0 0 0 0 0 0 0 0",
    "TransformMatrix = nan nan nan nan nan nan nan nan nan",
    "TransformMatrix = 1 0 0 1 0 0 1 0 0", "Offset = inf inf inf", "CompressedData = True",
    "CompressedDataSize = 99999999999",
    "CompressedDataSize = 1", "ElementType = MET_DOUBLE", "ElementType = MET_STRING", "ElementType = JANE",
    "HeaderSize = -1",
    "HeaderSize = 999999999", "HeaderSize = -5", "ElementNumberOfChannels = 3", "ElementNumberOfChannels = 1000000000",
    "BinaryDataByteOrderMSB = True", "ElementDataFile = LIST", "ElementDataFile = ../JANE",
    "ElementDataFile = /dev/zero",
    "ElementDataFile = JANE_DOE", "ElementDataFile = %d.raw 1 9 1", "BinaryData = False", "Comment = " + "J" * 5000,
    "AnatomicalOrientation = ???", "ObjectType = Tube", "ObjectSubType = JANE", "Modality = MET_MOD_JANE",
)  # fmt: skip


def nrrd_seeds() -> list[bytes]:
    """Raw and packed, short and double, with a comment and a value."""
    hu = phantom(SHAPE)
    body = np.ascontiguousarray(hu.T)
    head = (
        "NRRD0004\n# JANE DOE\ntype: {}\ndimension: 3\nspace: left-posterior-superior\nsizes: 8 9 10\n"
        "space directions: (2,0,0) (0,2.5,0) (0,0,5)\nkinds: domain domain domain\nendian: little\nencoding: {}\n"
        "space origin: (-31.25,-28.5,102)\nPatient:=JANE DOE\n\n"
    )
    packed = gzip.compress(body.astype("<i2").tobytes(), mtime=0)
    return [
        head.format("short", "raw").encode() + body.astype("<i2").tobytes(),
        head.format("short", "gzip").encode() + packed,
        head.format("double", "raw").encode() + body.astype("<f8").tobytes(),
        head.format("short", "ascii").encode() + " ".join(map(str, body.ravel())).encode(),
    ]


def meta_seeds() -> list[bytes]:
    """Raw and packed."""
    import zlib

    body = np.ascontiguousarray(phantom(SHAPE).T).astype("<i2").tobytes()
    head = (
        "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\nCompressedData = {}\n{}"
        "TransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = -31.25 -28.5 102\nCenterOfRotation = 0 0 0\n"
        "AnatomicalOrientation = RAI\nElementSpacing = 2 2.5 5\nDimSize = 8 9 10\nComment = JANE DOE\n"
        "ElementType = MET_SHORT\nElementDataFile = LOCAL\n"
    )
    packed = zlib.compress(body)
    return [
        head.format("False", "").encode() + body,
        head.format("True", f"CompressedDataSize = {len(packed)}\n").encode() + packed,
    ]


def _lines_hostile(seeds: list[bytes], lines: tuple[str, ...], mark: str) -> list[bytes]:
    return [_with_line(seeds[0], line, mark) for line in lines] + [seeds[0][:200], seeds[0][:-1], seeds[1][:-9]]


def _with_line(data: bytes, line: str, mark: str) -> bytes:
    """In place of the field's own line, or before the last."""
    name = line.split(mark)[0].strip().encode()
    lines = data.split(b"\n")
    at = next((n for n, one in enumerate(lines) if one.split(mark.encode())[0].strip() == name), None)
    if at is None:
        lines.insert(2, line.encode())
    else:
        lines[at] = line.encode()
    return b"\n".join(lines)


def _mutate_lines(lines: tuple[str, ...], mark: str, data: bytes, random: Random) -> bytes:
    """Lines of the header replaced, doubled, dropped, their values exchanged; or bytes."""
    for _ in range(random.randint(1, 4)):
        match random.randint(0, 5):
            case 0:
                data = mutated_bytes(data, random)
            case 1 | 2:
                data = _with_line(data, random.choice(lines), mark)
            case _:
                data = _other_line(data, mark, random)
    return data


def _other_line(data: bytes, mark: str, random: Random) -> bytes:
    parts = data.split(b"\n")
    at = random.randint(0, min(len(parts), 16) - 1)
    key, sign, value = parts[at].partition(mark.encode())
    words = value.split(b" ")
    match random.randint(0, 3):
        case 0:
            del parts[at]
        case 1:
            parts.insert(at, parts[at])
        case _:
            words[random.randint(0, len(words) - 1)] = random.choice((*NUMBERS, *TEXTS[:-1])).encode(
                "utf-8", "surrogatepass"
            )
            parts[at] = key + sign + b" ".join(words)
    return b"\n".join(parts)


def _door(name: str, seeds: object, lines: tuple[str, ...], mark: str) -> Door:
    made = seeds()  # type: ignore[operator]
    return Door(
        name, read, lambda: made, lambda: _lines_hostile(made, lines, mark), partial(_mutate_lines, lines, mark)
    )


DOORS = {
    "nifti": Door("nifti", read, nifti_seeds, nifti_hostile, mutate_nifti, ("nibabel.nifti1", "nibabel.wrapstruct")),
    "nrrd": _door("nrrd", nrrd_seeds, _NRRD_LINES, ":"),
    "metaimage": _door("metaimage", meta_seeds, _META_LINES, "="),
}
