"""Headers of NRRD and MetaImage held against their grammar before a reader in C++ is given the file.

SimpleITK's readers end the whole process on some malformed headers: sizes, dimensions, counts of numbers and encodings
are judged here first, and only what CT and masks need is let through.

Layout: teem.sourceforge.net/nrrd/format.html; itk.org/Wiki/MetaIO/Documentation.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from core.errors import InputError
from core.io.header_fields import NUMBER, NUMBER_OR_NAN, Fields, once
from core.io.kinds import Kind
from core.io.raw import MAX_AXIS

LONGEST_VALUE, LONGEST_PAIR = 250, 2**15
"""Characters of a line: the readers copy texts into places of a few hundred; key and value of NRRD may be longer."""
_NRRD_BYTES = {
    **dict.fromkeys(("signed char", "int8", "int8_t", "uchar", "unsigned char", "uint8", "uint8_t"), 1),
    **dict.fromkeys(("short", "short int", "signed short", "signed short int", "int16", "int16_t"), 2),
    **dict.fromkeys(("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"), 2),
    **dict.fromkeys(
        ("int", "signed int", "int32", "int32_t", "uint", "unsigned int", "uint32", "uint32_t", "float"), 4
    ),
    **dict.fromkeys(("longlong", "long long", "long long int", "signed long long", "signed long long int"), 8),
    **dict.fromkeys(("int64", "int64_t", "ulonglong", "unsigned long long", "uint64", "uint64_t", "double"), 8),
}
_META_BYTES = {
    **dict.fromkeys(("MET_CHAR", "MET_UCHAR"), 1),
    **dict.fromkeys(("MET_SHORT", "MET_USHORT"), 2),
    **dict.fromkeys(("MET_INT", "MET_UINT", "MET_FLOAT"), 4),
    **dict.fromkeys(("MET_LONG", "MET_ULONG", "MET_LONG_LONG", "MET_ULONG_LONG", "MET_DOUBLE"), 8),
}
_NRRD_KINDS = re.compile(
    r"domain|space|time|list|vector|none|\?\?\?|[234]-vector|[234]-color|rgb-color|rgba-color|complex|cell|node"
)
_ANY, _NOUGHT, _DIGITS = r"[ -~]{0,200}", "0", r"[0-9]{1,18}"
_NRRD_TEXTS = {
    **dict.fromkeys(("dimension", "sizes", "type", "encoding", "kinds", "centers", "centerings", "spacings"), ".*"),
    **dict.fromkeys(("thicknesses", "axis mins", "axismins", "axis maxs", "axismaxs", "space dimension"), ".*"),
    **dict.fromkeys(("space directions", "space origin", "measurement frame", "data file", "datafile"), ".*"),
    **dict.fromkeys(("line skip", "lineskip", "byte skip", "byteskip"), _NOUGHT),
    **dict.fromkeys(("content", "units", "space units", "labels", "sample units", "sampleunits"), _ANY),
    **dict.fromkeys(("old min", "oldmin", "old max", "oldmax", "min", "max"), r"[-+.0-9eE]{1,40}"),
    **{"number": _DIGITS, "endian": "little|big", "space": r"[a-z0-9-]{1,40}(?: [a-z0-9-]{1,40}){0,3}"},
}
"""Every field of the format and what it may hold; its reader writes what it does not know into places of fixed size."""


@dataclass(frozen=True)
class Head:
    """What a header says of its voxels.

    Attributes:
        sizes: of all axes.
        value_bytes: of one voxel.
        packed: whether the voxels are compressed.
        local: whether they follow in the same file.
        start: byte behind the header.
    """

    sizes: tuple[int, ...]
    value_bytes: int
    packed: bool
    local: bool
    start: int


def check_head(head: bytes, kind: Kind, file_bytes: int, role: str) -> None:
    """Refuse a header that is not well formed, or whose voxels cannot be in the file.

    Args:
        head: the beginning of the file, at least all of its header.
        file_bytes: of the whole file.

    Raises:
        InputError: naming what of the header is wrong.
    """
    found = _nrrd(head, role) if kind is Kind.NRRD else _meta_image(head, role)
    wanted = math.prod(found.sizes) * found.value_bytes
    if found.local and not found.packed and found.start + wanted > file_bytes:
        raise InputError(
            f"{role}: expected a whole {kind.value} file, got a truncated or damaged one "
            f"({max(file_bytes - found.start, 0)} of {wanted} bytes)"
        )


def _nrrd(head: bytes, role: str) -> Head:
    found = re.search(rb"\r?\n\r?\n", head)
    lines = re.split(r"\r?\n", head[: found.start() if found else len(head)].decode("utf-8", "replace"))[1:]
    if any(len(line) > (LONGEST_PAIR if ":=" in line else LONGEST_VALUE) or "\r" in line for line in lines):
        raise InputError(f"{role}: expected lines of at most {LONGEST_VALUE} characters in the header, got longer ones")
    pairs = [line.partition(":") for line in lines if line.strip() and line[0] != "#" and ":=" not in line]
    fields = Fields(once([(key, value) for key, _, value in pairs], "NRRD", role), "NRRD", role)
    axes = fields.axes("dimension")
    sizes = fields.sizes("sizes", axes)
    kind = fields.text("type", lambda value: value.lower() in _NRRD_BYTES, "integers or real numbers")
    encoding = fields.text("encoding", lambda value: value.lower() in ("raw", "gzip", "gz"), "raw or gzip").lower()
    fields.numbers(("spacings", "thicknesses", "axis mins", "axismins", "axis maxs", "axismaxs"), axes, NUMBER_OR_NAN)
    fields.known(_NRRD_TEXTS)
    for name in ("kinds", "centers", "centerings"):
        if fields.has(name):
            fields.text(name, lambda value: _are(value.split(), _NRRD_KINDS, axes), f"{axes} known words")
    _nrrd_space(fields, axes)
    start = found.end() if found else len(head)
    local = not (fields.has("data file") or fields.has("datafile"))
    return Head(sizes, _NRRD_BYTES[kind.lower()], encoding != "raw", local, start)


def _nrrd_space(fields: Fields, axes: int) -> None:
    """Directions of the axes, of which one may have none, and the origin; all in three dimensions."""
    if fields.has("space dimension"):
        fields.text("space dimension", lambda value: value == "3", "3")
    if fields.has("space directions"):
        fields.text("space directions", lambda value: _directions(value, axes), f"{axes} vectors of 3 numbers")
    for name in ("space origin", "measurement frame"):
        if fields.has(name):
            count = 1 if name == "space origin" else 3
            fields.text(name, lambda value, n=count: len(_vectors(value)) == n, "vectors of 3 numbers")  # type: ignore[misc]


def _directions(value: str, axes: int) -> bool:
    words = re.sub(r"\([^()]*\)", "v", value).split()
    return (
        len(words) == axes
        and set(words) <= {"v", "none"}
        and len(_vectors(value)) == words.count("v") >= 3 - (axes < 3)
    )


def _vectors(value: str) -> list[str]:
    """The vectors of three finite numbers in a text of nothing else; [] if there is another."""
    found = re.findall(r"\(([^()]*)\)", value)
    rest = re.sub(r"\([^()]*\)|none|\s", "", value)
    whole = all(_are([word.strip() for word in one.split(",")], NUMBER, 3) for one in found)
    return found if whole and not rest else []


def _are(words: list[str], pattern: re.Pattern[str], count: int) -> bool:
    return len(words) == count and all(pattern.fullmatch(word.lower()) for word in words)


def _meta_image(head: bytes, role: str) -> Head:
    found = re.search(rb"(?im)^[ \t]*elementdatafile[ \t]*=[^\n]*(?:\n|\Z)", head)
    if found is None:
        raise InputError(f"{role}: expected a MetaImage header that says where its voxels are, got a truncated one")
    lines = head[: found.end()].decode("latin-1").splitlines()
    if any(len(line) > LONGEST_VALUE for line in lines):
        raise InputError(f"{role}: expected lines of at most {LONGEST_VALUE} characters in the header, got longer ones")
    pairs = [line.partition("=") for line in lines if line.strip()]
    fields = Fields(once([(key, value) for key, _, value in pairs], "MetaImage", role), "MetaImage", role)
    axes = fields.axes("ndims")
    sizes = fields.sizes("dimsize", axes)
    kind = fields.text("elementtype", lambda value: value in _META_BYTES, "integers or real numbers")
    fields.numbers(("elementspacing", "elementsize", "offset", "position", "origin", "centerofrotation"), axes)
    fields.numbers(("transformmatrix", "rotation", "orientation"), axes * axes)
    _meta_words(fields)
    channels = fields.integers("elementnumberofchannels", 1)[0] if fields.has("elementnumberofchannels") else 1
    if not 1 <= channels <= MAX_AXIS:
        fields.refuse("elementnumberofchannels", "1")
    packed = fields.has("compresseddata") and fields.text("compresseddata", str, "true or false").lower()[:1] in (
        "t",
        "1",
    )
    place = fields.text("elementdatafile", str, "a place").lower()
    return Head((*sizes, channels), _META_BYTES[kind], packed, place == "local", found.end())


def _meta_words(fields: Fields) -> None:
    truths = ("true", "false", "1", "0", "t", "f")
    for name in ("binarydata", "binarydatabyteordermsb", "elementbyteordermsb", "compresseddata"):
        if fields.has(name):
            fields.text(name, lambda value: value.lower() in truths, "true or false")
    if fields.has("objecttype"):
        fields.text("objecttype", lambda value: value == "Image", "Image")
    if fields.has("binarydata"):
        fields.text("binarydata", lambda value: value.lower() in truths[::2], "true")
    if fields.has("headersize"):
        fields.text("headersize", lambda value: value in ("0", "-1"), "0")
    if fields.has("compresseddatasize"):
        fields.text("compresseddatasize", lambda value: re.fullmatch(r"[0-9]{1,11}", value), "a number of bytes")
