"""How many elements a DICOM file holds and how far it inflates, counted before a library makes an object of each.

A file of zeros is a file of empty elements, eight bytes each; a deflated one has a thousand times more of them than bytes.
"""

from __future__ import annotations

import mmap
import zlib
from pathlib import Path

MOST_ELEMENTS = 100_000
"""Of all levels; an enhanced CT of 2000 frames has 60 000, a slice 200."""
MOST_INFLATED_BYTES = 2**28
DEFLATED = b"1.2.840.10008.1.2.1.99"
_LONG = frozenset({b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"UC", b"UN", b"UR", b"UT", b"SV", b"UV"})
_UNDEFINED = 0xFFFFFFFF
_META, _ITEM, _SYNTAX = b"\x02\0", b"\xfe\xff", b"\x02\0\x10\0"
_DEEPEST = 100
Content = bytes | mmap.mmap


def mapped(path: Path) -> Content:
    """The bytes of a file, which are in memory only where they are looked at."""
    with path.open("rb") as stream:
        if not path.stat().st_size:
            return b""
        return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)


def inflates(content: Content) -> bool:
    """True for a deflated file that inflates beyond all measure."""
    end, syntax = _meta(content)
    return syntax == DEFLATED and _inflated(content[end:]) is None


def is_overlong(content: Content) -> bool:
    """True for a file of more elements than an image has, or one that inflates beyond all measure."""
    end, syntax = _meta(content)
    if syntax != DEFLATED:
        return _count(content, end, len(content), 0) > MOST_ELEMENTS
    body = _inflated(content[end:])
    return body is None or _count(body, 0, len(body), 0) > MOST_ELEMENTS


def _meta(content: Content) -> tuple[int, bytes]:
    """Where the meta information ends, and the transfer syntax it names."""
    at, syntax = 132 if content[128:132] == b"DICM" else 0, b""
    while content[at : at + 2] == _META:
        start, length = _value(content, at, content[at + 4 : at + 6].isalpha())
        length = 0 if length == _UNDEFINED else length
        if content[at : at + 4] == _SYNTAX:
            syntax = content[start : start + min(length, 64)].rstrip(b"\0 ")
        at = start + length
    return min(at, len(content)), syntax


def _value(content: Content, at: int, explicit: bool) -> tuple[int, int]:
    """Where the value of the element at `at` begins, and its length."""
    if not explicit:
        return at + 8, int.from_bytes(content[at + 4 : at + 8], "little")
    if content[at + 4 : at + 6] in _LONG:
        return at + 12, int.from_bytes(content[at + 8 : at + 12], "little")
    return at + 8, int.from_bytes(content[at + 6 : at + 8], "little")


def _inflated(packed: bytes) -> bytes | None:
    """None if there is more than is allowed; a damaged stream ends where the damage is."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        body = inflater.decompress(packed, MOST_INFLATED_BYTES)
    except zlib.error:
        return b""
    return None if inflater.unconsumed_tail else body


def _count(content: Content, at: int, end: int, depth: int) -> int:
    """Elements and items from `at` to `end`, those within sequences too, up to one more than are allowed."""
    count, explicit = 0, depth == 0 and content[at + 4 : at + 6].isupper()
    while at + 8 <= end and count <= MOST_ELEMENTS:
        count += 1
        if content[at : at + 2] == _ITEM:  # an item, or the end of one: what follows is counted as it comes
            at += 8
            continue
        start, length = _value(content, at, explicit)
        if length == _UNDEFINED or (explicit and content[at + 4 : at + 6] == b"SQ"):
            at = start
            continue
        hidden = not explicit or content[at + 4 : at + 6] == b"UN"
        if hidden and depth < _DEEPEST and _is_sequence(content, at, start, length):
            count += _count(content, start, min(start + length, end), depth + 1)
        at = start + length
    return count


def _is_sequence(content: Content, at: int, start: int, length: int) -> bool:
    """Whether an element without a type is one by the dictionary, or looks like one."""
    from pydicom.datadict import dictionary_VR

    tag = int.from_bytes(content[at : at + 2], "little") << 16 | int.from_bytes(content[at + 2 : at + 4], "little")
    if length < 8:
        return False
    try:
        return dictionary_VR(tag) == "SQ"
    except KeyError:
        return content[start : start + 4] == b"\xfe\xff\0\xe0"
