"""NIfTI, NRRD and MHA without the texts of their headers: what they need to be read stays, nothing else."""

from __future__ import annotations

import gzip
import io
import math
import re
import zlib
from collections.abc import Iterator, Mapping
from typing import IO, Any

import numpy as np

from core.io.deid.nifti_head import cleaned_head
from core.io.deid.payload import bytes_each, nrrd_payload, numbers, zlib_payload
from core.io.deid.tally import HEADER_TEXTS, Tally
from core.io.kinds import Kind
from core.io.mask_segments import LESION_CODES, LIVER_CODES, neutral_name
from core.io.raw import MAX_VOXELS

_MOST_BYTES = MAX_VOXELS * 8
_HEADER_BYTES = 2**22
_PIECE = 2**22
_MOST_SKIPPED = 2**26
_NO_EXTENSIONS = 4  # bytes of zeros after a header that say so
_NRRD_FIELDS = frozenset(
    [
        *("type", "dimension", "space", "space dimension", "sizes", "space directions", "kinds", "endian", "encoding"),
        *("space origin", "spacings", "thicknesses", "line skip", "lineskip", "byte skip", "byteskip", "data file"),
        *("datafile", "axis mins", "axismins", "axis maxs", "axismaxs", "centers", "centerings", "measurement frame"),
        *("block size", "blocksize"),
    ]
)
_WORDS = frozenset(
    [
        *("short", "int", "unsigned", "signed", "char", "float", "double", "long", "ushort", "uint", "uchar", "int8"),
        *("int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "int8_t", "int16_t", "int32_t", "int64_t"),
        *("uint8_t", "uint16_t", "uint32_t", "uint64_t", "left", "right", "anterior", "posterior", "superior", "time"),
        *("inferior", "lps", "ras", "las", "scanner", "xyz", "domain", "list", "space", "cell", "node", "none", "nan"),
        *("vector", "color", "little", "big", "raw", "gzip", "gz", "bzip2", "text", "txt", "ascii", "hex", "local"),
        *("true", "false", "image", "met_char", "met_uchar", "met_short", "met_ushort", "met_int", "met_uint", "lpi"),
        *("met_long", "met_ulong", "met_float", "met_double", "rai", "lps", "ras", "lpi", "rpi", "lai", "e"),
    ]
)
"""Every word that such a header needs; names of files are not among them."""
_WORD = re.compile(r"[^\W\d]\w*")
_SIGNS = re.compile(r"[-+.,()\w\s]*", re.ASCII)
_SEGMENT = re.compile(r"Segment\d+_(?:LabelValue|Layer)|Segmentation_ReferenceImageExtentOffset")
_SEGMENT_NAME = re.compile(r"Segment\d+_(?:Name|ID)")
_SEGMENT_TAGS = re.compile(r"Segment\d+_Tags")
_REPRESENTATIONS = ("Segmentation_MasterRepresentation", "Segmentation_SourceRepresentation")
_CODE = re.compile(r"~(\w+)\^([\w-]+)\^")
_SKIP = re.compile(r"(?:line|byte) ?skip\s*:", re.IGNORECASE)
_PACKED_SIZE = re.compile(r"compresseddatasize\s*=", re.IGNORECASE)
_META_FIELDS = frozenset(
    [
        *("objecttype", "ndims", "binarydata", "binarydatabyteordermsb", "elementbyteordermsb", "compresseddata"),
        *("compresseddatasize", "transformmatrix", "rotation", "orientation", "offset", "position", "origin"),
        *("centerofrotation", "anatomicalorientation", "elementspacing", "elementsize", "dimsize", "headersize"),
        *("elementtype", "elementnumberofchannels", "elementdatafile"),
    ]
)


def cleaned_image(content: bytes, kind: Kind, tally: Tally) -> bytes:
    """The file with the same voxels and an empty head; gzip is undone, as its head has a name of the file, too."""
    found = Tally(files=1)
    make = {Kind.NIFTI: _nifti, Kind.NRRD: _nrrd, Kind.META_IMAGE: _meta_image}[kind]
    cleaned = make(content, found)
    tally.add(found)
    return cleaned


def _nifti(content: bytes, tally: Tally) -> bytes:
    """A header made anew, no extensions, and as many voxels as it declares."""
    import nibabel

    packed = content[:2] == b"\x1f\x8b"
    stream: IO[bytes] = gzip.GzipFile(fileobj=io.BytesIO(content)) if packed else io.BytesIO(content)  # type: ignore[assignment]
    start = stream.read(4)
    second = 540 in (int.from_bytes(start, "little"), int.from_bytes(start, "big"))
    kind: Any = nibabel.nifti2.Nifti2Header if second else nibabel.nifti1.Nifti1Header
    block = start + stream.read((540 if second else 348) - 4)
    try:
        header = kind(block, check=False)
    except Exception:  # nibabel raises many kinds for damaged headers: the reader says so of the first bytes
        return block[:4] + b"\0" * 340 + block[344:348]
    new, left_out = cleaned_head(header)
    tally.removed[HEADER_TEXTS] += left_out
    skipped = float(header["vox_offset"]) - len(block)
    is_there = 0 <= skipped <= _MOST_SKIPPED
    new["vox_offset"] = len(block) + _NO_EXTENSIONS if is_there else 0
    gap = _skip(stream, int(skipped) if is_there else 0)
    tally.removed[HEADER_TEXTS] += gap > _NO_EXTENSIONS
    return b"".join([new.binaryblock, b"\0" * _NO_EXTENSIONS, *_voxels(stream, _declared(new))])


def _declared(header: Any) -> int:
    """Bytes of the voxels, 0 where that cannot be known."""
    try:
        size = int(np.prod([float(n) for n in header.get_data_shape()])) * int(header.get_data_dtype().itemsize)
        return max(0, min(size, _MOST_BYTES))
    except Exception:  # as above
        return 0


def _voxels(stream: IO[bytes], size: int) -> Iterator[bytes]:
    """Up to `size` bytes; a damaged stream ends early, and the reader says that voxels are missing."""
    left = size
    while left > 0:
        piece = _read(stream, min(left, _PIECE))
        if not piece:
            return
        left -= len(piece)
        yield piece


def _skip(stream: IO[bytes], count: int) -> int:
    """How many bytes were passed over; fewer where the stream ends."""
    return sum(map(len, _voxels(stream, count)))


def _read(stream: IO[bytes], count: int) -> bytes:
    try:
        return stream.read(count)
    except (OSError, EOFError, zlib.error):
        return b""


def _nrrd(content: bytes, tally: Tally) -> bytes:
    found = re.search(rb"\r?\n\r?\n", content[:_HEADER_BYTES])
    if found is None:
        return content[:8] + b"\n"
    first, *lines = content[: found.start()].decode("utf-8", "replace").splitlines()
    kept = [line for line in map(_nrrd_line, lines) if line]
    tally.removed[HEADER_TEXTS] += len(lines) - len(kept)
    fields = {name.strip().lower(): value for name, _, value in (line.partition(":") for line in kept)}
    head = [line for line in kept if not _SKIP.match(line)]
    payload = nrrd_payload(fields, content[found.end() :], _MOST_BYTES)
    return "\n".join([first[:8], *head, "", ""]).encode() + payload


def _nrrd_line(line: str) -> str:
    """A field or a segment's value as it may stay, "" for a comment and for every other text."""
    key, is_pair, value = line.partition(":=")
    if is_pair:
        return _segment(key.strip(), value.strip())
    field, _, value = line.partition(":")
    return line if field.strip().lower() in _NRRD_FIELDS and _is_plain(value) else ""


def _is_plain(value: str) -> bool:
    """Numbers and known words only."""
    return bool(_SIGNS.fullmatch(value)) and all(word.lower() in _WORDS for word in _WORD.findall(value))


def _segment(key: str, value: str) -> str:
    if _SEGMENT.fullmatch(key) and re.fullmatch(r"[-\d\s]*", value):
        return f"{key}:={value}"
    if _SEGMENT_NAME.fullmatch(key):
        return f"{key}:={neutral_name(value)}"
    if _SEGMENT_TAGS.fullmatch(key):
        codes = [code for code in _CODE.findall(value) if code in LIVER_CODES | LESION_CODES]
        return f"{key}:=TerminologyEntry:{''.join(f'~{scheme}^{number}^' for scheme, number in codes)}"
    if key in _REPRESENTATIONS and value in ("Binary labelmap", "Closed surface"):
        return f"{key}:={value}"
    return ""


def _meta_image(content: bytes, tally: Tally) -> bytes:
    found = re.search(rb"(?im)^elementdatafile\s*=[^\n]*\n?", content[:_HEADER_BYTES])
    if found is None:
        return content[:0] + b"ObjectType = Image\n"
    lines = content[: found.end()].splitlines()
    kept = [line.decode("ascii", "replace") for line in lines if _stays(line)]
    tally.removed[HEADER_TEXTS] += len(lines) - len(kept)
    fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition("=") for line in kept)}
    payload = _meta_payload(fields, content[found.end() :])
    if "compresseddatasize" in fields:
        kept = [f"CompressedDataSize = {len(payload)}" if _PACKED_SIZE.match(line) else line for line in kept]
    return "\n".join([*kept, ""]).encode() + payload


def _meta_payload(fields: Mapping[str, str], payload: bytes) -> bytes:
    """As many voxels as the head declares; none where they lie in another file."""
    if fields.get("elementdatafile", "").lower() != "local":
        return b""
    axes = [int(word) for word in fields.get("dimsize", "").split() if word.isascii() and word.isdigit()]
    channels = fields.get("elementnumberofchannels", "1")
    count = math.prod(axes) * (int(channels) if channels.isdigit() else 1)
    size = min(count * bytes_each(fields.get("elementtype", "")), _MOST_BYTES)
    if fields.get("compresseddata", "").lower() == "true":
        return zlib_payload(payload, size)
    return numbers(payload, count) if fields.get("binarydata", "true").lower() == "false" else payload[:size]


def _stays(line: bytes) -> bool:
    key, _, value = line.decode("utf-8", "replace").partition("=")
    return key.strip().lower() in _META_FIELDS and _is_plain(value)
